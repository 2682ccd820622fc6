/** The feed for those who ask once and those who follow it: each revision once, in order, or word that something is missing. */
import type { Cluster, Redis } from 'ioredis';
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';
import { boundsOf, ENTRIES_PER_READ_MAX, lookBehind, type Resync } from './feedReads.ts';
import { PAGE_BYTES_MAX } from './page.ts';
import { compareIds, decodePlaces, type Entry, encodePlaces, type Place } from './place.ts';
import { Tip } from './tip.ts';

export type After =
  | { readonly kind: 'begin' }
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string };

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

export interface Changes {
  readonly kind: 'changes';
  readonly items: readonly ChangeText[];
  readonly cursor: string;
}

export type Found = Changes | Resync | { readonly kind: 'bad_cursor' };

/** What of the feed's end is held in memory, of all shards together. In characters of text, of one or two bytes each. */
const TIP_CHARS_MAX = 16 * 1024 * 1024;
/** A wake-up could be lost with its connection, and a loss wakes nobody: while someone follows, Redis is asked this often. */
const LOOK_INTERVAL_MS = 5_000;

/** How often Redis is asked for one page, where most of what is read is of tenants that the caller does not see. */
const READS_PER_PAGE_MAX = 25;

export interface FeedQueries {
  /** What is behind a place now. */
  read(caller: Caller, after: After, limit: number): Promise<Found>;
  /**
   * What is behind a place, at once and then each time that more comes, until the signal is aborted; the last word is a
   * resync where the place is not, or no longer, in the feed. Changes without items say that the cursor has moved on.
   * Throws when Redis cannot be asked: whoever goes on does so from the last cursor.
   */
  follow(caller: Caller, after: After, limit: number, signal: AbortSignal): AsyncGenerator<Found, void, void>;
  /** Resolves once there is something behind a cursor, or to be said of it, or the signal is aborted. */
  wait(caller: Caller, cursor: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Opens the feed: one subscription, and one reading of each revision, for all who follow it in this process. */
export async function feedQueries(state: State): Promise<FeedQueries> {
  const followers = new Followers();
  const charsMax = TIP_CHARS_MAX / state.shards.length;
  const tips = state.shards.map((shard) => new Tip(shard, charsMax, () => followers.wake()));
  const refresh = (): Promise<unknown> => Promise.all(tips.map((tip) => tip.refresh()));
  /** Nobody waits for the answer; those who wait for changes are told when there can be none. */
  const refreshBeside = (asked: readonly Tip[]): void => {
    if (followers.count === 0) return;
    for (const tip of asked) tip.refresh().catch((error) => followers.fail(error));
  };
  const subscriber = await subscribe(state, (shard) => refreshBeside(shard === null ? tips : [tips[shard]!]));
  const looking = setInterval(() => refreshBeside(tips), LOOK_INTERVAL_MS);

  const placesNow = async (after: After): Promise<Place[] | null> => {
    if (after.kind === 'cursor') return decodePlaces(after.cursor, tips.length);
    return after.kind === 'begin' ? await placesAt(state, 'begin') : tips.map(({ last }) => last);
  };

  async function* follow(
    caller: Caller,
    after: After,
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<Found, void, void> {
    const leave = followers.join();
    try {
      // Asked once it is among the followers: what came before shows here, of what comes later it is told.
      await refresh();
      let places = await placesNow(after);
      if (places === null) yield { kind: 'bad_cursor' };
      for (let isFirst = true; places !== null && !signal.aborted && !followers.closed; isFirst = false) {
        const isHeld: boolean = places.every((place, shard) => tips[shard]!.after(place) !== null);
        const found: Page | Resync = isHeld
          ? readTips(tips, caller, places, limit)
          : await readStored(state, caller, places, limit);
        if (found.kind === 'resync') return yield found;
        const hasMoved = found.places !== places;
        places = found.places;
        if (isFirst || hasMoved) yield { kind: 'changes', items: found.items, cursor: encodePlaces(places) };
        // While the reader had it more may have come: it is looked at once more, and then at once waited for.
        else if (isHeld) await followers.change(signal);
        // A place that is the last and not held was given out elsewhere a moment ago: the tips have to come there first.
        else await refresh();
      }
    } finally {
      leave();
    }
  }

  return {
    follow,
    async read(caller, after, limit) {
      const places =
        after.kind === 'cursor' ? decodePlaces(after.cursor, tips.length) : await placesAt(state, after.kind);
      if (places === null) return { kind: 'bad_cursor' };
      const found = await readStored(state, caller, places, limit);
      return found.kind === 'resync'
        ? found
        : { kind: 'changes', items: found.items, cursor: encodePlaces(found.places) };
    },
    async wait(caller, cursor, signal) {
      let isFirst = true;
      for await (const found of follow(caller, { kind: 'cursor', cursor }, 1, signal)) {
        if (found.kind !== 'changes' || found.items.length > 0 || !isFirst) return;
        isFirst = false;
      }
    },
    async close() {
      clearInterval(looking);
      followers.close();
      await subscriber.quit().catch(() => subscriber.disconnect());
    },
  };
}

/** Those who wait for the feed to change. */
class Followers {
  closed = false;
  count = 0;
  readonly #waiting = new Set<{ readonly wake: () => void; readonly fail: (error: unknown) => void }>();

  /** What is returned is called once, when it leaves. */
  join(): () => void {
    this.count++;
    return () => {
      this.count--;
    };
  }

  /** Resolves at the next change, or when the signal is aborted; rejects where Redis cannot be asked. */
  async change(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.closed) return;
    await new Promise<void>((resolve, reject) => {
      const end = (then: () => void) => () => {
        this.#waiting.delete(one);
        signal.removeEventListener('abort', one.wake);
        then();
      };
      const one = { wake: end(resolve), fail: (error: unknown) => end(() => reject(error))() };
      this.#waiting.add(one);
      signal.addEventListener('abort', one.wake, { once: true });
    });
  }

  wake(): void {
    for (const { wake } of [...this.#waiting]) wake();
  }

  fail(error: unknown): void {
    for (const { fail } of [...this.#waiting]) fail(error);
  }

  close(): void {
    this.closed = true;
    this.wake();
  }
}

/** Calls back with the shard that published, and with null where messages may have been missed. */
async function subscribe(state: State, onMessage: (shard: number | null) => void): Promise<Redis | Cluster> {
  const channels = state.shards.map(({ key }) => `${key}feed`);
  const subscriber = 'nodes' in state.client ? state.client.duplicate() : state.client.duplicate();
  subscriber.on('error', () => {}); // The connection comes back by itself, and until then Redis is asked now and then.
  subscriber.on('message', (channel: string) => onMessage(channels.indexOf(channel)));
  subscriber.on('ready', () => onMessage(null));
  await subscriber.subscribe(...channels);
  return subscriber;
}

const placesAt = (state: State, kind: 'begin' | 'now'): Promise<Place[]> =>
  Promise.all(
    state.shards.map(async (shard) => {
      const { trimmed, last } = await boundsOf(shard);
      return kind === 'begin' ? trimmed : last;
    }),
  );

interface Page {
  readonly kind: 'page';
  readonly items: readonly ChangeText[];
  /** The very places that were asked for where nothing is behind them. */
  readonly places: Place[];
}

/**
 * What Redis has behind places, of all shards as one feed. Revisions that the caller may not see are passed over within the call,
 * so that pages tell nothing of how many there are.
 */
async function readStored(state: State, caller: Caller, places: Place[], limit: number): Promise<Page | Resync> {
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

const readTips = (tips: readonly Tip[], caller: Caller, places: Place[], limit: number): Page =>
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
