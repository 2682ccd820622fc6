/**
 * What is known of the partitions, each by itself: how far it is, which marks it has raised in the shards, and which
 * generations the shards had then. So each notices for itself that a shard is not what it was.
 */
import type { Fact } from '../detection/fact.ts';
import { msOfTicks } from '../detection/time.ts';
import type { Keys } from './keys.ts';
import {
  type Beginning,
  beginningRecord,
  emptyRecord,
  type Gap,
  gapRecord,
  markField,
  type PartitionRecord,
  type Place,
  type Position,
  type Progress,
  positionOf,
  progressRecord,
  readMark,
  readRecord,
  writeRecord,
} from './positions.ts';
import type { Client } from './redis.ts';
import type { Shards } from './shards.ts';

export type Outcome = { readonly kind: 'applied' } | { readonly kind: 'lost_state'; readonly detail: string };

export type Stored =
  | { readonly kind: 'none' }
  | { readonly kind: 'position'; readonly position: Position }
  | {
      readonly kind: 'lost';
      readonly after: number | null;
      readonly position: Position | null;
      readonly detail: string;
    };

/** What one partition's owner knows of the shards. */
export interface Known {
  readonly place: Place;
  record: PartitionRecord;
  /** The highest mark that this owner has raised or met, by shard. */
  readonly marks: (number | null)[];
  readonly generations: readonly string[];
  /** Set once a shard was found to hold less than this owner has put there. */
  lost: string | null;
  /** The longest delay between event time and enqueued time met lately, and when (ms). */
  delay: { readonly ms: number; readonly at: number } | null;
}

/** A delay counts for so long; then a shorter one may take its place. */
const DELAY_COUNTS_MS = 3_600_000;

export interface PartitionsOptions {
  readonly reader: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onLost: (detail: string) => void;
}

export class Partitions {
  readonly #client: Client;
  readonly #keys: Keys;
  readonly #shards: Shards;
  readonly #options: PartitionsOptions;
  readonly #known = new Map<string, Known>();

  constructor(client: Client, keys: Keys, shards: Shards, options: PartitionsOptions) {
    this.#client = client;
    this.#keys = keys;
    this.#shards = shards;
    this.#options = options;
  }

  async load(place: Place): Promise<Stored> {
    await this.#shards.verify();
    const record = await readRecord(this.#client, this.#keys, place);
    const marks = await this.#marksOf(place);
    if (record === null) {
      if (marks.every((mark) => mark === null)) return { kind: 'none' };
      const detail = 'the position is gone, but facts of the partition are there';
      return { kind: 'lost', after: null, position: null, detail };
    }
    const position = positionOf(record);
    const other = this.#generations().findIndex((generation, shard) => generation !== record.generations[shard]);
    if (other >= 0) {
      const detail = `shard ${other} is not the one that the position was written for`;
      return { kind: 'lost', after: null, position, detail };
    }
    const lost = record.hubCreatedAt === place.hubCreatedAt ? lostMarks(record, marks) : null;
    if (lost !== null) return { kind: 'lost', position, ...lost };
    this.#know(place, record, marks);
    return position === null ? { kind: 'none' } : { kind: 'position', position };
  }

  async begin(place: Place, beginning: Beginning): Promise<void> {
    await this.#shards.verify();
    const { reader, now, onLost } = this.#options;
    const before = await readRecord(this.#client, this.#keys, place);
    const marks = await this.#marksOf(place);
    const fresh = { ...emptyRecord(place, reader, now()), marks, generations: this.#generations() };
    const record = beginningRecord(fresh, beginning, before);
    if (beginning.cause !== 'first') onLost(`${place.hub}/${place.partition}: ${beginning.detail}`);
    await this.#write(this.#know(place, record, marks), record, true);
  }

  async advance(place: Place, progress: Progress): Promise<Outcome> {
    const known = await this.knownOf(place);
    const stale = this.#generations().findIndex((generation, shard) => generation !== known.generations[shard]);
    if (stale >= 0 || known.lost !== null) return this.lostAt(known, Math.max(stale, 0));
    const { reader, now } = this.#options;
    const seen = { marks: [...known.marks], reader, seenAt: now(), delayMs: known.delay?.ms ?? known.record.delayMs };
    const next = progressRecord({ ...known.record, ...seen }, progress);
    await this.#write(known, next, false);
    return { kind: 'applied' };
  }

  async reportGap(place: Place, gap: Gap): Promise<void> {
    const known = await this.knownOf(place);
    const record = gapRecord(known.record, gap, this.#options.now());
    if (record === null) return;
    await this.#write(known, record, true);
    this.#options.onLost(`${place.hub}/${place.partition}: ${record.gaps.at(-1)!.detail}`);
  }

  async knownOf(place: Place): Promise<Known> {
    const known = this.#known.get(markField(place));
    if (known !== undefined) return known;
    const { reader, now } = this.#options;
    const record = (await readRecord(this.#client, this.#keys, place)) ?? emptyRecord(place, reader, now());
    return this.#know(place, record, await this.#marksOf(place));
  }

  /** Notes how late facts were: what tells up to which event time a partition has been read. */
  noteDelays(known: Known, facts: readonly Fact[]): void {
    const at = this.#options.now();
    for (const { time, source } of facts) {
      const ms = Math.max(0, (source.enqueuedAt ?? 0) - msOfTicks(time));
      const { delay } = known;
      if (delay === null || ms >= delay.ms || at - delay.at > DELAY_COUNTS_MS) known.delay = { ms, at };
    }
  }

  /** Forgets what was known of a partition, and says that it must ask where to go on. */
  async lostAt(known: Known, shard: number): Promise<Outcome> {
    const { hub, partition } = known.place;
    this.#known.delete(markField(known.place));
    await this.#shards.reopen(this.#shards.handles[shard]!);
    const detail = `shard ${shard} of the state is not the one that ${hub}/${partition} was reading into`;
    return { kind: 'lost_state', detail: known.lost ?? detail };
  }

  /** Notices that a shard holds less than was put there, as after the return of an older snapshot, while nothing is written to it. */
  async verify(): Promise<void> {
    await Promise.all(
      [...this.#known.values()].map(async (known) => {
        // Taken before the stored ones are read: those can only be higher.
        const marks = [...known.marks];
        const stored = await this.#marksOf(known.place);
        const behind = marks.findIndex((mark, shard) => mark !== null && (stored[shard] ?? -1) < mark);
        if (behind < 0 || known.lost !== null) return;
        const { hub, partition } = known.place;
        known.lost = `shard ${behind} no longer holds all that ${hub}/${partition} has put there`;
        this.#options.onLost(known.lost);
      }),
    );
  }

  #marksOf(place: Place): Promise<(number | null)[]> {
    return Promise.all(this.#shards.handles.map(({ key }) => readMark(this.#client, key, place)));
  }

  #generations(): string[] {
    return this.#shards.handles.map(({ generation }) => generation);
  }

  #know(place: Place, record: PartitionRecord, marks: readonly (number | null)[]): Known {
    const known = { place, record, marks: [...marks], generations: this.#generations(), lost: null, delay: null };
    this.#known.set(markField(place), known);
    return known;
  }

  async #write(known: Known, record: PartitionRecord, forced: boolean): Promise<void> {
    if ((await writeRecord(this.#client, this.#keys, record, forced)) === 'moved') known.record = record;
  }
}

/** Where reading goes on if marks are not what the position expects; null if they are. */
function lostMarks(
  record: PartitionRecord,
  marks: readonly (number | null)[],
): { readonly after: number | null; readonly detail: string } | null {
  const gone = record.marks.findIndex((mark, shard) => mark !== null && marks[shard] === null);
  if (gone >= 0) return { after: null, detail: `the mark of the partition in shard ${gone} is gone` };
  const behind = record.marks.flatMap((mark, shard) => (mark !== null && marks[shard]! < mark ? [marks[shard]!] : []));
  if (behind.length === 0) return null;
  const after = Math.min(record.sequenceNumber, ...behind);
  return { after, detail: `a shard holds the facts up to event ${after} only` };
}
