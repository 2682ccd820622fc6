/**
 * The sliding window of guest sign-ins as it lies in Redis.
 *
 * A guest is known by one token: its home UPN's, or where it has no UPN its object id's. Few sign-ins stand together under
 * the token. A busy guest's stand by the hour, and under the token only which hours there are; so a new sign-in rewrites
 * what one hour holds and no more. First byte: 0 for sign-ins, 1 for a list of hours.
 */
import { factKey, type SignIn } from '../detection/fact.ts';
import { lesserSource } from '../detection/finding.ts';
import { groupBy } from '../detection/group.ts';
import { compareSignIns, groupGuests } from '../detection/guests.ts';
import { homeUpn } from '../detection/identity.ts';
import { msOfTicks, TICKS_PER_HOUR, type Ticks } from '../detection/time.ts';
import { type Cell, type CellWrite, readCells } from './cells.ts';
import { bucketOf, homeToken, objectToken, type Token } from './keys.ts';
import { packSignIns, unpackSignIns } from './packing.ts';
import type { Client } from './redis.ts';

/** More sign-ins than these are kept by the hour. */
const TOGETHER_MAX = 64;
const TOGETHER = 0;
const BY_HOUR = 1;

/** The token that a sign-in is kept under. A sign-in has a UPN or an object id, else it is no fact. */
export function guestToken(signIn: Pick<SignIn, 'tenantId' | 'upn' | 'objectId'>): Token {
  const home = homeUpn(signIn.upn);
  return home !== '' ? homeToken(signIn.tenantId, home) : objectToken(signIn.tenantId, signIn.objectId ?? '');
}

/** Every token that an actor's operation could find the sign-in by. */
export function touchTokens(signIn: Pick<SignIn, 'tenantId' | 'upn' | 'objectId'>): Token[] {
  const home = homeUpn(signIn.upn);
  const tokens = home === '' ? [] : [homeToken(signIn.tenantId, home)];
  return signIn.objectId === null ? tokens : [...tokens, objectToken(signIn.tenantId, signIn.objectId)];
}

export const guestKey = (shardKey: string, token: Token): string => `${shardKey}g:${bucketOf(token)}`;
export const aliasKey = (shardKey: string, token: Token): string => `${shardKey}go:${bucketOf(token)}`;

export const hourOf = (time: Ticks): number => Number(time / TICKS_PER_HOUR);

function hourField(token: Token, hour: number): Buffer {
  const field = Buffer.alloc(token.length + 4);
  token.copy(field);
  field.writeUInt32BE(hour, token.length);
  return field;
}

export const isHourField = (field: Buffer): boolean => field.length > 12;

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

function encodeSignIns(signIns: readonly SignIn[]): Buffer | null {
  const first = signIns[0];
  return first === undefined ? null : Buffer.concat([Buffer.of(TOGETHER), packSignIns(first.tenantId, signIns)]);
}

function encodeHours(hours: readonly number[]): Buffer | null {
  if (hours.length === 0) return null;
  const value = Buffer.alloc(1 + 4 * hours.length);
  value[0] = BY_HOUR;
  for (const [i, hour] of hours.entries()) value.writeUInt32BE(hour, 1 + 4 * i);
  return value;
}

/** Sign-ins kept of several guests: all, or of busy ones only those of some hours (as `hourOf` counts them). */
export async function readGuests(
  client: Client,
  shardKey: string,
  tokens: readonly Token[],
  only?: ReadonlySet<number>,
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
      const wanted = stored.hours.filter((hour) => only === undefined || only.has(hour));
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
  only?: ReadonlySet<number>,
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

/** What became of one sign-in that was put into the window. */
export type Kept = 'new' | 'source' | 'known' | 'thinned';

export interface Insertion {
  readonly writes: CellWrite[];
  readonly kept: ReadonlyMap<SignIn, Kept>;
  /** Facts that were kept before and had to give way. */
  readonly thinned: number;
  /** Expiry slots that the guests must be looked at in. */
  readonly slots: ReadonlyMap<string, Token>;
}

/** Reads what the sign-ins touch and says what to write, so that they are in the window. `slotOf` gives a fact's expiry slot. */
export async function planInsertion(
  client: Client,
  shardKey: string,
  signIns: readonly SignIn[],
  slotOf: (signIn: SignIn) => number,
): Promise<Insertion> {
  const insertion = {
    writes: [] as CellWrite[],
    kept: new Map<SignIn, Kept>(),
    thinned: 0,
    slots: new Map<string, Token>(),
  };
  const groups = [...groupBy(signIns, (signIn) => guestToken(signIn).toString('hex'))].map(([name, added]) => ({
    token: Buffer.from(name, 'hex'),
    added,
  }));
  const cells = await readCells(
    client,
    groups.map(({ token }) => ({ key: guestKey(shardKey, token), field: token })),
  );
  for (const [i, { token, added }] of groups.entries())
    await insertGuest(client, cells[i]!, token, added, slotOf, insertion);
  insertion.writes.push(...(await planAliases(client, shardKey, signIns)));
  return insertion;
}

interface Plan {
  writes: CellWrite[];
  kept: Map<SignIn, Kept>;
  thinned: number;
  slots: Map<string, Token>;
}

async function insertGuest(
  client: Client,
  cell: Cell,
  token: Token,
  added: readonly SignIn[],
  slotOf: (signIn: SignIn) => number,
  plan: Plan,
): Promise<void> {
  const stored = decodeGuest(cell.before);
  const note = (before: readonly SignIn[], after: readonly SignIn[]): void => {
    const known = new Set(before.map(slotOf));
    for (const slot of after.map(slotOf))
      if (!known.has(slot)) plan.slots.set(`${slot} ${token.toString('hex')}`, token);
  };
  if (stored.kind === 'signIns') {
    const merged = merge(stored.signIns, added, plan);
    if (merged === null) return;
    note(stored.signIns, merged);
    if (merged.length <= TOGETHER_MAX) {
      plan.writes.push({ ...cell, after: encodeSignIns(merged) });
      return;
    }
    const byHour = groupBy(merged, (signIn) => hourOf(signIn.time));
    plan.writes.push({ ...cell, after: encodeHours([...byHour.keys()].sort((a, b) => a - b)) });
    for (const [hour, own] of byHour)
      plan.writes.push({ key: cell.key, field: hourField(token, hour), before: null, after: encodeSignIns(own) });
    return;
  }
  const byHour = groupBy(added, (signIn) => hourOf(signIn.time));
  const hours = await readCells(
    client,
    [...byHour.keys()].map((hour) => ({ key: cell.key, field: hourField(token, hour) })),
  );
  let i = 0;
  for (const own of byHour.values()) {
    const hour = hours[i++]!;
    const before = decodeGuest(hour.before);
    const present = before.kind === 'signIns' ? before.signIns : [];
    const merged = merge(present, own, plan);
    if (merged === null) continue;
    note(present, merged);
    plan.writes.push({ ...hour, after: encodeSignIns(merged) });
  }
  const all = [...new Set([...stored.hours, ...byHour.keys()])].sort((a, b) => a - b);
  if (all.length !== stored.hours.length) plan.writes.push({ ...cell, after: encodeHours(all) });
}

/** The sign-ins of a guest or an hour with some added, thinned; null where nothing changed. A minute never spans two hours. */
function merge(present: readonly SignIn[], added: readonly SignIn[], plan: Plan): SignIn[] | null {
  const facts = new Map(present.map((signIn) => [factKey(signIn), signIn]));
  let changed = false;
  for (const signIn of added) {
    const key = factKey(signIn);
    const known = facts.get(key);
    const least = known === undefined ? signIn : lesserSource(known, signIn);
    plan.kept.set(signIn, known === undefined ? 'new' : least === known ? 'known' : 'source');
    if (least === known) continue;
    facts.set(key, least);
    changed = true;
  }
  if (!changed) return null;
  const kept = groupGuests(facts.values()).flatMap((guest) => guest.signIns);
  const survivors = new Set(kept);
  for (const signIn of facts.values()) {
    if (survivors.has(signIn)) continue;
    plan.thinned++;
    if (plan.kept.has(signIn)) plan.kept.set(signIn, 'thinned');
  }
  return kept.sort(compareSignIns);
}

/** An object id leads to every guest token that it was seen with. */
async function planAliases(client: Client, shardKey: string, signIns: readonly SignIn[]): Promise<CellWrite[]> {
  const wanted = new Map<string, { token: Token; guests: Map<string, Token> }>();
  for (const signIn of signIns) {
    if (signIn.objectId === null || signIn.upn === '') continue;
    const token = objectToken(signIn.tenantId, signIn.objectId);
    const entry = wanted.get(token.toString('hex')) ?? { token, guests: new Map<string, Token>() };
    const guest = guestToken(signIn);
    entry.guests.set(guest.toString('hex'), guest);
    wanted.set(token.toString('hex'), entry);
  }
  const entries = [...wanted.values()];
  const cells = await readCells(
    client,
    entries.map(({ token }) => ({ key: aliasKey(shardKey, token), field: token })),
  );
  return cells.flatMap((cell, i) => {
    const known = new Set(splitTokens(cell.before).map((token) => token.toString('hex')));
    const missing = [...entries[i]!.guests].filter(([name]) => !known.has(name)).map(([, token]) => token);
    return missing.length === 0
      ? []
      : [{ ...cell, after: Buffer.concat([cell.before ?? Buffer.alloc(0), ...missing]) }];
  });
}

/** Says what to write so that the sign-ins of a guest that are past their time are gone. */
export async function planExpiry(
  client: Client,
  shardKey: string,
  token: Token,
  isExpired: (signIn: SignIn) => boolean,
): Promise<CellWrite[]> {
  const [cell] = await readCells(client, [{ key: guestKey(shardKey, token), field: token }]);
  const stored = decodeGuest(cell!.before);
  if (stored.kind === 'signIns') {
    const left = stored.signIns.filter((signIn) => !isExpired(signIn));
    if (left.length === stored.signIns.length) return [];
    const aliases = left.length > 0 ? [] : await planAliasRemoval(client, shardKey, token, stored.signIns);
    return [{ ...cell!, after: encodeSignIns(left) }, ...aliases];
  }
  const hours = await readCells(
    client,
    stored.hours.map((hour) => ({ key: cell!.key, field: hourField(token, hour) })),
  );
  const writes: CellWrite[] = [];
  const keptHours: number[] = [];
  const gone: SignIn[] = [];
  for (const [i, hour] of hours.entries()) {
    const own = decodeGuest(hour.before);
    const present = own.kind === 'signIns' ? own.signIns : [];
    const left = present.filter((signIn) => !isExpired(signIn));
    if (left.length < present.length) writes.push({ ...hour, after: encodeSignIns(left) });
    if (left.length > 0) keptHours.push(stored.hours[i]!);
    else gone.push(...present);
  }
  if (keptHours.length < stored.hours.length) writes.push({ ...cell!, after: encodeHours(keptHours) });
  return keptHours.length > 0 ? writes : [...writes, ...(await planAliasRemoval(client, shardKey, token, gone))];
}

async function planAliasRemoval(
  client: Client,
  shardKey: string,
  guest: Token,
  gone: readonly SignIn[],
): Promise<CellWrite[]> {
  const objects = new Map<string, Token>();
  for (const { tenantId, objectId } of gone) {
    if (objectId !== null) objects.set(objectId, objectToken(tenantId, objectId));
  }
  const cells = await readCells(
    client,
    [...objects.values()].map((token) => ({ key: aliasKey(shardKey, token), field: token })),
  );
  return cells
    .filter(({ before }) => before !== null)
    .map((cell) => {
      const left = splitTokens(cell.before).filter((token) => !token.equals(guest));
      return { ...cell, after: left.length === 0 ? null : Buffer.concat(left) };
    });
}

/** When a fact may go: the later of its event time and its enqueued time, plus the retention. Milliseconds since the Unix epoch. */
export const expiryOf = (fact: { time: Ticks; source: { enqueuedAt: number | null } }, retentionMs: number): number =>
  Math.max(msOfTicks(fact.time), fact.source.enqueuedAt ?? 0) + retentionMs;
