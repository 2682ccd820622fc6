/** Why something is a finding, or is not. */
import type { Ticks } from '../../detection/time.ts';
import type * as explain from '../schema/explain.ts';
import type { View } from '../schema/words.ts';
import type { BeyondRetention, Caller, TenantNeeded } from './common.ts';

export type Explanation = View<typeof explain.Explanation>;

export interface ExplainQuery {
  /** UPN, home UPN or object id, lower case. */
  readonly actor: string;
  readonly tenantId: string | null;
  /** Null for now. */
  readonly at: Ticks | null;
}

export interface ExplainPort {
  /**
   * Bounded in length. An actor of whom nothing is kept is explained too (empty lists, and what is not kept);
   * `tenant_needed` only where several tenants know the actor and none was named.
   */
  actor(
    caller: Caller,
    query: ExplainQuery,
  ): Promise<{ readonly kind: 'explanation'; readonly explanation: Explanation } | BeyondRetention | TenantNeeded>;
}
