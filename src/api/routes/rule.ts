/** `/v1/rule` and `/v1/rule/rows`: what the rule is, and what it would return at a moment. */
import { callerOf } from '../caller.ts';
import { CSV, csvText, sendCsv } from '../csv.ts';
import type { RowsPort, RulePort } from '../ports.ts';
import { beyondRetention } from '../retention.ts';
import { VIEWS } from '../schema/finding.ts';
import * as q from '../schema/query.ts';
import { Rule, RuleRow, RuleRows } from '../schema/rule.ts';
import { media } from '../schema/words.ts';
import { type Routes, sendProblem } from '../server.ts';
import { tenantRequired } from '../tenant.ts';
import { parseInstant } from '../time.ts';

const RowsParameters = q.query({
  at: q.moment(
    "The moment: the rule's window ends there, and what came after plays no part. Left out: now, and the window has no end.",
  ),
  view: q.choiceOr(VIEWS, 'strict', 'Rows are made for one view.'),
  tenantId: q.tenantId,
  format: q.format(['json', 'csv']),
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
          response: {
            200: media('The rows, with what they are of.', { 'application/json': RuleRows, [CSV]: csvText(RuleRow) }),
          },
          answerHeaders: {
            'rows-at': 'Of a table: the moment that the rows are of.',
            'rows-view': 'Of a table: the view that they are made for.',
            'rows-tenant-id': 'Of a table: the tenant that they are of.',
            'rows-complete':
              'Of a table: `true` when every record of the window was read; `false`: rows may be missing.',
          },
          problems: ['tenant_required', 'beyond_retention'],
        },
      },
      async (request, reply) => {
        const { at, view, tenantId, format } = request.query;
        const moment = at === undefined ? null : parseInstant(at);
        const found = await rows.at(callerOf(request), { tenantId: q.lower(tenantId), at: moment, view });
        switch (found.kind) {
          case 'rows':
            if (format === 'csv') {
              reply.headers({
                'rows-at': found.at,
                'rows-view': view,
                'rows-tenant-id': encodeURIComponent(found.tenantId),
                'rows-complete': String(found.complete),
              });
              return sendCsv(reply, RuleRow, found.rows);
            }
            return { at: found.at, view, tenantId: found.tenantId, complete: found.complete, rows: found.rows };
          case 'tenant_needed':
            return sendProblem(reply, tenantRequired(found));
          case 'beyond_retention':
            return sendProblem(reply, beyondRetention(found));
        }
      },
    );
  };
