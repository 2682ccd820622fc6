/** Follows each request that somebody may make, under the trace that its caller sends, and says so in its lines of the log. */
import type { FastifyRequest } from 'fastify';
import type { FollowedRequest, TracePort } from './ports.ts';
import type { Server } from './server.ts';
import type { Streams } from './streams.ts';

/** To be called after callers were asked: who is refused, or need not say who he is, must not fill anyone's traces. */
export function traceAnswers(server: Server, trace: TracePort, streams: Streams): void {
  const followed = new WeakMap<FastifyRequest, FollowedRequest>();
  server.addHook('onRequest', async (request, reply) => {
    if (request.caller === null) return;
    const { traceparent } = request.headers;
    const one = trace.beginRequest(typeof traceparent === 'string' ? traceparent : undefined);
    if (one.traceId === null) return;
    followed.set(request, one);
    request.log = request.log.child({ traceId: one.traceId });
    reply.log = request.log;
  });
  server.addHook('onResponse', async (request, reply) => {
    const { method, url: route } = request.routeOptions;
    // How long a stream lasts is its reader's choice, and says nothing.
    if (route === undefined || streams.had(reply)) return;
    const { statusCode: status, elapsedTime: ms } = reply;
    followed.get(request)?.end({ route, method: String(method), status, ms });
  });
}
