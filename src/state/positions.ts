/** How far each partition is, which marks are expected of the shards, and which spans of enqueued time were read without a gap. */

import type { Keys } from './keys.ts';
import { type Client, loadScript, runScript } from './redis.ts';

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

export interface ReadSpan {
  readonly from: number;
  readonly until: number;
}

export interface LostSpan {
  readonly from: number | null;
  readonly until: number | null;
  readonly reason: 'expired' | 'lost_state' | 'hub_recreated' | 'truncated';
  readonly detail: string;
}

/** A loss of state that was noticed at a partition. */
export interface NotedLoss {
  readonly at: number;
  readonly detail: string;
}

/** All that is stored of a partition. */
export interface PartitionRecord {
  readonly hub: string;
  readonly partition: string;
  readonly hubCreatedAt: number;
  /** -1 while nothing was read yet. */
  readonly sequenceNumber: number;
  readonly offset: string | null;
  readonly enqueuedAt: number | null;
  /** What each shard's mark is expected to be at least, by shard; null where none is expected. */
  readonly marks: readonly (number | null)[];
  readonly generations: readonly string[];
  readonly readToEndAt: number | null;
  readonly lagEvents: number | null;
  readonly reader: string;
  readonly seenAt: number;
  readonly spans: readonly ReadSpan[];
  readonly gaps: readonly LostSpan[];
  readonly losses: readonly NotedLoss[];
  /** The longest delay between event time and enqueued time met lately. */
  readonly delayMs: number | null;
}

/** Spans, gaps and losses remembered of a partition; the oldest go first. */
const REMEMBERED_MAX = 100;

export const lastOf = <T>(list: readonly T[]): readonly T[] => list.slice(-REMEMBERED_MAX);

const fieldOf = ({ hub, partition }: Pick<Place, 'hub' | 'partition'>): string => `${hub} ${partition}`;

/** The name of a partition's mark in a shard. */
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
  const all = await client.hvals(`${keys.service}positions`);
  return all.map((text) => JSON.parse(text) as PartitionRecord);
}

/** Stores a record. Unless it is `forced`, one that is further, or of a later life of the hub, stays. */
export async function writeRecord(
  client: Client,
  keys: Keys,
  record: PartitionRecord,
  forced: boolean,
): Promise<'moved' | 'kept'> {
  const args = [
    fieldOf(record),
    record.sequenceNumber,
    record.hubCreatedAt,
    JSON.stringify(record),
    forced ? '1' : '0',
  ];
  return String(await runScript(client, advanceScript, keys.service, args)) as 'moved' | 'kept';
}

export async function readMark(client: Client, shardKey: string, place: Place): Promise<number | null> {
  const mark = await client.hget(`${shardKey}marks`, markField(place));
  return mark === null ? null : Number(mark);
}

/** The clock by which facts expire: the wall clock, held back to the slowest partition that has a backlog. */
export function retentionClock(
  records: readonly PartitionRecord[],
  now: number,
): { time: number; heldBy: PartitionRecord | null } {
  const behind = records.filter(
    ({ lagEvents, enqueuedAt }) => lagEvents !== null && lagEvents > 0 && enqueuedAt !== null,
  );
  const slowest = behind.reduce<PartitionRecord | null>(
    (a, b) => (a === null || b.enqueuedAt! < a.enqueuedAt! ? b : a),
    null,
  );
  return slowest === null || slowest.enqueuedAt! >= now
    ? { time: now, heldBy: null }
    : { time: slowest.enqueuedAt!, heldBy: slowest };
}
