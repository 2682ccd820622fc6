/** `/v1/coverage`: whether silence is "nothing happened" or "nothing arrived". */
import { callerOf } from '../caller.ts';
import type { CoveragePort } from '../ports.ts';
import { Coverage } from '../schema/coverage.ts';
import * as q from '../schema/query.ts';
import type { Routes } from '../server.ts';

export const coverageRoutes =
  (coverage: CoveragePort): Routes =>
  async (server) => {
    server.get(
      '/v1/coverage',
      {
        schema: {
          operationId: 'getCoverage',
          scope: 'findings:read',
          summary: 'Get the coverage',
          description:
            'Per hub and partition: position, lag, the spans of enqueued time read without a gap, the estimate for event time, gaps, and what silence means.',
          tags: ['Coverage'],
          querystring: q.query({}),
          response: { 200: Coverage },
        },
      },
      async (request) => await coverage.now(callerOf(request)),
    );
  };
