/**
 * What this process knows of the partitions that it reads or has read, each by itself: which marks it has raised in the parts
 * of the state (the shards, and the place of the dead letters), and which generations they had then. So each notices for
 * itself that a part is not what it was, and what was lost of it is known until it begins again. Of those that others read it
 * knows what they have stored: no process is the only one that remembers.
 */
import type { Fact } from '../../detection/fact.ts';
import { msOfTicks } from '../../detection/time.ts';
import type { Shards } from '../shards.ts';
import type { PartitionRecord, Place } from './partitionRecord.ts';
import { markField } from './positions.ts';
import type { Remembered } from './rebuilding.ts';
import { withMarks } from './wholeness.ts';

/** What one partition's owner knows of the parts of the state. */
export interface Known {
  readonly place: Place;
  record: PartitionRecord;
  /** Whether it lay in Redis when this owner last read or wrote it. */
  isStored: boolean;
  /** The highest mark that this owner has raised or met, by part. */
  readonly marks: (number | null)[];
  readonly generations: string[];
  /** When all that was put there was last known to be there (ms since the Unix epoch). */
  wholeAt: number;
  /** Set once a part was found to hold less than this owner has put there. */
  lost: string | null;
  /** The longest delay between event time and enqueued time met lately, and when (ms). */
  delay: { readonly ms: number; readonly at: number } | null;
}

/** A delay counts for so long; then a shorter one may take its place. */
const DELAY_COUNTS_MS = 3_600_000;

export class KnownPartitions {
  readonly #shards: Shards;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #lost = new Map<string, Known & Remembered>();
  /** As others have stored them. What this process knows as an owner is kept apart: only its own claims may take it back. */
  readonly #met = new Map<string, Known>();

  /** `now`: milliseconds since the Unix epoch. */
  constructor(shards: Shards, now: () => number) {
    this.#shards = shards;
    this.#now = now;
  }

  /** Those of which nothing was lost, or not noticed to be. */
  get all(): readonly Known[] {
    // Of what this process reads itself, or has read to where it is now, it knows enough.
    const met = [...this.#met].filter(([name, one]) => {
      const known = this.#known.get(name);
      return known?.lost !== null || isBehind(known.marks, one.marks);
    });
    return [...this.#known.values(), ...met.map(([, one]) => one)];
  }

  /**
   * What is known of a partition. Who still writes for a claim that has met a loss is given what was known before it, and so
   * is refused: the next claim asks where to go on. Undefined for one that was never met.
   */
  of(place: Place): Known | undefined {
    const known = this.#known.get(markField(place));
    return known === undefined ? this.#lost.get(markField(place)) : this.#takeOver(known);
  }

  /** A part that is another now, and of which nothing of the partition is expected, is as good as the last. */
  #takeOver(known: Known): Known {
    for (const [part, mark] of known.marks.entries())
      if (mark === null) known.generations[part] = this.#shards.parts[part]!.generation;
    return known;
  }

  /** Takes what was read of a partition for what is known of it from now on. */
  know(place: Place, record: PartitionRecord, marks: readonly (number | null)[], isStored: boolean): Known {
    const known = this.#knownNow(place, record, marks, isStored);
    this.#known.set(markField(place), known);
    return known;
  }

  #knownNow(place: Place, record: PartitionRecord, marks: readonly (number | null)[], isStored: boolean): Known {
    const own = { place, record, marks: [...marks], generations: this.#shards.generations };
    return { ...own, isStored, wholeAt: this.#now(), lost: null, delay: null };
  }

  /** Takes what another owner has stored of a partition, all of which is there. If that is less than was met before, it is a loss yet to be told. */
  meet(record: PartitionRecord, marks: readonly (number | null)[]): void {
    const name = markField(record);
    const met = this.#met.get(name);
    if (met?.lost !== null || !isBehind(marks, met.marks))
      this.#met.set(name, this.#knownNow(record, record, marks, true));
  }

  /** Whether this process has read anything of the hub in another life of it: memory may be all that is left to tell. */
  hasMetOther({ hub, hubCreatedAt, partition }: Place): boolean {
    const isOther = ({ place }: Known): boolean => place.hub === hub && place.hubCreatedAt !== hubCreatedAt;
    const own = [...this.#known.values(), ...this.#lost.values()];
    // What others have read may have been long ago, and the partition be one that the hub has got since.
    return (
      own.some(isOther) || [...this.#met.values()].some((met) => isOther(met) && met.place.partition === partition)
    );
  }

  /** The stored record with the marks that this process knows of. */
  expected(place: Place, record: PartitionRecord): PartitionRecord {
    if (record.hubCreatedAt !== place.hubCreatedAt) return record;
    return this.#memoriesOf(place).reduce<PartitionRecord>(withMarks, record);
  }

  /** All that is remembered of a partition, what was read the furthest first. */
  #memoriesOf(place: Place): Known[] {
    const name = markField(place);
    const memories = [this.#known.get(name), this.#lost.get(name), this.#met.get(name)].filter(
      (one) => one !== undefined,
    );
    return memories.sort((a, b) => b.record.sequenceNumber - a.record.sequenceNumber);
  }

  /** Notes that facts are there, and how late they were: what tells up to which event time a partition has been read. */
  noteApplied(known: Known, facts: readonly Fact[]): void {
    const at = this.#now();
    // By the hub's clock, which may be ahead of ours: what was enqueued before a loss is told by it.
    const wholeAt = facts.reduce((last, { source }) => Math.max(last, source.enqueuedAt ?? 0), at);
    known.wholeAt = Math.max(known.wholeAt, wholeAt);
    for (const part of new Set(facts.map(({ tenantId }) => this.#shards.indexOf(tenantId))))
      this.#shards.noteUsed(part, wholeAt);
    for (const { time, source } of facts) {
      const ms = Math.max(0, (source.enqueuedAt ?? 0) - msOfTicks(time));
      const { delay } = known;
      if (delay === null || ms >= delay.ms || at - delay.at > DELAY_COUNTS_MS) known.delay = { ms, at };
    }
  }

  /** A part of the state that is known not to be what the partition was reading into; null where there is none. */
  lostPartOf(known: Known): number | null {
    const stale = this.#shards.generations.findIndex((generation, part) => generation !== known.generations[part]);
    return stale < 0 && known.lost === null ? null : Math.max(stale, 0);
  }

  /** Notes that all that was stored of a partition is gone, and gives it; null where nothing is known to have been. */
  missing(place: Place): PartitionRecord | null {
    const stored = this.#memoriesOf(place).filter(({ isStored }) => isStored);
    for (const one of stored) one.lost ??= 'all that was stored of the partition is gone';
    return stored[0]?.record ?? null;
  }

  /** What was known of a partition, by this process or from another, if it has lost something since, as is known or as its claim has found. */
  remembered(place: Place, isFound: boolean): Remembered | undefined {
    const known = this.#known.get(markField(place));
    if (known !== undefined && (known.lost !== null || isFound)) this.forget(known);
    const lost = this.#lost.get(markField(place));
    const memory = this.#memoriesOf(place).find((one) => one.lost !== null || isFound);
    return memory && { ...memory, noticedAt: lost?.noticedAt ?? this.#now() };
  }

  /** From now on what was known of a partition is only what it was before a loss. */
  forget(known: Known): void {
    const name = markField(known.place);
    this.#known.delete(name);
    const lost = known.lost ?? 'the state that it was read into was lost';
    if (!this.#lost.has(name)) this.#lost.set(name, { ...known, lost, noticedAt: this.#now() });
  }

  /** A partition goes on, or has begun again: what was lost of it before is noted where it belongs. */
  goesOn(place: Place): void {
    this.#lost.delete(markField(place));
    this.#met.delete(markField(place));
  }
}

/** Whether some mark is lower than another one of the same part. */
const isBehind = (marks: readonly (number | null)[], others: readonly (number | null)[]): boolean =>
  others.some((other, part) => other !== null && (marks[part] ?? -1) < other);
