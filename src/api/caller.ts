/** On whose behalf a request is answered. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from './ports.ts';

/** What a key or token may be allowed, from the least to the most; each includes the ones before it. */
export const SCOPES = ['findings:read', 'findings:triage', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

const EVERYONE: Caller = { name: 'local', tenants: 'all' };

/** The caller of a request: whoever reaches the loopback address, with all tenants, as long as nothing tells callers apart. */
export function callerOf(_request: FastifyRequest): Caller {
  return EVERYONE;
}
