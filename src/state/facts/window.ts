/**
 * The sliding window of guest sign-ins as it lies in Redis.
 *
 * A guest is known by one token: its home UPN's, or where it has no UPN its object id's. Few sign-ins stand together under
 * the token. A busy guest's stand by the hour, and under the token only which hours there are; so a new sign-in rewrites
 * what one hour holds and no more. First byte: 0 for sign-ins, 1 for a list of hours.
 */
import type { SignIn } from '../../detection/fact.ts';
import { homeUpn } from '../../detection/identity.ts';
import { TICKS_PER_HOUR, type Ticks } from '../../detection/time.ts';
import { bucketOf, homeName, objectName, type Token, tokenOf } from '../keys.ts';
import { type Cell, readCells } from '../redis/cells.ts';
import type { Client } from '../redis/client.ts';
import { packSignIns, unpackSignIns } from './packing.ts';

const TOGETHER = 0;
const BY_HOUR = 1;

/** The token that a sign-in is kept under. A sign-in has a UPN or an object id, else it is no fact. */
export function guestToken({ tenantId, upn, objectId }: Pick<SignIn, 'tenantId' | 'upn' | 'objectId'>): Token {
  const home = homeUpn(upn);
  return tokenOf(home !== '' ? homeName(tenantId, home) : objectName(tenantId, objectId ?? ''));
}

/** A token, with its hex digits: they are what it is told apart by. */
export interface NamedToken {
  readonly token: Token;
  readonly name: string;
}

/** The tokens that have to do with a sign-in. */
export interface SignInTokens {
  /** That which it is kept under. */
  readonly guest: NamedToken;
  /** Of its object id; null where it has none. */
  readonly object: NamedToken | null;
  /** The names of all that an actor's operation could find it by. */
  readonly touching: readonly string[];
}

/** Each token is a hash, and is asked for several times on the way into the window. */
const signInTokens = new WeakMap<SignIn, SignInTokens>();

export function tokensOf(signIn: SignIn): SignInTokens {
  const known = signInTokens.get(signIn);
  if (known !== undefined) return known;
  const { tenantId, objectId } = signIn;
  const upn = homeUpn(signIn.upn);
  const home = upn === '' ? null : named(homeName(tenantId, upn));
  const object = objectId === null ? null : named(objectName(tenantId, objectId));
  const touching = [home, object].flatMap((one) => one?.name ?? []);
  const tokens = { guest: home ?? object ?? named(objectName(tenantId, '')), object, touching };
  signInTokens.set(signIn, tokens);
  return tokens;
}

const named = (name: string): NamedToken => ({ token: tokenOf(name), name });

export const guestKey = (shardKey: string, token: Token): string => `${shardKey}g:${bucketOf(token)}`;
export const aliasKey = (shardKey: string, token: Token): string => `${shardKey}go:${bucketOf(token)}`;

export const hourOf = (time: Ticks): number => Number(time / TICKS_PER_HOUR);

export function hourField(token: Token, hour: number): Buffer {
  const field = Buffer.alloc(token.length + 4);
  token.copy(field);
  field.writeUInt32BE(hour, token.length);
  return field;
}

/** One value of a guest's hash: sign-ins, or the hours that there are. */
export type Stored =
  | { readonly kind: 'signIns'; readonly signIns: SignIn[] }
  | { readonly kind: 'hours'; readonly hours: number[] };

export function decodeGuest(value: Buffer | null): Stored {
  if (value === null) return { kind: 'signIns', signIns: [] };
  if (value[0] === TOGETHER) return { kind: 'signIns', signIns: unpackSignIns(value.subarray(1)).signIns };
  const hours: number[] = [];
  for (let at = 1; at < value.length; at += 4) hours.push(value.readUInt32BE(at));
  return { kind: 'hours', hours };
}

export function encodeSignIns(signIns: readonly SignIn[]): Buffer | null {
  const first = signIns[0];
  return first === undefined ? null : packSignIns(first.tenantId, signIns, TOGETHER);
}

export function encodeHours(hours: readonly number[]): Buffer | null {
  if (hours.length === 0) return null;
  const value = Buffer.alloc(1 + 4 * hours.length);
  value[0] = BY_HOUR;
  for (const [i, hour] of hours.entries()) value.writeUInt32BE(hour, 1 + 4 * i);
  return value;
}

/** Says which hours (as `hourOf` counts them) are wanted. */
export type Hours = (hour: number) => boolean;

/** Sign-ins kept of several guests: all, or of busy ones only those of some hours. */
export async function readGuests(
  client: Client,
  shardKey: string,
  tokens: readonly Token[],
  only: Hours = () => true,
): Promise<SignIn[]> {
  const first = await readCells(
    client,
    tokens.map((token) => ({ key: guestKey(shardKey, token), field: token })),
  );
  const signIns: SignIn[] = [];
  const hours: Omit<Cell, 'before'>[] = [];
  for (const [i, cell] of first.entries()) {
    const token = tokens[i]!;
    const stored = decodeGuest(cell.before);
    if (stored.kind === 'signIns') signIns.push(...stored.signIns);
    else {
      const wanted = stored.hours.filter(only);
      hours.push(...wanted.map((hour) => ({ key: cell.key, field: hourField(token, hour) })));
    }
  }
  for (const page of pages(hours, HOURS_PER_READ_MAX)) {
    for (const { before } of await readCells(client, page)) {
      const stored = decodeGuest(before);
      if (stored.kind === 'signIns') signIns.push(...stored.signIns);
    }
  }
  return signIns;
}

/** Hours read in one round trip: each holds some tens of kilobytes at the most. */
const HOURS_PER_READ_MAX = 16;

export function* pages<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

/** The guests that an operation's actor could be: by its home UPN, and by each object id. */
export async function readRelated(
  client: Client,
  shardKey: string,
  homes: readonly Token[],
  objects: readonly Token[],
  only?: Hours,
): Promise<SignIn[]> {
  const aliases = await readCells(
    client,
    objects.map((token) => ({ key: aliasKey(shardKey, token), field: token })),
  );
  const tokens = new Map([...homes, ...objects].map((token) => [token.toString('hex'), token]));
  for (const { before } of aliases) for (const token of splitTokens(before)) tokens.set(token.toString('hex'), token);
  return readGuests(client, shardKey, [...tokens.values()], only);
}

export function splitTokens(value: Buffer | null): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; value !== null && at < value.length; at += 12) tokens.push(value.subarray(at, at + 12));
  return tokens;
}
