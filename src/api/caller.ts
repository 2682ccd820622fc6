/** On whose behalf a request is answered. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from './ports.ts';

/** What a key or token may be allowed, from the least to the most; each includes the ones before it. */
export const SCOPES = ['findings:read', 'findings:triage', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whoever reaches the loopback address, as long as nothing tells callers apart. */
export const EVERYONE: Caller = { name: 'local', tenants: 'all' };

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until it was asked for, and where nobody is asked. */
    caller: Caller | null;
  }
}

/** The caller of a request to a route with a scope. */
export function callerOf({ caller }: FastifyRequest): Caller {
  // To answer on nobody's behalf would be to answer on everybody's.
  if (caller === null) throw new Error('a route without scope asks for its caller');
  return caller;
}

/** Whether what a caller has been given includes what a route asks for. */
export const includes = (given: Scope | null, asked: Scope): boolean =>
  given !== null && SCOPES.indexOf(given) >= SCOPES.indexOf(asked);
