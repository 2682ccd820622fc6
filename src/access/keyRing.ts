/** The keys in force, found by the hash of what is presented, and taken back when the file no longer has them. */
import { setMaxListeners } from 'node:events';
import type { Grant, Refused } from './grant.ts';
import { hashOf, type Key, mostOf } from './key.ts';

interface Held {
  readonly key: Key;
  readonly revoked: AbortController;
}

/**
 * Look-up is by a hash table over SHA-256 of the presented key. How long that takes tells at most something of a hash that the
 * one who guesses cannot steer: to learn of a stored hash he would need a key whose hash begins like it, and each such
 * key is a guess at random. No stored secret is ever compared with what was sent.
 */
export class KeyRing {
  #held: ReadonlyMap<string, Held> = new Map();

  /** Puts these keys in force. Whatever was granted under a key that is gone, or allows something else now, ends. */
  replace(keys: readonly Key[]): void {
    const before = this.#held;
    const after = new Map<string, Held>();
    for (const key of keys) {
      const known = before.get(key.sha256);
      const isSame = known !== undefined && JSON.stringify(known.key) === JSON.stringify(key);
      after.set(key.sha256, isSame ? known : { key, revoked: controller() });
    }
    this.#held = after;
    for (const [hash, held] of before) if (after.get(hash) !== held) held.revoked.abort();
  }

  /** The keys in force, those that have run out among them. */
  get keys(): readonly Key[] {
    return [...this.#held.values()].map(({ key }) => key);
  }

  find(presented: string, now: number): Grant | Refused {
    const held = this.#held.get(hashOf(presented));
    if (held === undefined) return { kind: 'refused', reason: 'unknown' };
    const { name, tenants, scopes, expiresAt } = held.key;
    if (expiresAt !== null && expiresAt <= now) return { kind: 'refused', reason: 'expired' };
    const { signal } = held.revoked;
    return {
      kind: 'granted',
      by: 'key',
      caller: { name, tenants },
      scope: mostOf(scopes),
      endsAt: expiresAt,
      revoked: signal,
    };
  }
}

/** Any number of requests may be open under one key. */
function controller(): AbortController {
  const made = new AbortController();
  setMaxListeners(0, made.signal);
  return made;
}
