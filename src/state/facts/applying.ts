/** Step one of the state: a batch's dead letters and facts go in, each part of the state in steps of its own. */
import type { Fact } from '../../detection/fact.ts';
import { groupBy } from '../../detection/group.ts';
import { keepLetters, NO_MARK } from '../deadLetters.ts';
import type { Folder } from '../folding/folder.ts';
import { letterId, type NewLetter } from '../letter.ts';
import type { StateOptions } from '../options.ts';
import type { Known } from '../partitions/knownPartitions.ts';
import type { Place } from '../partitions/partitionRecord.ts';
import type { Outcome, Partitions } from '../partitions/partitions.ts';
import { markField } from '../partitions/positions.ts';
import { StateUnavailable } from '../redis/errors.ts';
import type { ShardHandle } from '../shard.ts';
import type { Shards } from '../shards.ts';
import { applyFacts } from './apply.ts';
import { type NonInteractive, noteNonInteractive } from './nonInteractive.ts';
import { markWithin } from './steps.ts';
import { pages } from './window.ts';

export interface Batch {
  readonly place: Place;
  readonly firstSequenceNumber: number;
  readonly lastSequenceNumber: number;
  readonly facts: readonly Fact[];
  readonly nonInteractive: readonly NonInteractive[];
  readonly deadLetters: readonly NewLetter[];
}

/** What was read again of one event, beside the partition's way. */
export type BatchAgain = Pick<Batch, 'place' | 'facts' | 'nonInteractive' | 'deadLetters'>;

/** Facts told to a shard in one step; a batch can hold very many more. */
const FACTS_PER_STEP_MAX = 400;

export class Applying {
  readonly #options: StateOptions;
  readonly #shards: Shards;
  readonly #partitions: Partitions;
  readonly #folder: Folder;

  constructor(options: StateOptions, shards: Shards, partitions: Partitions, folder: Folder) {
    this.#options = options;
    this.#shards = shards;
    this.#partitions = partitions;
    this.#folder = folder;
  }

  async apply(batch: Batch): Promise<Outcome> {
    const { place, facts } = batch;
    const { hooks } = this.#options;
    const known = await this.#partitions.knownOf(place);
    const lost = this.#partitions.known.lostPartOf(known);
    if (lost !== null) return this.#partitions.lostAt(known, lost);
    if (!(await this.#keep(known, batch))) return this.#partitions.lostAt(known, this.#shards.handles.length);
    for (const [index, own] of groupBy(batch.nonInteractive, ({ tenantId }) => this.#shards.indexOf(tenantId)))
      await noteNonInteractive(this.#shards.handles[index]!, own);
    await hooks?.beforeApply?.();
    for (const [index, own] of groupBy(facts, ({ tenantId }) => this.#shards.indexOf(tenantId))) {
      const isApplied = known.lost === null && (await this.#applyTo(index, own, known, batch));
      if (!isApplied) return this.#partitions.lostAt(known, index);
    }
    this.#partitions.known.noteApplied(known, facts);
    return { kind: 'applied' };
  }

  /** Keeps the dead letters; false where their place is not the one that the partition knows. */
  async #keep(known: Known, { place, deadLetters, ...batch }: Batch): Promise<boolean> {
    if (deadLetters.length === 0) return true;
    const { events, deadLettersMax } = this.#options;
    const part = this.#shards.handles.length;
    const seen = known.marks[part] ?? null;
    const floor = seen ?? batch.firstSequenceNumber - 1;
    const mark = { field: markField(place), seen, floor, target: batch.lastSequenceNumber };
    const handle = { ...this.#shards.letters, generation: known.generations[part]! };
    const kept = await keepLetters(handle, place, deadLetters, mark, deadLettersMax);
    if (kept.kind === 'lost') return false;
    if (kept.mark !== null) known.marks[part] = kept.mark;
    const { added, dropped } = kept;
    events.onLetters({ added: added.length, dropped, reasons: deadLetters.map(({ reason }) => reason) });
    return true;
  }

  /**
   * Applies what was read again beside the partition's way, whose marks and position say nothing of it and stay. Rejects
   * with StateUnavailable where a part of the state was lost meanwhile; to do it again is safe.
   */
  async applyAgain(batch: BatchAgain): Promise<void> {
    const { events, deadLettersMax, now } = this.#options;
    const lose = async (part: ShardHandle): Promise<never> => {
      await this.#shards.reopen(part);
      throw new StateUnavailable('a part of the state was lost, and is being built again');
    };
    for (const [index, own] of groupBy(batch.nonInteractive, ({ tenantId }) => this.#shards.indexOf(tenantId)))
      await noteNonInteractive(this.#shards.handles[index]!, own);
    for (const [index, own] of groupBy(batch.facts, ({ tenantId }) => this.#shards.indexOf(tenantId))) {
      const shard = this.#shards.handles[index]!;
      for (const step of pages(own, FACTS_PER_STEP_MAX)) {
        const outcome = await applyFacts(shard, step, NO_MARK, now());
        if (outcome.kind === 'lost') return lose(shard);
        events.onApplied(outcome);
        this.#folder.applied(shard, outcome.actors);
      }
    }
    if (batch.deadLetters.length === 0) return;
    const kept = await keepLetters(this.#shards.letters, batch.place, batch.deadLetters, NO_MARK, deadLettersMax);
    if (kept.kind === 'lost') return lose(this.#shards.letters);
    const isNew = ({ added }: typeof kept, letter: NewLetter) => added.includes(letterId(batch.place, letter));
    const reasons = batch.deadLetters.filter((letter) => isNew(kept, letter)).map(({ reason }) => reason);
    events.onLetters({ added: kept.added.length, dropped: kept.dropped, reasons });
  }

  /** Applies the facts of one shard; false where it is not the shard that the partition knows. */
  async #applyTo(index: number, facts: readonly Fact[], known: Known, batch: Batch): Promise<boolean> {
    const { events, hooks, now } = this.#options;
    const shard = { ...this.#shards.handles[index]!, generation: known.generations[index]! };
    const steps = [...pages(facts, FACTS_PER_STEP_MAX)];
    for (const [i, step] of steps.entries()) {
      const seen = known.marks[index] ?? null;
      const floor = seen ?? batch.firstSequenceNumber - 1;
      const isLast = i === steps.length - 1;
      const target = isLast ? batch.lastSequenceNumber : markWithin(floor);
      const mark = { field: markField(known.place), seen, floor, target };
      const outcome = await applyFacts(shard, step, mark, now());
      if (outcome.kind === 'lost') return false;
      known.marks[index] = outcome.mark;
      events.onApplied(outcome);
      await hooks?.afterApply?.();
      this.#folder.applied(this.#shards.handles[index]!, outcome.actors);
    }
    return true;
  }
}
