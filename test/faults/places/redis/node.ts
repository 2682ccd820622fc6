/**
 * A redis-server that faults strike, seen from past the proxies.
 *
 * At any time at most one fault *holds* it: it is ended, stands still, or answers that it cannot. What other faults want to
 * put right meanwhile is *owed*, and done when the one that holds it lets go. Other faults do not come about meanwhile.
 */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RedisServer } from '../../../../local/redis.ts';

/** Undoes what a fault did to a server. */
type Mending = () => Promise<unknown>;

/** What reads and writes by hand; it goes on when the server comes back, however long that takes. */
const clientOptions = { maxRetriesPerRequest: null, retryStrategy: () => 20 } as const;

/** The settings that keep no fault's trace, by the names of redis.conf. */
export const SETTINGS = {
  appendfsync: 'always',
  // Whoever copies the files can rely on it that they only grow.
  'auto-aof-rewrite-percentage': '0',
  'repl-diskless-sync-delay': '0',
  // Not by way of a file, which a full disk would not take.
  'repl-diskless-load': 'swapdb',
  // A replica that faults have cut off would be waited for.
  'shutdown-timeout': '0',
} as const;

/** How a server is started that faults strike. */
export const SERVER = { settings: SETTINGS, survivesFileLimit: true } as const;

/** Those that faults change while it runs, as they stand at first. */
export const CHANGED_SETTINGS = {
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  save: '',
  'busy-reply-threshold': '5000',
  appendfsync: SETTINGS.appendfsync,
} as const;

/** What a server of a Cluster keeps beside its data must stay writable: it would not run without. */
const OTHER_FILES_BYTES_MAX = 16 * 1024;
const FILLER_NAME = 'filler';
const FILLER = `#!lua name=${FILLER_NAME}\nredis.register_function('${FILLER_NAME}', function() return 0 end) --${'x'.repeat(1_024)}`;

export class RedisNode {
  readonly server: RedisServer;
  readonly client: Redis;
  /** Done after each start, before anyone is told of it. */
  readonly #started: Mending;
  #hold: symbol | null = null;
  #isEnded = false;
  readonly #refusals = new Set<symbol>();
  #owed: Mending[] = [];

  constructor(server: RedisServer, started: Mending = async () => {}) {
    this.server = server;
    this.client = new Redis(server.url, clientOptions);
    this.client.on('error', () => {});
    this.#started = started;
  }

  get isHeld(): boolean {
    return this.#hold !== null;
  }

  /** Holds it. What is given back lets it go, once `mending` is done, unless a restart has made an end of it before. */
  hold(): (mending: Mending) => Promise<void> {
    const hold = Symbol();
    this.#hold = hold;
    return async (mending) => {
      if (this.#hold !== hold) return;
      await mending();
      await this.#letGo();
    };
  }

  /** Whether a fault has it refuse or drop writes, though it answers. */
  get refuses(): boolean {
    return this.#refusals.size > 0;
  }

  /** Notes that it refuses or drops writes, until what is given back is called. */
  refuse(): () => void {
    const refusal = Symbol();
    this.#refusals.add(refusal);
    return () => this.#refusals.delete(refusal);
  }

  /** Undoes what a fault did, now or when nothing holds the server any more. */
  async mend(mending: Mending): Promise<void> {
    if (this.isHeld) this.#owed.push(mending);
    else await mending();
  }

  /** Ends it, and holds it until it is started. */
  async end(how: 'kill9' | 'stop'): Promise<void> {
    this.hold();
    this.#isEnded = true;
    await this.server[how]();
  }

  /** Starts it, whatever held it. */
  async start(): Promise<void> {
    await this.server.restart();
    this.#isEnded = false;
    await answers(this.client);
    await this.#started();
    await this.#letGo();
  }

  /** Does something to its files while it is ended; starts it again if it was not ended before. */
  async changeFiles(change: () => void): Promise<void> {
    if (this.#isEnded) return change();
    await this.end('kill9');
    change();
    await this.start();
  }

  /** Makes it stand still. What is given back lets it go on. */
  pause(): () => Promise<void> {
    const letGo = this.hold();
    this.server.pause();
    return () =>
      letGo(async () => {
        this.server.resume();
        await answers(this.client);
      });
  }

  /** Makes it busy with a script without end. What is given back ends the script. */
  async makeBusy(): Promise<() => Promise<void>> {
    const letGo = this.hold();
    await this.set({ 'busy-reply-threshold': '1' });
    // Of its own, and never sent again: a server that has restarted would be given the script once more.
    const caller = new Redis(this.server.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
    caller.on('error', () => {});
    const script = caller.eval('while true do end', 0);
    const ended = script.catch(() => {});
    await Promise.race([script, untilBusy(this.client)]);
    return async () => {
      await letGo(async () => {
        await this.client.script('KILL');
        await ended;
        await this.set({ 'busy-reply-threshold': CHANGED_SETTINGS['busy-reply-threshold'] });
      });
      caller.disconnect();
    };
  }

  /**
   * Lets the file that every write goes to grow no more, and writes until the server has met that: with a library of
   * functions, which needs no key and goes there like one. Resolves when it refuses, or has ended by itself.
   */
  async fillDisk(): Promise<void> {
    const files = fs.readdirSync(this.dataFiles).filter((name) => name.endsWith('.aof'));
    const sizes = files.map((name) => fs.statSync(path.join(this.dataFiles, name)).size);
    this.server.limitFiles(Math.max(OTHER_FILES_BYTES_MAX, ...sizes));
    const caller = new Redis(this.server.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
    caller.on('error', () => {});
    try {
      while (
        await caller.function('LOAD', 'REPLACE', FILLER).then(
          () => true,
          () => false,
        )
      );
    } finally {
      caller.disconnect();
    }
  }

  /** Makes room again; resolves when the server has written what it still had to. */
  async freeDisk(): Promise<void> {
    this.server.limitFiles(null);
    while ((await this.info('aof_last_write_status')) !== 'ok') await delay(20);
    // The load that met the limit may have been refused.
    await this.client.function('DELETE', FILLER_NAME).catch((error: Error) => {
      if (!/Library not found/.test(error.message)) throw error;
    });
  }

  async set(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(settings)) await this.client.config('SET', name, value);
  }

  /** A field of INFO. */
  async info(field: string): Promise<string> {
    const line = (await this.client.info('everything')).split('\r\n').find((one) => one.startsWith(`${field}:`));
    return line?.slice(field.length + 1) ?? '';
  }

  /** Whether its file has all that it knows: one that has taken over another's data writes it anew first. */
  async isKeptWhole(): Promise<boolean> {
    const fields = await Promise.all(['aof_rewrite_in_progress', 'aof_rewrite_scheduled'].map((one) => this.info(one)));
    return fields.every((field) => field === '0');
  }

  /** Its files of data, which a server that is ended can be robbed of. */
  get dataFiles(): string {
    return path.join(this.server.dir, 'appendonlydir');
  }

  deleteData(): void {
    fs.rmSync(this.dataFiles, { recursive: true, force: true });
  }

  /** Forgets all faults; the server is the caller's to bring in order. */
  forgetFaults(): void {
    this.#hold = null;
    this.#refusals.clear();
    this.#owed = [];
  }

  async #letGo(): Promise<void> {
    this.#hold = null;
    for (const mending of this.#owed.splice(0)) await mending();
  }
}

/** PING would be refused by a server that cannot write to its disk. */
const answers = (client: Redis): Promise<string> => client.echo('');

/** Each question is answered as soon as the server looks up from its script. */
async function untilBusy(client: Redis): Promise<void> {
  for (;;) {
    try {
      await answers(client);
    } catch (error) {
      if ((error as Error).message.startsWith('BUSY')) return;
      throw error;
    }
  }
}
