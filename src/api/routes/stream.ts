/** `/v1/stream`: the feed as server-sent events. */
import { Type } from 'typebox';
import { welcome } from '../accept.ts';
import { callerOf } from '../caller.ts';
import { badCursor } from '../cursor.ts';
import { CURSOR_LENGTH_MAX } from '../limits.ts';
import { invalid, type Problem, problem } from '../problem.ts';
import { afterOf } from '../resync.ts';
import * as q from '../schema/query.ts';
import { media } from '../schema/words.ts';
import { type Routes, sendProblem } from '../server.ts';
import type { Streams } from '../streams.ts';
import { FINDING_FORMATS } from '../texts.ts';

const MEDIA_TYPE = 'text/event-stream';

const StreamParameters = q.query({
  after: q.after(
    'now',
    'Where to begin: a `cursor` given before, `begin` (the oldest revision kept) or `now` (past the newest). `Last-Event-ID` goes before it.',
  ),
  format: q.format(FINDING_FORMATS),
});

/** The id that a client had last, or the problem with it; null where it has none. */
function lastEventId(header: string | string[] | undefined): { id: string | null } | Problem {
  if (header === undefined || header === '') return { id: null };
  if (typeof header === 'string' && header.length <= CURSOR_LENGTH_MAX && q.CURSOR_PATTERN.test(header))
    return { id: header };
  return invalid([{ in: 'header', name: 'last-event-id', detail: 'must be the id of an event of this stream' }]);
}

export const streamRoutes =
  (streams: Streams): Routes =>
  async (server) => {
    server.addHook('preClose', async () => streams.close());
    server.get(
      '/v1/stream',
      {
        schema: {
          operationId: 'streamChanges',
          scope: 'findings:read',
          summary: 'Follow the feed of changes',
          description:
            'The feed as server-sent events, until either side ends it. Events are called `change`; their `data` is one line of JSON, as an item of `/v1/changes`, and their `id` its cursor, so that `Last-Event-ID` resumes without a gap, also from a cursor of `/v1/changes`, and the other way round. An event of an id alone says the place where the stream begins. Where `/v1/changes` answers 410, an event `resync` comes, `data` `{ cursor, problem }`, and the stream ends: list the findings, then go on from that cursor. A comment every 15 s keeps the connection open; a reader that takes nothing for 30 s is cut off.',
          tags: ['Feed'],
          querystring: StreamParameters,
          response: {
            200: media('Events, for as long as the connection lasts.', {
              [MEDIA_TYPE]: Type.String({ examples: ['id: c1-4711\n\n'] }),
            }),
          },
          requestHeaders: { 'last-event-id': 'The id of the last event that was had; it goes before `after`.' },
          problems: ['bad_cursor', 'not_acceptable'],
        },
      },
      async (request, reply) => {
        if (welcome(request.headers.accept, MEDIA_TYPE).quality === 0)
          return sendProblem(reply, problem('not_acceptable', `This is given as \`${MEDIA_TYPE}\` alone.`));
        const last = lastEventId(request.headers['last-event-id']);
        if ('name' in last) return sendProblem(reply, last);
        if (streams.full)
          return sendProblem(reply, problem('unavailable', 'Too many streams are open. Try again later.'));
        if (request.method === 'HEAD') return reply.type(MEDIA_TYPE).send();
        const { after, format } = request.query;
        const from = last.id === null ? afterOf(after) : ({ kind: 'cursor', cursor: last.id } as const);
        const refused = await streams.serve({ caller: callerOf(request), after: from, format }, reply);
        if (refused === null) return reply;
        return last.id === null
          ? sendProblem(reply, badCursor('after', 'cannot be read; take `begin`, `now`, or a `cursor` given before'))
          : sendProblem(reply, badCursor('last-event-id', 'is not the id of an event of this stream', 'header'));
      },
    );
  };
