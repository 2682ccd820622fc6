/** Those who follow the feed: who waits for it to change, and the word of Redis that it has. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, connectToHear } from '../redis/client.ts';
import type { State } from '../state.ts';

/** Those who wait for the feed to change. */
export class Followers {
  closed = false;
  count = 0;
  readonly #waiting = new Set<{ readonly wake: () => void; readonly fail: (error: unknown) => void }>();

  /** What is returned is called once, when it leaves. */
  join(): () => void {
    this.count++;
    return () => {
      this.count--;
    };
  }

  /** Resolves at the next change, or when the signal is aborted; rejects where Redis cannot be asked. */
  async change(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.closed) return;
    await new Promise<void>((resolve, reject) => {
      const end = (then: () => void) => () => {
        this.#waiting.delete(one);
        signal.removeEventListener('abort', one.wake);
        then();
      };
      const one = { wake: end(resolve), fail: (error: unknown) => end(() => reject(error))() };
      this.#waiting.add(one);
      signal.addEventListener('abort', one.wake, { once: true });
    });
  }

  wake(): void {
    for (const { wake } of [...this.#waiting]) wake();
  }

  fail(error: unknown): void {
    for (const { fail } of [...this.#waiting]) fail(error);
  }

  close(): void {
    this.closed = true;
    this.wake();
  }
}

/** Calls back with the shard that published, and with null where messages may have been missed. */
export async function subscribe(state: State, onMessage: (shard: number | null) => void): Promise<Client> {
  const channels = state.shards.map(({ key }) => `${key}feed`);
  // It comes back by itself, and until then Redis is asked now and then.
  const subscriber = connectToHear(state.client);
  subscriber.on('message', (channel: string) => onMessage(channels.indexOf(channel)));
  subscriber.on('ready', () => void hear(subscriber, channels).then(() => onMessage(null)));
  await hear(subscriber, channels);
  return subscriber;
}

/** So long after a refusal, as of a server that is busy, it is asked again. */
const HEAR_AGAIN_MS = 250;

async function hear(subscriber: Client, channels: readonly string[]): Promise<void> {
  while (subscriber.status !== 'end') {
    try {
      await subscriber.subscribe(...channels);
      return;
    } catch {
      await delay(HEAR_AGAIN_MS, undefined, { ref: false });
    }
  }
}
