/**
 * Who may call what, in one place before all routes and before any body is read.
 *
 * A route says in its schema what it asks of a caller, and one that does not say so cannot be added. A refusal is the same
 * for a key that never was, one that is past its time and a token that is no good. What is open when its key is taken back, or its
 * time is past, is cut off.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessEvents, Refusal } from './accessEvents.ts';
import { EVERYONE, includes, type Scope } from './caller.ts';
import type { AccessPort, Grant } from './ports.ts';
import { type Problem, problem } from './problem.ts';
import { type Counts, countRates, type Rate, type RatesMax } from './rates.ts';
import { type Server, sendProblem } from './server.ts';

/** Without an access port nobody is asked, and nobody counted: whoever reaches the loopback address may do all. */
export function askCallers(server: Server, access: AccessPort | null, events: AccessEvents, max: RatesMax): void {
  server.decorateRequest('caller', null);
  server.addHook('onRoute', ({ method, url, schema }) => {
    if (schema?.scope === undefined)
      throw new Error(`${[method].flat().join(', ')} ${url} does not say what it asks of a caller`);
  });
  if (access === null) {
    server.addHook('onRequest', async (request) => {
      request.caller = EVERYONE;
    });
    return;
  }
  const counts = countRates(server, max);
  server.addHook('onRequest', async (request, reply) => {
    const scope = request.routeOptions.schema?.scope;
    const refused =
      (await tooMany(counts, 'address', request)) ?? (await ask(access, counts, scope, request, reply, events));
    if (refused === null) return undefined;
    events.onRefused(request, refused.refusal);
    return sendProblem(reply, refused.problem);
  });
}

interface Refused {
  readonly refusal: Refusal;
  readonly problem: Problem;
}

/** Null where the caller may go on; it is then the request's. */
async function ask(
  access: AccessPort,
  counts: Counts,
  scope: Scope | null | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  events: AccessEvents,
): Promise<Refused | null> {
  if (scope === null) return null;
  const presented = presentedIn(request.headers.authorization);
  const found =
    presented === null ? ({ kind: 'refused', reason: 'missing' } as const) : await access.authenticate(presented);
  events.onAuthenticated(found.kind === 'granted' ? found.by : found.kind === 'refused' ? found.reason : 'unchecked');
  switch (found.kind) {
    case 'refused': {
      // Only those who fail are held up: of many behind one address, who has a good key is answered.
      const limited = await tooMany(counts, 'failures', request);
      const refusal = { code: 'unauthenticated', reason: found.reason } as const;
      return limited ?? { refusal, problem: unauthenticated() };
    }
    case 'unchecked': {
      const refusal = { code: 'unchecked', reason: 'unchecked' } as const;
      return { refusal, problem: problem('unavailable', 'Tokens cannot be checked just now.') };
    }
    case 'granted': {
      request.caller = found.caller;
      const limited = await tooMany(counts, 'caller', request);
      if (limited !== null) return limited;
      // A route that the server made by itself says nothing, and then nobody may call it.
      if (scope === undefined || !includes(found.scope, scope))
        return { refusal: { code: 'forbidden', reason: 'scope' }, problem: problem('forbidden') };
      endWith(found, reply, (reason) => events.onEnded(request, reply, reason));
      return null;
    }
  }
}

/** The scheme is the same in any case, and what follows is bounded by what a header may hold. */
const presentedIn = (header: string | undefined): string | null =>
  /^bearer +([\w.~+/=-]+) *$/i.exec(header ?? '')?.[1] ?? null;

const unauthenticated = (): Problem =>
  problem('unauthenticated', undefined, { headers: { 'www-authenticate': 'Bearer' } });

async function tooMany(counts: Counts, rate: Rate, request: FastifyRequest): Promise<Refused | null> {
  const seconds = await counts[rate](request);
  if (seconds === null) return null;
  const headers = { 'retry-after': String(seconds) };
  return { refusal: { code: 'rate_limited', reason: rate }, problem: problem('rate_limited', undefined, { headers }) };
}

/** A timer waits no longer than this; what ends later is looked at again then. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Cuts an answer off that is still open when what allowed it ends, and tells of it. */
function endWith(
  { revoked, endsAt }: Grant,
  { raw }: FastifyReply,
  onEnd: (reason: 'revoked' | 'expired') => void,
): void {
  let timer: NodeJS.Timeout | undefined;
  const cut = (reason: 'revoked' | 'expired') => {
    onEnd(reason);
    raw.destroy();
  };
  const takeBack = () => cut('revoked');
  const wait = (until: number) => {
    const ms = until - Date.now();
    if (ms <= 0) return cut('expired');
    timer = setTimeout(wait, Math.min(ms, TIMER_MS_MAX), until);
    timer.unref();
  };
  revoked?.addEventListener('abort', takeBack);
  raw.once('close', () => {
    revoked?.removeEventListener('abort', takeBack);
    clearTimeout(timer);
  });
  if (revoked?.aborted) takeBack();
  else if (endsAt !== null) wait(endsAt);
}
