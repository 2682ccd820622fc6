/** Fields of hashes that are read, changed by pure code and written back only if no one else wrote them in between. */
import { hash, randomUUID } from 'node:crypto';
import type { Argument } from './calls.ts';
import type { Client } from './client.ts';
import { fieldOf, readServed, readValues, type ValuePlace } from './values.ts';

export interface Cell {
  readonly key: string;
  readonly field: Buffer | string;
  readonly before: Buffer | null;
}

export interface CellWrite extends Cell {
  /** Null deletes the field; the very value that was read leaves it, but has it checked that it still stands. */
  readonly after: Buffer | string | null;
}

/** A field that is to be read. */
export type CellPlace = Omit<Cell, 'before'>;

/** Reads fields of hashes of one slot. */
export async function readCells(client: Client, wanted: readonly CellPlace[]): Promise<Cell[]> {
  return withValues(wanted, await readValues(client, placesOf(wanted)));
}

/** The same of a part, and the server that told them, for who is to write them nowhere else; at least one. */
export async function readServedCells(
  { client, key }: { readonly client: Client; readonly key: string },
  wanted: readonly CellPlace[],
): Promise<{ readonly server: string; readonly cells: readonly Cell[] }> {
  const { server, values } = await readServed(client, key, placesOf(wanted));
  return { server, cells: withValues(wanted, values) };
}

const placesOf = (wanted: readonly CellPlace[]): ValuePlace[] => wanted.map(({ key, field }) => fieldOf(key, field));

const withValues = (wanted: readonly CellPlace[], values: readonly (Buffer | null)[]): Cell[] =>
  wanted.map(({ key, field }, i) => ({ key, field, before: values[i]! }));

/** In place of a new value: the one there stays. No value of ours is this short. */
const UNCHANGED = '=';

/** What a script needs of writes: how many, then key, field, SHA-1 of the value that must still stand (empty: none), new value (empty: none, `=`: as it is). */
export function cellArguments(writes: readonly CellWrite[]): Argument[] {
  const args: Argument[] = [writes.length];
  for (const { key, field, before, after } of writes)
    args.push(key, field, sha1(before), after === null ? '' : after === before ? UNCHANGED : after);
  return args;
}

/** As scripts compare values: 40 hex digits, or nothing for what is not there. */
export const sha1 = (value: Buffer | null): string => (value === null ? '' : hash('sha1', value, 'hex'));

/**
 * A version of an actor's facts, or of what was folded from them. No number: after state was lost the same one would be
 * reached again by other facts, and what was read before the loss be stored over them.
 */
export const freshVersion = (): string => randomUUID();
