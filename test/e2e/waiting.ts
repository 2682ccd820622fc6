/** Waiting for what tells no one when it changes. */
import { setTimeout as delay } from 'node:timers/promises';

/** Waits for something that tells no one when it changes; false if it has not come in time. */
export async function comes(holds: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await delay(50);
  }
  return true;
}

/** The same for what must come. `what` says what was awaited, as of then. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  ms = 60_000,
): Promise<void> {
  if (await comes(holds, ms)) return;
  throw new Error(`It did not happen within ${ms} ms: ${typeof what === 'string' ? what : what()}`);
}
