/** Records of partitions as they are read and written, and the marks that are expected of the parts of the state. */
import type { Keys } from '../keys.ts';
import type { Client } from '../redis/client.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { readHash } from '../redis/values.ts';
import type { PartitionRecord, Place } from './partitionRecord.ts';

const advanceScript = loadScript('advance');

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
