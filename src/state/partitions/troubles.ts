/**
 * Why partitions stand still, as those say who read them: each process puts down its own where every other can read it, as
 * most of those who are asked read nothing themselves. A process that dies cannot take its word back: so a word has an age, and
 * ends with the first sign that another reads on.
 */
import type { Keys } from '../keys.ts';
import type { Client } from '../redis/client.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import type { PartitionRecord } from './partitionRecord.ts';

/** A partition that cannot go on. */
export interface Trouble {
  readonly hub: string;
  readonly partition: string;
  /** A closed word, a colon, and what stands in the way. */
  readonly detail: string;
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly since: number;
}

/** What one process has put down, and when. */
interface Told {
  readonly reader: string;
  readonly at: number;
  readonly troubles: readonly Trouble[];
}

/** Said again so often while it lasts: three times before it is too old. */
const AGAIN_MS = 30_000;
/** A word that is older is of a process that is gone, or stands still itself. */
const BELIEVED_MS = 90_000;
/** Processes have clocks of their own; what is older than this by any of them goes. */
const KEPT_MS = 3_600_000;

const troubleScript = loadScript('trouble');

export interface TroublesOptions {
  readonly reader: string;
  readonly now: () => number;
}

export class Troubles {
  readonly #client: Client;
  readonly #key: string;
  readonly #options: TroublesOptions;
  /** What was last put down; null where nothing is there. */
  #told: { readonly text: string; readonly at: number } | null = null;

  constructor(client: Client, keys: Keys, options: TroublesOptions) {
    this.#client = client;
    this.#key = keys.service;
    this.#options = options;
  }

  /** Puts down what stands in the way now; asks nothing of Redis where that is what was put down a moment ago. */
  async tell(troubles: readonly Trouble[]): Promise<void> {
    const { reader, now } = this.#options;
    const at = now();
    if (troubles.length === 0) {
      if (this.#told === null) return;
      await runScript(this.#client, troubleScript, this.#key, [reader, '', at - KEPT_MS]);
      this.#told = null;
      return;
    }
    const text = JSON.stringify(troubles);
    const isOld = this.#told === null || Math.abs(at - this.#told.at) >= AGAIN_MS;
    if (this.#told?.text === text && !isOld) return;
    const told = JSON.stringify({ reader, at, troubles } satisfies Told);
    await runScript(this.#client, troubleScript, this.#key, [reader, told, at - KEPT_MS]);
    this.#told = { text, at };
  }
}

/** Why a partition stands still, by its record; null where nobody says so who is to be believed. */
export async function readTroubles(
  client: Client,
  keys: Keys,
  now: number,
): Promise<(record: PartitionRecord) => string | null> {
  const all = (await readTold(client, keys.service)).filter(({ at }) => Math.abs(now - at) <= BELIEVED_MS);
  return (record) => {
    const own = all.flatMap(({ reader, troubles }) =>
      troubles.filter(({ hub, partition, since }) => {
        if (hub !== record.hub || partition !== record.partition) return false;
        return reader === record.reader || since >= record.seenAt;
      }),
    );
    return own.sort((a, b) => a.since - b.since)[0]?.detail ?? null;
  };
}

const readTold = async (client: Client, key: string): Promise<Told[]> =>
  (await client.hvals(`${key}troubles`)).map((text) => JSON.parse(text) as Told);
