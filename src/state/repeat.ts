/** Does something in rounds, with a pause after each. What it returns ends that, and resolves when a round under way has ended. */
import { setTimeout } from 'node:timers/promises';

const INTERVAL_MS = 5_000;

export function repeat(round: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const running = (async () => {
    while (!signal.aborted) {
      await round().catch(onError);
      await setTimeout(INTERVAL_MS, undefined, { signal }).catch(() => {}); // Aborted: the loop ends.
    }
  })();
  return () => {
    ending.abort();
    return running;
  };
}
