/** `/v1/changes`: every revision once and in order, for those who poll and those who wait, as JSON, OCSF or CloudEvents. */
import { Type } from 'typebox';
import { welcome } from '../accept.ts';
import { callerOf } from '../caller.ts';
import { badCursor } from '../cursor.ts';
import { ANSWER_TIMEOUT_MS, WAIT_SECONDS_MAX } from '../limits.ts';
import type { LongPolls } from '../longPoll.ts';
import { setNext } from '../next.ts';
import { problem } from '../problem.ts';
import { afterOf, resyncProblem } from '../resync.ts';
import { ChangesPage } from '../schema/finding.ts';
import { CloudEvents, OcsfChangesPage } from '../schema/formats.ts';
import * as q from '../schema/query.ts';
import { media } from '../schema/words.ts';
import { type Routes, sendJson, sendProblem, sendText } from '../server.ts';
import { FINDING_FORMATS, type Texts } from '../texts.ts';

const CLOUD_EVENTS = 'application/cloudevents-batch+json';

const ChangesParameters = q.query({
  after: q.after(
    'begin',
    'Where to read on: a `cursor` given before, `begin` (the oldest revision kept) or `now` (past the newest).',
  ),
  wait: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: WAIT_SECONDS_MAX,
    description: 'Seconds to hold the request while there is nothing to give.',
    examples: [30],
  }),
  limit: q.limit(),
  format: q.format(FINDING_FORMATS),
});

/** Who names CloudEvents and does not like JSON better gets them; a wildcard does not name them. */
function wantsCloudEvents(accept: string | undefined): boolean {
  const events = welcome(accept, CLOUD_EVENTS);
  return events.isNamed && events.quality > 0 && events.quality >= welcome(accept, 'application/json').quality;
}

export const changesRoutes =
  (polls: LongPolls, texts: Texts): Routes =>
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
            'Every revision of every finding once, none skipped, in order within a tenant. With `wait` the request is held until something comes. Read on from the `cursor` of the answer; where `Accept` names `application/cloudevents-batch+json` the answer is an array of CloudEvents 1.0, and the cursor stands in `Next-Cursor`, `Link` and the `cursor` of each event.',
          tags: ['Feed'],
          querystring: ChangesParameters,
          response: {
            200: media('Revisions in order, none skipped, each once.', {
              'application/json': Type.Union([ChangesPage, OcsfChangesPage]),
              [CLOUD_EVENTS]: CloudEvents,
            }),
          },
          requestHeaders: { accept: 'Names `application/cloudevents-batch+json` for CloudEvents.' },
          answerHeaders: {
            vary: 'The answer depends on `Accept`.',
            'next-cursor': 'Of CloudEvents: the cursor to go on from, whether events came or not.',
            link: 'Of CloudEvents: the call that goes on, `rel="next"`.',
          },
          problems: ['bad_cursor', 'resync'],
        },
      },
      async (request, reply) => {
        const { after, wait, limit, format } = request.query;
        const poll = { caller: callerOf(request), after: afterOf(after), limit, waitMs: wait * 1000 };
        const read = await polls.read(poll, reply);
        reply.header('vary', 'accept');
        switch (read.kind) {
          case 'changes': {
            const { items, cursor } = read;
            if (!wantsCloudEvents(request.headers.accept)) {
              const changes = items.map((item) => texts.change(item, format));
              return sendJson(reply, `{"items":[${changes.join(',')}],"cursor":${JSON.stringify(cursor)}}`);
            }
            setNext(request, reply, 'after', cursor);
            const events = items.map((item) => texts.cloudEvent(item, format));
            return sendText(reply, `${CLOUD_EVENTS}; charset=utf-8`, `[${events.join(',')}]`);
          }
          case 'resync':
            return sendProblem(reply, resyncProblem(read.why));
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
