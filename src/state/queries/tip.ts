/**
 * The end of a shard's feed in memory, for all who follow it: each revision is read once, however many wait for it.
 *
 * Redis is asked by `refresh` alone, from the last revision known on, so that each answer says too whether that revision is
 * still there. Where it is not, or someone was erased, all that is held is forgotten: nothing of before a loss is given out
 * after it was noticed, and nothing of who is erased.
 */
import type { ShardHandle } from '../shard.ts';
import { boundsOf, ENTRIES_PER_READ_MAX, lookBehind } from './feedReads.ts';
import { compareIds, type Entry, type Place } from './place.ts';

/** Who is so many reads behind begins anew at the end: readers who stand in between ask Redis themselves. */
const READS_MAX = 5;

export class Tip {
  readonly #shard: ShardHandle;
  readonly #charsMax: number;
  readonly #onChange: () => void;
  /** Before the first entry that is held; null until Redis was asked. */
  #base: Place | null = null;
  /** Oldest first. */
  #entries: Entry[] = [];
  #chars = 0;
  /** After which erasure it was read. */
  #erased = '';
  #asking: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;

  /** `charsMax` bounds what is held; `onChange` is called whenever the end has become another. */
  constructor(shard: ShardHandle, charsMax: number, onChange: () => void) {
    this.#shard = shard;
    this.#charsMax = charsMax;
    this.#onChange = onChange;
  }

  /** The end as it is known; it was asked for before. */
  get last(): Place {
    const entry = this.#entries.at(-1);
    return entry === undefined ? this.#base! : this.#placeOf(entry);
  }

  /** The revisions behind a place that is held here; null where it is none: Redis must be asked. */
  after(place: Place): readonly Entry[] | null {
    const base = this.#base;
    if (base === null || place.generation !== base.generation) return null;
    if (place.id === base.id) return place.seal === base.seal ? this.#entries : null;
    const index = this.#indexOf(place.id);
    const entry = this.#entries[index];
    return entry === undefined || entry.seal !== place.seal ? null : this.#entries.slice(index + 1);
  }

  /** Asks Redis what came. Whoever calls before the question is put shares its answer; it is never older than the call. */
  refresh(): Promise<void> {
    this.#queued ??= this.#asking
      .catch(() => {}) // Told to those who asked then.
      .then(() => {
        this.#queued = null;
        this.#asking = this.#ask();
        return this.#asking;
      });
    return this.#queued;
  }

  async #ask(): Promise<void> {
    let isChanged = false;
    for (let reads = 0; this.#base !== null && reads < READS_MAX; reads++) {
      const look = await lookBehind(this.#shard, this.last, ENTRIES_PER_READ_MAX);
      if (look.kind === 'resync' || look.erased !== this.#erased) break;
      for (const entry of look.entries) this.#append(entry);
      isChanged ||= look.entries.length > 0;
      if (!look.isEnd) continue;
      if (isChanged) this.#onChange();
      return;
    }
    const { last, erased } = await boundsOf(this.#shard);
    this.#base = last;
    this.#erased = erased;
    this.#entries = [];
    this.#chars = 0;
    this.#onChange();
  }

  #append(entry: Entry): void {
    this.#entries.push(entry);
    this.#chars += entry.finding.length;
    let dropped = 0;
    while (this.#chars > this.#charsMax && dropped < this.#entries.length)
      this.#chars -= this.#entries[dropped++]!.finding.length;
    if (dropped === 0) return;
    this.#base = this.#placeOf(this.#entries[dropped - 1]!);
    this.#entries = this.#entries.slice(dropped);
  }

  #placeOf(entry: Entry): Place {
    return { generation: this.#base!.generation, id: entry.id, seal: entry.seal };
  }

  /** Where the entry of an id stands, or would; ids only grow. */
  #indexOf(id: string): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIds(this.#entries[middle]!.id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low]?.id === id ? low : -1;
  }
}
