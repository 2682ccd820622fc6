/** `/v1/explain`: why an actor's operations are findings, or are not. */
import { Type } from 'typebox';
import { callerOf } from '../caller.ts';
import { TEXT_LENGTH_MAX } from '../limits.ts';
import type { ExplainPort } from '../ports.ts';
import { beyondRetention } from '../retention.ts';
import { Explanation } from '../schema/explain.ts';
import * as q from '../schema/query.ts';
import { type Routes, sendProblem } from '../server.ts';
import { tenantRequired } from '../tenant.ts';
import { parseInstant } from '../time.ts';

const ExplainParameters = q.query({
  actor: Type.String({
    minLength: 1,
    maxLength: TEXT_LENGTH_MAX,
    description: 'UPN, home UPN or object id, in any case; `#` is written %23.',
    examples: ['ann@partner.com'],
  }),
  at: q.moment('The moment to explain: facts after it play no part. Left out: now.'),
  tenantId: q.tenantId,
});

export const explainRoutes =
  (explain: ExplainPort): Routes =>
  async (server) => {
    server.get(
      '/v1/explain',
      {
        schema: {
          operationId: 'explainActor',
          scope: 'findings:read',
          summary: 'Explain an actor',
          description:
            'Each privileged operation and each sign-in of the actor that is kept, with every predicate that held or failed in either view, and what is no longer, or never was, kept.',
          tags: ['Explain'],
          querystring: ExplainParameters,
          response: { 200: Explanation },
          problems: ['tenant_required', 'beyond_retention'],
        },
      },
      async (request, reply) => {
        const { actor, at, tenantId } = request.query;
        const moment = at === undefined ? null : parseInstant(at);
        const query = { actor: actor.toLowerCase(), tenantId: q.lower(tenantId), at: moment };
        const found = await explain.actor(callerOf(request), query);
        switch (found.kind) {
          case 'explanation':
            return found.explanation;
          case 'tenant_needed':
            return sendProblem(reply, tenantRequired(found));
          case 'beyond_retention':
            return sendProblem(reply, beyondRetention(found));
        }
      },
    );
  };
