/** `/v1/findings`: the list, one finding, and its evidence; as JSON, the first two as OCSF too, the list also as a table. */
import { type Static, Type } from 'typebox';
import type { FindingFields } from '../../formats/finding.ts';
import { callerOf } from '../caller.ts';
import { CSV, csvText, NEXT_HEADERS, sendTable, tableOf } from '../csv.ts';
import { badCursor, bindCursor, bindingOf, unbindCursor } from '../cursor.ts';
import { setNext } from '../next.ts';
import type { Caller, FindingsPort, FindingsQuery, JsonBytes, JsonText } from '../ports.ts';
import { names, tagOf } from '../precondition.ts';
import { invalid, type Problem, problem } from '../problem.ts';
import { EvidencePage, Finding, FindingsPage, SEVERITIES, STATUSES } from '../schema/finding.ts';
import { OcsfFinding, OcsfFindingsPage } from '../schema/formats.ts';
import * as q from '../schema/query.ts';
import { media } from '../schema/words.ts';
import { pageBytes, pageText, type Routes, sendJson, sendNotModified, sendPage, sendProblem } from '../server.ts';
import { FINDING_FORMATS, type Texts } from '../texts.ts';
import { parseInstant } from '../time.ts';
import { Together } from '../together.ts';

const ListParameters = q.query({
  view: q.choiceOr(
    ['resolved', 'strict', 'missed', 'accused', 'any'],
    'resolved',
    '`resolved` and `strict`: findings with an operation in that view. `missed`: with one that the strict rule would have missed. `accused`: with one that it would have accused wrongly.',
  ),
  tenantId: q.tenantId,
  actorUpn: q.textFilter("The finding's `actorUpn`, in any case.", 'ann_partner.com#ext#@contoso.onmicrosoft.com'),
  actorIp: q.textFilter("The finding's `actorIp`.", '203.0.113.7'),
  operation: q.textFilter("One of the finding's operations, spelling set aside.", 'Add member to role'),
  status: q.choiceFilter(STATUSES, 'State of triage.'),
  severity: q.choiceFilter(SEVERITIES, 'Severity.'),
  suppressed: q.choiceOr(['exclude', 'include', 'only'], 'exclude', 'Findings whose activity is expected.'),
  since: q.moment('`lastSeen` at or after it.'),
  until: q.moment('`lastSeen` at or before it.'),
  limit: q.limit(),
  cursor: q.cursor,
  format: q.format(['json', 'csv', 'ocsf']),
});

const FindingParameters = q.query({ format: q.format(FINDING_FORMATS) });
const EvidenceParameters = q.query({ limit: q.limit(), cursor: q.cursor });

/** The filters as the port takes them, or the problem with them. */
function filtersOf(query: Static<typeof ListParameters>): Omit<FindingsQuery, 'cursor'> | Problem {
  const since = query.since === undefined ? null : parseInstant(query.since);
  const until = query.until === undefined ? null : parseInstant(query.until);
  if (since !== null && until !== null && since > until)
    return invalid([{ in: 'query', name: 'until', detail: 'must not be before `since`' }]);
  return {
    view: query.view,
    tenantId: q.lower(query.tenantId),
    actorUpn: q.lower(query.actorUpn),
    actorIp: query.actorIp ?? null,
    operation: query.operation ?? null,
    status: query.status ?? null,
    severity: query.severity ?? null,
    suppressed: query.suppressed,
    since,
    until,
    limit: query.limit,
  };
}

/** A page as it is sent: JSON or, with what its headers say of the next, a table. */
type Page = { readonly json: JsonText | JsonBytes } | { readonly table: string; readonly next: string | null };

async function readPage(
  findings: FindingsPort,
  texts: Texts,
  caller: Caller,
  query: Static<typeof ListParameters>,
): Promise<Page | Problem> {
  const filters = filtersOf(query);
  if ('name' in filters) return filters;
  const binding = bindingOf('/v1/findings', filters);
  const place = unbindCursor(binding, query.cursor);
  if ('problem' in place) return place.problem;
  const page = await findings.list(caller, { ...filters, cursor: place.cursor });
  if (page.kind === 'bad_cursor') return badCursor('cursor');
  const next = bindCursor(binding, page.nextCursor);
  if (query.format === 'json') return { json: pageBytes(page.findings, next) };
  const items = JSON.parse(`[${page.findings}]`) as FindingFields[];
  if (query.format === 'csv') return { table: tableOf(Finding, items), next };
  const events = items.map((finding) => texts.ocsf(finding));
  return { json: pageText(events, next) };
}

/** Says what an unknown id means, without repeating it. */
export const unknownFinding = (): Problem =>
  problem('not_found', 'No finding has this id: it never was, or is older than findings are kept.');

export const findingsRoutes =
  (findings: FindingsPort, texts: Texts): Routes =>
  async (server) => {
    const pages = new Together<Page | Problem>();
    server.get(
      '/v1/findings',
      {
        schema: {
          operationId: 'listFindings',
          scope: 'findings:read',
          summary: 'List findings',
          description: 'Findings that stand, newest `firstSeen` first. Superseded ones are left out.',
          tags: ['Findings'],
          querystring: ListParameters,
          response: {
            200: media('One page, newest `firstSeen` first.', {
              'application/json': Type.Union([FindingsPage, OcsfFindingsPage]),
              [CSV]: csvText(Finding),
            }),
          },
          answerHeaders: NEXT_HEADERS,
          problems: ['bad_cursor'],
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        // Who may see the same and asks the same is told the same.
        const question = `${caller.tenants} ${request.url}`;
        const page = await pages.ask(question, () => readPage(findings, texts, caller, request.query));
        if ('name' in page) return sendProblem(reply, page);
        if ('json' in page) return sendJson(reply, page.json);
        setNext(request, reply, 'cursor', page.next);
        return sendTable(reply, page.table);
      },
    );

    server.get(
      '/v1/findings/:id',
      {
        schema: {
          operationId: 'getFinding',
          scope: 'findings:read',
          summary: 'Get a finding',
          description:
            'One finding. One that was merged into another says so in `supersededBy`. An id that is no longer stored leads to the finding that its first operation now stands in; `Content-Location` then names that.',
          tags: ['Findings'],
          params: q.findingId,
          querystring: FindingParameters,
          response: {
            200: media('The finding.', { 'application/json': Type.Union([Finding, OcsfFinding]) }),
          },
          bare: { 304: 'The revision is the one that `If-None-Match` names.' },
          requestHeaders: { 'if-none-match': 'An `ETag` given before.' },
          answerHeaders: {
            etag: 'The revision, in quotes, whatever the format. `lastSignIn` may move within a revision.',
            'content-location': 'The address of the finding, where its id is another than was asked for.',
          },
          problems: ['not_found'],
        },
      },
      async (request, reply) => {
        const found = await findings.get(callerOf(request), request.params.id);
        if (found.kind === 'unknown') return sendProblem(reply, unknownFinding());
        const tag = tagOf(found.revision);
        reply.header('etag', tag);
        if (found.id !== request.params.id)
          reply.header('content-location', `/v1/findings/${encodeURIComponent(found.id)}`);
        if (names(request.headers['if-none-match'], tag)) return sendNotModified(reply);
        return sendJson(reply, request.query.format === 'ocsf' ? texts.ocsf(JSON.parse(found.json)) : found.json);
      },
    );

    server.get(
      '/v1/findings/:id/evidence',
      {
        schema: {
          operationId: 'listEvidence',
          scope: 'findings:read',
          summary: 'List the evidence of a finding',
          description:
            'Every matched operation with the sign-ins that matched it, the source of both to the byte, and how long each step took. Oldest operation first.',
          tags: ['Findings'],
          params: q.findingId,
          querystring: EvidenceParameters,
          response: { 200: EvidencePage },
          problems: ['bad_cursor', 'not_found'],
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const binding = bindingOf('/v1/findings/:id/evidence', { id });
        const place = unbindCursor(binding, request.query.cursor);
        if ('problem' in place) return sendProblem(reply, place.problem);
        const { limit } = request.query;
        const page = await findings.evidence(callerOf(request), id, { limit, cursor: place.cursor });
        if (page.kind === 'unknown') return sendProblem(reply, unknownFinding());
        if (page.kind === 'bad_cursor') return sendProblem(reply, badCursor('cursor'));
        return sendPage(reply, page.items, bindCursor(binding, page.nextCursor));
      },
    );
  };
