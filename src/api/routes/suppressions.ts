/** `/v1/suppressions`: activity that someone expects, so that it rings nobody's bell. */
import type { Static } from 'typebox';
import { msOfTicks } from '../../detection/time.ts';
import { jsonOnly } from '../body.ts';
import { callerOf } from '../caller.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import type { NewSuppression, SuppressionsPort } from '../ports.ts';
import { invalid, type Problem, problem } from '../problem.ts';
import { FindingsPage } from '../schema/finding.ts';
import * as q from '../schema/query.ts';
import { Suppression, SuppressionRequest, SuppressionsPage } from '../schema/suppression.ts';
import { type Routes, sendPage, sendProblem } from '../server.ts';
import { tenantRequired } from '../tenant.ts';
import { parseInstant } from '../time.ts';

const ListParameters = q.query({
  state: q.choiceOr(
    ['inForce', 'ended', 'all'],
    'inForce',
    'Whether it still hides something; one that has ended is told of as long as findings are kept.',
  ),
  tenantId: q.tenantId,
  limit: q.limit(),
  cursor: q.cursor,
});

const FindingsParameters = q.query({ limit: q.limit(), cursor: q.cursor });

const unknownSuppression = (): Problem =>
  problem('not_found', 'No suppression has this id: it never was, or ended long ago.');

/** What was asked for as the port takes it, or the problem with it. */
function askedOf(body: Static<typeof SuppressionRequest>): NewSuppression | Problem {
  const { matcher, owner, reason } = body;
  const expiresAt = parseInstant(body.expiresAt);
  if (expiresAt === null) {
    const detail = 'must be an RFC 3339 time with its offset, a year ahead at most';
    return invalid([{ in: 'body', name: 'expiresAt', detail }]);
  }
  return {
    tenantId: q.lower(body.tenantId),
    matcher: {
      actorUpn: q.lower(matcher.actorUpn),
      actorObjectId: q.lower(matcher.actorObjectId),
      operations: matcher.operations ?? null,
      ipRange: matcher.ipRange ?? null,
    },
    owner,
    reason,
    expiresAt: msOfTicks(expiresAt),
  };
}

export const suppressionsRoutes =
  (suppressions: SuppressionsPort): Routes =>
  async (server) => {
    server.get(
      '/v1/suppressions',
      {
        schema: {
          operationId: 'listSuppressions',
          scope: 'findings:read',
          summary: 'List suppressions',
          description: 'What is expected, by whom and until when, and how much each has hidden.',
          tags: ['Triage'],
          querystring: ListParameters,
          response: { 200: SuppressionsPage },
          problems: ['bad_cursor'],
        },
      },
      async (request, reply) => {
        const { limit, state } = request.query;
        const filters = { state, tenantId: q.lower(request.query.tenantId) };
        const binding = bindingOf('/v1/suppressions', filters);
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const page = await suppressions.list(callerOf(request), { ...filters, limit, cursor: place.cursor });
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return { items: page.items, nextCursor: bindCursor(binding, page.nextCursor) };
      },
    );

    server.post(
      '/v1/suppressions',
      {
        onRequest: jsonOnly,
        schema: {
          operationId: 'createSuppression',
          scope: 'findings:triage',
          summary: 'Create a suppression',
          description:
            'Findings that it covers whole are still made, stored and counted, and are in the feed with `suppressed` set, but left out of lists unless asked for, and told to nobody. One that would hide everything is refused.',
          tags: ['Triage'],
          querystring: q.query({}),
          body: SuppressionRequest,
          response: { 201: Suppression },
          answerHeaders: { location: 'Its address.' },
          problems: ['tenant_required', 'too_many_suppressions', 'unsupported_media_type'],
        },
      },
      async (request, reply) => {
        const asked = askedOf(request.body);
        if ('name' in asked) return sendProblem(reply, asked);
        const outcome = await suppressions.make(callerOf(request), asked);
        switch (outcome.kind) {
          case 'made':
            return reply
              .code(201)
              .header('location', `/v1/suppressions/${outcome.suppression.id}`)
              .send(outcome.suppression);
          case 'faulty':
            return sendProblem(reply, invalid(outcome.faults.map((fault) => ({ in: 'body', ...fault }))));
          case 'too_many':
            return sendProblem(
              reply,
              problem(
                'too_many_suppressions',
                `The tenant has ${outcome.most} suppressions in force: end those that are no longer needed.`,
              ),
            );
          case 'tenant_needed':
            return sendProblem(reply, tenantRequired(outcome, 'body'));
        }
      },
    );

    server.get(
      '/v1/suppressions/:id',
      {
        schema: {
          operationId: 'getSuppression',
          scope: 'findings:read',
          summary: 'Get a suppression',
          description: 'One suppression, in force or ended.',
          tags: ['Triage'],
          params: q.suppressionId,
          querystring: q.query({}),
          response: { 200: Suppression },
          problems: ['not_found'],
        },
      },
      async (request, reply) => {
        const found = await suppressions.get(callerOf(request), request.params.id);
        return found.kind === 'unknown' ? sendProblem(reply, unknownSuppression()) : found.suppression;
      },
    );

    server.delete(
      '/v1/suppressions/:id',
      {
        schema: {
          operationId: 'deleteSuppression',
          scope: 'findings:triage',
          summary: 'End a suppression',
          description:
            'What it hid comes back, as one revision of each finding. What it was and has hidden is still told of, as `ended`, as long as findings are kept.',
          tags: ['Triage'],
          params: q.suppressionId,
          querystring: q.query({}),
          bare: { 204: 'It hides nothing any more.' },
          problems: ['not_found', 'unsupported_media_type'],
        },
      },
      async (request, reply) => {
        const outcome = await suppressions.end(callerOf(request), request.params.id);
        if (outcome.kind === 'ended') return reply.code(204).send();
        return sendProblem(reply, problem('not_found', 'No suppression in force has this id.'));
      },
    );

    server.get(
      '/v1/suppressions/:id/findings',
      {
        schema: {
          operationId: 'listSuppressedFindings',
          scope: 'findings:read',
          summary: 'List what a suppression has hidden',
          description:
            'Findings that it hides or has hidden, as they are now, the last first; of very many the last 1,000. Of merged ones, those that stand.',
          tags: ['Triage'],
          params: q.suppressionId,
          querystring: FindingsParameters,
          response: { 200: FindingsPage },
          problems: ['bad_cursor', 'not_found'],
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const binding = bindingOf('/v1/suppressions/:id/findings', { id });
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const { limit } = request.query;
        const page = await suppressions.findings(callerOf(request), id, { limit, cursor: place.cursor });
        if (page.kind === 'unknown') return sendProblem(reply, unknownSuppression());
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return sendPage(reply, page.items, bindCursor(binding, page.nextCursor));
      },
    );
  };
