/** The feed for those who ask once and those who follow it: each revision once, in order, or word that something is missing. */
import type { State } from '../state.ts';
import type { Caller } from './caller.ts';
import { Followers, subscribe } from './feedFollowers.ts';
import { type ChangeText, type Page, readStored, readTips } from './feedPages.ts';
import { boundsOf, type Resync } from './feedReads.ts';
import { decodePlaces, encodePlaces, type Place } from './place.ts';
import { Tip } from './tip.ts';

export type { ChangeReason, ChangeText } from './feedPages.ts';

export type After =
  | { readonly kind: 'begin' }
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string };

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

const placesAt = (state: State, kind: 'begin' | 'now'): Promise<Place[]> =>
  Promise.all(
    state.shards.map(async (shard) => {
      const { trimmed, last } = await boundsOf(shard);
      return kind === 'begin' ? trimmed : last;
    }),
  );
