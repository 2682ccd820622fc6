/** The list of guests: each once, whatever the size of a page, and no round trip for what is empty. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Guest, guestQueries } from '../../src/state/queries/guests.ts';
import type { State } from '../../src/state/state.ts';
import { applyFacts, redisOfFile, stateOptions, withState } from './redis.ts';
import { HOUR_MS, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();
const NOW = Date.now();
const ALL = { tenants: 'all' } as const;
const OTHERS = ['22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333'];

/** Every page of the list, from the first on. */
async function pagesOf(
  state: State,
  query: { readonly limit: number; readonly tenantId?: string },
  caller: { readonly tenants: 'all' | readonly string[] } = ALL,
): Promise<(readonly Guest[])[]> {
  const pages: (readonly Guest[])[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await guestQueries(state).list(caller, { tenantId: null, ...query, cursor });
    assert.ok(page.kind === 'page');
    pages.push(page.items);
    cursor = page.nextCursor;
    if (cursor === null) return pages;
    assert.match(cursor, /^[\w.~-]{1,2000}$/);
  }
}

const upnsOf = (pages: readonly (readonly Guest[])[]): string[] => pages.flatMap((page) => page.map(({ upn }) => upn));

test('guests who share a token are each given once, one to a page, and sign-ins meanwhile change nothing', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const upns = ['ann@partner.example', 'ann_partner.example#ext#@a.example', 'ann_partner.example#ext#@b.example'];
    await applyFacts(
      state,
      upns.map((upn, n) => signIn(`s${n}`, NOW - HOUR_MS, { upn, objectId: `o-${n}` })),
    );
    const pages = await pagesOf(state, { limit: 1 });
    assert.deepEqual(upnsOf(pages).sort(), upns);
    assert.ok(pages.every((page) => page.length <= 1));
    const order = upnsOf(pages);
    await applyFacts(state, [signIn('later', NOW, { upn: upns[0]!, objectId: 'o-9' })], 1);
    assert.deepEqual(upnsOf(await pagesOf(state, { limit: 2 })), order);
  });
});

test('whatever the limit, tenant and caller: each guest once, and nobody else', async () => {
  await withState(stateOptions(redis.url, { shards: 3 }), async (state) => {
    const facts = [TENANT, ...OTHERS].flatMap((tenantId) =>
      Array.from({ length: 40 }, (_, n) =>
        signIn(`${tenantId}-${n}`, NOW - HOUR_MS, {
          tenantId,
          upn: n % 4 === 0 ? '' : `g${n}@${tenantId}.example`,
          objectId: `${tenantId}-${n}`,
        }),
      ),
    );
    await applyFacts(state, facts);
    const known = (tenants: readonly string[]) =>
      facts.flatMap(({ tenantId, objectId }) => (tenants.includes(tenantId) ? [objectId] : [])).sort();
    const given = async (...asked: [Parameters<typeof pagesOf>[1], Parameters<typeof pagesOf>[2]?]) =>
      (await pagesOf(state, ...asked)).flatMap((page) => page.map(({ objectId }) => objectId)).sort();
    for (const limit of [1, 7, 16, 17, 1_000]) {
      assert.deepEqual(await given({ limit }), known([TENANT, ...OTHERS]), `${limit}`);
      assert.deepEqual(await given({ limit, tenantId: TENANT }), known([TENANT]), `${limit}`);
      assert.deepEqual(await given({ limit }, { tenants: OTHERS }), known(OTHERS), `${limit}`);
    }
    assert.deepEqual(await given({ limit: 5, tenantId: TENANT }, { tenants: OTHERS }), []);
  });
});

test('what is empty is passed over by Redis itself', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, [signIn('a', NOW), signIn('b', NOW, { upn: 'bob@partner.example', objectId: 'b' })]);
    const callsOf = async (): Promise<number> =>
      [...String(await state.client.call('INFO', 'commandstats')).matchAll(/cmdstat_evalsha:calls=(\d+)/g)].reduce(
        (sum, [, calls]) => sum + Number(calls),
        0,
      );
    const before = await callsOf();
    assert.equal(upnsOf(await pagesOf(state, { limit: 100 })).length, 2);
    // The buckets are 16,384.
    assert.ok((await callsOf()) - before <= 20);
  });
});

test('a cursor that was made up is a bad one', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    for (const cursor of ['x', '1.0', '0.16384', '0.1.abc', `0.1.${'a'.repeat(24)}`, `0.1.${'a'.repeat(24)}.`])
      assert.deepEqual(await guestQueries(state).list(ALL, { limit: 1, cursor, tenantId: null }), {
        kind: 'bad_cursor',
      });
  });
});
