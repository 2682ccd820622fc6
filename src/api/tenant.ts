/** The problem with a tenant that was left out and cannot be inferred. */
import type { TenantNeeded } from './ports.ts';
import { type Fault, type Problem, problem } from './problem.ts';

/** Tenants named in one answer: enough to choose from, without dumping a provider's whole list. */
const TENANTS_SHOWN_MAX = 20;

export function tenantRequired({ tenants }: TenantNeeded, place: Fault['in'] = 'query'): Problem {
  const shown = tenants.slice(0, TENANTS_SHOWN_MAX).join(', ');
  const more = tenants.length > TENANTS_SHOWN_MAX ? ` and ${tenants.length - TENANTS_SHOWN_MAX} more` : '';
  const detail =
    tenants.length === 0
      ? 'is required, as no tenant is known yet'
      : `is required, as several tenants come into question: ${shown}${more}`;
  return problem('tenant_required', `\`tenantId\` ${detail}.`, { errors: [{ in: place, name: 'tenantId', detail }] });
}
