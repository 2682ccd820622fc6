/** `/v1/rule` and `/v1/rule/rows`: what the rule is, and what it would return at a moment. */
import { callerOf } from '../caller.ts';
import type { RowsPort, RulePort } from '../ports.ts';
import { beyondRetention } from '../retention.ts';
import { VIEWS } from '../schema/finding.ts';
import * as q from '../schema/query.ts';
import { Rule, RuleRows } from '../schema/rule.ts';
import { type Routes, sendProblem } from '../server.ts';
import { tenantRequired } from '../tenant.ts';
import { parseInstant } from '../time.ts';

const RowsParameters = q.query({
  at: q.moment(
    "The moment: the rule's window ends there, and what came after plays no part. Left out: now, and the window has no end.",
  ),
  view: q.choiceOr(VIEWS, 'strict', 'Rows are made for one view.'),
  tenantId: q.tenantId,
});

export const ruleRoutes =
  (rule: RulePort, rows: RowsPort): Routes =>
  async (server) => {
    server.get(
      '/v1/rule',
      {
        schema: {
          operationId: 'getRule',
          scope: 'findings:read',
          summary: 'Get the rule in force',
          description:
            'What is looked for, in which window, by which names, and the query that the strict view is equal to.',
          tags: ['Rule'],
          querystring: q.query({}),
          response: { 200: Rule },
        },
      },
      async () => rule.current(),
    );

    server.get(
      '/v1/rule/rows',
      {
        schema: {
          operationId: 'getRuleRows',
          scope: 'findings:read',
          summary: "Get the rule's rows at a moment",
          description:
            "What the query would return when run at that moment over all that was received, under the rule's own column names. `tenantId` may be left out where only one tenant is known.",
          tags: ['Rule'],
          querystring: RowsParameters,
          response: { 200: RuleRows },
          problems: ['tenant_required', 'beyond_retention'],
        },
      },
      async (request, reply) => {
        const { at, view, tenantId } = request.query;
        const moment = at === undefined ? null : parseInstant(at);
        const found = await rows.at(callerOf(request), { tenantId: q.lower(tenantId), at: moment, view });
        switch (found.kind) {
          case 'rows':
            return { at: found.at, view, tenantId: found.tenantId, complete: found.complete, rows: found.rows };
          case 'tenant_needed':
            return sendProblem(reply, tenantRequired(found));
          case 'beyond_retention':
            return sendProblem(reply, beyondRetention(found));
        }
      },
    );
  };
