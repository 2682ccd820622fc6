/** How sign-ins are put into the window: together or by the hour, thinned, each under its token, and the token under its object ids. */
import { factKey, type SignIn } from '../detection/fact.ts';
import { lesserSource } from '../detection/finding.ts';
import { groupBy } from '../detection/group.ts';
import { compareSignIns, groupGuests } from '../detection/guests.ts';
import { type Cell, type CellPlace, type CellWrite, readCells } from './cells.ts';
import { slotOf } from './due.ts';
import type { Token } from './keys.ts';
import type { Client } from './redis.ts';
import {
  aliasKey,
  decodeGuest,
  encodeHours,
  encodeSignIns,
  guestKey,
  hourField,
  hourOf,
  splitTokens,
  tokensOf,
} from './window.ts';

/** More sign-ins than these are kept by the hour. */
const TOGETHER_MAX = 64;

/** What became of one sign-in that was put into the window. */
export type Kept = 'new' | 'source' | 'known' | 'thinned';

export interface Insertion {
  readonly writes: CellWrite[];
  readonly kept: ReadonlyMap<SignIn, Kept>;
  /** Facts that had to give way, be they new or kept before. */
  readonly thinned: number;
  /** Slots that the guests must be looked at in, each with the guest's token behind it. */
  readonly slots: ReadonlyMap<string, Token>;
}

/** Sign-ins by what they touch: their guests, and the object ids that lead to guests. */
export interface Arrivals {
  readonly guests: readonly { readonly token: Token; readonly added: readonly SignIn[] }[];
  /** The guests of each by the names of their tokens. */
  readonly objects: readonly { readonly token: Token; readonly guests: ReadonlyMap<string, Token> }[];
}

export function arrivalsOf(signIns: readonly SignIn[]): Arrivals {
  const guests = new Map<string, { token: Token; added: SignIn[] }>();
  const objects = new Map<string, { token: Token; guests: Map<string, Token> }>();
  for (const signIn of signIns) {
    const { guest, object } = tokensOf(signIn);
    const name = guest.toString('hex');
    const own = guests.get(name);
    if (own === undefined) guests.set(name, { token: guest, added: [signIn] });
    else own.added.push(signIn);
    // Who has no UPN is kept under the object id itself.
    if (object === null || signIn.upn === '') continue;
    const objectName = object.toString('hex');
    const led = objects.get(objectName)?.guests ?? new Map<string, Token>();
    objects.set(objectName, { token: object, guests: led.set(name, guest) });
  }
  return { guests: [...guests.values()], objects: [...objects.values()] };
}

/** What must be read of a shard: the guests' cells, and then the object ids'. */
export const arrivalPlaces = (shardKey: string, { guests, objects }: Arrivals): CellPlace[] => [
  ...guests.map(({ token }) => ({ key: guestKey(shardKey, token), field: token })),
  ...objects.map(({ token }) => ({ key: aliasKey(shardKey, token), field: token })),
];

/** Says by what is there, place by place, what to write, so that the sign-ins are in the window. Of a busy guest it reads the hours. */
export async function planInsertion(
  client: Client,
  { guests, objects }: Arrivals,
  cells: readonly Cell[],
): Promise<Insertion> {
  const insertion = {
    writes: [] as CellWrite[],
    kept: new Map<SignIn, Kept>(),
    thinned: 0,
    slots: new Map<string, Token>(),
  };
  for (const [i, { token, added }] of guests.entries()) await insertGuest(client, cells[i]!, token, added, insertion);
  insertion.writes.push(...objects.flatMap((object, i) => planAlias(object, cells[guests.length + i]!)));
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
  const survivors = new Set(kept.map(factKey));
  plan.thinned += facts.size - kept.length;
  for (const signIn of added) if (!survivors.has(factKey(signIn))) plan.kept.set(signIn, 'thinned');
  return kept.sort(compareSignIns);
}

/** An object id leads to every guest token that it was seen with. */
function planAlias({ guests }: Arrivals['objects'][number], cell: Cell): CellWrite[] {
  const known = new Set(splitTokens(cell.before).map((token) => token.toString('hex')));
  const missing = [...guests].filter(([name]) => !known.has(name)).map(([, token]) => token);
  return missing.length === 0 ? [] : [{ ...cell, after: Buffer.concat([cell.before ?? Buffer.alloc(0), ...missing]) }];
}
