/** The consumer's state port in memory: it keeps what it is told, notices what must not happen, and fails on demand. */
import type {
  Batch,
  Beginning,
  Gap,
  Outcome,
  Place,
  Position,
  Progress,
  StatePort,
  Stored,
} from '../../src/consumer/ports.ts';

type Step = 'load' | 'begin' | 'advance' | 'apply' | 'reportGap';

/** Called before a step has its effect; may throw, or wait. */
type Tap = (step: Step, place: Place, batch: Batch | undefined, signal: AbortSignal) => Promise<void> | void;

export class MemoryState implements StatePort {
  readonly batches: Batch[] = [];
  readonly begun: { readonly place: Place; readonly beginning: Beginning }[] = [];
  readonly gaps: { readonly place: Place; readonly gap: Gap }[] = [];
  readonly progress = new Map<string, Progress>();
  /** Where reading began by time. */
  readonly begunAt = new Map<string, number>();
  /** What broke a promise of the consumer. */
  readonly violations: string[] = [];
  /** Given instead of what is stored, once for each partition. */
  readonly lost = new Map<string, Stored>();
  /** Set where a test sends events that hold nothing to apply: the position may pass them. */
  hasEmptyEvents = false;
  tap: Tap = () => {};
  readonly #stored = new Map<string, Position>();
  /** Sequence numbers that were applied, for each partition in one life of its hub. */
  readonly #applied = new Map<string, Set<number>>();
  readonly #waiters = new Set<() => void>();

  readonly positions = {
    load: async (place: Place, signal: AbortSignal): Promise<Stored> => {
      await this.tap('load', place, undefined, signal);
      const lost = this.lost.get(place.partition);
      if (lost) return lost;
      const position = this.#stored.get(keyOf(place));
      if (position) return { kind: 'position', position, ...this.#begunAnew(place) };
      const since = this.begunAt.get(keyOf(place));
      return { kind: 'none', ...(since !== undefined && { since }) };
    },
    begin: async (place: Place, beginning: Beginning, signal: AbortSignal): Promise<void> => {
      await this.tap('begin', place, undefined, signal);
      this.lost.delete(place.partition);
      this.begun.push({ place, beginning });
      if (beginning.after) this.#stored.set(keyOf(place), beginning.after);
      else this.#stored.delete(keyOf(place));
      if (beginning.since !== null) this.begunAt.set(keyOf(place), beginning.since);
      this.#wake();
    },
    advance: async (place: Place, progress: Progress, signal: AbortSignal): Promise<Outcome> => {
      await this.tap('advance', place, undefined, signal);
      this.#checkAhead(place, progress.position);
      this.progress.set(keyOf(place), progress);
      const { position } = progress;
      const before = this.#stored.get(keyOf(place));
      if (position && !(before && before.sequenceNumber > position.sequenceNumber)) {
        this.#stored.set(keyOf(place), position);
      }
      this.#wake();
      return { kind: 'applied' };
    },
  };

  async apply(batch: Batch, signal: AbortSignal): Promise<Outcome> {
    await this.tap('apply', batch.place, batch, signal);
    if (this.lost.has(batch.place.partition)) return { kind: 'lost_state', detail: 'A test took it away.' };
    this.batches.push(batch);
    const applied = this.#appliedIn(batch.place);
    for (let n = batch.firstSequenceNumber; n <= batch.lastSequenceNumber; n++) applied.add(n);
    this.#wake();
    return { kind: 'applied' };
  }

  async reportGap(place: Place, gap: Gap, signal: AbortSignal): Promise<void> {
    await this.tap('reportGap', place, undefined, signal);
    this.gaps.push({ place, gap });
    this.#wake();
  }

  /** Resolves as soon as the condition holds; looked at whenever something has changed. */
  async when(holds: () => boolean, what: string, ms = 20_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`It did not happen within ${ms} ms: ${what}`));
      }, ms);
      this.#waiters.add(look);
    });
  }

  /** The record ids of all facts, sorted, each once. */
  ids(): string[] {
    return [...new Set(this.batches.flatMap(({ facts }) => facts.map(({ recordId }) => recordId)))].sort();
  }

  stored(hub: string, partition: string): Position | undefined {
    return this.#stored.get(`${hub}/${partition}`);
  }

  store(hub: string, partition: string, position: Position): void {
    this.#stored.set(`${hub}/${partition}`, position);
    const applied = this.#appliedIn({ hub, partition, hubCreatedAt: position.hubCreatedAt });
    for (let n = 0; n <= position.sequenceNumber; n++) applied.add(n);
  }

  /** What the last beginning means for the checkpoint that was there; a loss is taken for one that is still read again. */
  #begunAnew(place: Place): { readonly isRebuilding?: true; readonly foreignCheckpoint?: number } {
    const last = this.begun.findLast((one) => keyOf(one.place) === keyOf(place))?.beginning;
    if (last?.cause === 'lost') return { isRebuilding: true };
    return last?.cause === 'new_hub' && last.checkpoint !== null ? { foreignCheckpoint: last.checkpoint } : {};
  }

  forget(): void {
    this.#stored.clear();
    this.begunAt.clear();
  }

  #appliedIn(place: Place): Set<number> {
    const key = `${keyOf(place)}/${place.hubCreatedAt}`;
    const applied = this.#applied.get(key) ?? new Set();
    this.#applied.set(key, applied);
    return applied;
  }

  /** All events hold something to apply where nothing else is said, unless they lie before the beginning. */
  #checkAhead(place: Place, position: Position | null): void {
    if (!position || this.hasEmptyEvents) return;
    const applied = this.#appliedIn(place);
    const first = Math.min(...applied);
    for (let n = first; n <= position.sequenceNumber; n++) {
      const isGap = this.gaps.some(({ gap }) => n > (gap.after ?? -1) && n < gap.before);
      if (!applied.has(n) && !isGap)
        this.violations.push(`position ${position.sequenceNumber} passes ${n} of ${keyOf(place)}`);
    }
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}

function keyOf({ hub, partition }: Place): string {
  return `${hub}/${partition}`;
}
