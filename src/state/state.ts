/**
 * The state as the rest of the service sees it: facts go in, findings are folded out of them, positions say how far that is safe.
 *
 * What is done is done by others: `Applying` takes facts in, the folder folds them, `Partitions` knows the positions.
 */
import type { Rule } from '../detection/rule.ts';
import { TICKS_PER_MS } from '../detection/time.ts';
import { Applying, type Batch, type BatchAgain } from './facts/applying.ts';
import { Folder } from './folding/folder.ts';
import { type Keys, keysUnder } from './keys.ts';
import { type RedecideContext, redecide } from './noted/redeciding.ts';
import type { Revised } from './noted/revising.ts';
import { checkServer, openShard, readGeneration } from './open.ts';
import type { StateOptions } from './options.ts';
import { type NotedLosses, readLosses } from './partitions/losses.ts';
import type { Beginning, Gap, PartitionRecord, Place, Progress } from './partitions/partitionRecord.ts';
import { type Outcome, Partitions, type Stored } from './partitions/partitions.ts';
import { readRecords } from './partitions/positions.ts';
import { readTroubles, type Trouble, Troubles } from './partitions/troubles.ts';
import { type Missing, missingIn } from './partitions/wholeness.ts';
import { type Client, connect } from './redis/client.ts';
import { isOfOtherRule, StateRefused, StateUnavailable, unusable } from './redis/errors.ts';
import { ping, refusalOf, serverTime } from './redis/health.ts';
import { Rounds } from './rounds.ts';
import { Ruling } from './ruling.ts';
import type { ShardHandle } from './shard.ts';
import { Shards } from './shards.ts';
import { Sweeper } from './upkeep.ts';

export type { Batch, BatchAgain } from './facts/applying.ts';
export type { StateEvents, StateHooks, StateOptions } from './options.ts';

/** Connects, checks what is there, and gives the state. Rejects with StateRefused or StateUnavailable, and leaves nothing open then. */
export async function openState(options: StateOptions): Promise<State> {
  const keys = keysUnder(options.prefix);
  let lastError: Error | undefined;
  const onError = (error: Error): void => {
    lastError = error;
  };
  const client = connect({ ...options, onError });
  try {
    const { now, events, rule, shards: count } = options;
    const ruling = new Ruling({ client, keys, shards: count }, { rule, now, onChange: events.onRuling });
    await checkServer(client, { keys, shards: count });
    await ruling.open();
    const open = async (key: string): Promise<ShardHandle> => {
      // Who waits for its rule takes the parts as they are; it looks at them again before it writes.
      const generation = ruling.isOwn ? await openShard(client, key) : await readGeneration(client, key);
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
    throw unusable(error as Error, lastError);
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
  readonly #redeciding: RedecideContext;
  readonly #rounds: Rounds;

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
        for (const one of published) events.onPublished(one);
      },
      onLost: (shard) => void this.#shards.reopen(shard).catch(this.#onError),
      onError: this.#onError,
      mayFold: () => ruling.isOwn,
    });
    this.#redeciding = { now, rule, onRevised: (revised) => this.tellRevised('triage', revised) };
    this.#applying = new Applying(options, this.#shards, this.#partitions, this.folder);
    this.#rounds = new Rounds(
      {
        client,
        shards,
        partitions: this.#partitions,
        ruling,
        sweeper: new Sweeper(this),
        redeciding: this.#redeciding,
      },
      this.#onError,
      hooks?.pauseMs,
    );
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
    this.#rounds.start();
  }

  async close(): Promise<void> {
    const ended = this.#rounds.stop();
    await this.folder.stop();
    await ended;
    await this.client.quit().catch(() => this.client.disconnect());
  }

  /** One round of what time demands of every shard, and a look at whether all is still there. */
  async maintain(): Promise<void> {
    await this.#rounds.once();
  }

  /** Decides anew which findings of a tenant are suppressed, at once. */
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
  tellRevised(reason: 'triage' | 'sign_in', { id, tenantId, revision, updatedAt, suppressed }: Revised): void {
    const isSuppressed = suppressed !== null;
    const published = { id, tenantId, revision, updatedAt, reason, isSuppressed, absorbed: [], facts: () => [] };
    this.options.events.onPublished(published);
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
    return refusalOf(this.client, this.#tags);
  }

  /** What Redis's clock says, in milliseconds since the Unix epoch. */
  serverTime(): Promise<number> {
    return serverTime(this.client);
  }

  /** Rejects with StateUnavailable if Redis does not answer. */
  ping(): Promise<void> {
    return ping(this.client, this.#tags);
  }

  /** The hash tags of all parts of the state. */
  get #tags(): string[] {
    return [this.keys.service, ...this.#shards.parts.map(({ key }) => key)];
  }
}
