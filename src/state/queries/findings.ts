/** Findings for those who ask: lists by filter, one by id, and its evidence. */
import { describeEvidence } from '../../detection/describe.ts';
import { normaliseName } from '../../detection/rule.ts';
import { formatTicks, type Ticks } from '../../detection/time.ts';
import type { FindingView } from '../../detection/views.ts';
import { type Listed, readFinding, readListMember, withMembers } from '../findingStore.ts';
import { timeHex } from '../keys.ts';
import type { ShardHandle } from '../shard.ts';
import type { State } from '../state.ts';
import { fieldOf, readValues } from '../values.ts';
import { type Caller, mayObserve } from './caller.ts';
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
type BadCursor = { readonly kind: 'bad_cursor' };
type Unknown = { readonly kind: 'unknown' };

/** List members looked at for one page: a filter that fits little ends the page early rather than hold the caller up. */
const LOOKED_AT_MAX = 4_000;
const MEMBERS_PER_READ = 200;

export function findingQueries(state: State) {
  return {
    async list(caller: Caller, query: FindingsQuery): Promise<Page<Buffer> | BadCursor> {
      if (query.cursor !== null && !/^[0-9a-f]{16}\.[0-9a-f]{32}$/.test(query.cursor)) return { kind: 'bad_cursor' };
      const lists = listsOf(state, caller, query.tenantId);
      const items: Buffer[] = [];
      let bytes = 0;
      let after = query.cursor?.replace('.', '|') ?? null;
      for (let looked = 0; looked < LOOKED_AT_MAX; looked += MEMBERS_PER_READ) {
        const page = await readMembers(lists, after, MEMBERS_PER_READ);
        const fitting = page.filter((member) => mayFit(member, query));
        // Where no body is asked for anything, no more of them are read than are given.
        const wanted = asksBodies(query) ? fitting.length : query.limit - items.length;
        const bodies = await readBodies(fitting.slice(0, wanted));
        for (const { id } of fitting.slice(wanted)) bodies.set(id, UNREAD);
        // Those whose bodies were not read, because the ones before them are large or enough, are looked at next.
        const unread = page.findIndex(({ id }) => bodies.get(id) === UNREAD);
        for (const member of unread < 0 ? page : page.slice(0, unread)) {
          after = member.place;
          const body = bodies.get(member.id);
          if (Buffer.isBuffer(body) && fits(body, caller, query)) {
            items.push(body);
            bytes += body.length;
          }
          if (items.length === query.limit || bytes >= PAGE_BYTES_MAX)
            return { kind: 'page', items, nextCursor: after.replace('|', '.') };
        }
        if (unread < 0 && page.length < MEMBERS_PER_READ) return { kind: 'page', items, nextCursor: null };
      }
      return { kind: 'page', items, nextCursor: after === null ? null : after.replace('|', '.') };
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

interface Member extends Listed {
  readonly shard: ShardHandle;
}

/** What the place in the list says already: bodies are read of those findings only that the filters may give. */
const mayFit = ({ views, status, isSuppressed }: Listed, query: FindingsQuery): boolean =>
  views.includes(query.view.slice(0, 2)) &&
  (query.status === null || query.status === status) &&
  (query.suppressed === 'include' || (query.suppressed === 'only') === isSuppressed);

interface List {
  readonly shard: ShardHandle;
  readonly key: string;
}

/** The lists that hold what was asked for: of tenants that the caller may not see none is looked at, so that no place in them shows in a cursor. */
function listsOf(state: State, caller: Caller, tenantId: string | null): List[] {
  const named = tenantId === null ? caller.tenants : [tenantId].filter((one) => mayObserve(caller, one));
  if (named === 'all') return state.shards.map((shard) => ({ shard, key: `${shard.key}list` }));
  return named.map((one) => {
    const shard = state.shardOf(one);
    return { shard, key: `${shard.key}list:${one}` };
  });
}

/** The next members of some lists, as one list. */
async function readMembers(lists: readonly List[], after: string | null, count: number): Promise<Member[]> {
  const found = await Promise.all(
    lists.map(async ({ shard, key }) => {
      const members = await shard.client.zrangebylex(key, after === null ? '-' : `(${after}|~`, '+', 'LIMIT', 0, count);
      return members.map((member) => ({ shard, ...readListMember(member) }));
    }),
  );
  return found
    .flat()
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, count);
}

const UNREAD = Symbol();

/** The bodies of findings: null where there is none any more, and of many large ones only the first of each shard. */
async function readBodies(members: readonly Member[]): Promise<Map<string, Buffer | null | typeof UNREAD>> {
  const bodies = new Map<string, Buffer | null | typeof UNREAD>();
  const byShard = new Map<ShardHandle, Member[]>();
  for (const member of members) byShard.set(member.shard, [...(byShard.get(member.shard) ?? []), member]);
  for (const [shard, own] of byShard) {
    const places = own.map(({ id }) => fieldOf(`${shard.key}f:${id}`, 'body'));
    const values = await readValues(shard.client, places, PAGE_BYTES_MAX);
    for (const [i, { id }] of own.entries()) {
      const value = values[i];
      bodies.set(id, value === undefined ? UNREAD : value);
    }
  }
  return bodies;
}

/** Whether a filter asks for what the place in the list does not say. */
function asksBodies({
  tenantId,
  actorUpn,
  actorIp,
  operation,
  status,
  severity,
  since,
  until,
}: FindingsQuery): boolean {
  return [tenantId, actorUpn, actorIp, operation, status, severity, since, until].some((filter) => filter !== null);
}

function fits(json: Buffer, caller: Caller, query: FindingsQuery): boolean {
  const { tenantId, actorUpn, actorIp, operation, status, severity, since, until } = query;
  if (!asksBodies(query) && caller.tenants === 'all' && query.suppressed !== 'only')
    return query.suppressed === 'include' || json.includes('"suppressed":null');
  const body = JSON.parse(String(json)) as Body;
  const equal = (filter: string | null, value: string): boolean => filter === null || filter === value;
  return (
    mayObserve(caller, body.tenantId) &&
    equal(tenantId, body.tenantId) &&
    equal(actorUpn, body.actorUpn) &&
    equal(actorIp, body.actorIp) &&
    equal(status, body.status) &&
    equal(severity, body.severity) &&
    (operation === null || body.operations.some((name) => normaliseName(name) === normaliseName(operation))) &&
    (since === null || body.lastSeen >= formatTicks(since)) &&
    (until === null || body.lastSeen <= formatTicks(until)) &&
    (query.suppressed === 'include' || (query.suppressed === 'only') === (body.suppressed !== null))
  );
}
