/** What is stored of a partition: how far it was read, what was read without a gap, and what was lost; and how that changes. */
import { LOSSES_MAX, type NotedLoss } from './losses.ts';
import { eventsIn, findingsOf, isRebuilt, lossesNoted, type Rebuilding } from './rebuilding.ts';

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
