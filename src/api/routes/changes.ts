/** `/v1/changes`: every revision once and in order, for those who poll and those who wait. */
import { Type } from 'typebox';
import { callerOf } from '../caller.ts';
import { badCursor } from '../cursor.ts';
import { ANSWER_TIMEOUT_MS, CURSOR_LENGTH_MAX, WAIT_SECONDS_MAX } from '../limits.ts';
import type { LongPolls } from '../longPoll.ts';
import type { After, Changes, Resync } from '../ports.ts';
import { type Problem, problem } from '../problem.ts';
import { ChangesPage } from '../schema/finding.ts';
import * as q from '../schema/query.ts';
import { type Routes, sendJson, sendProblem } from '../server.ts';

const ChangesParameters = q.query({
  after: Type.String({
    default: 'begin',
    minLength: 1,
    maxLength: CURSOR_LENGTH_MAX,
    pattern: '^[A-Za-z0-9._~-]+$',
    description:
      'Where to read on: a `cursor` given before, `begin` (the oldest revision kept) or `now` (past the newest).',
    examples: ['begin'],
    'x-mend': 'must be a `cursor` given before, `begin` or `now`',
  }),
  wait: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: WAIT_SECONDS_MAX,
    description: 'Seconds to hold the request while there is nothing to give.',
    examples: [30],
  }),
  limit: q.limit(),
});

const WHY: Record<Resync['why'], string> = {
  trimmed: 'The revisions after this cursor are no longer kept',
  ahead: 'This cursor is ahead of the feed, which has lost its end',
  lost: 'The feed, or the end of it that this cursor is of, was lost',
};

const resync = (why: Resync['why']): Problem =>
  problem(
    'resync',
    `${WHY[why]}. Take \`after=now\` and keep its cursor, list \`/v1/findings\` whole, then go on from that cursor.`,
    { errors: [{ in: 'query', name: 'after', detail: 'must be taken anew with `now`' }] },
  );

const afterOf = (text: string): After =>
  text === 'begin' || text === 'now' ? { kind: text } : { kind: 'cursor', cursor: text };

/** The answer out of texts that are ready. */
function textOf({ items, cursor }: Changes): string {
  const changes = items.map(
    (item) =>
      `{"cursor":${JSON.stringify(item.cursor)},"reason":${JSON.stringify(item.reason)},"finding":${item.json}}`,
  );
  return `{"items":[${changes.join(',')}],"cursor":${JSON.stringify(cursor)}}`;
}

export const changesRoutes =
  (polls: LongPolls): Routes =>
  async (server) => {
    server.addHook('preClose', async () => polls.close());
    server.get(
      '/v1/changes',
      {
        handlerTimeout: WAIT_SECONDS_MAX * 1000 + ANSWER_TIMEOUT_MS,
        schema: {
          operationId: 'listChanges',
          scope: 'findings:read',
          summary: 'Read the feed of changes',
          description:
            'Every revision of every finding once, none skipped, in order within a tenant. With `wait` the request is held until something comes. Read on from the `cursor` of the answer.',
          tags: ['Feed'],
          querystring: ChangesParameters,
          response: { 200: ChangesPage },
          problems: ['bad_cursor', 'resync'],
        },
      },
      async (request, reply) => {
        const { after, wait, limit } = request.query;
        const poll = { caller: callerOf(request), after: afterOf(after), limit, waitMs: wait * 1000 };
        const read = await polls.read(poll, reply);
        switch (read.kind) {
          case 'changes':
            return sendJson(reply, textOf(read));
          case 'resync':
            return sendProblem(reply, resync(read.why));
          case 'bad_cursor':
            return sendProblem(
              reply,
              badCursor('after', 'cannot be read; take `begin`, `now`, or a `cursor` given before'),
            );
          case 'too_many':
            return sendProblem(
              reply,
              problem('unavailable', 'Too many requests wait. Try again later, or without `wait`.'),
            );
        }
      },
    );
  };
