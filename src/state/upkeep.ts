/** What time demands of the shards: facts that are old go, quiet sign-ins are told, the feed is trimmed, findings,
 * dead letters and deliveries are dropped. */
import { ageLetters } from './deadLetters.ts';
import { ageDeliveries } from './deliveries/out.ts';
import { forgetErased } from './erasing.ts';
import { expireFacts } from './facts/expiry.ts';
import { sweepSuppressions } from './noted/suppressions.ts';
import { retentionClock } from './partitions/retentionClock.ts';
import type { ShardHandle } from './shard.ts';
import type { State } from './state.ts';
import { countMissingSignIns, dropFindings, publishQuiet, trimFeed } from './sweep.ts';

/** Processes put down since when an actor is owed a fold, each by its own clock. */
const CLOCKS_APART_MS = 5_000;

/** The clock of the retention as it was at a moment, both in milliseconds since the Unix epoch. */
interface Moment {
  readonly at: number;
  readonly clock: number;
}

type Swept = Pick<State, 'client' | 'keys' | 'options' | 'shards' | 'letters' | 'records' | 'tellRevised'>;

export class Sweeper {
  readonly #state: Swept;
  /** By shard: a moment at which folds were owed, and by whose clock facts may go once all of these are done. */
  readonly #awaited = new Map<number, Moment>();

  constructor(state: Swept) {
    this.#state = state;
  }

  /** One round over all shards. */
  async sweep(): Promise<void> {
    const { client, keys, options, shards, letters } = this.#state;
    const now = options.now();
    const clock = retentionClock(await this.#state.records(), now).time;
    for (const [i, shard] of shards.entries()) {
      const settled = await this.#settledClock(i, shard, { at: now, clock });
      if (settled !== null) await expireFacts(shard, settled);
      for (const revised of await publishQuiet(shard, options.rule, now)) this.#state.tellRevised('sign_in', revised);
      await sweepSuppressions(shard, now, options.findingRetentionMs);
      await trimFeed(shard, now - options.feedRetentionMs);
      await dropFindings(shard, now - options.findingRetentionMs);
      const missing = await countMissingSignIns(shard, options.rule.window, clock);
      if (missing.missing > 0) options.events.onMissingSignIns(missing);
    }
    await forgetErased([...shards, letters], now);
    await ageLetters(letters, now - options.findingRetentionMs);
    await ageDeliveries({ client, tag: keys.deliveries, now }, now - options.findingRetentionMs);
  }

  /**
   * The newest clock at which everything that had been read by then has been folded, null where none is known: facts that
   * waited in the hub for days are old as they come, and a fold that is owed still needs them.
   */
  async #settledClock(index: number, shard: ShardHandle, read: Moment): Promise<number | null> {
    const since = await owedSince(shard);
    if (since === null) {
      this.#awaited.delete(index);
      return read.clock;
    }
    const awaited = this.#awaited.get(index);
    if (awaited !== undefined && since - CLOCKS_APART_MS <= awaited.at) return null;
    this.#awaited.set(index, read);
    return awaited?.clock ?? null;
  }
}

/** Since when (ms) the actor waits that was first owed a fold. Null where none waits. */
async function owedSince({ client, key }: ShardHandle): Promise<number | null> {
  const [, since] = await client.zrangebyscore(`${key}fold`, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1);
  return since === undefined ? null : Number(since);
}
