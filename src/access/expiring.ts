/** Keys that run out soon: which, so that each is told of in time and once a day, and when the next one does. */
import type { Key } from './key.ts';

const DAY_MS = 86_400_000;
/** Time enough to make another key, and to give it to whoever calls. */
const SOON_MS = 14 * DAY_MS;

export class Expiring {
  /** When each key that runs out soon was told of last (ms since the Unix epoch), by its hash. */
  #told: ReadonlyMap<string, number> = new Map();

  /** Those of which it is time to tell; from then on they are told. */
  due(keys: readonly Key[], now: number): readonly Key[] {
    const soon = keys.filter(({ expiresAt }) => expiresAt !== null && expiresAt > now && expiresAt - now <= SOON_MS);
    const told = new Map<string, number>();
    const due = soon.filter(({ sha256 }) => {
      const at = this.#told.get(sha256);
      // A clock may be put back: what was told in its future is told again.
      const isDue = at === undefined || Math.abs(now - at) >= DAY_MS;
      told.set(sha256, isDue ? now : at);
      return isDue;
    });
    this.#told = told;
    return due;
  }
}

/** When the next of the keys that still hold runs out, in milliseconds since the Unix epoch; null where none does. */
export function nextExpiry(keys: readonly Key[], now: number): number | null {
  const ahead = keys.flatMap(({ expiresAt }) => (expiresAt !== null && expiresAt > now ? [expiresAt] : []));
  return ahead.length === 0 ? null : ahead.reduce((least, one) => Math.min(least, one));
}
