/** What comes of presenting a key or a token. */
import type { Scope } from './key.ts';

export interface Grant {
  readonly kind: 'granted';
  readonly by: 'key' | 'token';
  readonly caller: {
    readonly name: string;
    /** Ids in lower case. */
    readonly tenants: 'all' | readonly string[];
  };
  /** The most that it allows, which includes what is less; null for nothing at all. */
  readonly scope: Scope | null;
  /** When it ends by itself, in milliseconds since the Unix epoch; null for never. */
  readonly endsAt: number | null;
  /** Aborted when it is taken back before; null where that cannot be. */
  readonly revoked: AbortSignal | null;
}

/** The reason is for logs and counters: those who ask are never told. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: 'unknown' | 'expired' | 'invalid';
}

/** The keys that tokens are signed with cannot be had just now. */
export interface Unchecked {
  readonly kind: 'unchecked';
}
