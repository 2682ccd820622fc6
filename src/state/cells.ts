/** Fields of hashes that are read, changed by pure code and written back only if no one else wrote them in between. */
import { createHash, randomBytes } from 'node:crypto';
import type { Argument } from './calls.ts';
import type { Client } from './redis.ts';
import { fieldOf, readValues } from './values.ts';

export interface Cell {
  readonly key: string;
  readonly field: Buffer | string;
  readonly before: Buffer | null;
}

export interface CellWrite extends Cell {
  /** Null deletes the field; the very value that was read leaves it, but has it checked that it still stands. */
  readonly after: Buffer | string | null;
}

/** Reads fields of hashes of one slot. */
export async function readCells(client: Client, wanted: readonly Omit<Cell, 'before'>[]): Promise<Cell[]> {
  const values = await readValues(
    client,
    wanted.map(({ key, field }) => fieldOf(key, field)),
  );
  return wanted.map((cell, i) => ({ ...cell, before: values[i]! }));
}

/** In place of a new value: the one there stays. No value of ours is this short. */
const UNCHANGED = '=';

/** What a script needs of writes: how many, then key, field, SHA-1 of the value that must still stand (empty: none), new value (empty: none, `=`: as it is). */
export function cellArguments(writes: readonly CellWrite[]): Argument[] {
  const written = ({ before, after }: CellWrite): Argument =>
    after === null ? '' : after === before ? UNCHANGED : after;
  return [writes.length, ...writes.flatMap((write) => [write.key, write.field, sha1(write.before), written(write)])];
}

/** As scripts compare values: 40 hex digits, or nothing for what is not there. */
export const sha1 = (value: Buffer | null): string =>
  value === null ? '' : createHash('sha1').update(value).digest('hex');

/**
 * A version of an actor's facts, or of what was folded from them. No number: after state was lost the same one would be
 * reached again by other facts, and what was read before the loss be stored over them.
 */
export const freshVersion = (): string => randomBytes(9).toString('base64url');
