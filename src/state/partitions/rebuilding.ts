/** Reading again after a loss of state: what is noted of the loss before anything is put there again, and how far it goes. */

import type { Shards } from '../shards.ts';
import type { NotedLoss } from './losses.ts';
import type { Beginning, Gap, PartitionRecord } from './partitionRecord.ts';
import { lostParts, type PartsNow } from './wholeness.ts';

/** A partition is read again after a loss of state, until it is where it was. */
export interface Rebuilding {
  /** When the loss was noticed. */
  readonly since: number;
  /** The last event that had been read before; null where nobody knows: then until the end is reached. */
  readonly sequenceNumber: number | null;
  /** The enqueued time up to which it had been read, where that is known. */
  readonly until: number | null;
}

/** What a process knew of a partition when it noticed a loss. Times in milliseconds since the Unix epoch. */
export interface Remembered extends PartsNow {
  readonly record: PartitionRecord;
  readonly wholeAt: number;
  readonly noticedAt: number;
}

/** Notes in the parts what they have lost of a partition; `before` is the position that is left, if any. */
export async function noteLost(
  shards: Shards,
  before: PartitionRecord | null,
  now: PartsNow,
  remembered: Remembered | undefined,
): Promise<void> {
  if (before !== null) {
    const wholeAt = Math.max(before.seenAt, remembered?.wholeAt ?? 0);
    for (const { part, holds } of lostParts(before, now)) {
      if (holds === 'replaced') await shards.noteReplaced(part, before.generations[part]!, wholeAt, null);
      else await shards.noteBehind(part, wholeAt);
    }
    return;
  }
  for (const [part, mark] of now.marks.entries()) {
    if (remembered === undefined) {
      // Nobody knows what was where: whatever holds nothing of the partition may have lost it.
      if (mark === null) await shards.noteBehind(part, null);
    } else if (mark === null && (remembered.marks[part] ?? null) !== null) {
      await shards.noteReplaced(part, remembered.generations[part]!, remembered.wholeAt, null);
    }
  }
}

/** What is read again, and up to where: never less than what is being read again already. */
export function rebuildingOf(
  last: PartitionRecord | null,
  { previous, checkpoint }: Beginning,
  since: number,
): Rebuilding {
  const events = [last?.rebuilding?.sequenceNumber, last?.sequenceNumber, previous?.sequenceNumber, checkpoint];
  const event = Math.max(-1, ...events.map((one) => one ?? -1));
  const times = [last?.rebuilding?.until, last?.spans.at(-1)?.until, last?.enqueuedAt, previous?.enqueuedAt];
  const until = Math.max(-1, ...times.map((time) => time ?? -1));
  return { since, sequenceNumber: event < 0 ? null : event, until: until < 0 ? null : until };
}

/** Whether a partition that was read again is where it was, or at its end. */
export function isRebuilt(
  { rebuilding }: PartitionRecord,
  sequenceNumber: number,
  readToEndAt: number | null,
): boolean {
  if (!rebuilding) return true;
  const isBack = rebuilding.sequenceNumber !== null && sequenceNumber >= rebuilding.sequenceNumber;
  return isBack || (readToEndAt !== null && readToEndAt >= rebuilding.since);
}

/** What a gap costs while a partition is read again: findings that were there before. */
export const findingsOf = ({ hub, partition }: PartitionRecord, gap: Gap): string =>
  `${hub}/${partition}: findings of ${eventsIn(gap)} cannot be made again, because the hub no longer holds these.`;

export const eventsIn = ({ after, before, afterEnqueuedAt }: Gap): string =>
  after === null
    ? `the events before ${before} that were enqueued after ${new Date(afterEnqueuedAt ?? 0).toISOString()}`
    : `the events ${after + 1} to ${before - 1}`;

/** What a partition's record says of the loss with which it begins anew. */
export function lossesNoted(
  { hub, partition, seenAt: at }: PartitionRecord,
  { cause, detail }: Beginning,
  before: PartitionRecord | null,
  isLoss: boolean,
): NotedLoss[] {
  const name = `${hub}/${partition}`;
  if (cause === 'new_hub') return [{ at, reason: 'hub_recreated', detail: `${name}: ${detail}` }];
  if (!isLoss) return [];
  const noted: NotedLoss = { at, reason: 'state_lost', detail: `${name}: ${detail}` };
  if (cause === 'first' || before !== null) return [noted];
  return [noted, { at, reason: 'findings_lost', detail: `${name}: nobody knows which findings were there` }];
}
