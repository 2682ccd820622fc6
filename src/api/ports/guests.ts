/** Guests who have signed in. */

import type * as guest from '../schema/guest.ts';
import type { View } from '../schema/words.ts';
import type { BadCursor, Caller, Page, PageQuery, TenantNeeded, Unknown } from './common.ts';

export type Guest = View<typeof guest.Guest>;

export interface GuestsPort {
  /** In an order of the port's own, which does not move with sign-ins. */
  list(caller: Caller, query: PageQuery & { readonly tenantId: string | null }): Promise<Page<Guest> | BadCursor>;
  /** By UPN or object id, lower case; `tenant_needed` only where several tenants know it and none was named. */
  get(
    caller: Caller,
    who: string,
    tenantId: string | null,
  ): Promise<{ readonly kind: 'guest'; readonly guest: Guest } | Unknown | TenantNeeded>;
}
