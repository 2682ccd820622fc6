/** What stands before every route: the headers of each answer, and the requests that reach no route. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX, URL_LENGTH_MAX } from './limits.ts';
import { type Problem, problem } from './problem.ts';
import type { Server } from './server.ts';
import { sendProblem } from './server.ts';

/** Whose requests are answered. `loopback`: only those sent to a loopback name, so that no web page can reach in by rebinding its own name. */
export type Hosts = 'loopback' | 'any';

/** Answers are data for programs: no cache keeps them, no browser guesses at their type or runs anything in them. */
export function setGuardHeaders(reply: FastifyReply): void {
  reply.headers({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-request-id': reply.request.id,
  });
}

/** Refuses, before anything else is read, what no route would answer. */
export function guard(server: Server, hosts: Hosts): void {
  const methods = collectMethods(server);
  server.addHook('onRequest', async (request, reply) => {
    setGuardHeaders(reply);
    const refused =
      refusedUrl(request) ??
      refusedHost(request, hosts) ??
      refusedRoute(request, methods) ??
      refusedBody(request.headers);
    if (refused !== null) return sendProblem(reply, refused);
  });
}

const refusedUrl = ({ raw }: FastifyRequest): Problem | null =>
  (raw.url ?? '').length > URL_LENGTH_MAX ? problem('url_too_long') : null;

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

function refusedHost({ headers }: FastifyRequest, hosts: Hosts): Problem | null {
  if (hosts === 'any' || LOOPBACK_HOST.test(headers.host ?? '')) return null;
  return problem('misdirected_host', 'Without keys only requests to localhost, 127.0.0.1 or [::1] are answered.');
}

function refusedRoute(request: FastifyRequest, methods: ReadonlyMap<string, readonly string[]>): Problem | null {
  if (!request.is404) return null;
  const path = (request.raw.url ?? '').split('?', 1)[0]!;
  for (const [pattern, allowed] of methods) {
    if (!matches(pattern, path)) continue;
    const allow = allowed.join(', ');
    return problem('method_not_allowed', `Here there are only ${allow}.`, { headers: { allow } });
  }
  return problem('not_found', 'There is no such address; /openapi.json lists those that there are.');
}

/** No route that reads takes a body, so Fastify would let one of any size pass unread. */
function refusedBody(headers: IncomingHttpHeaders): Problem | null {
  return Number(headers['content-length'] ?? 0) > BODY_BYTES_MAX
    ? problem('body_too_large', undefined, { headers: { connection: 'close' } })
    : null;
}

/** The methods of each route, filled as routes are added. */
function collectMethods(server: Server): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  server.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? [];
    for (const name of [method].flat()) if (!known.includes(name)) known.push(name);
    methods.set(url, known);
  });
  return methods;
}

/** Whether a path is one of a route, segment by segment. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
  );
}
