/**
 * Looks several times a second at whether anything says that it is further than its facts are: every event up to a position
 * or a checkpoint has left its facts and dead letters in the state, and nothing ever goes back.
 *
 * Where state is lost on purpose, this cannot hold until the service has noticed. So between the beginning and the end of a
 * loss nothing is judged. After it a partition is judged by its position once it was begun again (its record says so by a
 * new loss, other generations or another life of the hub), and in any case at the end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerClient } from '@azure/storage-blob';
import { keysUnder } from '../../../src/state/keys.ts';
import type { PartitionRecord } from '../../../src/state/partitions/partitionRecord.ts';
import { markField } from '../../../src/state/partitions/positions.ts';
import type { Client } from '../../../src/state/redis/client.ts';
import { Letters, missingOf, type Sent, type StateView } from './expected.ts';
import { type Living, type Look, look } from './look.ts';
import { type StepBack, StepsBack } from './stepsBack.ts';

export interface SamplerOptions {
  /** Past the proxies, whoever serves now: asked for at each look, and never closed here. */
  readonly redis: () => Client;
  readonly shards: number;
  /** Of the checkpoints; past the proxies, too. */
  readonly container: ContainerClient;
  /** Grows. */
  readonly sent: readonly Sent[];
  /** Of an event that may have gone before it was read. */
  readonly isExcused?: (item: Sent) => boolean;
  /** The readers whose processes live now; all always do, where nothing else is said. */
  readonly living?: () => Living;
  readonly intervalMs?: number;
}

export interface Violation {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly law: 'facts_lead' | 'position_leads' | 'marks_lead' | 'never_back';
  /** `hub/partition`. */
  readonly place: string;
  readonly detail: string;
  /** How the partition came there: what was seen of it, each change with its time. */
  readonly way: readonly string[];
}

export interface Sampler {
  /** The first. */
  readonly violation: Violation | null;
  /** Looks that were had, and that were not, because something could not be asked. */
  readonly looks: number;
  readonly failedLooks: number;
  /** Events found to have left all behind, over all times that they had to. */
  readonly confirmed: number;
  /** Of what positions counted on, whatever was being struck: the service must tell of each. */
  readonly stepsBack: readonly StepBack[];
  /** Positions that were seen and then were not, whatever was being struck. */
  readonly positionsGone: readonly StepBack[];
  /** Whether an event was found to have left all behind since the last loss. */
  isConfirmed(item: Sent): boolean;
  /** From now on state may be lost; calls may be nested. */
  lossBegins(): void;
  /** No more is lost from now on. */
  lossEnds(): void;
  /** Looks once more, at everything and with no excuse but `isExcused`; resolves with the first violation. Rejects where it cannot look. */
  finish(): Promise<Violation | null>;
  stop(): Promise<void>;
}

const INTERVAL_MS = 200;
const WAY_MAX = 60;

export function startSampler(options: SamplerOptions): Sampler {
  return new PositionSampler(options);
}

/** What is remembered of a partition from one look to the next. */
interface Seen {
  record: PartitionRecord | null;
  checkpoint: number | null;
  /** Whether its position can be relied on. */
  isJudged: boolean;
  /** Whether its checkpoint can: not from a loss on until it was written again and the position is past it. */
  isCheckpointJudged: boolean;
  isCheckpointRewritten: boolean;
  /** `beginnings` before the last loss: whatever differs from it was written by someone who began anew. */
  before: string;
  readonly way: string[];
}

class PositionSampler implements Sampler {
  violation: Violation | null = null;
  looks = 0;
  failedLooks = 0;
  confirmed = 0;
  readonly #options: SamplerOptions;
  readonly #container: ContainerClient;
  readonly #seen = new Map<string, Seen>();
  readonly #marks = new Map<string, number>();
  /** Events whose facts were found since the last loss. */
  #found = new WeakSet<Sent>();
  readonly #stepsBack = new StepsBack();
  readonly #living: () => Living;
  #losing = 0;
  #losses = 0;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#container = options.container;
    this.#living = options.living ?? (() => 'all');
    this.#running = this.#run();
  }

  get stepsBack(): readonly StepBack[] {
    return this.#stepsBack.found;
  }

  get positionsGone(): readonly StepBack[] {
    return this.#stepsBack.positionsGone;
  }

  isConfirmed(item: Sent): boolean {
    return this.#found.has(item);
  }

  lossBegins(): void {
    this.#losing++;
    this.#losses++;
    for (const seen of this.#seen.values()) {
      seen.before = seen.record === null ? '' : beginnings(seen.record);
      doubt(seen);
    }
  }

  lossEnds(): void {
    this.#losing--;
    this.#losses++;
    this.#found = new WeakSet();
    this.#marks.clear();
    for (const seen of this.#seen.values()) doubt(seen);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async finish(): Promise<Violation | null> {
    await this.stop();
    if (this.#losing > 0) throw new Error('a loss is still under way');
    for (const seen of this.#seen.values()) seen.isJudged = true;
    await this.#look();
    return this.violation;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted && this.violation === null) {
      try {
        await this.#look();
      } catch {
        this.failedLooks++;
      }
      // Nothing tells when a position moves: looking often is what this is for.
      await delay(this.#options.intervalMs ?? INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const losses = this.#losses;
    const state: StateView = {
      client: this.#options.redis(),
      keys: keysUnder('guestwatch'),
      shards: this.#options.shards,
    };
    const seenNow = await look(state, this.#container, this.#living);
    this.#stepsBack.follow(seenNow);
    // What was lost meanwhile would be missed in what was read before.
    if (this.#losses !== losses) return;
    this.looks++;
    for (const place of new Set([...seenNow.records.keys(), ...seenNow.checkpoints.keys(), ...this.#seen.keys()]))
      this.#follow(place, seenNow);
    if (this.#losing === 0) {
      this.#followMarks(seenNow);
      await this.#lookForFacts(state, seenNow, losses);
    }
  }

  #broken(law: Violation['law'], place: string, detail: string, at: number): void {
    if (this.#losing > 0) return;
    this.violation ??= { at, law, place, detail, way: [...(this.#seen.get(place)?.way ?? [])] };
  }

  /** Position and checkpoint against those of the look before, and against each other. */
  #follow(place: string, { at, records, checkpoints, parts }: Look): void {
    const record = records.get(place) ?? null;
    const checkpoint = checkpoints.get(place) ?? null;
    const known = this.#seen.get(place);
    const isLossFree = this.#losses === 0;
    const seen: Seen = known ?? {
      ...{ record: null, checkpoint: null, before: '', way: [] },
      ...{ isJudged: isLossFree, isCheckpointJudged: isLossFree, isCheckpointRewritten: isLossFree },
    };
    this.#seen.set(place, seen);
    note(seen, record, checkpoint, parts, at);
    const { record: last, checkpoint: lastCheckpoint } = seen;
    const wasGone = last !== null && record === null;
    const wentBack = last !== null && record !== null && isBehind(record, last);
    const mayGoBack = this.#losses > 0 && (record === null || last === null || beginnings(record) !== beginnings(last));
    if (seen.isJudged && !mayGoBack && (wasGone || wentBack))
      this.#broken('never_back', place, `the position went from ${textOf(last)} to ${textOf(record)}`, at);
    if (seen.isCheckpointJudged && checkpoint !== null && lastCheckpoint !== null && checkpoint < lastCheckpoint)
      this.#broken('never_back', place, `the checkpoint went from ${lastCheckpoint} to ${checkpoint}`, at);
    // The checkpoint was read first: the position that it follows can only be further by now.
    if (seen.isCheckpointJudged && checkpoint !== null && checkpoint > (record?.sequenceNumber ?? -1))
      this.#broken('position_leads', place, `the checkpoint is ${checkpoint}, the position ${textOf(record)}`, at);

    Object.assign(seen, { record, checkpoint });
    if (record === null || this.#losing > 0) return;
    // It says itself what state it is about: that another has taken its place since is known to whoever reads it.
    if (!isLossFree && !isOf(record, parts)) {
      seen.before = beginnings(record);
      doubt(seen);
      return;
    }
    seen.isJudged ||= beginnings(record) !== seen.before;
    if (last !== null && beginnings(last) !== beginnings(record)) doubt(seen, true);
    seen.isCheckpointRewritten ||= checkpoint !== lastCheckpoint;
    if (seen.isJudged && seen.isCheckpointRewritten && record.sequenceNumber >= (checkpoint ?? -1))
      seen.isCheckpointJudged = true;
  }

  /** Marks were read after the positions that expect them. */
  #followMarks({ at, parts, records }: Look): void {
    for (const [index, { marks }] of parts.entries()) {
      for (const [name, mark] of marks) {
        const place = placeOfMark(name);
        const last = this.#marks.get(`${index} ${name}`);
        if (last !== undefined && mark < last)
          this.#broken('never_back', place, `the mark ${name} of part ${index} went from ${last} to ${mark}`, at);
        this.#marks.set(`${index} ${name}`, mark);
      }
      for (const [place, record] of records) {
        const expected = record.marks[index] ?? null;
        const mark = marks.get(markField(record)) ?? -1;
        if (this.#seen.get(place)?.isJudged && expected !== null && mark < expected)
          this.#broken('marks_lead', place, `part ${index} has the mark ${mark}, the position expects ${expected}`, at);
      }
    }
  }

  async #lookForFacts(state: StateView, seenNow: Look, losses: number): Promise<void> {
    const letters = new Letters(state);
    for (const item of this.#options.sent) {
      if (this.#found.has(item)) continue;
      const place = `${item.hub}/${item.partition}`;
      const seen = this.#seen.get(place);
      const record = seenNow.records.get(place);
      if (!seen?.isJudged || record === undefined || this.#options.isExcused?.(item)) continue;
      if (item.hubCreatedAt !== undefined && item.hubCreatedAt !== record.hubCreatedAt) continue;
      const checkpoint = seen.isCheckpointJudged ? (seenNow.checkpoints.get(place) ?? -1) : -1;
      if (item.sequenceNumber! > Math.max(record.sequenceNumber, checkpoint)) continue;
      const missing = await missingOf(state, item, letters);
      if (this.#losses !== losses) return;
      if (missing === null) {
        this.#found.add(item);
        this.confirmed++;
        continue;
      }
      // Events can pass out of a hub, and be known to have, while this looks for them.
      if (this.#options.isExcused?.(item)) continue;
      // So it is where a loss is noticed for good: all goes then, and comes again.
      const { parts } = await look(state, this.#container, this.#living);
      if (this.#losses > 0 && !isOf(record, parts)) return;
      const detail = `event ${item.sequenceNumber}: ${missing} is not there, but the position is ${textOf(record)}, the checkpoint ${seenNow.checkpoints.get(place) ?? 'none'}`;
      this.#broken('facts_lead', place, detail, seenNow.at);
      return;
    }
  }
}

const doubt = (seen: Seen, isJudged = false): void =>
  void Object.assign(seen, { isJudged, isCheckpointJudged: false, isCheckpointRewritten: false });

// --- what a record says ------------------------------------------------------------------------------------------------

/** Changes when reading begins anew, and at no other time. */
const beginnings = ({ hubCreatedAt, generations, losses }: PartitionRecord): string =>
  JSON.stringify([hubCreatedAt, generations, losses]);

const isOf = ({ generations }: PartitionRecord, parts: Look['parts']): boolean =>
  parts.every(({ generation }, index) => generation === (generations[index] ?? null));

const isBehind = (record: PartitionRecord, last: PartitionRecord): boolean =>
  record.hubCreatedAt < last.hubCreatedAt ||
  (record.hubCreatedAt === last.hubCreatedAt && record.sequenceNumber < last.sequenceNumber);

const textOf = (record: PartitionRecord | null): string =>
  record === null ? 'none' : `${record.sequenceNumber} (hub of ${record.hubCreatedAt}, by ${record.reader})`;

/** `hub created partition` */
function placeOfMark(name: string): string {
  const [hub, , partition] = name.split(' ');
  return `${hub}/${partition}`;
}

function note(
  seen: Seen,
  record: PartitionRecord | null,
  checkpoint: number | null,
  parts: Look['parts'],
  at: number,
): void {
  const marks = parts.map(({ marks: own }) => (record === null ? 'none' : (own.get(markField(record)) ?? 'none')));
  const losses = record?.losses.length ?? 0;
  const text = `position ${textOf(record)}, expects ${JSON.stringify(record?.marks ?? [])}, marks ${marks.join(' ')}, checkpoint ${checkpoint ?? 'none'}, losses ${losses}`;
  if (seen.way.at(-1)?.endsWith(text)) return;
  seen.way.push(`${new Date(at).toISOString()} ${text}`);
  if (seen.way.length > WAY_MAX) seen.way.shift();
}
