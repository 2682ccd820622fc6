/**
 * The state as the rest of the service sees it: facts go in, findings are folded out of them, positions say how far that is safe.
 *
 * Step one (`apply`) is here; the folder does the others. What each partition knows of the shards (their generations, its own
 * marks) is held here per partition, so that each notices for itself that a shard is not what it was.
 */
import type { Fact } from '../detection/fact.ts';
import { groupBy } from '../detection/group.ts';
import type { Rule } from '../detection/rule.ts';
import { applyFacts, type ShardHandle } from './apply.ts';
import { keepLetters, type NewLetter } from './deadLetters.ts';
import { Folder } from './folder.ts';
import { type Keys, keysUnder, shardOf } from './keys.ts';
import { type NonInteractive, noteNonInteractive } from './nonInteractive.ts';
import { checkServer, openShard } from './open.ts';
import {
  lastOf,
  markField,
  type PartitionRecord,
  type Place,
  type Position,
  readMark,
  readRecord,
  readRecords,
  retentionClock,
  writeRecord,
} from './positions.ts';
import { type Client, connect, StateRefused, StateUnavailable } from './redis.ts';
import {
  countMissingSignIns,
  dropFindings,
  expireFacts,
  type MissingSignIns,
  publishQuiet,
  trimFeed,
} from './sweep.ts';
import { pages } from './window.ts';

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
  readonly onApplied: (counts: { newFacts: number; knownFacts: number; thinned: number }) => void;
  readonly onLetters: (counts: { added: number; dropped: number; reasons: readonly string[] }) => void;
  readonly onPublished: (change: string) => void;
  readonly onMissingSignIns: (counts: MissingSignIns) => void;
  readonly onLost: (detail: string) => void;
  readonly onError: (error: unknown) => void;
}

export interface Batch {
  readonly place: Place;
  readonly lastSequenceNumber: number;
  readonly facts: readonly Fact[];
  readonly nonInteractive: readonly NonInteractive[];
  readonly deadLetters: readonly NewLetter[];
}

export type Outcome = { readonly kind: 'applied' } | { readonly kind: 'lost_state'; readonly detail: string };

export type Stored =
  | { readonly kind: 'none' }
  | { readonly kind: 'position'; readonly position: Position }
  | {
      readonly kind: 'lost';
      readonly after: number | null;
      readonly position: Position | null;
      readonly detail: string;
    };

export interface Beginning {
  readonly cause: 'first' | 'lost' | 'new_hub';
  readonly after: Position | null;
  readonly since: number | null;
  readonly previous: Position | null;
  readonly checkpoint: number | null;
  readonly detail: string;
}

export interface Progress {
  readonly position: Position | null;
  readonly readToEndAt: number | null;
  readonly lagEvents: number | null;
}

export interface Gap {
  readonly after: number;
  readonly before: number;
  readonly afterEnqueuedAt: number | null;
  readonly beforeEnqueuedAt: number | null;
}

/** What one partition's owner knows of the shards. */
interface Known {
  record: PartitionRecord;
  /** The highest mark that this owner has raised or met, by shard. */
  readonly marks: (number | null)[];
  readonly generations: string[];
}

/** Facts told to a shard in one step; a batch can hold very many more. */
const FACTS_PER_STEP_MAX = 400;
const MAINTENANCE_INTERVAL_MS = 5_000;

/** Connects, checks what is there, and gives the state. Rejects with StateRefused or StateUnavailable, and leaves nothing open then. */
export async function openState(options: StateOptions): Promise<State> {
  const keys = keysUnder(options.prefix);
  let lastError: Error | undefined;
  const onError = (error: Error): void => {
    lastError = error;
  };
  const client = connect({ url: options.url, cluster: options.cluster, onError });
  try {
    await checkServer(client, { keys, shards: options.shards, rule: options.rule });
    const shards: ShardHandle[] = [];
    for (let shard = 0; shard < options.shards; shard++) {
      const key = keys.shard(shard);
      const { generation } = await openShard(client, key);
      shards.push({ client, key, generation, retentionMs: options.retentionMs });
    }
    return new State(options, client, keys, shards);
  } catch (error) {
    client.disconnect();
    if (error instanceof StateRefused) throw error;
    throw new StateUnavailable(`Redis cannot be used: ${(lastError ?? (error as Error)).message}`, { cause: error });
  }
}

export class State {
  readonly client: Client;
  readonly keys: Keys;
  readonly options: StateOptions;
  readonly folder: Folder;
  readonly #shards: { -readonly [K in keyof ShardHandle]: ShardHandle[K] }[];
  readonly #known = new Map<string, Known>();
  #maintenance: NodeJS.Timeout | undefined;
  #maintained: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: StateOptions, client: Client, keys: Keys, shards: ShardHandle[]) {
    this.options = options;
    this.client = client;
    this.keys = keys;
    this.#shards = shards;
    const { rule, quietDelayMs, now, events, hooks } = options;
    const context = { rule, quietDelayMs, now, ...(hooks?.beforeStore && { beforeStore: hooks.beforeStore }) };
    this.folder = new Folder(this.#shards, context, {
      onFolded: ({ published }) => {
        for (const { change } of published) events.onPublished(change);
        void hooks?.afterStore?.();
      },
      onLost: (shard) => void this.#reopen(shard).catch(events.onError),
      onError: events.onError,
    });
  }

  get shards(): readonly ShardHandle[] {
    return this.#shards;
  }

  shardOf(tenantId: string): ShardHandle {
    return this.#shards[shardOf(tenantId, this.#shards.length)]!;
  }

  /** Folds what is owed and does what time demands, until `close`. */
  start(): void {
    this.folder.start();
    const round = (): void => {
      this.#maintained = this.maintain().catch(this.options.events.onError);
      void this.#maintained.finally(() => {
        if (!this.#stopped) this.#maintenance = setTimeout(round, MAINTENANCE_INTERVAL_MS);
      });
    };
    round();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#maintenance);
    await this.folder.stop();
    await this.#maintained;
    await this.client.quit().catch(() => this.client.disconnect());
  }

  /** One round of what time demands of every shard. */
  async maintain(): Promise<void> {
    const { options } = this;
    const now = options.now();
    const clock = retentionClock(await this.records(), now).time;
    for (const shard of this.#shards) {
      await this.#verify(shard);
      await expireFacts(shard, clock);
      await publishQuiet(shard, options.rule, now);
      await trimFeed(shard, now - options.feedRetentionMs);
      await dropFindings(shard, now - options.findingRetentionMs);
      const missing = await countMissingSignIns(shard, options.rule.window, now);
      if (missing.missing > 0) options.events.onMissingSignIns(missing);
    }
  }

  records(): Promise<PartitionRecord[]> {
    return readRecords(this.client, this.keys);
  }

  async apply(batch: Batch): Promise<Outcome> {
    const { place, facts, deadLetters } = batch;
    const { events, deadLettersMax, hooks, now } = this.options;
    if (deadLetters.length > 0) {
      const counts = await keepLetters(this.client, this.keys, place, deadLetters, deadLettersMax);
      events.onLetters({ ...counts, reasons: deadLetters.map(({ reason }) => reason) });
    }
    for (const [index, own] of groupBy(batch.nonInteractive, ({ tenantId }) =>
      shardOf(tenantId, this.#shards.length),
    )) {
      await noteNonInteractive(this.#shards[index]!, own);
    }
    await hooks?.beforeApply?.();
    const known = await this.#knownOf(place);
    const byShard = groupBy(facts, ({ tenantId }) => shardOf(tenantId, this.#shards.length));
    for (const [index, own] of byShard) {
      const shard = { ...this.#shards[index]!, generation: known.generations[index]! };
      const steps = [...pages(own, FACTS_PER_STEP_MAX)];
      for (const [i, step] of steps.entries()) {
        const target = i === steps.length - 1 ? String(batch.lastSequenceNumber) : '';
        const mark = { field: markField(place), seen: String(known.marks[index] ?? ''), target };
        const outcome = await applyFacts(shard, step, [mark], now());
        if (outcome.kind === 'lost') return this.#lost(index, place);
        if (target !== '') known.marks[index] = Math.max(known.marks[index] ?? -1, batch.lastSequenceNumber);
        events.onApplied(outcome);
        await hooks?.afterApply?.();
        this.folder.wake(this.#shards[index]!, outcome.actors);
      }
    }
    return { kind: 'applied' };
  }

  readonly positions = {
    load: (place: Place): Promise<Stored> => this.#load(place),
    begin: (place: Place, beginning: Beginning): Promise<void> => this.#begin(place, beginning),
    advance: (place: Place, progress: Progress): Promise<Outcome> => this.#advance(place, progress),
  };

  async reportGap(place: Place, gap: Gap): Promise<void> {
    const known = await this.#knownOf(place);
    const { record } = known;
    const detail = `The hub no longer held the events ${gap.after + 1} to ${gap.before - 1}.`;
    if (record.gaps.some((other) => other.detail === detail)) return;
    const lost = { from: gap.afterEnqueuedAt, until: gap.beforeEnqueuedAt, reason: 'expired' as const, detail };
    const from = gap.beforeEnqueuedAt ?? this.options.now();
    await this.#write(
      known,
      { ...record, gaps: lastOf([...record.gaps, lost]), spans: lastOf([...record.spans, { from, until: from }]) },
      true,
    );
    this.options.events.onLost(`${place.hub}/${place.partition}: ${detail}`);
  }

  async #load(place: Place): Promise<Stored> {
    const record = await readRecord(this.client, this.keys, place);
    const marks = await Promise.all(this.#shards.map((shard) => readMark(this.client, shard.key, place)));
    if (record === null) {
      if (marks.every((mark) => mark === null)) return { kind: 'none' };
      return {
        kind: 'lost',
        after: null,
        position: null,
        detail: 'the position is gone, but facts of the partition are there',
      };
    }
    const position = positionOf(record);
    const generations = await Promise.all(
      this.#shards.map((shard) => this.client.hget(`${shard.key}meta`, 'generation')),
    );
    const other = generations.findIndex((generation, shard) => generation !== record.generations[shard]);
    if (other >= 0)
      return {
        kind: 'lost',
        after: null,
        position,
        detail: `shard ${other} is not the one that the position was written for`,
      };
    if (record.hubCreatedAt === place.hubCreatedAt) {
      const gone = record.marks.findIndex((mark, shard) => mark !== null && marks[shard] === null);
      if (gone >= 0)
        return { kind: 'lost', after: null, position, detail: `the mark of the partition in shard ${gone} is gone` };
      const behind = record.marks.flatMap((mark, shard) =>
        mark !== null && marks[shard]! < mark ? [marks[shard]!] : [],
      );
      if (behind.length > 0) {
        const after = Math.min(record.sequenceNumber, ...behind);
        return { kind: 'lost', after, position, detail: `a shard holds the facts up to event ${after} only` };
      }
    }
    this.#know(place, record, marks);
    return position === null ? { kind: 'none' } : { kind: 'position', position };
  }

  async #begin(place: Place, beginning: Beginning): Promise<void> {
    const { now } = this.options;
    await Promise.all(this.#shards.map((shard) => this.#verify(shard)));
    const before = await readRecord(this.client, this.keys, place);
    const marks = await Promise.all(this.#shards.map((shard) => readMark(this.client, shard.key, place)));
    const { after, since } = beginning;
    const from = after?.enqueuedAt ?? since ?? now();
    const fresh = emptyRecord(place, this.options.reader, now());
    const noted =
      beginning.cause === 'first'
        ? []
        : [{ at: now(), detail: `${place.hub}/${place.partition}: ${beginning.detail}` }];
    const record: PartitionRecord = {
      ...fresh,
      sequenceNumber: after?.sequenceNumber ?? -1,
      offset: after?.offset ?? null,
      enqueuedAt: after?.enqueuedAt ?? since,
      marks,
      generations: this.#shards.map(({ generation }) => generation),
      spans: lastOf([...(before?.spans ?? []).filter((span) => span.until < from), { from, until: from }]),
      gaps: lastOf([...(before?.gaps ?? []), ...gapOf(beginning, before, from)]),
      losses: lastOf([...(before?.losses ?? []), ...noted]),
      delayMs: before?.delayMs ?? null,
    };
    for (const { detail } of noted) this.options.events.onLost(detail);
    const known = this.#know(place, record, marks);
    await this.#write(known, record, true);
  }

  async #advance(place: Place, progress: Progress): Promise<Outcome> {
    const known = await this.#knownOf(place);
    const { position, readToEndAt, lagEvents } = progress;
    const { record } = known;
    const stale = this.#shards.findIndex(({ generation }, shard) => generation !== known.generations[shard]);
    if (stale >= 0) return this.#lost(stale, place);
    const enqueuedAt = position?.enqueuedAt ?? record.enqueuedAt;
    const until = readToEndAt ?? enqueuedAt;
    const next: PartitionRecord = {
      ...record,
      sequenceNumber: position?.sequenceNumber ?? record.sequenceNumber,
      offset: position?.offset ?? record.offset,
      enqueuedAt,
      marks: [...known.marks],
      readToEndAt: readToEndAt ?? record.readToEndAt,
      lagEvents,
      reader: this.options.reader,
      seenAt: this.options.now(),
      spans: until === null ? record.spans : extend(record.spans, until),
    };
    await this.#write(known, next, false);
    return { kind: 'applied' };
  }

  async #write(known: Known, record: PartitionRecord, forced: boolean): Promise<void> {
    if ((await writeRecord(this.client, this.keys, record, forced)) === 'moved') known.record = record;
  }

  async #knownOf(place: Place): Promise<Known> {
    const known = this.#known.get(markField(place));
    if (known !== undefined) return known;
    const record =
      (await readRecord(this.client, this.keys, place)) ?? emptyRecord(place, this.options.reader, this.options.now());
    const marks = await Promise.all(this.#shards.map((shard) => readMark(this.client, shard.key, place)));
    return this.#know(place, record, marks);
  }

  #know(place: Place, record: PartitionRecord, marks: readonly (number | null)[]): Known {
    const known = { record, marks: [...marks], generations: this.#shards.map(({ generation }) => generation) };
    this.#known.set(markField(place), known);
    return known;
  }

  /** A shard is not what a partition knew. It is looked at again, and the partition must ask where to go on. */
  async #lost(index: number, place: Place): Promise<Outcome> {
    this.#known.delete(markField(place));
    await this.#reopen(this.#shards[index]!);
    return {
      kind: 'lost_state',
      detail: `shard ${index} of the state is not the one that ${place.hub}/${place.partition} was reading into`,
    };
  }

  /** Notices that a shard was lost while nothing was written to it. */
  async #verify(shard: ShardHandle): Promise<void> {
    const generation = await this.client.hget(`${shard.key}meta`, 'generation');
    if (generation !== shard.generation) await this.#reopen(shard);
  }

  async #reopen(shard: ShardHandle): Promise<void> {
    const own = this.#shards.find(({ key }) => key === shard.key)!;
    const { generation } = await openShard(this.client, shard.key);
    if (generation === own.generation) return;
    own.generation = generation;
    this.options.events.onLost(`shard ${this.#shards.indexOf(own)} of the state was lost or replaced`);
  }

  /** Rejects with StateUnavailable if Redis does not answer. */
  async ping(): Promise<void> {
    try {
      await this.client.hget(`${this.keys.service}meta`, 'schema');
    } catch (error) {
      throw new StateUnavailable('Redis does not answer', { cause: error });
    }
  }
}

function emptyRecord(place: Place, reader: string, now: number): PartitionRecord {
  const nothing = {
    sequenceNumber: -1,
    offset: null,
    enqueuedAt: null,
    readToEndAt: null,
    lagEvents: null,
    delayMs: null,
  };
  return { ...place, ...nothing, marks: [], generations: [], reader, seenAt: now, spans: [], gaps: [], losses: [] };
}

const positionOf = ({ sequenceNumber, offset, enqueuedAt, hubCreatedAt }: PartitionRecord): Position | null =>
  sequenceNumber < 0 ? null : { sequenceNumber, offset, enqueuedAt, hubCreatedAt };

function extend(spans: PartitionRecord['spans'], until: number): PartitionRecord['spans'] {
  const last = spans.at(-1);
  if (last === undefined) return [{ from: until, until }];
  return until <= last.until ? spans : [...spans.slice(0, -1), { from: last.from, until }];
}

/** What lies between the end of what was read before and the new beginning. */
function gapOf(beginning: Beginning, before: PartitionRecord | null, from: number): PartitionRecord['gaps'] {
  if (beginning.cause === 'first') return [];
  const until = before?.spans.at(-1)?.until ?? before?.enqueuedAt ?? null;
  if (until !== null && from <= until) return [];
  const reason = beginning.cause === 'new_hub' ? ('hub_recreated' as const) : ('lost_state' as const);
  return [{ from: until, until: from, reason, detail: beginning.detail }];
}
