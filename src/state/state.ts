/**
 * The state as the rest of the service sees it: facts go in, findings are folded out of them, positions say how far that is safe.
 *
 * What is done is done by others: `Applying` takes facts in, the folder folds them, `Partitions` knows the positions.
 */
import type { Rule } from '../detection/rule.ts';
import { TICKS_PER_MS } from '../detection/time.ts';
import type { Applied } from './apply.ts';
import { Applying, type Batch, type BatchAgain } from './applying.ts';
import { Folder } from './folder.ts';
import { type Keys, keysUnder } from './keys.ts';
import { type LossReason, type NotedLosses, readLosses } from './losses.ts';
import { checkPolicy, checkServer, openShard, readGeneration } from './open.ts';
import { type Outcome, Partitions, type Stored } from './partitions.ts';
import { type Beginning, type Gap, type PartitionRecord, type Place, type Progress, readRecords } from './positions.ts';
import { type RedecideContext, redecide, redecideOwed } from './redeciding.ts';
import { type Client, connect, isOfOtherRule, refusalOf, StateRefused, StateUnavailable } from './redis.ts';
import type { Revised } from './revising.ts';
import { Ruling } from './ruling.ts';
import type { ShardHandle } from './shard.ts';
import { Shards } from './shards.ts';
import type { MissingSignIns } from './sweep.ts';
import { readTroubles, type Trouble, Troubles } from './troubles.ts';
import { repeat, Sweeper } from './upkeep.ts';
import { type Missing, missingIn } from './wholeness.ts';

export type { Batch, BatchAgain } from './applying.ts';

export interface StateOptions {
  readonly url: string;
  readonly cluster: boolean;
  readonly shards: number;
  /** Before every key; another prefix is another state. */
  readonly prefix: string;
  readonly rule: Rule;
  readonly retentionMs: number;
  readonly findingRetentionMs: number;
  readonly feedRetentionMs: number;
  readonly quietDelayMs: number;
  readonly deadLettersMax: number;
  /** The name by which this process is known in coverage. */
  readonly reader: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly events: StateEvents;
  /** For tests: places to stop at. */
  readonly hooks?: StateHooks;
}

export interface StateHooks {
  readonly beforeApply?: () => Promise<void>;
  readonly afterApply?: () => Promise<void>;
  readonly beforeStore?: () => Promise<void>;
  readonly afterStore?: () => Promise<void>;
}

/** What happens in the state, for the log and the metrics. */
export interface StateEvents {
  readonly onApplied: (counts: Omit<Applied, 'kind' | 'actors' | 'mark'>) => void;
  readonly onLetters: (counts: { added: number; dropped: number; reasons: readonly string[] }) => void;
  /** A revision was made; suppressed ones are told of to those who read the feed, and to nobody else. */
  readonly onPublished: (change: string, isSuppressed: boolean) => void;
  readonly onMissingSignIns: (counts: MissingSignIns) => void;
  readonly onLost: (detail: string, reason: LossReason) => void;
  /** The rule of this process has come into force, or another has: it then writes nothing. */
  readonly onRuling: (ruling: Ruling) => void;
  readonly onError: (error: unknown) => void;
}

/** Connects, checks what is there, and gives the state. Rejects with StateRefused or StateUnavailable, and leaves nothing open then. */
export async function openState(options: StateOptions): Promise<State> {
  const keys = keysUnder(options.prefix);
  let lastError: Error | undefined;
  const onError = (error: Error): void => {
    lastError = error;
  };
  const client = connect({ url: options.url, cluster: options.cluster, onError });
  try {
    const { now, events, rule, shards: count } = options;
    const ruling = new Ruling({ client, keys, shards: count }, { rule, now, onChange: events.onRuling });
    await checkServer(client, { keys, shards: count });
    await ruling.open();
    const open = async (key: string): Promise<ShardHandle> => {
      // Who waits for its rule takes the parts as they are; it looks at them again before it writes.
      const generation = ruling.isOwn ? (await openShard(client, key)).generation : await readGeneration(client, key);
      return {
        client,
        key,
        generation,
        retentionMs: options.retentionMs,
        windowMs: Number(rule.window / TICKS_PER_MS),
      };
    };
    const shards: ShardHandle[] = [];
    for (let shard = 0; shard < count; shard++) shards.push(await open(keys.shard(shard)));
    const parts = new Shards(shards, await open(keys.deadLetters), { keys, now, onLost: events.onLost });
    if (ruling.isOwn) {
      await parts.checkEvicted();
      await parts.verify();
    }
    return new State(options, client, keys, parts, ruling);
  } catch (error) {
    client.disconnect();
    if (error instanceof StateRefused) throw error;
    const reason = [lastError, error as Error].map((one) => one?.message ?? '').join(' ');
    if (/cluster support disabled/i.test(reason)) {
      throw new StateRefused('REDIS_CLUSTER is on, but the Redis at REDIS_URL is no cluster: set REDIS_CLUSTER=off');
    }
    throw new StateUnavailable(`Redis cannot be used: ${(lastError ?? (error as Error)).message}`, { cause: error });
  }
}

export class State {
  readonly client: Client;
  readonly keys: Keys;
  readonly options: StateOptions;
  readonly folder: Folder;
  readonly ruling: Ruling;
  readonly #shards: Shards;
  readonly #partitions: Partitions;
  readonly #applying: Applying;
  readonly #troubles: Troubles;
  readonly #sweeper = new Sweeper(this);
  readonly #redeciding: RedecideContext;
  /** Each ends what is done again and again, and resolves when a round under way has ended. */
  readonly #rounds: (() => Promise<void>)[] = [];

  constructor(options: StateOptions, client: Client, keys: Keys, shards: Shards, ruling: Ruling) {
    this.options = options;
    this.client = client;
    this.keys = keys;
    this.ruling = ruling;
    const { rule, quietDelayMs, reader, now, events, hooks } = options;
    this.#shards = shards;
    this.#partitions = new Partitions(client, keys, this.#shards, { reader, now, onLost: events.onLost });
    this.#troubles = new Troubles(client, keys, { reader, now });
    const context = {
      rule,
      quietDelayMs,
      now,
      ...(hooks?.beforeStore && { beforeStore: hooks.beforeStore }),
      ...(hooks?.afterStore && { afterStore: hooks.afterStore }),
    };
    this.folder = new Folder(this.#shards.handles, context, {
      onFolded: ({ published }) => {
        for (const { change, isSuppressed } of published) events.onPublished(change, isSuppressed);
      },
      onLost: (shard) => void this.#shards.reopen(shard).catch(this.#onError),
      onError: this.#onError,
      mayFold: () => ruling.isOwn,
    });
    this.#redeciding = { now, rule, onRevised: (revised) => this.tellRevised('triage', revised) };
    this.#applying = new Applying(options, this.#shards, this.#partitions, this.folder);
  }

  /** What was refused because of another rule is told by `onRuling`, once. */
  get #onError(): (error: unknown) => void {
    return (error) => {
      if (!isOfOtherRule(error)) this.options.events.onError(error);
    };
  }

  /** The rule by which questions are answered: the one in force. */
  get rule(): Rule {
    return this.ruling.rule;
  }

  get shards(): readonly ShardHandle[] {
    return this.#shards.handles;
  }

  get letters(): ShardHandle {
    return this.#shards.letters;
  }

  shardOf(tenantId: string): ShardHandle {
    return this.#shards.of(tenantId);
  }

  /** Folds what is owed and does what time demands, until `close`. */
  start(): void {
    this.folder.start();
    // Apart from each other: what is lost must be noticed in time, however much there is to sweep.
    this.#rounds.push(
      repeat(() => this.#look(), this.#onError),
      repeat(() => this.#sweep(), this.#onError),
      repeat(() => this.#redecide(), this.#onError),
    );
  }

  async close(): Promise<void> {
    const ended = this.#rounds.splice(0).map((end) => end());
    await this.folder.stop();
    await Promise.all(ended);
    await this.client.quit().catch(() => this.client.disconnect());
  }

  /** One round of what time demands of every shard, and a look at whether all is still there. */
  async maintain(): Promise<void> {
    await this.#look();
    await this.#sweep();
    await this.#redecide();
  }

  async #sweep(): Promise<void> {
    if (this.ruling.isOwn) await this.#sweeper.sweep();
  }

  /** Decides anew which findings are suppressed, where that is owed. */
  async #redecide(): Promise<void> {
    if (!this.ruling.isOwn) return;
    for (const shard of this.shards) await redecideOwed(shard, this.#redeciding);
  }

  /** The same for one tenant, at once. */
  async redecide(tenantId: string): Promise<void> {
    await redecide(this.shardOf(tenantId), tenantId, this.#redeciding);
  }

  /** Takes a shard as it is now, noting a loss where it is another. */
  async reopen(shard: ShardHandle): Promise<void> {
    await this.#shards.reopen(shard);
  }

  /** Does something on a shard; where that turns out to be another than was known, once more on it as it is now. */
  async onKnown<T extends { readonly kind: string }>(
    shard: ShardHandle,
    act: () => Promise<T>,
  ): Promise<Exclude<T, { readonly kind: 'lost' }>> {
    const first = await act();
    if (first.kind !== 'lost') return first as Exclude<T, { readonly kind: 'lost' }>;
    await this.reopen(shard);
    const second = await act();
    if (second.kind === 'lost') throw new StateUnavailable('the shard was replaced twice within a moment');
    return second as Exclude<T, { readonly kind: 'lost' }>;
  }

  /** Tells of a revision that no fold made. */
  tellRevised(reason: 'triage' | 'sign_in', { suppressed }: Revised): void {
    this.options.events.onPublished(reason, suppressed !== null);
  }

  async #look(): Promise<void> {
    if (!(await this.ruling.look())) return;
    await this.#shards.checkEvicted();
    await this.#shards.verify();
    await this.#partitions.verify();
    await checkPolicy(this.client);
  }

  records(): Promise<PartitionRecord[]> {
    return readRecords(this.client, this.keys);
  }

  /** The partitions of which something is missing that their positions expect, noticed or not. */
  missingIn(records: readonly PartitionRecord[]): Promise<Map<PartitionRecord, Missing>> {
    return missingIn(this.#shards, records);
  }

  /** Losses that were noted of the parts of the state, and when (ms) the last was; those of partitions are in their records. */
  async losses(): Promise<NotedLosses> {
    const all = await Promise.all(this.#shards.parts.map(readLosses));
    const times = all.flatMap(({ notedAt }) => notedAt ?? []);
    return { losses: all.flatMap(({ losses }) => losses), notedAt: times.length === 0 ? null : Math.max(...times) };
  }

  apply(batch: Batch): Promise<Outcome> {
    return this.#applying.apply(batch);
  }

  applyAgain(batch: BatchAgain): Promise<void> {
    return this.#applying.applyAgain(batch);
  }

  readonly positions = {
    load: (place: Place): Promise<Stored> => this.#partitions.load(place),
    begin: (place: Place, beginning: Beginning): Promise<void> => this.#partitions.begin(place, beginning),
    advance: (place: Place, progress: Progress): Promise<Outcome> => this.#partitions.advance(place, progress),
  };

  reportGap(place: Place, gap: Gap): Promise<void> {
    return this.#partitions.reportGap(place, gap);
  }

  /** Says why partitions of this process stand still, to whoever is asked; none, where they go on. */
  tellTroubles(troubles: readonly Trouble[]): Promise<void> {
    return this.#troubles.tell(troubles);
  }

  /** What the processes say of partitions that stand still. */
  troubles(): Promise<(record: PartitionRecord) => string | null> {
    return readTroubles(this.client, this.keys, this.options.now());
  }

  /** Why some part of the state takes nothing in just now, in a closed word and a sentence; null where all would. */
  refusal(): Promise<string | null> {
    return refusalOf(this.client, [this.keys.service, ...this.#shards.parts.map(({ key }) => key)]);
  }

  /** What Redis's clock says, in milliseconds since the Unix epoch. */
  async serverTime(): Promise<number> {
    const [seconds, microseconds] = await this.client.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  /** Rejects with StateUnavailable if Redis does not answer. */
  async ping(): Promise<void> {
    try {
      // Of a Cluster one node may be gone: every part of the state is asked.
      const parts = [this.keys.service, ...this.#shards.parts.map(({ key }) => key)];
      await Promise.all(parts.map((key) => this.client.hget(`${key}meta`, 'generation')));
    } catch (error) {
      throw new StateUnavailable('Redis does not answer', { cause: error });
    }
  }
}
