/** How far a run has come: more is sent until it is over, all goes on until it has ended, and a broken law brings about both. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Broken, broken } from '../faults/judge.ts';

export class Course {
  readonly #over = new AbortController();
  readonly #ended = new AbortController();
  #overAt = Number.POSITIVE_INFINITY;
  #broken: Broken | null = null;

  constructor() {
    this.over.addEventListener('abort', () => {
      this.#overAt = performance.now();
    });
  }

  /** No more is sent from then on. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** By `performance.now()`; infinite until then. */
  get overAt(): number {
    return this.#overAt;
  }

  /** Nothing goes on from then on. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** The first law that did not hold: it is what is reported. */
  get broken(): Broken | null {
    return this.#broken;
  }

  sendNoMore(): void {
    this.#over.abort();
  }

  end(): void {
    this.sendNoMore();
    this.#ended.abort();
  }

  found(found: Broken | null): boolean {
    if (found === null) return false;
    this.#broken ??= found;
    this.end();
    return true;
  }

  /** What fails by itself is a broken law, too. */
  async guarded(loop: Promise<void>): Promise<void> {
    this.found(await broken('the run comes to its end', () => loop));
  }
}

/** Cut short by the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {}); // It is over.
}
