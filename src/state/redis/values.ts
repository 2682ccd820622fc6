/**
 * Reading by bytes: no reply grows with what is stored. As many values come as fit into one, then the next; one that is too
 * large for a reply comes in pieces.
 */
import { type Argument, CALL_BYTES_MAX } from './calls.ts';
import type { Client } from './client.ts';
import { loadScript, runScript } from './scripts.ts';

const valuesScript = loadScript('values', { isGuarded: false });
const scanScript = loadScript('scan', { isGuarded: false });

/** Values asked for in one round trip. */
const VALUES_PER_READ_MAX = 500;
/** Names of a hash, or members of a set, read in one round trip. */
const NAMES_PER_READ = 200;
const MEMBERS_PER_READ = 500;
/** How often a value is read from its beginning because it was written anew between two pieces. */
const ATTEMPTS_MAX = 50;

/** Where one value stands: in a field of a hash, at a place of a list, or as what a revision of the feed tells. */
export interface ValuePlace {
  readonly command: 'HGET' | 'LINDEX' | 'XRANGE';
  readonly key: string;
  readonly name: Argument;
}

export const fieldOf = (key: string, name: Buffer | string): ValuePlace => ({ command: 'HGET', key, name });

/**
 * Reads values of one slot, null where there is none. Once those read have `bytesMax` bytes together no more are asked for,
 * and the list is shorter than that of the places; of any places it has at least one.
 */
export async function readValues(
  client: Client,
  places: readonly ValuePlace[],
  bytesMax = Number.POSITIVE_INFINITY,
): Promise<(Buffer | null)[]> {
  const values: (Buffer | null)[] = [];
  let bytes = 0;
  while (values.length < places.length && (values.length === 0 || bytes < bytesMax)) {
    const read = await readSome(client, rest(places, values), null);
    for (const value of read.values) values.push(value);
    bytes += read.values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
  }
  return values;
}

/** Values of one slot, and the server that told the first of them; the others it told, too, or a later one. */
export interface Served {
  /** By the name that `servedBy` of the scripts gives. */
  readonly server: string;
  readonly values: readonly (Buffer | null)[];
}

/** Reads values of a part that are to be written anew only where they were read; at least one. `tag` is the part's. */
export async function readServed(client: Client, tag: string, places: readonly ValuePlace[]): Promise<Served> {
  const { server, values } = await readSome(client, rest(places, []), tag);
  const others = await readValues(client, places.slice(values.length));
  return { server, values: others.length === 0 ? values : [...values, ...others] };
}

/** As many of those that are left as are asked for in one round trip. */
const rest = (places: readonly ValuePlace[], { length }: readonly unknown[]): readonly ValuePlace[] =>
  places.slice(length, length + VALUES_PER_READ_MAX);

/** The first of the values: as many as fit into one reply, or one that does not. */
async function readSome(client: Client, places: readonly ValuePlace[], servedTag: string | null): Promise<Served> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const pieces: Buffer[] = [];
    let read = await readPiece(client, places, { at: 0, sha: '' }, servedTag);
    if (read.kind === 'values') return read;
    const server = read.kind === 'piece' ? read.server : '';
    for (let at = 0; read.kind === 'piece'; read = await readPiece(client, places.slice(0, 1), { at, sha: read.sha })) {
      pieces.push(read.bytes);
      at += read.bytes.length;
      if (at >= read.total) return { server, values: [Buffer.concat(pieces)] };
    }
  }
  throw new Error(`a value was written anew ${ATTEMPTS_MAX} times while it was read`);
}

type Read =
  | ({ readonly kind: 'values' } & Served)
  | {
      readonly kind: 'piece';
      readonly server: string;
      readonly bytes: Buffer;
      readonly total: number;
      readonly sha: string;
    }
  | { readonly kind: 'changed' };

async function readPiece(
  client: Client,
  places: readonly ValuePlace[],
  { at, sha }: { readonly at: number; readonly sha: string },
  servedTag: string | null = null,
): Promise<Read> {
  const args = [CALL_BYTES_MAX, at, sha, servedTag === null ? '' : '1', ...inGroups(places)];
  const key = servedTag ?? places[0]!.key;
  const [outcome, server, ...told] = (await runScript(client, valuesScript, key, args)) as (Buffer | null)[];
  switch (String(outcome)) {
    case 'values':
      return { kind: 'values', server: String(server), values: told };
    case 'piece':
      return {
        ...{ kind: 'piece', server: String(server) },
        ...{ bytes: told[0]!, total: Number(told[1]), sha: String(told[2]) },
      };
    default:
      return { kind: 'changed' };
  }
}

/** Neighbours of one key name it once. */
function inGroups(places: readonly ValuePlace[]): Argument[] {
  const groups: { first: ValuePlace; names: Argument[] }[] = [];
  for (const place of places) {
    const last = groups.at(-1);
    if (last?.first.key === place.key && last.first.command === place.command) last.names.push(place.name);
    else groups.push({ first: place, names: [place.name] });
  }
  return groups.flatMap(({ first, names }) => [first.command, first.key, names.length, ...names]);
}

/** One field of a hash; null where it is not there. */
export async function readField(client: Client, key: string, name: string): Promise<string | null> {
  const [value] = await readValues(client, [fieldOf(key, name)]);
  return value == null ? null : String(value);
}

/** A whole hash by the names of its fields. */
export async function readHash(client: Client, key: string): Promise<Map<string, Buffer>> {
  const fields = new Map<string, Buffer>();
  for await (const part of readHashInParts(client, key)) for (const [name, value] of part) fields.set(name, value);
  return fields;
}

/** The same, a part at a time: what is there all the while is given, and what comes or goes meanwhile may be. */
export async function* readHashInParts(client: Client, key: string): AsyncGenerator<Map<string, Buffer>, void, void> {
  let cursor: Argument = '0';
  do {
    const fields = new Map<string, Buffer>();
    const args: Argument[] = [cursor, NAMES_PER_READ, CALL_BYTES_MAX];
    const [next, ...found] = (await runScript(client, scanScript, key, args)) as (Buffer | null)[];
    const left: string[] = [];
    for (let i = 0; i < found.length; i += 2) {
      const name = String(found[i]);
      const value = found[i + 1];
      if (value == null) left.push(name);
      else fields.set(name, value);
    }
    const values = await readValues(
      client,
      left.map((name) => fieldOf(key, name)),
    );
    for (const [i, value] of values.entries()) if (value !== null) fields.set(left[i]!, value);
    yield fields;
    cursor = String(next);
  } while (cursor !== '0');
}

/** A whole set; its members are short. */
export async function readSet(client: Client, key: string): Promise<Set<string>> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, members] = (await client.callBuffer('SSCAN', key, cursor, 'COUNT', MEMBERS_PER_READ)) as [
      Buffer,
      Buffer[],
    ];
    for (const member of members) found.add(String(member));
    cursor = String(next);
  } while (cursor !== '0');
  return found;
}
