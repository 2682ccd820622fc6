/** `/v1/dead-letters`: what could not be understood, so that nothing is dropped in silence, and how to try it again. */
import { Type } from 'typebox';
import { jsonOnly } from '../body.ts';
import { callerOf } from '../caller.ts';
import { CSV, csvText, NEXT_HEADERS, sendCsv } from '../csv.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import {
  CURSOR_LENGTH_MAX,
  DEAD_LETTERS_LIMIT_DEFAULT,
  DEAD_LETTERS_LIMIT_MAX,
  PARAM_LENGTH_MAX,
  RETRY_IDS_MAX,
  RETRY_TIMEOUT_MS,
} from '../limits.ts';
import { setNext } from '../next.ts';
import type { DeadLettersPort } from '../ports.ts';
import { problem } from '../problem.ts';
import { DEAD_LETTER_REASONS, DeadLetter, DeadLettersPage, RetryAnswer } from '../schema/deadLetter.ts';
import * as q from '../schema/query.ts';
import { media } from '../schema/words.ts';
import { type Routes, sendProblem } from '../server.ts';

const ListParameters = q.query({
  reason: q.choiceFilter(DEAD_LETTER_REASONS, 'Why it could not be understood.'),
  tenantId: q.tenantId,
  limit: q.limit(DEAD_LETTERS_LIMIT_DEFAULT, DEAD_LETTERS_LIMIT_MAX),
  cursor: q.cursor,
  format: q.format(['json', 'csv']),
});

const RetryBody = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: PARAM_LENGTH_MAX }), {
        minItems: 1,
        maxItems: RETRY_IDS_MAX,
        description: 'Ids of dead letters. Left out: all, page by page.',
        examples: [['5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b']],
        'x-mend': `must be a list of 1 to ${RETRY_IDS_MAX} ids, each a text of 1 to ${PARAM_LENGTH_MAX} characters`,
      }),
    ),
    reason: Type.Optional(
      Type.Unsafe<(typeof DEAD_LETTER_REASONS)[number]>({
        type: 'string',
        enum: [...DEAD_LETTER_REASONS],
        description: 'Only letters of this reason. Left out: of any.',
        examples: [DEAD_LETTER_REASONS[0]],
        'x-mend': `must be one of ${DEAD_LETTER_REASONS.map((reason) => `\`${reason}\``).join(', ')}`,
      }),
    ),
    cursor: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: CURSOR_LENGTH_MAX,
        description: 'Opaque: `nextCursor` of the answer before, with the same `reason`. Left out: from the newest on.',
        examples: ['3fa94c07be12.1764_5d0f4f2b'],
        'x-mend': `must be a text of 1 to ${CURSOR_LENGTH_MAX} characters`,
      }),
    ),
  },
  {
    title: 'RetryRequest',
    description: 'Which dead letters to retry: all that the members given name. `{}` retries all.',
    examples: [{}],
    additionalProperties: false,
  },
);

export const deadLettersRoutes =
  (deadLetters: DeadLettersPort): Routes =>
  async (server) => {
    server.get(
      '/v1/dead-letters',
      {
        schema: {
          operationId: 'listDeadLetters',
          scope: 'admin',
          summary: 'List dead letters',
          description:
            'Events and records that could not be understood, with reason, source and the bytes kept. Newest first.',
          tags: ['Coverage'],
          querystring: ListParameters,
          response: {
            200: media('One page, newest first.', { 'application/json': DeadLettersPage, [CSV]: csvText(DeadLetter) }),
          },
          answerHeaders: NEXT_HEADERS,
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
        const nextCursor = bindCursor(binding, page.nextCursor);
        if (request.query.format === 'json') return { items: page.items, nextCursor };
        setNext(request, reply, 'cursor', nextCursor);
        return sendCsv(reply, DeadLetter, page.items);
      },
    );

    server.post(
      '/v1/dead-letters/retry',
      {
        handlerTimeout: RETRY_TIMEOUT_MS,
        onRequest: jsonOnly,
        schema: {
          operationId: 'retryDeadLetters',
          scope: 'admin',
          summary: 'Retry dead letters',
          description:
            'Reads dead letters again, newest first: from the bytes kept where they are whole, else the event at its source while the hub has it. What is understood by now is applied and taken off the list; the rest stays. To ask again is safe. Reading at the source interrupts whoever reads the partition for a moment.',
          tags: ['Coverage'],
          querystring: q.query({}),
          body: RetryBody,
          response: { 200: RetryAnswer },
          problems: ['bad_cursor', 'unsupported_media_type'],
        },
      },
      async (request, reply) => {
        const { ids = null, reason = null } = request.body;
        const binding = bindingOf('/v1/dead-letters/retry', { ids: JSON.stringify(ids), reason });
        const place = unbindCursor(binding, request.body.cursor, 'body');
        if ('problem' in place) return sendProblem(reply, place.problem);
        const answer = await deadLetters.retry(callerOf(request), { ids, reason, cursor: place.cursor });
        switch (answer.kind) {
          case 'retried': {
            const { kind: _, ...told } = answer;
            return { ...told, nextCursor: bindCursor(binding, answer.nextCursor) };
          }
          case 'bad_cursor':
            return sendProblem(reply, badCursor('cursor', undefined, 'body'));
          case 'busy':
            return sendProblem(reply, problem('unavailable', 'Other retries are under way. Try again later.'));
        }
      },
    );
  };
