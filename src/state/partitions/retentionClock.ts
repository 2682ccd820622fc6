/** Up to when facts may have gone: no further than all partitions have been read. */
import type { PartitionRecord } from './partitionRecord.ts';

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
