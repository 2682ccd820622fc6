/** Folds what actors are owed: those that this process touched at once, those that another left behind every few seconds. */

import { isOfOtherRule, StateUnavailable } from '../redis/errors.ts';
import type { ShardHandle } from '../shard.ts';
import { type FoldContext, type FoldOutcome, foldOnce } from './folding.ts';

/** Actors folded side by side. */
const CONCURRENCY_MAX = 8;
/** An actor owed a fold for longer than this was left behind: its process is gone or slow. */
const LEFT_BEHIND_MS = 1_000;
const POLL_INTERVAL_MS = 2_000;
/** Actors taken from the list of the owed in one look. */
const POLL_ACTORS_MAX = 1_000;
/** Before an actor whose fold failed is tried again. */
const RETRY_DELAY_MS = 500;
/**
 * Where Redis is away or refuses, the folds of a shard all fail alike. So the shard rests: none of them is begun for as long, and
 * twice as long each time up to this, unless the shard is seen to take something. One after the other and again and again, each
 * of thousands would be tried and told.
 */
const REST_MS_MAX = 8_000;

export interface FolderEvents {
  readonly onFolded: (outcome: Extract<FoldOutcome, { kind: 'folded' }>) => void;
  readonly onLost: (shard: ShardHandle) => void;
  readonly onError: (error: unknown) => void;
  /** Whether this process writes at all. */
  readonly mayFold: () => boolean;
}

/** A shard is left alone just now: the actors that wait there, in order, and since when by the elapsed clock (ms). */
interface Rest {
  readonly shard: ShardHandle;
  readonly actors: Set<string>;
  readonly since: number;
  isShortened: boolean;
}

export class Folder {
  readonly #shards: readonly ShardHandle[];
  readonly #context: FoldContext;
  readonly #events: FolderEvents;
  readonly #queue = new Map<string, { shard: ShardHandle; actorId: string }>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  /** The shards that rest, by their keys. */
  readonly #resting = new Map<string, Rest>();
  /** How often in a row a shard could not be used. */
  readonly #refusals = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(shards: readonly ShardHandle[], context: FoldContext, events: FolderEvents) {
    this.#shards = shards;
    this.#context = context;
    this.#events = events;
  }

  start(): void {
    const poll = (): void => {
      this.#later(POLL_INTERVAL_MS, () =>
        this.poll()
          .catch(this.#events.onError)
          .finally(() => !this.#stopped && poll()),
      );
    };
    this.poll().catch(this.#events.onError);
    poll();
  }

  /** Actors that are owed a fold, whoever makes it, and since when (ms) the first of them is; null for none. */
  async owed(): Promise<{ readonly actors: number; readonly oldestAt: number | null }> {
    const each = await Promise.all(
      this.#shards.map(async ({ client, key }) => {
        const [count, oldest] = await Promise.all([
          client.zcard(`${key}fold`),
          client.zrangebyscore(`${key}fold`, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
        ]);
        return { count, at: oldest.slice(1, 2).map(Number) };
      }),
    );
    const times = each.flatMap(({ at }) => at);
    return {
      actors: each.reduce((sum, { count }) => sum + count, 0),
      oldestAt: times.length === 0 ? null : Math.min(...times),
    };
  }

  /** Takes on the actors that have been owed a fold for a while. */
  async poll(): Promise<void> {
    for (const shard of this.#shards) {
      const before = this.#context.now() - LEFT_BEHIND_MS;
      const actors = await shard.client.zrangebyscore(`${shard.key}fold`, '-inf', before, 'LIMIT', 0, POLL_ACTORS_MAX);
      this.wake(shard, actors);
    }
  }

  /** To be told when a shard has taken in facts of these actors. */
  applied(shard: ShardHandle, actorIds: readonly string[]): void {
    this.#noteTaken(shard);
    this.wake(shard, actorIds);
  }

  wake(shard: ShardHandle, actorIds: readonly string[]): void {
    // What is owed stands in the state: whoever may fold finds it there.
    if (this.#stopped || !this.#events.mayFold()) return;
    const rest = this.#resting.get(shard.key);
    for (const actorId of actorIds) {
      const name = shard.key + actorId;
      if (rest !== undefined) rest.actors.add(actorId);
      else if (this.#running.has(name)) this.#again.add(name);
      else this.#queue.set(name, { shard, actorId });
    }
    this.#fill();
  }

  /** Resolves when nothing that this process took on is left. */
  async idle(): Promise<void> {
    if (this.#queue.size === 0 && this.#running.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Takes on nothing more and resolves when the folds under way have ended; what is left another process does. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#queue.clear();
    await this.idle();
  }

  /** Lets a shard rest, after the fold of an actor failed there. That one is tried last: it may fail by itself. */
  #rest(shard: ShardHandle, failed: string): void {
    const { actors } = this.#resting.get(shard.key) ?? this.#beginRest(shard);
    actors.delete(failed);
    actors.add(failed);
  }

  #beginRest(shard: ShardHandle): Rest {
    const { key } = shard;
    const own = [...this.#queue].filter(([, queued]) => queued.shard.key === key);
    for (const [name] of own) this.#queue.delete(name);
    const actors = new Set(own.map(([, { actorId }]) => actorId));
    const rest = { shard, actors, since: performance.now(), isShortened: false };
    const refusals = this.#refusals.get(key) ?? 0;
    this.#resting.set(key, rest);
    this.#refusals.set(key, refusals + 1);
    this.#later(Math.min(RETRY_DELAY_MS * 2 ** refusals, REST_MS_MAX), () => this.#endRest(rest));
    return rest;
  }

  #endRest(rest: Rest): void {
    const { shard, actors } = rest;
    if (this.#resting.get(shard.key) !== rest) return;
    this.#resting.delete(shard.key);
    this.wake(shard, [...actors]);
  }

  /** A shard that has taken something takes more: its rest is over as soon as it has lasted for the shortest time. */
  #noteTaken({ key }: ShardHandle): void {
    this.#refusals.delete(key);
    const rest = this.#resting.get(key);
    if (rest === undefined || rest.isShortened) return;
    rest.isShortened = true;
    this.#later(Math.max(0, rest.since + RETRY_DELAY_MS - performance.now()), () => this.#endRest(rest));
  }

  #later(ms: number, task: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, ms);
    this.#timers.add(timer);
  }

  #fill(): void {
    for (const [name, { shard, actorId }] of this.#queue) {
      if (this.#running.size >= CONCURRENCY_MAX) return;
      this.#queue.delete(name);
      this.#running.add(name);
      void this.#fold(name, shard, actorId);
    }
  }

  async #fold(name: string, shard: ShardHandle, actorId: string): Promise<void> {
    let owed = false;
    try {
      const outcome = await foldOnce(shard, actorId, this.#context);
      if (outcome.kind === 'lost') this.#events.onLost(shard);
      if (outcome.kind === 'folded') {
        this.#noteTaken(shard);
        owed = outcome.owed;
        this.#events.onFolded(outcome);
      }
    } catch (error) {
      this.#events.onError(error);
      if (error instanceof StateUnavailable) {
        if (!isOfOtherRule(error)) this.#rest(shard, actorId);
      } else this.#later(RETRY_DELAY_MS, () => this.wake(shard, [actorId]));
    }
    this.#running.delete(name);
    if (this.#again.delete(name) || owed) this.wake(shard, [actorId]);
    this.#fill();
    if (this.#queue.size === 0 && this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
