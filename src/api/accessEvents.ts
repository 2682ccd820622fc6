/** What is told of those who call: one line for each write and each refusal, and counters with labels out of closed sets. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import { log } from '../log.ts';
import type { Refused as RefusedByPort } from './ports.ts';
import type { Rate } from './rates.ts';
import type { Server } from './server.ts';

export interface Refusal {
  /** `ended`: it was allowed at first, and cut off. */
  readonly code: 'unauthenticated' | 'forbidden' | 'rate_limited' | 'unchecked' | 'ended';
  /** More than the caller is told. */
  readonly reason: Outcome | 'scope' | 'revoked' | Rate;
}

/** How asking for a key or token went: by which of them, or why it failed. */
type Outcome = 'key' | 'token' | 'missing' | RefusedByPort['reason'] | 'unchecked';

export interface AccessEvents {
  onAuthenticated(outcome: Outcome): void;
  onRefused(request: FastifyRequest, refusal: Refusal): void;
  /** What was allowed is cut off, and will never be answered. */
  onEnded(request: FastifyRequest, reply: FastifyReply, reason: 'revoked' | 'expired'): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    refusal: Refusal | null;
  }
}

/** Without a registry nothing is counted. */
export function accessEvents(server: Server, registry: Registry | undefined): AccessEvents {
  server.decorateRequest('refusal', null);
  server.addHook('onResponse', async (request, reply) => audit(request, reply));
  const registers = registry === undefined ? [] : [registry];
  const authentications = new Counter({
    name: 'guestwatch_authentications_total',
    help: 'Keys and tokens presented, by outcome: accepted as `key` or `token`, or why not.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const refusals = new Counter({
    name: 'guestwatch_refusals_total',
    help: 'Requests refused for who asks or how often, by code and reason.',
    labelNames: ['code', 'reason'] as const,
    registers,
  });
  const onRefused: AccessEvents['onRefused'] = (request, refusal) => {
    request.refusal = refusal;
    refusals.inc({ ...refusal });
  };
  return {
    onAuthenticated: (outcome) => authentications.inc({ outcome }),
    onRefused,
    onEnded: (request, reply, reason) => {
      onRefused(request, { code: 'ended', reason });
      audit(request, reply);
    },
  };
}

const READS = ['GET', 'HEAD', 'OPTIONS'];

/** The audit log: nothing of what was sent but the id of what it was about. */
function audit(request: FastifyRequest, reply: FastifyReply): void {
  const { refusal, caller } = request;
  const { url: route, method, schema } = request.routeOptions;
  if (route === undefined || (refusal === null && READS.includes(request.method))) return;
  const line = {
    code: refusal?.code ?? schema?.operationId,
    ...(refusal !== null && { reason: refusal.reason }),
    caller: caller?.name ?? null,
    route,
    method,
    target: caller === null ? null : targetOf(request.params),
    status: reply.statusCode,
    outcome: refusal !== null ? 'refused' : reply.statusCode < 400 ? 'done' : 'failed',
  };
  log(request.log, refusal === null ? 'api_write' : 'api_refused', line);
}

/** An id or a name out of the path. Whatever looks like neither is left out: secrets are pasted everywhere. */
const TARGET = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const LIKE_SECRET = /^(?:gw_|eyJ)/;

function targetOf(params: unknown): string | null {
  const [target] = Object.values((params ?? {}) as Readonly<Record<string, unknown>>);
  return typeof target === 'string' && TARGET.test(target) && !LIKE_SECRET.test(target) ? target : null;
}
