/** How far each partition is, which marks are expected of the parts of the state, and which spans of enqueued time were read without a gap. */

import type { Keys } from './keys.ts';
import { LOSSES_MAX, type NotedLoss } from './losses.ts';
import { eventsIn, findingsOf, isRebuilt, lossesNoted, type Rebuilding } from './rebuilding.ts';
import type { Client } from './redis.ts';
import { loadScript, runScript } from './scripts.ts';
import { readHash } from './values.ts';

const advanceScript = loadScript('advance');

/** A partition in one life of its hub. Times in milliseconds since the Unix epoch, here and below. */
export interface Place {
  readonly hub: string;
  readonly hubCreatedAt: number;
  readonly partition: string;
}

export interface Position {
  /** -1 stands before the first event. */
  readonly sequenceNumber: number;
  readonly offset: string | null;
  readonly enqueuedAt: number | null;
  readonly hubCreatedAt: number;
}

export interface Beginning {
  readonly cause: 'first' | 'lost' | 'new_hub';
  readonly after: Position | null;
  readonly since: number | null;
  readonly previous: Position | null;
  readonly checkpoint: number | null;
  readonly detail: string;
}

export interface Progress {
  readonly position: Position | null;
  readonly readToEndAt: number | null;
  readonly lagEvents: number | null;
}

export interface Gap {
  readonly after: number | null;
  readonly before: number;
  readonly afterEnqueuedAt: number | null;
  readonly beforeEnqueuedAt: number | null;
  readonly isFirst: boolean;
}

export interface ReadSpan {
  readonly from: number;
  readonly until: number;
}

export interface LostSpan {
  readonly from: number | null;
  readonly until: number | null;
  readonly reason: 'expired' | 'lost_state' | 'hub_recreated';
  readonly detail: string;
}

/** All that is stored of a partition. */
export interface PartitionRecord {
  readonly hub: string;
  readonly partition: string;
  readonly hubCreatedAt: number;
  /** False while reading that began by time has met nothing: the sequence number is -1 then, as it is before the first event. */
  readonly hasPosition: boolean;
  readonly sequenceNumber: number;
  readonly offset: string | null;
  readonly enqueuedAt: number | null;
  /** What each part's mark is expected to be at least: the shards in order, then the dead letters; null where none is expected. */
  readonly marks: readonly (number | null)[];
  readonly generations: readonly string[];
  readonly readToEndAt: number | null;
  readonly lagEvents: number | null;
  readonly reader: string;
  readonly seenAt: number;
  readonly spans: readonly ReadSpan[];
  readonly gaps: readonly LostSpan[];
  readonly losses: readonly NotedLoss[];
  /** Missing in what earlier versions wrote. */
  readonly rebuilding?: Rebuilding | null;
  /** The checkpoint that a hub of the same name has left, as this one was begun; missing where there was no other. */
  readonly foreignCheckpoint?: number | null;
  /** The longest delay between event time and enqueued time met lately. */
  readonly delayMs: number | null;
}

/** Spans, gaps and losses remembered of a partition; the oldest go first. */
const REMEMBERED_MAX = LOSSES_MAX;

const lastOf = <T>(list: readonly T[]): readonly T[] => list.slice(-REMEMBERED_MAX);

const fieldOf = ({ hub, partition }: Pick<Place, 'hub' | 'partition'>): string => `${hub} ${partition}`;

/** The name of a partition's mark in a part of the state. */
export const markField = ({ hub, hubCreatedAt, partition }: Place): string => `${hub} ${hubCreatedAt} ${partition}`;

export async function readRecord(
  client: Client,
  keys: Keys,
  place: Pick<Place, 'hub' | 'partition'>,
): Promise<PartitionRecord | null> {
  const text = await client.hget(`${keys.service}positions`, fieldOf(place));
  return text === null ? null : (JSON.parse(text) as PartitionRecord);
}

export async function readRecords(client: Client, keys: Keys): Promise<PartitionRecord[]> {
  const all = await readHash(client, `${keys.service}positions`);
  return [...all.values()].map((text) => JSON.parse(String(text)) as PartitionRecord);
}

export type Written = 'moved' | 'made' | 'kept';

/** Stores a record. Unless it is `forced`, one that is further, or of a later life of the hub, stays. */
export const writeRecord = (client: Client, keys: Keys, record: PartitionRecord, forced: boolean): Promise<Written> =>
  write(client, keys, record, forced, []) as Promise<Written>;

/** Stores a record as long as what it expects of the parts is there, in one step: `unseen` where they cannot be asked in it. */
export const writeSeen = (
  client: Client,
  keys: Keys,
  record: PartitionRecord,
  partKeys: readonly string[],
): Promise<Written | 'unseen'> => {
  const expected = partKeys.map((key, part) => [key, record.marks[part] ?? null] as const);
  const marks = expected.flatMap(([key, mark]) => (mark === null ? [] : [[key, mark] as const]));
  return write(client, keys, record, false, marks);
};

async function write(
  client: Client,
  keys: Keys,
  record: PartitionRecord,
  forced: boolean,
  marks: readonly (readonly [partKey: string, mark: number])[],
): Promise<Written | 'unseen'> {
  const args = [
    ...[fieldOf(record), record.sequenceNumber, record.hubCreatedAt, JSON.stringify(record), forced ? '1' : '0'],
    ...[markField(record), marks.length, ...marks.flat()],
  ];
  return String(await runScript(client, advanceScript, keys.service, args)) as Written | 'unseen';
}

export async function readMark(client: Client, partKey: string, place: Place): Promise<number | null> {
  const mark = await client.hget(`${partKey}marks`, markField(place));
  return mark === null ? null : Number(mark);
}

export function emptyRecord(place: Place, reader: string, now: number): PartitionRecord {
  const nothing = { offset: null, enqueuedAt: null, readToEndAt: null, lagEvents: null, delayMs: null };
  const begun = { hasPosition: false, sequenceNumber: -1, ...nothing };
  return { ...place, ...begun, marks: [], generations: [], reader, seenAt: now, spans: [], gaps: [], losses: [] };
}

export const positionOf = ({
  hasPosition,
  sequenceNumber,
  offset,
  enqueuedAt,
  hubCreatedAt,
}: PartitionRecord): Position | null => (hasPosition ? { sequenceNumber, offset, enqueuedAt, hubCreatedAt } : null);

/** The record of a partition that begins to be read; `before` is the one that stood, if any. */
export function beginningRecord(
  fresh: PartitionRecord,
  beginning: Beginning,
  before: PartitionRecord | null,
  rebuilding: Rebuilding | null,
): PartitionRecord {
  const { after, since, cause } = beginning;
  // Back to an event of which nothing but the number is known: what was read up to there was read without a gap.
  const goesOn = cause === 'lost' && after !== null && after.enqueuedAt === null && before !== null;
  const earliest = after?.enqueuedAt ?? since ?? fresh.seenAt;
  // What was in a hub that stood here before, nobody reads again, however far back reading begins.
  const isOther = cause !== 'first' && (before?.hubCreatedAt !== fresh.hubCreatedAt || hasFormer(before));
  const from = isOther ? Math.max(earliest, fresh.hubCreatedAt) : earliest;
  const foreign = cause === 'new_hub' ? beginning.checkpoint : isOther ? null : (before?.foreignCheckpoint ?? null);
  const begun = lastOf([...(before?.spans ?? []).filter((span) => span.until < from), { from, until: from }]);
  return {
    ...fresh,
    hasPosition: after !== null,
    sequenceNumber: after?.sequenceNumber ?? -1,
    offset: after?.offset ?? null,
    enqueuedAt: after?.enqueuedAt ?? since,
    spans: goesOn ? before.spans : begun,
    gaps: lastOf([...(before?.gaps ?? []), ...(goesOn ? [] : gapBefore(beginning, before, from))]),
    losses: lastOf([...(before?.losses ?? []), ...lossesNoted(fresh, beginning, before, rebuilding !== null)]),
    delayMs: before?.delayMs ?? null,
    rebuilding,
    ...(foreign !== null && { foreignCheckpoint: foreign }),
  };
}

/** Whether a hub that stood here before was read. What the state holds of that cannot be read again. */
export const hasFormer = ({ gaps }: PartitionRecord): boolean => gaps.some(({ reason }) => reason === 'hub_recreated');

/** The record without what was read up to a time: that was lost, and cannot be read again. */
export function withoutSpans(record: PartitionRecord, upTo: number): PartitionRecord {
  const gone = record.spans.filter(({ from, until }) => from < upTo && until <= upTo);
  const [first, last] = [gone[0], gone.at(-1)];
  if (first === undefined || last === undefined) return record;
  const detail = 'What was read of a hub that is gone was lost with a part of the state.';
  const gap = { from: first.from, until: last.until, reason: 'lost_state' as const, detail };
  return {
    ...record,
    spans: record.spans.filter((span) => !gone.includes(span)),
    gaps: lastOf([...record.gaps, gap]),
  };
}

/** What lies between the end of what was read before and the new beginning. */
function gapBefore(beginning: Beginning, before: PartitionRecord | null, from: number): PartitionRecord['gaps'] {
  if (beginning.cause === 'first') return [];
  const until = before?.spans.at(-1)?.until ?? before?.enqueuedAt ?? null;
  if (until !== null && from <= until) return [];
  const reason = beginning.cause === 'new_hub' ? ('hub_recreated' as const) : ('lost_state' as const);
  return [{ from: until, until: from, reason, detail: beginning.detail }];
}

/** The record with the position moved. */
export function progressRecord(record: PartitionRecord, progress: Progress): PartitionRecord {
  const { position, readToEndAt, lagEvents } = progress;
  const enqueuedAt = position?.enqueuedAt ?? record.enqueuedAt;
  const until = readToEndAt ?? enqueuedAt;
  const sequenceNumber = position?.sequenceNumber ?? record.sequenceNumber;
  return {
    ...record,
    rebuilding: isRebuilt(record, sequenceNumber, readToEndAt) ? null : (record.rebuilding ?? null),
    hasPosition: position !== null || record.hasPosition,
    sequenceNumber,
    offset: position?.offset ?? record.offset,
    enqueuedAt,
    readToEndAt: readToEndAt ?? record.readToEndAt,
    lagEvents,
    spans: until === null ? record.spans : extend(record.spans, until),
  };
}

function extend(spans: PartitionRecord['spans'], until: number): PartitionRecord['spans'] {
  const last = spans.at(-1);
  if (last === undefined) return [{ from: until, until }];
  return until <= last.until ? spans : [...spans.slice(0, -1), { from: last.from, until }];
}

/** The record with a loss noted. */
export const lossRecord = (record: PartitionRecord, loss: NotedLoss): PartitionRecord => ({
  ...record,
  losses: lastOf([...record.losses, loss]),
});

/** The record with a gap noted; null where it is noted already. */
export function gapRecord(record: PartitionRecord, gap: Gap, now: number): PartitionRecord | null {
  const begun = gap.beforeEnqueuedAt ?? now;
  // What was read once, and is to be read again, is more than a first start.
  if (gap.isFirst && !record.rebuilding) return { ...record, spans: [{ from: begun, until: begun }] };
  const detail = `The hub no longer held ${eventsIn(gap)}.`;
  // Another hub of the same name may lack the same numbers.
  if (record.gaps.some((other) => other.detail === detail && other.from === gap.afterEnqueuedAt)) return null;
  const lost = { from: gap.afterEnqueuedAt, until: gap.beforeEnqueuedAt, reason: 'expired' as const, detail };
  return {
    ...record,
    gaps: lastOf([...record.gaps, lost]),
    spans: lastOf([...record.spans, { from: begun, until: begun }]),
    losses: record.rebuilding
      ? lastOf([...record.losses, { at: now, reason: 'findings_lost' as const, detail: findingsOf(record, gap) }])
      : record.losses,
  };
}

/** A partition that was last seen read to its end longer ago than this may have a backlog that nobody has seen yet. */
const END_SEEN_MS = 5 * 60_000;
/** A partition that nobody has read for so long, as of a hub that is no longer configured, holds nothing back. */
const FORSAKEN_MS = 14 * 86_400_000;

/**
 * The clock by which facts expire: the wall clock, held back to what the slowest partition has been read up to while it has
 * a backlog, or while it is not known that it has none, as at the start after a standstill.
 */
export function retentionClock(
  records: readonly PartitionRecord[],
  now: number,
): { time: number; heldBy: PartitionRecord | null } {
  let clock: { time: number; heldBy: PartitionRecord | null } = { time: now, heldBy: null };
  for (const record of records) {
    const { lagEvents, enqueuedAt, readToEndAt, seenAt, spans } = record;
    const isCurrent = lagEvents === 0 && readToEndAt !== null && now - readToEndAt <= END_SEEN_MS;
    if (isCurrent || now - seenAt > FORSAKEN_MS) continue;
    // Of an event that is read again after, the time may not be known: it lies in the span that had been read.
    const isKnown = enqueuedAt !== null || readToEndAt !== null;
    const readUpTo = isKnown ? Math.max(enqueuedAt ?? 0, readToEndAt ?? 0) : (spans.at(-1)?.from ?? clock.time);
    if (readUpTo < clock.time) clock = { time: readUpTo, heldBy: record };
  }
  return clock;
}
