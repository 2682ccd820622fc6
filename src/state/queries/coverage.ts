/** Coverage for those who ask: what was read of every partition, and whether silence means that nothing happened. */
import { groupBy } from '../../detection/group.ts';
import { isFresh, LOSS_REASONS, type LossReason, type NotedLoss } from '../partitions/losses.ts';
import type { LostSpan, PartitionRecord } from '../partitions/partitionRecord.ts';
import { retentionClock } from '../partitions/retentionClock.ts';
import type { Missing } from '../partitions/wholeness.ts';
import type { State } from '../state.ts';

export type Silence = 'nothing_happened' | 'nothing_arrived';

/** A reader that was not heard of for so long is gone, or stands still. */
const READER_GONE_MS = 90_000;
/** Entra promises minutes; without delays seen lately so much is allowed for. */
const DELAY_ASSUMED_MS = 15 * 60_000;

/** What is known here and now of partitions that this process reads. */
export type Stalled = (hub: string, partition: string) => string | null;

export function coverageQueries(state: State, stalled: Stalled) {
  return {
    async now() {
      const at = state.options.now();
      const records = (await state.records()).sort((a, b) =>
        a.hub < b.hub ? -1 : a.hub > b.hub ? 1 : Number(a.partition) - Number(b.partition),
      );
      const missing = await state.missingIn(records);
      const troubleOf = await state.troubles();
      const refusal = await state.refusal();
      // This process knows its own best; what keeps Redis from taking anything in cannot be written there.
      const standing = (record: PartitionRecord) =>
        stalled(record.hub, record.partition) ?? troubleOf(record) ?? refusal;
      const noted = await state.losses();
      const losses = [...noted.losses, ...records.flatMap((record) => record.losses)];
      const clock = retentionClock(records, at);
      const partitions = records.map((record) => ({
        record,
        coverage: partitionCoverage(record, missing.get(record), at, standing(record)),
      }));
      const silent =
        !isFresh(noted, at) &&
        partitions.length > 0 &&
        partitions.every(({ coverage }) => coverage.silence === 'nothing_happened');
      const through = partitions.map(({ coverage }) => coverage.eventTimeThrough);
      return {
        at: iso(at),
        silence: (silent ? 'nothing_happened' : 'nothing_arrived') as Silence,
        detail: isFresh(noted, at) ? 'State was lost a moment ago.' : detailOf(partitions),
        eventTimeThrough: through.length === 0 || through.includes(null) ? null : (through as string[]).sort()[0]!,
        clock: {
          time: iso(clock.time),
          heldBackMs: at - clock.time,
          heldBy: clock.heldBy === null ? null : `${clock.heldBy.hub}/${clock.heldBy.partition}`,
        },
        readers: readersOf(records, at),
        losses: losses
          .sort(compareLosses)
          .map((loss) => ({ at: iso(loss.at), reason: reasonOf(loss), detail: loss.detail })),
        hubs: [...groupBy(partitions, ({ record }) => record.hub)].map(([hub, own]) => ({
          hub,
          createdAt: iso(Math.max(...own.map(({ record }) => record.hubCreatedAt))),
          partitions: own.map(({ coverage }) => coverage),
        })),
      };
    },
  };
}

const reasonOf = ({ reason }: NotedLoss): LossReason => reason ?? 'state_lost';
const compareLosses = (a: NotedLoss, b: NotedLoss): number =>
  a.at - b.at || LOSS_REASONS.indexOf(reasonOf(a)) - LOSS_REASONS.indexOf(reasonOf(b));

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

const isRead = ({ seenAt }: PartitionRecord, now: number): boolean => now - seenAt <= READER_GONE_MS;

function partitionCoverage(record: PartitionRecord, missing: Missing | undefined, now: number, stalled: string | null) {
  const rebuilding = rebuildingOf(record, missing, now);
  const silence: Silence =
    isRead(record, now) &&
    rebuilding === null &&
    record.lagEvents === 0 &&
    stalled === null &&
    record.readToEndAt !== null &&
    now - record.readToEndAt <= READER_GONE_MS
      ? 'nothing_happened'
      : 'nothing_arrived';
  const delayMs = record.delayMs ?? DELAY_ASSUMED_MS;
  const until = record.spans.at(-1)?.until ?? null;
  return {
    partition: record.partition,
    reader: isRead(record, now) ? record.reader : null,
    position:
      record.sequenceNumber < 0 || record.enqueuedAt === null
        ? null
        : { sequenceNumber: record.sequenceNumber, enqueuedAt: iso(record.enqueuedAt) },
    lastSequenceNumber:
      record.lagEvents === null || record.sequenceNumber < 0 ? null : record.sequenceNumber + record.lagEvents,
    lag: record.lagEvents,
    readToEndAt: isoOrNull(record.readToEndAt),
    spans: record.spans.map((span) => ({ from: iso(span.from), until: iso(span.until) })),
    gaps: record.gaps.map(({ from, until, reason, detail }: LostSpan) => ({
      from: isoOrNull(from),
      until: isoOrNull(until),
      reason,
      detail,
    })),
    // What was read before a loss is there again only once the rebuild is done.
    eventTimeThrough: isoOrNull(until === null || rebuilding !== null ? null : until - delayMs),
    delayMs,
    rebuilding,
    stalled,
    silence,
  };
}

/** Of a loss that no owner has met yet nothing is written down: what is expected and what is there tell of it. */
function rebuildingOf(record: PartitionRecord, missing: Missing | undefined, now: number) {
  const noted = record.rebuilding ?? null;
  if (noted === null && missing === undefined) return null;
  const since = noted?.since ?? missing?.noticedAt ?? now;
  const until = noted?.until ?? record.spans.at(-1)?.until ?? record.enqueuedAt;
  return { since: iso(since), until: isoOrNull(until) };
}

function readersOf(records: readonly PartitionRecord[], now: number) {
  const read = records.filter((record) => isRead(record, now));
  return [...groupBy(read, ({ reader }) => reader)].map(([name, own]) => ({
    name,
    partitions: own.length,
    seenAt: iso(Math.max(...own.map(({ seenAt }) => seenAt))),
  }));
}

function detailOf(partitions: readonly { record: PartitionRecord; coverage: { silence: Silence } }[]): string {
  if (partitions.length === 0) return 'No partition has been read yet.';
  const behind = partitions
    .filter(({ coverage }) => coverage.silence !== 'nothing_happened')
    .map(({ record }) => `${record.hub}/${record.partition}`);
  if (behind.length === 0) return `All ${partitions.length} partitions were lately read to their end.`;
  return `Behind, standing still, without a reader or being read again after a loss: ${behind.slice(0, 10).join(', ')}${behind.length > 10 ? ` and ${behind.length - 10} more` : ''}.`;
}
