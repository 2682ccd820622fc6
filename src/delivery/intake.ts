/** Follows the feed for one target: what it is to be told goes into its queue in the same step in which its place moves on. */
import { digest } from '../detection/digest.ts';
import type { Bounds, Change, FeedPort, QueuePort, Reading, TakenIn, TargetState } from './ports.ts';
import type { Facts, Target } from './target.ts';

/** Revisions read at once. */
const READ_MAX = 50;
/** What was lost wakes nobody: while nothing comes, places and deliveries are looked at this often. */
export const LOOK_MS = 5_000;
/** Clocks may differ by so much, of servers and of those who make revisions: what is a little older than the last one taken in is told again. */
const CLOCKS_APART_MS = 5 * 60_000;
/** A loss that is older is over for a webhook that is new: the feed reaches no further back. */
const LOSS_RECENT_MS = 7 * 86_400_000;

export interface IntakeDeps {
  readonly queue: QueuePort;
  readonly feed: FeedPort;
  readonly bounds: Bounds;
  readonly now: () => number;
  readonly onTaken: () => void;
  readonly onResync: (why: 'trimmed' | 'ahead' | 'lost') => void;
  readonly onFull: () => void;
  readonly lookMs: number;
  /** A pause while there is no room; ends with the signal. */
  readonly pause: () => Promise<void>;
}

export class Intake {
  readonly #deps: IntakeDeps;
  readonly #signal: AbortSignal;
  #target: Target;
  /** Whether this process has written the target down; from then on its absence is a loss. */
  #isSet = false;

  constructor(target: Target, deps: IntakeDeps, signal: AbortSignal) {
    this.#target = target;
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Writes the target down as it is now; a new one begins at the end of the feed. */
  async set(target: Target = this.#target): Promise<void> {
    const { queue, now } = this.#deps;
    this.#target = target;
    const standing = await queue.state(target.name);
    const beginning = standing === null ? await this.#beginning() : { place: standing.place, takenUntil: now() };
    await queue.set(target, beginning, now());
    this.#isSet = true;
  }

  /** Reads on until the signal is aborted, the place has moved otherwise, or it is time to look; then it is to be called again. */
  async follow(): Promise<void> {
    const { queue, feed, now, lookMs } = this.#deps;
    if (!this.#isSet) await this.set();
    await queue.mend(now());
    const lookAt = performance.now() + lookMs;
    const state = await queue.state(this.#target.name);
    if (state === null) return this.set();
    let place: string | null = state.place;
    while (place !== null && !this.#signal.aborted && performance.now() < lookAt) {
      const read = await feed.read(place, READ_MAX);
      if (read.kind === 'resync') return this.#resync(state, place, read.why);
      if (read.items.length === 0) await this.#wait(place, lookAt);
      else place = await this.#takeIn({ ...state, place }, this.#stepsOf(read.items, state.skipBefore));
    }
  }

  /** Resolves once there is something behind a place, or it is time to look. */
  async #wait(place: string, lookAt: number): Promise<void> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, Math.max(0, lookAt - performance.now()));
    this.#signal.addEventListener('abort', end);
    try {
      if (!this.#signal.aborted) await this.#deps.feed.wait(place, ending.signal);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', end);
    }
  }

  async #beginning(): Promise<{ readonly place: string; readonly takenUntil: number }> {
    const { queue, feed, now, onResync } = this.#deps;
    const lostAt = await queue.lostAt();
    const isLost =
      this.#isSet ||
      (await queue.wasKnown(this.#target.name)) ||
      // It may have been known before: told once more is better than not told.
      (lostAt !== null && lostAt > now() - LOSS_RECENT_MS);
    if (isLost) onResync('lost');
    // Of what is read again nothing is certainly told until it is taken in.
    return { place: await feed.edge(isLost ? 'begin' : 'now'), takenUntil: isLost ? 0 : now() };
  }

  /** Gives the place reached; null where another process has moved it, or someone was erased. Waits where there is no room. */
  async #takeIn({ place: from, erased }: Reading, steps: readonly TakenIn[]): Promise<string | null> {
    const { queue, bounds, now, onTaken, onFull, pause } = this.#deps;
    let place = from;
    for (let left = steps; left.length > 0 && !this.#signal.aborted; ) {
      const taken = await queue.takeIn(this.#target.name, { place, erased }, left, bounds, now());
      if (taken.kind !== 'taken') return null;
      place = taken.place;
      left = left.slice(taken.count);
      if (taken.count > 0) onTaken();
      if (left.length === 0) break;
      if (taken.isNewlyFull) onFull();
      await pause();
    }
    return place;
  }

  #stepsOf(items: readonly Change[], skipBefore: number): TakenIn[] {
    return items.map(({ id, at, cursor, reason, json }) => {
      const { facts, findingId, revision } = readFinding(json);
      const isWanted = at >= skipBefore && this.#target.wants(facts);
      const own = { id: digest([this.#target.name, id]), eventId: id, findingId, revision, reason, json };
      const delivery = isWanted ? { ...own, tenantId: facts.tenantId } : null;
      return { place: cursor, at, delivery };
    });
  }

  /**
   * The place is gone. Of a feed that was lost all is read that is there now, but for what is certainly told already; of one
   * that was trimmed before all was read, the findings that stand are told as far as they are newer.
   */
  async #resync(state: TargetState, place: string, why: 'trimmed' | 'ahead' | 'lost'): Promise<void> {
    const { queue, feed, onResync } = this.#deps;
    const { name } = this.#target;
    const before = state.takenUntil - CLOCKS_APART_MS;
    if (why !== 'trimmed') {
      if (await queue.replace(name, place, await feed.edge('begin'), before)) onResync(why);
      return;
    }
    // First the place: what changes while the list is read comes after it.
    const now = await feed.edge('now');
    let cursor: string | null = null;
    do {
      const page = await feed.standing(cursor);
      const steps = page.items.flatMap((json) => this.#standingStep(json, before));
      if ((await this.#takeIn({ ...state, place }, steps)) === null || this.#signal.aborted) return;
      cursor = page.nextCursor;
    } while (cursor !== null);
    if (await queue.replace(name, place, now, 0)) onResync(why);
  }

  #standingStep(json: string, before: number): TakenIn[] {
    const { facts, findingId, revision, updatedAt } = readFinding(json);
    if (updatedAt < before || !this.#target.wants(facts)) return [];
    // Its name in the feed is gone; one of the same kind is made of what is known.
    const eventId = `${findingId}-${revision}-${updatedAt}`;
    const of = { id: digest([this.#target.name, eventId]), eventId, findingId, revision, reason: 'resync', json };
    return [{ place: null, at: null, delivery: { ...of, tenantId: facts.tenantId } }];
  }
}

interface FindingText {
  readonly id: string;
  readonly revision: number;
  readonly tenantId: string;
  readonly severity: string;
  readonly views: readonly string[];
  readonly suppressed: unknown;
  readonly updatedAt: string | null;
}

function readFinding(json: string): { facts: Facts; findingId: string; revision: number; updatedAt: number } {
  const { id, revision, tenantId, severity, views, suppressed, updatedAt } = JSON.parse(json) as FindingText;
  return {
    facts: { tenantId, severity, views, isSuppressed: suppressed !== null },
    ...{ findingId: id, revision, updatedAt: updatedAt === null ? 0 : Date.parse(updatedAt) },
  };
}
