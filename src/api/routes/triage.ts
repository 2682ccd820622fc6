/** `PATCH /v1/findings/{id}` and its history: what people decide of a finding, and what became of it. */
import { jsonOnly } from '../body.ts';
import { callerOf } from '../caller.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import type { FindingFound, FindingsPort } from '../ports.ts';
import { expectedRevisions, tagOf } from '../precondition.ts';
import { problem } from '../problem.ts';
import { Finding } from '../schema/finding.ts';
import * as q from '../schema/query.ts';
import { HistoryPage, TriageRequest } from '../schema/triage.ts';
import { type Routes, sendJson, sendProblem } from '../server.ts';
import { unknownFinding } from './findings.ts';

/** Headers of an answer that carries a finding, for the document. */
const FINDING_HEADERS = {
  etag: 'The revision, in quotes.',
  'content-location': 'The address of the finding, where its id is another than was asked for.',
};

const HistoryParameters = q.query({ limit: q.limit(), cursor: q.cursor });

const at = (id: string): string => `/v1/findings/${encodeURIComponent(id)}`;

/** Headers of an answer that carries a finding. */
const headersOf = ({ id, revision }: Omit<FindingFound, 'kind'>, asked: string): Record<string, string> => ({
  etag: tagOf(revision),
  ...(id === asked ? {} : { 'content-location': at(id) }),
});

export const triageRoutes =
  (findings: FindingsPort): Routes =>
  async (server) => {
    server.patch(
      '/v1/findings/:id',
      {
        onRequest: jsonOnly,
        schema: {
          operationId: 'triageFinding',
          scope: 'findings:triage',
          summary: 'Triage a finding',
          description:
            'Changes status, verdict or assignee, or appends a comment, as one revision of reason `triage`. `If-Match` is held against the revision, which `lastSignIn` does not move; `*` writes on whatever revision there is. A patch that changes nothing makes no revision. A resolved finding that gains an operation or a view is `new` again: nobody has judged what it gained.',
          tags: ['Triage'],
          params: q.findingId,
          querystring: q.query({}),
          body: TriageRequest,
          response: { 200: Finding },
          requestHeaders: { 'if-match': 'The `ETag` of the finding that was seen. Required.' },
          answerHeaders: FINDING_HEADERS,
          problemHeaders: {
            superseded: { ...FINDING_HEADERS, link: 'The finding that stands, `rel="successor-version"`.' },
            precondition_failed: FINDING_HEADERS,
          },
          problems: [
            'not_found',
            'superseded',
            'too_many_comments',
            'precondition_failed',
            'unsupported_media_type',
            'precondition_required',
          ],
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const expected = expectedRevisions(request.headers['if-match']);
        if (typeof expected === 'object' && 'name' in expected) return sendProblem(reply, expected);
        const outcome = await findings.patch(callerOf(request), id, request.body, expected);
        switch (outcome.kind) {
          case 'finding':
            return sendJson(reply.headers(headersOf(outcome, id)), outcome.json);
          case 'moved_on':
            return sendProblem(
              reply,
              problem(
                'precondition_failed',
                `The finding is at revision ${outcome.revision} now. Look at \`finding\`, and send what still holds with this \`ETag\`.`,
                { finding: outcome.json, headers: headersOf(outcome, id) },
              ),
            );
          case 'superseded':
            return sendProblem(
              reply,
              problem('superseded', `The finding was merged into ${outcome.by}: triage that one.`, {
                supersededBy: outcome.by,
                finding: outcome.json,
                headers: { ...headersOf(outcome, id), link: `<${at(outcome.by)}>; rel="successor-version"` },
              }),
            );
          case 'too_many_comments':
            return sendProblem(
              reply,
              problem(
                'too_many_comments',
                `The finding has ${outcome.most} comments and takes no more: go on where its case is kept.`,
              ),
            );
          case 'unknown':
            return sendProblem(reply, unknownFinding());
        }
      },
    );

    server.get(
      '/v1/findings/:id/history',
      {
        schema: {
          operationId: 'listHistory',
          scope: 'findings:read',
          summary: 'List the history of a finding',
          description:
            'Who changed what and when, and what the service did itself. Oldest first; of a long one the last 500. It has the histories of the findings that were merged into it.',
          tags: ['Triage'],
          params: q.findingId,
          querystring: HistoryParameters,
          response: { 200: HistoryPage },
          problems: ['bad_cursor', 'not_found'],
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const binding = bindingOf('/v1/findings/:id/history', { id });
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const { limit } = request.query;
        const page = await findings.history(callerOf(request), id, { limit, cursor: place.cursor });
        if (page.kind === 'unknown') return sendProblem(reply, unknownFinding());
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return { items: page.items, nextCursor: bindCursor(binding, page.nextCursor) };
      },
    );
  };
