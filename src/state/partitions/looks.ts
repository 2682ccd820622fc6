/** Looks at whether the parts of the state still hold what is known to have been put there of partitions, by this process or by others. */
import type { Keys } from '../keys.ts';
import type { Client } from '../redis/client.ts';
import type { Shards } from '../shards.ts';
import type { Known, KnownPartitions } from './knownPartitions.ts';
import type { LossReason } from './losses.ts';
import type { Place } from './partitionRecord.ts';
import { markField, readMark, readRecord, readRecords } from './positions.ts';
import { lostParts } from './wholeness.ts';

export interface LooksAt {
  readonly client: Client;
  readonly keys: Keys;
  readonly shards: Shards;
  readonly known: KnownPartitions;
}

export interface LooksOptions {
  readonly reader: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onLost: (detail: string, reason: LossReason) => void;
}

export class Looks {
  readonly #at: LooksAt;
  readonly #options: LooksOptions;
  /** What was told, and could not be noted yet. */
  readonly #unnoted = new Set<{ readonly known: Known; readonly part: number; readonly mark: number | null }>();

  constructor(at: LooksAt, options: LooksOptions) {
    this.#at = at;
    this.#options = options;
  }

  /** Notices that a part holds less than was put there, as after the return of an older snapshot, while nothing is written to it. */
  async verify(): Promise<void> {
    await this.#note();
    await Promise.all(this.#at.known.all.map((known) => this.look(known)));
  }

  /** Compares the marks of a partition with what is known of them. */
  async look(known: Known): Promise<void> {
    // Taken before the stored ones are read: those can only be higher.
    const marks = [...known.marks];
    const at = this.#options.now();
    const stored = await this.marksOf(known.place);
    const behind = marks.findIndex((mark, part) => mark !== null && (stored[part] ?? -1) < mark);
    if (behind < 0 && known.lost === null) known.wholeAt = Math.max(known.wholeAt, at);
    if (behind < 0 || known.lost !== null) return;
    const { hub, partition } = known.place;
    known.lost = `${this.#at.shards.nameOf(behind)} no longer holds all that ${hub}/${partition} has put there`;
    this.#options.onLost(known.lost, 'state_lost');
    this.#unnoted.add({ known, part: behind, mark: stored[behind] ?? null });
    await this.#note();
  }

  async #note(): Promise<void> {
    for (const one of [...this.#unnoted]) {
      await this.#noteBehind(one.known, one.part, one.mark);
      this.#unnoted.delete(one);
    }
  }

  /** Whoever reads it notes that it begins anew. Where another does, who knew less and goes on with what is left, this is the only word. */
  async #noteBehind({ place, lost, generations, wholeAt }: Known, part: number, mark: number | null): Promise<void> {
    const { reader, now } = this.#options;
    const record = await readRecord(this.#at.client, this.#at.keys, place);
    if (record === null || record.reader === reader) return;
    const name = `behind ${markField(place)} at ${mark ?? 'nothing'} in ${generations[part]}`;
    await this.#at.shards.noteBehind(part, wholeAt, [{ name, at: now(), reason: 'state_lost', detail: lost! }]);
  }

  /** Takes what others have stored of their partitions for what is known of it: should it go together with them, somebody is left who tells. */
  async meet(): Promise<void> {
    for (const record of await readRecords(this.#at.client, this.#at.keys)) {
      if (record.reader === this.#options.reader) continue;
      const marks = await this.marksOf(record);
      const isWhole = lostParts(record, { marks, generations: this.#at.shards.generations }).length === 0;
      if (isWhole) this.#at.known.meet(record, marks);
    }
  }

  marksOf(place: Place): Promise<(number | null)[]> {
    return Promise.all(this.#at.shards.parts.map(({ key }) => readMark(this.#at.client, key, place)));
  }
}
