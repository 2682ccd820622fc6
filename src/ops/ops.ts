/** The operations port: whether the process lives, whether it can do its work, and its metrics. It asks for no key and tells nothing of findings. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { NotReady, OpsPorts } from './ports.ts';

export interface OpsOptions {
  /** How long readiness may take to find out, in milliseconds; less than the time-out of the probes that ask. */
  readonly readinessTimeoutMs?: number;
}

const READINESS_TIMEOUT_MS = 2_000;
/** Bounds against slow senders; every request here is a line and a few headers. */
const REQUEST_TIMEOUT_MS = 5_000;
const BODY_BYTES_MAX = 1_024;

/** Builds the app of the operations port; whoever listens with it closes it. */
export function buildOps(ports: OpsPorts, options: OpsOptions = {}): FastifyInstance {
  const timeoutMs = options.readinessTimeoutMs ?? READINESS_TIMEOUT_MS;
  const server = Fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    bodyLimit: BODY_BYTES_MAX,
    frameworkErrors: answerFailure,
  });

  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  server.setErrorHandler(answerFailure);
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, 404, 'Not found', 'There are /livez, /readyz and /metrics.'),
  );

  // That it answers is nearly all of the answer: what it depends on is no reason to restart it.
  server.get('/livez', async (_request, reply) => {
    const reasons = ports.liveness.check();
    return reasons.length === 0 ? { status: 'alive' } : reply.code(503).send({ status: 'dead', reasons });
  });
  server.get('/readyz', async (_request, reply) => {
    const reasons = await notReady(ports, timeoutMs);
    return reply
      .code(reasons.length === 0 ? 200 : 503)
      .send({ status: reasons.length === 0 ? 'ready' : 'not_ready', reasons });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(ports.metrics.contentType).send(await ports.metrics.metrics()),
  );
  return server;
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

const sendProblem = (reply: FastifyReply, status: number, title: string, detail: string): FastifyReply =>
  reply
    .code(status)
    .headers(HEADERS)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status, detail });

/** What went wrong is not for this port's callers. */
function answerFailure(
  error: { readonly statusCode?: number },
  _request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  return error.statusCode !== undefined && error.statusCode < 500
    ? sendProblem(reply, 400, 'Malformed request', 'It cannot be read.')
    : sendProblem(reply, 500, 'Internal error', 'It failed.');
}

/** All that stands in the way; finding out is given up in time, which stands in the way as well. */
async function notReady(ports: OpsPorts, timeoutMs: number): Promise<readonly NotReady[]> {
  const controller = new AbortController();
  const { promise: late, resolve } = withResolvers<readonly NotReady[]>();
  const timer = setTimeout(() => {
    controller.abort();
    resolve([{ code: 'check_timed_out', detail: `Readiness could not be found out within ${timeoutMs} ms.` }]);
  }, timeoutMs);
  try {
    return await Promise.race([ports.readiness.check(controller.signal), late]);
  } catch {
    return [{ code: 'check_failed', detail: 'Readiness could not be found out.' }];
  } finally {
    clearTimeout(timer);
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}
