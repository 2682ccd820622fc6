/** How long answers take, by route and status: labels come from the routes there are, never from a request. */
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { LongPolls } from './longPoll.ts';
import type { Server } from './server.ts';

/** From one millisecond up to the longest wait. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers the API's metrics; a registry serves one app. */
export function measureAnswers(server: Server, polls: LongPolls, registry: Registry): void {
  const duration = new Histogram({
    name: 'guestwatch_http_request_duration_seconds',
    help: 'Time to answer a request, by route and status; /v1/changes includes the wait that the caller asked for.',
    labelNames: ['route', 'status'] as const,
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  new Gauge({
    name: 'guestwatch_http_requests_waiting',
    help: 'Requests that wait for a change.',
    registers: [registry],
    collect() {
      this.set(polls.waiting);
    },
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    duration.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
}
