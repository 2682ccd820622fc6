/** What of a request may stand in the log: its route, its status and its duration, never what was asked or answered. */

import type { FastifyBaseLogger } from 'fastify';
import type { Logger } from 'pino';
import { log } from '../log.ts';
import type { Server } from './server.ts';

/** An error for the log: its properties are left out, as those of a store's client hold the arguments of the call. */
export function errorLine(error: Error & { readonly code?: unknown }) {
  return { type: error.name, code: error.code, message: error.message.slice(0, 200), stack: error.stack };
}

/** The logger of the API: even of what Fastify writes down by itself no URL, header or address is shown. */
export function apiLogger(logger: Logger): FastifyBaseLogger {
  return logger.child(
    { part: 'api' },
    {
      serializers: {
        req: (request: { method?: string }) => ({ method: request.method }),
        res: (reply: { statusCode?: number }) => ({ statusCode: reply.statusCode }),
        err: (error: Error) => (error instanceof Error ? errorLine(error) : error),
      },
    },
  );
}

/** One line for each answer. */
export function logAnswers(server: Server): void {
  server.addHook('onResponse', async (request, reply) => {
    const { method, url: route } = request.routeOptions;
    log(request.log, 'api_answered', {
      route: route ?? null,
      method: route === undefined ? null : method,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    });
  });
}
