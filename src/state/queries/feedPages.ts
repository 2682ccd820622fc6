/** A page of the feed of all shards as one: what lies behind places, for one caller, out of Redis or out of memory. */
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';
import { ENTRIES_PER_READ_MAX, lookBehind, type Resync } from './feedReads.ts';
import { PAGE_BYTES_MAX } from './page.ts';
import { compareIds, type Entry, encodePlaces, type Place } from './place.ts';
import type { Tip } from './tip.ts';

export interface ChangeText {
  /** Names this revision in the feed for good: two that are stored never share it, also after a loss of state. */
  readonly id: string;
  /** When it came into the feed, by Redis's clock (ms). */
  readonly at: number;
  readonly cursor: string;
  readonly reason: ChangeReason;
  readonly json: string;
}

export type ChangeReason =
  | 'rebuilt'
  | 'merge'
  | 'new'
  | 'late_operation'
  | 'operation'
  | 'late_sign_in'
  | 'sign_in'
  | 'triage';

/** How often Redis is asked for one page, where most of what is read is of tenants that the caller does not see. */
const READS_PER_PAGE_MAX = 25;

export interface Page {
  readonly kind: 'page';
  readonly items: readonly ChangeText[];
  /** The very places that were asked for where nothing is behind them. */
  readonly places: Place[];
}

/**
 * What Redis has behind places, of all shards as one feed. Revisions that the caller may not see are passed over within the call,
 * so that pages tell nothing of how many there are.
 */
export async function readStored(state: State, caller: Caller, places: Place[], limit: number): Promise<Page | Resync> {
  const items: ChangeText[] = [];
  let standing = places;
  let chars = 0;
  for (let reads = 0; reads < READS_PER_PAGE_MAX; reads++) {
    const wanted = limit - items.length;
    const depth = caller.tenants === 'all' ? wanted : Math.max(wanted, ENTRIES_PER_READ_MAX);
    const looks = await Promise.all(state.shards.map((shard, i) => lookBehind(shard, standing[i]!, depth)));
    const resync = looks.find((look) => look.kind === 'resync');
    // What is gone by now is told to whoever goes on from here.
    if (resync !== undefined && reads > 0) break;
    if (resync !== undefined) return resync;
    const here = looks.filter((look) => look.kind === 'here');
    const page = pageOf(
      here.map(({ entries }) => entries),
      caller,
      standing,
      wanted,
    );
    items.push(...page.items);
    standing = page.places;
    for (const { json } of page.items) chars += json.length;
    const isEnd = here.every((look) => look.isEnd);
    if (caller.tenants === 'all' || isEnd || items.length >= limit || chars >= PAGE_BYTES_MAX) break;
  }
  return { kind: 'page', items, places: standing };
}

/** What the tips hold behind places; each must be held there. */
export const readTips = (tips: readonly Tip[], caller: Caller, places: Place[], limit: number): Page =>
  pageOf(
    tips.map((tip, shard) => tip.after(places[shard]!)!),
    caller,
    places,
    limit,
  );

function pageOf(lists: readonly (readonly Entry[])[], caller: Caller, places: Place[], limit: number): Page {
  const entries = lists.flatMap((list, shard) => upTo(list, caller, limit).map((entry) => ({ shard, entry })));
  if (entries.length === 0) return { kind: 'page', items: [], places };
  entries.sort((a, b) => compareIds(a.entry.id, b.entry.id));
  const standing = [...places];
  const items: ChangeText[] = [];
  for (const { shard, entry } of entries) {
    standing[shard] = { generation: standing[shard]!.generation, id: entry.id, seal: entry.seal };
    if (mayObserve(caller, entry.tenantId)) items.push(textOf(entry, standing, shard));
    if (items.length === limit) break;
  }
  return { kind: 'page', items, places: standing };
}

/** Entries up to the last of so many that the caller may see. */
function upTo(list: readonly Entry[], caller: Caller, limit: number): readonly Entry[] {
  let seen = 0;
  const last = list.findIndex(({ tenantId }) => mayObserve(caller, tenantId) && ++seen === limit);
  return last < 0 ? list : list.slice(0, last + 1);
}

/** What was told last of each entry: whoever reads it from the same place gets the same object, and what was made of it. */
const texts = new WeakMap<Entry, ChangeText>();

function textOf(entry: Entry, standing: readonly Place[], shard: number): ChangeText {
  const cursor = encodePlaces(standing);
  const known = texts.get(entry);
  if (known?.cursor === cursor) return known;
  const text: ChangeText = {
    id: `${standing[shard]!.generation}-${entry.id}`,
    at: Number.parseInt(entry.id, 10),
    cursor,
    reason: entry.reason as ChangeReason,
    json: entry.finding,
  };
  texts.set(entry, text);
  return text;
}
