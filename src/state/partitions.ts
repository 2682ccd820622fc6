/**
 * What is known of the partitions, each by itself: how far it is, which marks it has raised in the parts of the state (the
 * shards, and the place of the dead letters), and which generations they had then. So each notices for itself that a part is
 * not what it was.
 */
import type { Fact } from '../detection/fact.ts';
import { msOfTicks } from '../detection/time.ts';
import type { Keys } from './keys.ts';
import type { LossReason } from './losses.ts';
import {
  type Beginning,
  beginningRecord,
  emptyRecord,
  type Gap,
  gapRecord,
  lossRecord,
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
import { noteLost, type Remembered, rebuildingOf } from './rebuilding.ts';
import type { Client } from './redis.ts';
import type { Shards } from './shards.ts';
import { goingBack, withMarks } from './wholeness.ts';

export type Outcome = { readonly kind: 'applied' } | { readonly kind: 'lost_state'; readonly detail: string };

export type Stored =
  /**
   * `since`: reading began at this time and has met nothing yet (ms since the Unix epoch). `isOtherHub`: it began in another
   * life of the hub, and met nothing in it.
   */
  | { readonly kind: 'none'; readonly since?: number; readonly isOtherHub?: true }
  | { readonly kind: 'position'; readonly position: Position }
  | {
      readonly kind: 'lost';
      readonly after: number | null;
      readonly position: Position | null;
      readonly detail: string;
    };

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

export interface PartitionsOptions {
  readonly reader: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onLost: (detail: string, reason: LossReason) => void;
}

export class Partitions {
  readonly #client: Client;
  readonly #keys: Keys;
  readonly #shards: Shards;
  readonly #options: PartitionsOptions;
  readonly #known = new Map<string, Known>();
  readonly #lost = new Map<string, Known & Remembered>();

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
      if (marks.every((mark) => mark === null))
        return { kind: 'none', ...(this.#hasMetOther(place) && { isOtherHub: true }) };
      const detail = 'the position is gone, but facts or dead letters of the partition are there';
      return { kind: 'lost', after: null, position: null, detail };
    }
    const position = positionOf(record);
    const now = { marks, generations: this.#generations() };
    const lost = goingBack(this.#expected(place, record), now, place.hubCreatedAt, (part) => this.#shards.nameOf(part));
    if (lost !== null) return { kind: 'lost', position, ...lost };
    this.#lost.delete(markField(place));
    this.#know(place, record, marks, true);
    if (position !== null) return { kind: 'position', position };
    if (record.hubCreatedAt !== place.hubCreatedAt) return { kind: 'none', isOtherHub: true };
    return { kind: 'none', ...(record.enqueuedAt !== null && { since: record.enqueuedAt }) };
  }

  /** Whether this process has read anything of the hub in another life of it: memory may be all that is left to tell. */
  #hasMetOther({ hub, hubCreatedAt }: Place): boolean {
    const met = [...this.#known.values(), ...this.#lost.values()];
    return met.some(({ place }) => place.hub === hub && place.hubCreatedAt !== hubCreatedAt);
  }

  /** The stored record with the marks that this process knows of. */
  #expected(place: Place, record: PartitionRecord): PartitionRecord {
    const own = this.#known.get(markField(place)) ?? this.#lost.get(markField(place));
    return own === undefined || record.hubCreatedAt !== place.hubCreatedAt ? record : withMarks(record, own);
  }

  async begin(place: Place, beginning: Beginning): Promise<void> {
    await this.#shards.verify();
    const { reader, now, onLost } = this.#options;
    const before = await readRecord(this.#client, this.#keys, place);
    const marks = await this.#marksOf(place);
    const remembered = this.#remembered(place);
    const last = before ?? remembered?.record ?? null;
    // Where all is gone, there may not even be a checkpoint left to tell it from a first start.
    const isLoss = beginning.cause === 'lost' || (beginning.cause === 'first' && remembered !== undefined);
    const parts = { marks, generations: this.#generations() };
    if (isLoss) await noteLost(this.#shards, before && this.#expected(place, before), parts, remembered);
    const fresh = { ...emptyRecord(place, reader, now()), ...parts };
    // A rebuild that ended before its first event is not done for that.
    const begun = beginning.cause === 'first' ? (before?.rebuilding ?? null) : null;
    const rebuilding = isLoss ? rebuildingOf(last, beginning, remembered?.noticedAt ?? now()) : begun;
    const record = beginningRecord(fresh, beginning, before, rebuilding);
    const reason = isLoss ? 'state_lost' : 'hub_recreated';
    if (isLoss || beginning.cause === 'new_hub') onLost(`${place.hub}/${place.partition}: ${beginning.detail}`, reason);
    await this.#write(this.#know(place, record, marks, false), record, true);
    this.#lost.delete(markField(place));
  }

  async advance(place: Place, progress: Progress): Promise<Outcome> {
    const known = await this.knownOf(place);
    // A position says that facts are there: it is not written before they have been seen to be.
    await this.#look(known);
    const lost = this.lostPartOf(known);
    if (lost !== null) return this.lostAt(known, lost);
    const { reader, now } = this.#options;
    const parts = { marks: [...known.marks], generations: [...known.generations] };
    const seen = { ...parts, reader, seenAt: now(), delayMs: known.delay?.ms ?? known.record.delayMs };
    const next = progressRecord({ ...known.record, ...seen }, progress);
    await this.#write(known, next, false);
    return { kind: 'applied' };
  }

  async reportGap(place: Place, gap: Gap): Promise<void> {
    const known = await this.knownOf(place);
    const record = gapRecord(known.record, gap, this.#options.now());
    // What is read again meets the gap again.
    if (record === null || known.lost !== null) return;
    const isNew = record.losses !== known.record.losses;
    const isGap = record.gaps !== known.record.gaps;
    // Another owner that is further has met the gap itself, and its position stays.
    await this.#write(known, record, false);
    const { onLost } = this.#options;
    if (isGap) onLost(`${place.hub}/${place.partition}: ${record.gaps.at(-1)!.detail}`, 'events_expired');
    if (isNew) onLost(record.losses.at(-1)!.detail, 'findings_lost');
  }

  async knownOf(place: Place): Promise<Known> {
    const known = this.#known.get(markField(place));
    if (known !== undefined) return this.#takeOver(known);
    // Who still writes for a claim that has met a loss knows nothing: the next claim asks where to go on.
    const lost = this.#lost.get(markField(place));
    if (lost !== undefined) return lost;
    const { reader, now } = this.#options;
    const record = await readRecord(this.#client, this.#keys, place);
    const marks = await this.#marksOf(place);
    return this.#know(place, record ?? emptyRecord(place, reader, now()), marks, record !== null);
  }

  /** A part that is another now, and of which nothing of the partition is expected, is as good as the last. */
  #takeOver(known: Known): Known {
    for (const [part, mark] of known.marks.entries())
      if (mark === null) known.generations[part] = this.#shards.parts[part]!.generation;
    return known;
  }

  /** Notes that facts are there, and how late they were: what tells up to which event time a partition has been read. */
  noteApplied(known: Known, facts: readonly Fact[]): void {
    const at = this.#options.now();
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
    const stale = this.#generations().findIndex((generation, part) => generation !== known.generations[part]);
    return stale < 0 && known.lost === null ? null : Math.max(stale, 0);
  }

  /** Forgets what was known of a partition, and says that it must ask where to go on. */
  async lostAt(known: Known, part: number): Promise<Outcome> {
    const { hub, partition } = known.place;
    this.#forget(known);
    await this.#shards.reopen(this.#shards.parts[part]!);
    const detail = `${this.#shards.nameOf(part)} is not the one that ${hub}/${partition} was reading into`;
    return { kind: 'lost_state', detail: known.lost ?? detail };
  }

  /** What this process knew of a partition, if it has lost something since. */
  #remembered(place: Place): Remembered | undefined {
    const known = this.#known.get(markField(place));
    if (known !== undefined && known.lost !== null) this.#forget(known);
    return this.#lost.get(markField(place));
  }

  #forget(known: Known): void {
    const name = markField(known.place);
    this.#known.delete(name);
    const lost = known.lost ?? 'the state that it was read into was lost';
    if (!this.#lost.has(name)) this.#lost.set(name, { ...known, lost, noticedAt: this.#options.now() });
  }

  /** Notices that a part holds less than was put there, as after the return of an older snapshot, while nothing is written to it. */
  async verify(): Promise<void> {
    await Promise.all([...this.#known.values()].map((known) => this.#look(known)));
  }

  /** Compares the marks of a partition with what is known of them. */
  async #look(known: Known): Promise<void> {
    // Taken before the stored ones are read: those can only be higher.
    const marks = [...known.marks];
    const at = this.#options.now();
    const stored = await this.#marksOf(known.place);
    const behind = marks.findIndex((mark, part) => mark !== null && (stored[part] ?? -1) < mark);
    if (behind < 0 && known.lost === null) known.wholeAt = Math.max(known.wholeAt, at);
    if (behind < 0 || known.lost !== null) return;
    const { hub, partition } = known.place;
    known.lost = `${this.#shards.nameOf(behind)} no longer holds all that ${hub}/${partition} has put there`;
    this.#options.onLost(known.lost, 'state_lost');
  }

  #marksOf(place: Place): Promise<(number | null)[]> {
    return Promise.all(this.#shards.parts.map(({ key }) => readMark(this.#client, key, place)));
  }

  #generations(): string[] {
    return this.#shards.parts.map(({ generation }) => generation);
  }

  #know(place: Place, record: PartitionRecord, marks: readonly (number | null)[], isStored: boolean): Known {
    const wholeAt = this.#options.now();
    const own = { place, record, marks: [...marks], generations: this.#generations() };
    const known = { ...own, isStored, wholeAt, lost: null, delay: null };
    this.#known.set(markField(place), known);
    return known;
  }

  async #write(known: Known, record: PartitionRecord, forced: boolean): Promise<void> {
    const outcome = await writeRecord(this.#client, this.#keys, record, forced);
    if (outcome === 'kept') return;
    const isGone = outcome === 'made' && known.isStored;
    known.record = record;
    known.isStored = true;
    if (isGone) await this.#noteGone(known);
  }

  /** All else is there, so nothing is to be read again: what was known of the partition stands as it was, and says so. */
  async #noteGone(known: Known): Promise<void> {
    const { hub, partition } = known.place;
    const { now, onLost } = this.#options;
    const detail = `the position of ${hub}/${partition} was gone, and was written again out of memory`;
    const record = lossRecord(known.record, { at: now(), reason: 'state_lost', detail });
    if ((await writeRecord(this.#client, this.#keys, record, false)) !== 'kept') known.record = record;
    onLost(detail, 'state_lost');
  }
}
