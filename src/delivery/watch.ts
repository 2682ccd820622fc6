/** Reads a file again and again, so that what is changed in it holds without a new start. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FileRead } from './file.ts';
import type { Webhook } from './webhook.ts';

/** By reading and not by the system's word of a change: files that a cluster mounts are links that are swapped. */
const LOOK_MS = 2_000;

export interface WatchOptions {
  readonly read: () => FileRead;
  /** What is good is given each time that it is read; whoever gets it sees what has changed. */
  readonly onWebhooks: (webhooks: readonly Webhook[]) => Promise<void>;
  /** Told once for the same faults; what was read before stays in force. Empty when the file is good again. */
  readonly onFaults: (faults: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
  readonly lookMs?: number;
}

/** What it returns ends it, and resolves when a look under way has ended. */
export function watchFile({
  read,
  onWebhooks,
  onFaults,
  onError,
  lookMs = LOOK_MS,
}: WatchOptions): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  let told = '';
  const look = async (): Promise<void> => {
    const found = read();
    const faults = found.kind === 'faults' ? found.faults : [];
    if (faults.join('\n') !== told) onFaults(faults);
    told = faults.join('\n');
    if (found.kind === 'webhooks') await onWebhooks(found.webhooks);
  };
  const running = (async () => {
    while (!signal.aborted) {
      await delay(lookMs, undefined, { signal }).catch(() => {}); // Aborted: the loop ends.
      if (!signal.aborted) await look().catch(onError);
    }
  })();
  return () => {
    ending.abort();
    return running;
  };
}
