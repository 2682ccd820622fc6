/** The lists of findings, one of each shard or of each tenant, read as one: who stands next in them, with bodies where they come cheap. */
import { groupBy } from '../../detection/group.ts';
import type { FindingView } from '../../detection/views.ts';
import { listedId } from '../folding/findingStore.ts';
import { CALL_BYTES_MAX } from '../redis/calls.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { fieldOf, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';

const listedScript = loadScript('listed', { isGuarded: false });

export interface List {
  readonly shard: ShardHandle;
  /** Behind the shard's tag. */
  readonly name: string;
}

/** What the place in a list says of a finding, so that of those that may not be given no body is read. */
export interface ListFilter {
  readonly view: FindingView;
  readonly status: string | null;
  readonly suppressed: 'exclude' | 'include' | 'only';
}

/** A finding as it stands in a list. Places sort as the findings do. */
export interface Listed {
  readonly shard: ShardHandle;
  readonly place: string;
  /** Null where there is none any more; `UNREAD` where it is yet to be read. */
  body: Buffer | null | typeof UNREAD;
  /** Whether the body was read after the place, so that it may say something else. */
  isLate: boolean;
}

export const UNREAD: unique symbol = Symbol();

/** The lists that hold what was asked for: of tenants that the caller may not see none is looked at, so that no place in them shows in a cursor. */
export function listsOf(state: State, caller: Caller, tenantId: string | null): List[] {
  const named = tenantId === null ? caller.tenants : [tenantId].filter((one) => mayObserve(caller, one));
  if (named === 'all') return state.shards.map((shard) => ({ shard, name: 'list' }));
  return [...new Set(named)].map((one) => ({ shard: state.shardOf(one), name: `list:${one}` }));
}

export interface Span {
  /** Those that pass the filter. */
  readonly items: () => readonly Listed[];
  /** Their bodies as JSON, commas between them, where all were read together with their places. */
  readonly row: { readonly json: Buffer; readonly length: number } | null;
  /** The place up to which all was looked at; null at the end. */
  readonly lookedTo: string | null;
}

const NOTHING: Span = { items: () => [], row: null, lookedTo: null };

/** Looks at the next members of each list, and tells the first that pass; of a single list with their bodies. */
export async function readSpan(
  lists: readonly List[],
  after: string | null,
  filter: ListFilter,
  most: Most,
): Promise<Span> {
  const bytesMax = lists.length === 1 ? CALL_BYTES_MAX : 0;
  const spans = await Promise.all(lists.map((list) => readList(list, after, filter, most, bytesMax)));
  if (spans.length <= 1) return spans[0] ?? NOTHING;
  const ends = spans.flatMap(({ lookedTo }) => lookedTo ?? []);
  // What lies behind it in one list may have something before it in another that was not looked at.
  const lookedTo = ends.length === 0 ? null : ends.reduce((a, b) => (a < b ? a : b));
  const items = spans.flatMap((span) => span.items()).filter(({ place }) => lookedTo === null || place <= lookedTo);
  return { items: () => items.sort((a, b) => (a.place < b.place ? -1 : 1)), row: null, lookedTo };
}

/** How many members of a list are looked at at once, and how many of them told. */
interface Most {
  readonly looked: number;
  readonly told: number;
}

async function readList(
  { shard, name }: List,
  after: string | null,
  { view, status, suppressed }: ListFilter,
  { looked, told }: Most,
  bytesMax: number,
): Promise<Span> {
  const args = [name, after ?? '', looked, told, bytesMax, view.slice(0, 2), status ?? '', suppressed];
  const reply = (await runScript(shard.client, listedScript, shard.key, args)) as ListedReply;
  const [last, given, json, length, lines] = reply;
  return {
    items: () => itemsOf(shard, json, lines),
    row: given === length ? { json, length } : null,
    lookedTo: last.length === 0 ? null : String(last),
  };
}

/** As `listed.lua` tells it. */
type ListedReply = [last: Buffer, given: number, bodies: Buffer, told: number, lines: Buffer];

function itemsOf(shard: ShardHandle, bodies: Buffer, lines: Buffer): Listed[] {
  let at = 0;
  const bodyOf = (size: string): Listed['body'] => {
    if (size === '?') return UNREAD;
    if (size === '-') return null;
    const from = at;
    at += Number(size) + 1;
    return bodies.subarray(from, at - 1);
  };
  const told = lines.length === 0 ? [] : lines.toString('latin1').split('\n');
  return told.map((line) => ({
    shard,
    place: line.slice(0, PLACE),
    body: bodyOf(line.slice(PLACE + 1)),
    isLate: false,
  }));
}

/** As `listMember` makes it: a time and an id in hex. */
const PLACE = 16 + 1 + 32;

/** Reads the bodies that are yet to be read, of each shard in one go; once those have `bytesMax` bytes the others are left. */
export async function readBodies(items: readonly Listed[], bytesMax: number): Promise<void> {
  const unread = items.filter(({ body }) => body === UNREAD);
  for (const [{ client, key }, own] of groupBy(unread, ({ shard }) => shard)) {
    const places = own.map(({ place }) => fieldOf(`${key}f:${listedId(place)}`, 'body'));
    for (const [i, value] of (await readValues(client, places, bytesMax)).entries())
      Object.assign(own[i]!, { body: value, isLate: true });
  }
}
