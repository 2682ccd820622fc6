/** What is expected. */

import type * as suppression from '../schema/suppression.ts';
import type { View } from '../schema/words.ts';
import type { BadCursor, Caller, JsonText, Page, PageQuery, TenantNeeded, Unknown } from './common.ts';

export type Suppression = View<typeof suppression.Suppression>;

export interface NewSuppression {
  /** Lower case; null where it was left out. */
  readonly tenantId: string | null;
  /** Ids in lower case. */
  readonly matcher: Suppression['matcher'];
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** Members that cannot be, each with its place (dots between names) and the mend. */
export interface Faulty {
  readonly kind: 'faulty';
  readonly faults: readonly { readonly name: string; readonly detail: string }[];
}

export interface SuppressionsPort {
  /** By tenant, the newest first. */
  list(
    caller: Caller,
    query: PageQuery & { readonly tenantId: string | null; readonly state: 'inForce' | 'ended' | 'all' },
  ): Promise<Page<Suppression> | BadCursor>;
  get(
    caller: Caller,
    id: string,
  ): Promise<{ readonly kind: 'suppression'; readonly suppression: Suppression } | Unknown>;
  /** Puts one in force; what it hides is decided soon, and by whoever has the state, also after a crash. */
  make(
    caller: Caller,
    asked: NewSuppression,
  ): Promise<
    | { readonly kind: 'made'; readonly suppression: Suppression }
    | { readonly kind: 'too_many'; readonly most: number }
    | Faulty
    | TenantNeeded
  >;
  /** Ends one that is in force; what it has hidden is still told of for a while. */
  end(caller: Caller, id: string): Promise<{ readonly kind: 'ended' } | Unknown>;
  /** `Finding`s that it hides or has hidden, as they are now, the last first; of merged ones those that stand. */
  findings(caller: Caller, id: string, query: PageQuery): Promise<Page<JsonText> | Unknown | BadCursor>;
}
