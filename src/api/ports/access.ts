/** Who may call. */
import type { Scope } from '../caller.ts';
import type { Caller } from './common.ts';

/** What a key or token allows, and for how long. */
export interface Grant {
  readonly kind: 'granted';
  readonly by: 'key' | 'token';
  readonly caller: Caller;
  /** The most that it allows, which includes what is less; null for nothing at all. */
  readonly scope: Scope | null;
  /** When it ends by itself, in milliseconds since the Unix epoch; null for never. */
  readonly endsAt: number | null;
  /** Aborted when it is taken back before; null where that cannot be. */
  readonly revoked: AbortSignal | null;
}

/** Not known, past its time, or no good. The reason is for the log: the caller is never told. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: 'unknown' | 'expired' | 'invalid';
}

/** What it would be checked by cannot be had just now. */
export interface Unchecked {
  readonly kind: 'unchecked';
}

export interface AccessPort {
  /**
   * What the caller who presents this may do. How long it takes tells nothing of the secrets it is held against. Of the same
   * key or token the names are the same, and of two never.
   */
  authenticate(presented: string): Grant | Refused | Promise<Grant | Refused | Unchecked>;
}
