/** Does something in rounds, with a pause after each, or at once where it is asked for. */
import { setTimeout } from 'node:timers/promises';

const INTERVAL_MS = 5_000;
/** Between two rounds at least: what asks for one again and again, as a server that cannot be reached, is not to keep us busy. */
const PAUSE_MS_MIN = 100;

export interface Repeated {
  /** Begins a round now; after one that is under way, another. */
  readonly hurry: () => void;
  /** Begins none any more, and resolves when a round under way has ended. */
  readonly end: () => Promise<void>;
}

export function repeat(round: () => Promise<void>, onError: (error: unknown) => void, pauseMs = INTERVAL_MS): Repeated {
  const ending = new AbortController();
  let pause = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) {
      pause = new AbortController();
      await round().catch(onError);
      await pauseOf(PAUSE_MS_MIN, ending.signal);
      await pauseOf(pauseMs - PAUSE_MS_MIN, pause.signal);
    }
  })();
  return {
    hurry: () => pause.abort(),
    end: () => {
      ending.abort();
      pause.abort();
      return running;
    },
  };
}

const pauseOf = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => {}); // Aborted: it is over.
