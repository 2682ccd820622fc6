/** Fields of hashes that are read, changed by pure code and written back only if no one else wrote them in between. */
import { createHash } from 'node:crypto';
import { type Argument, type Client, pipeline } from './redis.ts';

export interface Cell {
  readonly key: string;
  readonly field: Buffer | string;
  readonly before: Buffer | null;
}

export interface CellWrite extends Cell {
  /** Null deletes the field. */
  readonly after: Buffer | string | null;
}

/** Reads fields of hashes of one slot. */
export async function readCells(client: Client, wanted: readonly Omit<Cell, 'before'>[]): Promise<Cell[]> {
  const values = await pipeline(
    client,
    wanted.map(({ key, field }) => ['HGET', key, field] as const),
  );
  return wanted.map((cell, i) => ({ ...cell, before: values[i] as Buffer | null }));
}

/** What a script needs of writes: how many, then key, field, SHA-1 of the value that must still stand (empty: none), new value (empty: none). */
export function cellArguments(writes: readonly CellWrite[]): Argument[] {
  return [writes.length, ...writes.flatMap(({ key, field, before, after }) => [key, field, sha1(before), after ?? ''])];
}

const sha1 = (value: Buffer | null): string => (value === null ? '' : createHash('sha1').update(value).digest('hex'));
