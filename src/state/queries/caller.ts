/** On whose behalf something is asked, and which tenant is meant where none was named. */

import { readSet } from '../redis/values.ts';
import type { State } from '../state.ts';

export interface Caller {
  /** Ids in lower case. */
  readonly tenants: 'all' | readonly string[];
}

export const mayObserve = (caller: Caller, tenantId: string): boolean =>
  caller.tenants === 'all' || caller.tenants.includes(tenantId);

/** The tenants with facts here that the caller may know of, sorted. */
export async function knownTenants(state: State, caller: Caller): Promise<string[]> {
  const sets = await Promise.all(state.shards.map(({ client, key }) => readSet(client, `${key}tenants`)));
  return sets
    .flatMap((tenants) => [...tenants])
    .filter((tenantId) => mayObserve(caller, tenantId))
    .sort();
}

export interface TenantNeeded {
  readonly kind: 'tenant_needed';
  readonly tenants: readonly string[];
}

/** The tenant that was named, or the only one that the caller may see, or else that there is. */
export async function tenantOf(state: State, caller: Caller, named: string | null): Promise<string | TenantNeeded> {
  if (named !== null) return named;
  if (caller.tenants !== 'all' && caller.tenants.length === 1) return caller.tenants[0]!;
  const tenants = await knownTenants(state, caller);
  return tenants.length === 1 ? tenants[0]! : { kind: 'tenant_needed', tenants };
}
