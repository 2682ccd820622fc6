/** Where findings are sent to, and what became of each. */

import type * as delivery from '../schema/delivery.ts';
import type { View } from '../schema/words.ts';
import type { BadCursor, Busy, Caller, Page, PageQuery, Unknown } from './common.ts';

export type Webhook = View<typeof delivery.Webhook>;
export type Delivery = View<typeof delivery.Delivery>;

export interface WebhooksPort {
  /** By name. One that is told of a tenant that the caller may not see does not exist for it. */
  list(caller: Caller, query: PageQuery): Promise<Page<Webhook> | BadCursor>;
  /** Sends a test once and gives what came of it; still `waiting` where nobody has sent it within the time of a call. */
  test(
    caller: Caller,
    name: string,
  ): Promise<{ readonly kind: 'tested'; readonly delivery: Delivery } | Unknown | Busy>;
}

export interface DeliveriesQuery extends PageQuery {
  /** Name of a webhook. */
  readonly webhook: string | null;
  readonly status: Delivery['status'] | null;
}

export interface DeliveriesPort {
  /** Newest first. Those of tests are of no tenant. */
  list(caller: Caller, query: DeliveriesQuery): Promise<Page<Delivery> | BadCursor>;
  retry(
    caller: Caller,
    id: string,
  ): Promise<{ readonly kind: 'queued'; readonly delivery: Delivery } | { readonly kind: 'delivered' } | Unknown>;
}
