/** What a fault is to the suite: something that is brought about for a while, by chance from a seed, so that it can be had again. */
import type { Dice } from '../oracle/dice.ts';

export interface Fault {
  /** Where it strikes and what it does, such as `redis.flush`. It stands in schedules and is looked up by it. */
  readonly name: string;
  /** Whether what was written to Redis may be gone through it. */
  readonly losesState: boolean;
  /** Whether events may be gone from a hub before they were read. */
  readonly losesEvents: boolean;
  /** Whether it may take something of which nobody can know: a limit that `docs/guarantees.md` names, and no law reaches beyond it. */
  readonly isBeyondNotice?: true;
  /**
   * Brings it about, and resolves with what ends it. What ends it resolves when the part answers again, as it did before;
   * it may be called while other faults last, and is called exactly once.
   */
  begin(dice: Dice): Promise<() => Promise<void>>;
}

/** Of a fault that takes nothing from anyone. */
export const HARMLESS = { losesState: false, losesEvents: false } as const;
