/** `/v1/dead-letters`: what could not be understood, so that nothing is dropped in silence. */
import { callerOf } from '../caller.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import { DEAD_LETTERS_LIMIT_DEFAULT, DEAD_LETTERS_LIMIT_MAX } from '../limits.ts';
import type { DeadLettersPort } from '../ports.ts';
import { DEAD_LETTER_REASONS, DeadLettersPage } from '../schema/deadLetter.ts';
import * as q from '../schema/query.ts';
import { type Routes, sendProblem } from '../server.ts';

const ListParameters = q.query({
  reason: q.choiceFilter(DEAD_LETTER_REASONS, 'Why it could not be understood.'),
  tenantId: q.tenantId,
  limit: q.limit(DEAD_LETTERS_LIMIT_DEFAULT, DEAD_LETTERS_LIMIT_MAX),
  cursor: q.cursor,
});

export const deadLettersRoutes =
  (deadLetters: DeadLettersPort): Routes =>
  async (server) => {
    server.get(
      '/v1/dead-letters',
      {
        schema: {
          operationId: 'listDeadLetters',
          summary: 'List dead letters',
          description:
            'Events and records that could not be understood, with reason, source and the bytes kept. Newest first.',
          tags: ['Coverage'],
          querystring: ListParameters,
          response: { 200: DeadLettersPage },
          problems: ['bad_cursor'],
        },
      },
      async (request, reply) => {
        const { limit, reason } = request.query;
        const filters = { reason: reason ?? null, tenantId: q.lower(request.query.tenantId) };
        const binding = bindingOf('/v1/dead-letters', filters);
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const page = await deadLetters.list(callerOf(request), { ...filters, limit, cursor: place.cursor });
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return { items: page.items, nextCursor: bindCursor(binding, page.nextCursor) };
      },
    );
  };
