/** How sign-ins are put into the window: together or by the hour, thinned, each under its token, and the token under its object ids. */
import { factKey, type SignIn } from '../../detection/fact.ts';
import { lesserSource } from '../../detection/finding.ts';
import { groupBy } from '../../detection/group.ts';
import { compareSignIns, groupGuests, SIGN_INS_PER_MINUTE_END_MAX } from '../../detection/guests.ts';
import type { Token } from '../keys.ts';
import { type Cell, type CellPlace, type CellWrite, readCells } from '../redis/cells.ts';
import type { Client } from '../redis/client.ts';
import { slotOf } from './due.ts';
import {
  aliasKey,
  decodeGuest,
  encodeHours,
  encodeSignIns,
  guestKey,
  hourField,
  hourOf,
  type NamedToken,
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
  readonly guests: readonly (NamedToken & { readonly added: readonly SignIn[] })[];
  /** Of each the tokens of its guests by their names. */
  readonly objects: readonly { readonly token: Token; readonly guests: ReadonlyMap<string, Token> }[];
}

export function arrivalsOf(signIns: readonly SignIn[]): Arrivals {
  const guests = new Map<string, NamedToken & { added: SignIn[] }>();
  const objects = new Map<string, { token: Token; guests: Map<string, Token> }>();
  for (const signIn of signIns) {
    const { guest, object } = tokensOf(signIn);
    const own = guests.get(guest.name);
    if (own === undefined) guests.set(guest.name, { ...guest, added: [signIn] });
    else own.added.push(signIn);
    // Who has no UPN is kept under the object id itself.
    if (object === null || signIn.upn === '') continue;
    const led = objects.get(object.name);
    if (led === undefined)
      objects.set(object.name, { token: object.token, guests: new Map([[guest.name, guest.token]]) });
    else led.guests.set(guest.name, guest.token);
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
  for (const [i, guest] of guests.entries()) {
    const cell = cells[i]!;
    const stored = decodeGuest(cell.before);
    if (stored.kind === 'signIns') insertTogether(cell, stored.signIns, guest, insertion);
    else await insertByHour(client, cell, stored.hours, guest, insertion);
  }
  insertion.writes.push(...objects.flatMap((object, i) => planAlias(object, cells[guests.length + i]!)));
  return insertion;
}

interface Plan {
  writes: CellWrite[];
  kept: Map<SignIn, Kept>;
  thinned: number;
  slots: Map<string, Token>;
}

type Arriving = Arrivals['guests'][number];

function insertTogether(cell: Cell, present: readonly SignIn[], guest: Arriving, plan: Plan): void {
  const merged = merge(present, guest.added, plan);
  if (merged === null) return;
  noteSlots(present, merged, guest, plan);
  if (merged.length <= TOGETHER_MAX) {
    plan.writes.push({ ...cell, after: encodeSignIns(merged) });
    return;
  }
  const byHour = groupBy(merged, (signIn) => hourOf(signIn.time));
  plan.writes.push({ ...cell, after: encodeHours([...byHour.keys()].sort((a, b) => a - b)) });
  for (const [hour, own] of byHour)
    plan.writes.push({ key: cell.key, field: hourField(guest.token, hour), before: null, after: encodeSignIns(own) });
}

async function insertByHour(
  client: Client,
  cell: Cell,
  storedHours: readonly number[],
  guest: Arriving,
  plan: Plan,
): Promise<void> {
  const byHour = groupBy(guest.added, (signIn) => hourOf(signIn.time));
  const hours = await readCells(
    client,
    [...byHour.keys()].map((hour) => ({ key: cell.key, field: hourField(guest.token, hour) })),
  );
  let i = 0;
  for (const own of byHour.values()) {
    const hour = hours[i++]!;
    const before = decodeGuest(hour.before);
    const present = before.kind === 'signIns' ? before.signIns : [];
    const merged = merge(present, own, plan);
    if (merged === null) continue;
    noteSlots(present, merged, guest, plan);
    plan.writes.push({ ...hour, after: encodeSignIns(merged) });
  }
  const all = [...new Set([...storedHours, ...byHour.keys()])].sort((a, b) => a - b);
  if (all.length !== storedHours.length) plan.writes.push({ ...cell, after: encodeHours(all) });
}

/** Notes the slots that a guest has only now. */
function noteSlots(
  before: readonly SignIn[],
  after: readonly SignIn[],
  { token, name }: NamedToken,
  { slots }: Plan,
): void {
  const known = new Set(before.map(slotOf));
  for (const signIn of after) {
    const slot = slotOf(signIn);
    if (!known.has(slot)) slots.set(`${slot} ${name}`, token);
  }
}

/** So few sign-ins are all kept, of whichever minute they are. */
const NEVER_THINNED_MAX = 2 * SIGN_INS_PER_MINUTE_END_MAX;

/** The sign-ins of a guest or an hour with some added, thinned; null where nothing changed. A minute never spans two hours. */
function merge(present: readonly SignIn[], added: readonly SignIn[], plan: Plan): SignIn[] | null {
  const facts = new Map<string, SignIn>();
  for (const signIn of present) facts.set(factKey(signIn), signIn);
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
  if (facts.size <= NEVER_THINNED_MAX) return [...facts.values()].sort(compareSignIns);
  const kept = groupGuests(facts.values()).flatMap((guest) => guest.signIns);
  const survivors = new Set(kept.map(factKey));
  plan.thinned += facts.size - kept.length;
  for (const signIn of added) if (!survivors.has(factKey(signIn))) plan.kept.set(signIn, 'thinned');
  return kept.sort(compareSignIns);
}

/** An object id leads to every guest token that it was seen with. */
function planAlias({ guests }: Arrivals['objects'][number], cell: Cell): CellWrite[] {
  const known = new Set(splitTokens(cell.before).map((token) => token.toString('hex')));
  const missing: Token[] = [];
  for (const [name, token] of guests) if (!known.has(name)) missing.push(token);
  if (missing.length === 0) return [];
  return [{ ...cell, after: Buffer.concat(cell.before === null ? missing : [cell.before, ...missing]) }];
}
