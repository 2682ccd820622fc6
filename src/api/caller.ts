/** On whose behalf a request is answered. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from './ports.ts';

const EVERYONE: Caller = { tenants: 'all' };

/** The caller of a request: whoever reaches the loopback address, with all tenants, as long as nothing tells callers apart. */
export function callerOf(_request: FastifyRequest): Caller {
  return EVERYONE;
}
