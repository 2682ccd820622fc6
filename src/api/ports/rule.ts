/** The rule in force, and its rows. */
import type { Ticks } from '../../detection/time.ts';
import type * as rule from '../schema/rule.ts';
import type { View } from '../schema/words.ts';
import type { BeyondRetention, Caller, TenantNeeded } from './common.ts';

export interface RulePort {
  /** The rule in force, whatever rule this process has. */
  current(): View<typeof rule.Rule>;
}

export interface RowsQuery {
  /** Lower case; null where the caller named none. */
  readonly tenantId: string | null;
  /** Null for now: the window then has no end. */
  readonly at: Ticks | null;
  readonly view: 'strict' | 'resolved';
}

export interface RowsFound {
  readonly kind: 'rows';
  /** The moment that the rows are of; the service's own where the query had none. */
  readonly at: string;
  readonly tenantId: string;
  readonly complete: boolean;
  /** In the order of the rule: FirstSeen descending, ActorUpn, ActorIp, tenant id, object id by code unit. */
  readonly rows: readonly View<typeof rule.RuleRow>[];
}

export interface RowsPort {
  /** All rows at a moment. A tenant that is named and not known has none. */
  at(caller: Caller, query: RowsQuery): Promise<RowsFound | BeyondRetention | TenantNeeded>;
}
