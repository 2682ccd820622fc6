/**
 * The wall clock, with that of Redis as a witness. Facts are given up by the clock, and a clock that is put hours ahead by
 * mistake must not cost any: where the two differ, the earlier is believed. What is kept too long costs nothing.
 */
import { setTimeout } from 'node:timers/promises';

/** How often the witness is heard. */
const HEARD_EVERY_MS = 5_000;
/** The two may differ by so much and our own still holds: the witness is heard with a delay. */
const DIFFERENCE_MS_MAX = 2_000;

export interface WallClock {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Notes what the witness says. Rejects where it cannot be asked; what it said before holds until it can. */
  hear(): Promise<void>;
  /** Hears it again and again, until the signal is aborted. */
  follow(signal: AbortSignal): Promise<void>;
}

/** `witness` gives milliseconds since the Unix epoch; `own` and `elapsed` are the machine's clocks, the second of which never jumps. */
export function wallClock(
  witness: () => Promise<number>,
  own: () => number = Date.now,
  elapsed: () => number = () => performance.now(),
): WallClock {
  /** What the witness's clock stood at when the other one of ours began. */
  let origin: number | null = null;
  const clock: WallClock = {
    now() {
      const ours = own();
      if (origin === null) return ours;
      const told = Math.round(origin + elapsed());
      return ours > told + DIFFERENCE_MS_MAX ? told : ours;
    },
    async hear() {
      const told = await witness();
      // After the answer: one that took its time makes the witness late, never early.
      origin = told - elapsed();
    },
    async follow(signal) {
      while (!signal.aborted) {
        await setTimeout(HEARD_EVERY_MS, undefined, { signal }).catch(() => {}); // Aborted: the loop ends.
        if (!signal.aborted) await clock.hear().catch(() => {}); // Redis being away is said elsewhere.
      }
    },
  };
  return clock;
}
