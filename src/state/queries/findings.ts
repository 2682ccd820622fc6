/** Findings for those who ask: lists by filter, one by id, and its evidence. */
import { describeEvidence } from '../../detection/describe.ts';
import { normaliseName } from '../../detection/rule.ts';
import { formatTicks, type Ticks } from '../../detection/time.ts';
import type { FindingView } from '../../detection/views.ts';
import { readFinding, withMembers } from '../folding/findingStore.ts';
import { timeHex } from '../keys.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';
import { JsonRow } from './jsonRow.ts';
import { listsOf, readBodies, readSpan, type Span, UNREAD } from './lists.ts';
import { PAGE_BYTES_MAX, withinPage } from './page.ts';
import { type Body, findBody, survivorOf, toldBody } from './stored.ts';

export interface FindingsQuery {
  readonly limit: number;
  readonly cursor: string | null;
  readonly view: FindingView;
  readonly tenantId: string | null;
  readonly actorUpn: string | null;
  readonly actorIp: string | null;
  readonly operation: string | null;
  readonly status: string | null;
  readonly severity: string | null;
  readonly suppressed: 'exclude' | 'include' | 'only';
  readonly since: Ticks | null;
  readonly until: Ticks | null;
}

type Page<T> = { readonly kind: 'page'; readonly items: readonly T[]; readonly nextCursor: string | null };
/** The findings as JSON, commas between them. */
type ListPage = { readonly kind: 'page'; readonly findings: Buffer; readonly nextCursor: string | null };
type BadCursor = { readonly kind: 'bad_cursor' };
type Unknown = { readonly kind: 'unknown' };

/** List members looked at for one page: a filter that fits little ends the page early rather than hold the caller up. */
const LOOKED_AT_MAX = 4_000;
const MEMBERS_PER_READ = 200;

export function findingQueries(state: State) {
  return {
    async list(caller: Caller, query: FindingsQuery): Promise<ListPage | BadCursor> {
      if (query.cursor !== null && !/^[0-9a-f]{16}\.[0-9a-f]{32}$/.test(query.cursor)) return { kind: 'bad_cursor' };
      const lists = listsOf(state, caller, query.tenantId);
      const found = new JsonRow();
      let after = query.cursor?.replace('.', '|') ?? null;
      for (let looked = 0; looked < LOOKED_AT_MAX; looked += MEMBERS_PER_READ) {
        // Where no body is asked for anything, no more of them are read than are given.
        const told = asksBodies(query) ? MEMBERS_PER_READ : query.limit - found.length;
        const span = await readSpan(lists, after, query, { looked: MEMBERS_PER_READ, told });
        if (span.row === null || asksBodies(query)) {
          after = await addFitting(found, span, query, told);
        } else {
          found.add(span.row.json, span.row.length);
          after = span.lookedTo;
        }
        if (after === null || isFull(found, query)) break;
      }
      return { kind: 'page', findings: found.joined(), nextCursor: after?.replace('|', '.') ?? null };
    },

    async get(
      caller: Caller,
      id: string,
    ): Promise<{ kind: 'finding'; id: string; revision: number; json: string } | Unknown> {
      const found = await findBody(state, id);
      if (found === null || !mayObserve(caller, found.parsed.tenantId)) return { kind: 'unknown' };
      const { json } = await toldBody(found);
      return { kind: 'finding', id: found.id, revision: found.revision, json };
    },

    async evidence(
      caller: Caller,
      id: string,
      query: { limit: number; cursor: string | null },
    ): Promise<Page<string> | Unknown | BadCursor> {
      if (query.cursor !== null && !/^[0-9a-f]{16}\.[0-9a-f]{64}$/.test(query.cursor)) return { kind: 'bad_cursor' };
      const found = await findBody(state, id);
      if (found === null || !mayObserve(caller, found.parsed.tenantId)) return { kind: 'unknown' };
      const { client, key } = found.shard;
      const stored = await readFinding(client, key, await survivorOf(found.shard, found.id));
      if (stored === null) return { kind: 'unknown' };
      const whole = await withMembers(client, key, stored, [], false);
      const items = describeEvidence(whole.finding, (item) => whole.decidedAt.get(item) ?? null);
      const places = items.map(
        (item) =>
          `${timeHex(timeOf(whole.finding.items, item.operation.source.sha256))}.${item.operation.source.sha256}`,
      );
      const from = query.cursor === null ? 0 : places.findIndex((place) => place > query.cursor!);
      const texts = from < 0 ? [] : items.slice(from, from + query.limit).map((item) => JSON.stringify(item));
      const page = withinPage(texts, (text) => text.length);
      const isLast = from < 0 || from + page.length >= items.length;
      return { kind: 'page', items: page, nextCursor: isLast ? null : places[from + page.length - 1]! };
    },
  };
}

function timeOf(
  items: ReadonlyMap<string, readonly { time: Ticks; source: { sha256: string } }[]>,
  sha256: string,
): Ticks {
  for (const [first] of items.values()) if (first!.source.sha256 === sha256) return first!.time;
  return 0n;
}

const isFull = (found: JsonRow, { limit }: FindingsQuery): boolean =>
  found.length === limit || found.bytes >= PAGE_BYTES_MAX;

/** Adds those whose bodies fit, until the page is full; bodies of the first so many are read. Gives the place up to which all was looked at. */
async function addFitting(found: JsonRow, span: Span, query: FindingsQuery, bodies: number): Promise<string | null> {
  const items = span.items();
  // Of those that are yet to be read the first is, whatever its size: it goes on.
  await readBodies(items.slice(0, bodies), PAGE_BYTES_MAX);
  let after: string | null = null;
  for (const { place, body, isLate } of items) {
    // Not read, because those before it are large or enough: it is looked at next.
    if (body === UNREAD) return after;
    after = place;
    if (body !== null && fits(body, query, isLate)) found.add(body);
    if (isFull(found, query)) return after;
  }
  return span.lookedTo;
}

/** Whether a filter asks for what the place in the list does not say. */
const asksBodies = ({ actorUpn, actorIp, operation, severity, since, until }: FindingsQuery): boolean =>
  [actorUpn, actorIp, operation, severity, since, until].some((filter) => filter !== null);

/** Whether a body passes what its place did not say, or said before it was read: it may have changed since. */
function fits(json: Buffer, query: FindingsQuery, isLate: boolean): boolean {
  const { actorUpn, actorIp, operation, status, severity, suppressed, since, until } = query;
  if (isLate && !json.includes('"supersededBy":null')) return false;
  if (isLate && suppressed !== 'include' && json.includes('"suppressed":null') !== (suppressed === 'exclude'))
    return false;
  if (!asksBodies(query) && !(isLate && status !== null)) return true;
  const body = JSON.parse(String(json)) as Body;
  const equal = (filter: string | null, value: string): boolean => filter === null || filter === value;
  return (
    equal(actorUpn, body.actorUpn) &&
    equal(actorIp, body.actorIp) &&
    equal(status, body.status) &&
    equal(severity, body.severity) &&
    (operation === null || body.operations.some((name) => normaliseName(name) === normaliseName(operation))) &&
    (since === null || body.lastSeen >= formatTicks(since)) &&
    (until === null || body.lastSeen <= formatTicks(until))
  );
}
