/**
 * Where partitions stand, as it lies in Redis: where one that is claimed goes on, that it begins, moves on or has met a gap; and
 * whether the parts of the state still hold what this process has put there.
 */
import type { Keys } from '../keys.ts';
import type { Client } from '../redis/client.ts';
import type { Shards } from '../shards.ts';
import { type Known, KnownPartitions } from './knownPartitions.ts';
import { Looks, type LooksOptions } from './looks.ts';
import {
  type Beginning,
  beginningRecord,
  emptyRecord,
  type Gap,
  gapRecord,
  hasFormer,
  lossRecord,
  type PartitionRecord,
  type Place,
  type Position,
  type Progress,
  positionOf,
  progressRecord,
  withoutSpans,
} from './partitionRecord.ts';
import { readRecord, type Written, writeRecord, writeSeen } from './positions.ts';
import { noteLost, rebuildingOf } from './rebuilding.ts';
import { goingBack, lostParts } from './wholeness.ts';

export type Outcome = { readonly kind: 'applied' } | { readonly kind: 'lost_state'; readonly detail: string };

export type Stored =
  /**
   * `since`: reading began at this time and has met nothing yet (ms since the Unix epoch). `isOtherHub`: it began in another
   * life of the hub, and met nothing in it.
   */
  | { readonly kind: 'none'; readonly since?: number; readonly isOtherHub?: true }
  /**
   * `isRebuilding`: it went back to where it is on purpose. `foreignCheckpoint`: the checkpoint that was there when reading
   * began in this life of the hub.
   */
  | {
      readonly kind: 'position';
      readonly position: Position;
      readonly isRebuilding?: true;
      readonly foreignCheckpoint?: number;
    }
  | {
      readonly kind: 'lost';
      readonly after: number | null;
      readonly position: Position | null;
      readonly detail: string;
    };

export class Partitions {
  readonly known: KnownPartitions;
  readonly #client: Client;
  readonly #keys: Keys;
  readonly #shards: Shards;
  readonly #options: LooksOptions;
  readonly #looks: Looks;
  /** Whether parts of the state lie where a step on the positions does not see them. */
  #isApart = false;

  constructor(client: Client, keys: Keys, shards: Shards, options: LooksOptions) {
    this.#client = client;
    this.#keys = keys;
    this.#shards = shards;
    this.#options = options;
    this.known = new KnownPartitions(shards, options.now);
    this.#looks = new Looks({ client, keys, shards, known: this.known }, options);
  }

  /** Looks whether all is there that is known of, and at what others have stored meanwhile. */
  async look(): Promise<void> {
    await this.#looks.verify();
    await this.#looks.meet();
  }

  async load(place: Place): Promise<Stored> {
    await this.#shards.verify();
    const record = await readRecord(this.#client, this.#keys, place);
    // Before the marks are read: those can only be higher.
    const expected = record && this.known.expected(place, record);
    const marks = await this.#looks.marksOf(place);
    if (record === null) return this.#without(place, marks);
    const position = positionOf(record);
    const now = { marks, generations: this.#shards.generations };
    const lost = goingBack(expected!, now, place.hubCreatedAt, (part) => this.#shards.nameOf(part));
    if (lost !== null) return { kind: 'lost', position, ...lost };
    this.known.goesOn(place);
    this.known.know(place, record, marks, true);
    if (position !== null) {
      const { rebuilding, foreignCheckpoint } = record;
      return {
        ...{ kind: 'position', position },
        ...(rebuilding && { isRebuilding: true }),
        ...(foreignCheckpoint != null && { foreignCheckpoint }),
      };
    }
    if (record.hubCreatedAt !== place.hubCreatedAt) return { kind: 'none', isOtherHub: true };
    return { kind: 'none', ...(record.enqueuedAt !== null && { since: record.enqueuedAt }) };
  }

  /** Where no position is stored. What this process had stored, it misses, even if nothing else is left to tell of it. */
  #without(place: Place, marks: readonly (number | null)[]): Stored {
    const isBare = marks.every((mark) => mark === null);
    const missing = isBare ? this.known.missing(place) : null;
    if (isBare && missing === null) return { kind: 'none', ...(this.known.hasMetOther(place) && { isOtherHub: true }) };
    const rest = isBare
      ? 'with all that lay there of the partition'
      : 'but facts or dead letters of the partition are there';
    return {
      kind: 'lost',
      after: null,
      position: missing && positionOf(missing),
      detail: `the position is gone, ${rest}`,
    };
  }

  async begin(place: Place, beginning: Beginning): Promise<void> {
    await this.#shards.verify();
    const { reader, now, onLost } = this.#options;
    const before = await readRecord(this.#client, this.#keys, place);
    const marks = await this.#looks.marksOf(place);
    const remembered = this.known.remembered(place, beginning.cause === 'lost');
    const last = before ?? remembered?.record ?? null;
    // Where all is gone, there may not even be a checkpoint left to tell it from a first start.
    const isLoss = beginning.cause === 'lost' || (beginning.cause === 'first' && remembered !== undefined);
    const parts = { marks, generations: this.#shards.generations };
    if (isLoss) await noteLost(this.#shards, before && this.known.expected(place, before), parts, remembered);
    // All of it fell back together: which part of what lay where, nobody knows.
    if (isLoss && before !== null && beginning.checkpoint !== null)
      for (const part of marks.keys()) await this.#shards.noteBehind(part, before.seenAt);
    const fresh = { ...emptyRecord(place, reader, now()), ...parts };
    // A rebuild that ended before its first event is not done for that.
    const begun = beginning.cause === 'first' ? (before?.rebuilding ?? null) : null;
    const rebuilding = isLoss ? rebuildingOf(last, beginning, remembered?.noticedAt ?? now()) : begun;
    const record = beginningRecord(fresh, beginning, before && (await this.#leftOf(before, beginning)), rebuilding);
    const reason = isLoss ? 'state_lost' : 'hub_recreated';
    if (isLoss || beginning.cause === 'new_hub') onLost(`${place.hub}/${place.partition}: ${beginning.detail}`, reason);
    await this.#write(this.known.know(place, record, marks, false), record, true);
    this.known.goesOn(place);
  }

  /** The record that stood, without what cannot be read again and may be lost. */
  async #leftOf(before: PartitionRecord, { cause, after }: Beginning): Promise<PartitionRecord> {
    if (cause === 'lost' && after === null && hasFormer(before)) return withoutSpans(before, before.hubCreatedAt);
    if (cause !== 'new_hub') return before;
    const parts = { marks: await this.#looks.marksOf(before), generations: this.#shards.generations };
    return lostParts(before, parts).length > 0 ? withoutSpans(before, Number.POSITIVE_INFINITY) : before;
  }

  async advance(place: Place, progress: Progress): Promise<Outcome> {
    const known = await this.knownOf(place);
    // A position says that facts are there: it is not written unless they are seen to be, where one server has all in the same step.
    if (this.known.lostPartOf(known) === null) {
      const next = this.#nextRecord(known, progress);
      if (!this.#isApart && (await this.#writeSeen(known, next))) return { kind: 'applied' };
      await this.#looks.look(known);
      if (this.known.lostPartOf(known) === null) {
        // What is there, and yet not to be seen from the positions, lies on other nodes.
        this.#isApart = true;
        await this.#write(known, next, false);
        return { kind: 'applied' };
      }
    }
    return this.lostAt(known, this.known.lostPartOf(known)!);
  }

  #nextRecord(known: Known, progress: Progress): PartitionRecord {
    const { reader, now } = this.#options;
    const parts = { marks: [...known.marks], generations: [...known.generations] };
    const seen = { ...parts, reader, seenAt: now(), delayMs: known.delay?.ms ?? known.record.delayMs };
    return progressRecord({ ...this.#whatIsThere(known), ...seen }, progress);
  }

  /** Moves the position if the marks of all parts are seen from where it lies; false where they are not. */
  async #writeSeen(known: Known, record: PartitionRecord): Promise<boolean> {
    const partKeys = this.#shards.parts.map(({ key }) => key);
    const outcome = await writeSeen(this.#client, this.#keys, record, partKeys);
    if (outcome === 'unseen') return false;
    known.wholeAt = Math.max(known.wholeAt, record.seenAt);
    await this.#noteWritten(known, record, outcome);
    return true;
  }

  /** The record, without what was read of a former hub if a part of the state is another now: it expects nothing of this one only. */
  #whatIsThere({ record, generations, place }: Known): PartitionRecord {
    const isSame = generations.every((generation, part) => generation === (record.generations[part] ?? generation));
    if (isSame || !hasFormer(record)) return record;
    const left = withoutSpans(record, record.hubCreatedAt);
    if (left !== record)
      this.#options.onLost(`${place.hub}/${place.partition}: ${left.gaps.at(-1)!.detail}`, 'state_lost');
    return left;
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

  /** What is known of a partition, read where it was not met before. */
  async knownOf(place: Place): Promise<Known> {
    const known = this.known.of(place);
    if (known !== undefined) return known;
    const { reader, now } = this.#options;
    const record = await readRecord(this.#client, this.#keys, place);
    const marks = await this.#looks.marksOf(place);
    return this.known.know(place, record ?? emptyRecord(place, reader, now()), marks, record !== null);
  }

  /** Forgets what was known of a partition, and says that it must ask where to go on. */
  async lostAt(known: Known, part: number): Promise<Outcome> {
    const { hub, partition } = known.place;
    this.known.forget(known);
    await this.#shards.reopen(this.#shards.parts[part]!);
    const detail = `${this.#shards.nameOf(part)} is not the one that ${hub}/${partition} was reading into`;
    return { kind: 'lost_state', detail: known.lost ?? detail };
  }

  async #write(known: Known, record: PartitionRecord, forced: boolean): Promise<void> {
    await this.#noteWritten(known, record, await writeRecord(this.#client, this.#keys, record, forced));
  }

  async #noteWritten(known: Known, record: PartitionRecord, outcome: Written): Promise<void> {
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
