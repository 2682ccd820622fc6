/** How long answers take, by route and status: labels come from the routes there are, never from a request. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LongPolls } from './longPoll.ts';
import type { Server } from './server.ts';
import { STREAM_ENDS } from './stream.ts';
import type { Streams } from './streams.ts';

/** From one millisecond up to the longest wait. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers the API's metrics; a registry serves one app. */
export function measureAnswers(server: Server, polls: LongPolls, streams: Streams, registry: Registry): void {
  const duration = new Histogram({
    name: 'guestwatch_http_request_duration_seconds',
    help: 'Time to answer a request, by route and status; /v1/changes includes the wait that the caller asked for, streams are left out.',
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
  new Gauge({
    name: 'guestwatch_http_streams_open',
    help: 'Streams that are open.',
    registers: [registry],
    collect() {
      this.set(streams.open);
    },
  });
  const ended = new Counter({
    name: 'guestwatch_http_streams_ended_total',
    help: 'Streams that ended: the reader went (gone), took nothing (slow) or has to begin anew (resync), Redis was away (unavailable), the service stopped (stopped).',
    labelNames: ['why'] as const,
    registers: [registry],
  });
  for (const why of STREAM_ENDS) ended.inc({ why }, 0);
  streams.onEnd = (why) => ended.inc({ why });
  server.addHook('onResponse', async (request, reply) => {
    // How long a stream lasts is no answer's time.
    if (streams.had(reply)) return;
    const route = request.routeOptions.url ?? 'none';
    duration.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
}
