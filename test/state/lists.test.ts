/** Lists of findings: pages of any size, put together, are what was asked for, in order, however many shards there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FindingsQuery, findingQueries } from '../../src/state/queries/findings.ts';
import type { State } from '../../src/state/state.ts';
import { ANN, type Body as Noted, patch, suppress } from './noted.ts';
import { applyFacts, redisOfFile, stateOptions, withState } from './redis.ts';
import { MINUTE_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();

interface Body extends Noted {
  readonly actorUpn: string;
  readonly firstSeen: string;
  readonly views: readonly string[];
}

const ALL: Omit<FindingsQuery, 'limit' | 'cursor'> = {
  ...{ view: 'any', tenantId: null, actorUpn: null, actorIp: null, operation: null, status: null, severity: null },
  ...{ suppressed: 'include', since: null, until: null },
};

const TENANTS = Array.from({ length: 5 }, (_, i) => `0000000${i}-1111-4111-8111-111111111111`);

/** Guests of several tenants, some seen in the resolved view alone; some findings are in progress, some expected. */
async function fill(state: State): Promise<void> {
  const now = Date.now() - MINUTE_MS;
  const facts = TENANTS.flatMap((tenantId, t) =>
    Array.from({ length: 9 }, (_, n) => {
      const upn = `guest${n}@partner.example`;
      const of = { tenantId, objectId: null };
      const at = now - ((n * 7 + t * 3) % 13) * 1_000;
      const nameMatch = n % 3 === 0 ? 'extra' : 'exact';
      return [
        signIn(`s${t}.${n}`, at - 1_000, { ...of, upn }),
        operation(`o${t}.${n}`, at, { tenantId, actorUpn: upn, actorObjectId: null, nameMatch }),
      ];
    }).flat(),
  );
  await applyFacts(state, facts);
  for (const tenantId of TENANTS.slice(0, 3)) {
    await suppress(state, { tenantId, actorUpn: 'guest4@partner.example' });
    await suppress(state, { tenantId, actorUpn: 'guest5@partner.example' });
  }
  for (const { id, actorUpn } of await pagesOf(state, ALL, 1_000))
    if (actorUpn < 'guest3') await patch(state, id, { status: 'inProgress' });
}

/** What is listed, page by page; no page is larger than was asked for. */
async function pagesOf(state: State, query: Omit<FindingsQuery, 'limit' | 'cursor'>, limit: number): Promise<Body[]> {
  const listed: Body[] = [];
  let cursor: string | null = null;
  do {
    const page = await findingQueries(state).list(ANN, { ...query, limit, cursor });
    assert.ok(page.kind === 'page');
    const items = JSON.parse(`[${page.findings}]`) as Body[];
    assert.ok(items.length <= limit);
    listed.push(...items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return listed;
}

const idsOf = (bodies: readonly Body[]): string[] => bodies.map(({ id }) => id);

for (const shards of [1, 3])
  test(`with ${shards} shards pages of any size are the list, whatever is asked for`, async () => {
    await withState(stateOptions(redis.url, { shards }), async (state) => {
      await fill(state);
      const all = await pagesOf(state, ALL, 1_000);
      assert.equal(new Set(idsOf(all)).size, 45);
      const inOrder = [...all].sort(
        (a, b) => Number(a.firstSeen < b.firstSeen) - Number(a.firstSeen > b.firstSeen) || (a.id < b.id ? -1 : 1),
      );
      assert.deepEqual(idsOf(all), idsOf(inOrder));
      const asked: [Partial<FindingsQuery>, number, (body: Body) => boolean][] = [
        [{}, 45, () => true],
        [{ view: 'strict' }, 30, ({ views }) => views.includes('strict')],
        [{ view: 'missed' }, 15, ({ views }) => !views.includes('strict')],
        [{ suppressed: 'exclude' }, 39, ({ suppressed }) => suppressed === null],
        [{ suppressed: 'only' }, 6, ({ suppressed }) => suppressed !== null],
        [{ status: 'inProgress' }, 15, ({ status }) => status === 'inProgress'],
        [{ status: 'new', suppressed: 'only' }, 6, ({ suppressed }) => suppressed !== null],
        [{ tenantId: TENANTS[1]! }, 9, ({ tenantId }) => tenantId === TENANTS[1]],
        [{ actorUpn: 'guest4@partner.example' }, 5, ({ actorUpn }) => actorUpn.startsWith('guest4')],
        [{ actorUpn: 'guest4@partner.example', suppressed: 'exclude' }, 2, (body) => isShown(body, 'guest4')],
      ];
      for (const [filters, count, isAsked] of asked) {
        const expected = idsOf(all.filter(isAsked));
        assert.equal(expected.length, count, JSON.stringify(filters));
        for (const limit of [1, 4, 100])
          assert.deepEqual(idsOf(await pagesOf(state, { ...ALL, ...filters }, limit)), expected, `${limit} a page`);
      }
    });
  });

const isShown = ({ actorUpn, suppressed }: Body, guest: string): boolean =>
  actorUpn.startsWith(guest) && suppressed === null;

test('a caller who may see a tenant twice over is given each of its findings once', async () => {
  await withState(stateOptions(redis.url, { shards: 2 }), async (state) => {
    await fill(state);
    const caller = { name: 'ann', tenants: [TENANTS[0]!, TENANTS[1]!, TENANTS[0]!] };
    const page = await findingQueries(state).list(caller, { ...ALL, limit: 100, cursor: null });
    assert.ok(page.kind === 'page');
    const listed = JSON.parse(`[${page.findings}]`) as Body[];
    assert.deepEqual([listed.length, new Set(idsOf(listed)).size], [18, 18]);
  });
});

test('a finding whose body is gone is passed over, and hides none', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await fill(state);
    const all = idsOf(await pagesOf(state, ALL, 1_000));
    const [{ client, key }] = state.shards as [State['shards'][number]];
    await client.hdel(`${key}f:${all[3]}`, 'body');
    const left = all.filter((id) => id !== all[3]);
    for (const limit of [1, 4, 100]) assert.deepEqual(idsOf(await pagesOf(state, ALL, limit)), left);
  });
});

const BETWEEN: readonly (readonly [what: string, act: (state: State, body: Body) => Promise<unknown>])[] = [
  ['suppressed', (state, { tenantId }) => suppress(state, { tenantId, actorUpn: 'guest@partner.example' })],
  ['merged', takeOver],
];

/** As `store.lua` does with one that is taken over. */
async function takeOver(state: State, body: Body): Promise<void> {
  const { client, key } = state.shardOf(body.tenantId);
  const other = 'f'.repeat(32);
  await client.hset(`${key}f:${body.id}`, {
    body: JSON.stringify({ ...body, supersededBy: other }),
    supersededBy: other,
  });
}

for (const [what, act] of BETWEEN)
  test(`what is ${what} between its place and its body is not given as if it were not`, async (t) => {
    await withState(stateOptions(redis.url, { shards: 2 }), async (state) => {
      await applyFacts(state, [
        signIn('s', Date.now() - 2_000, { upn: 'guest@partner.example', objectId: null }),
        operation('o', Date.now() - 1_000, { actorUpn: 'guest@partner.example', actorObjectId: null }),
      ]);
      const [body] = (await pagesOf(state, ALL, 10)) as [Body];
      const shard = state.shardOf(body.tenantId);
      const isBodies = (args: readonly unknown[]): boolean =>
        args.some((arg) => String(arg).includes('f:') && args.includes('body'));
      const { callBuffer } = shard.client;
      let isMet = false;
      t.mock.method(shard.client, 'callBuffer', async function (this: unknown, ...args: Parameters<typeof callBuffer>) {
        if (!isMet && isBodies(args)) {
          isMet = true;
          await act(state, body);
        }
        return callBuffer.apply(shard.client, args);
      });
      assert.deepEqual(await pagesOf(state, { ...ALL, suppressed: 'exclude' }, 10), []);
      assert.ok(isMet);
    });
  });
