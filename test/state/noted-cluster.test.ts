/** Triage and suppressions on a Redis Cluster: every step is one slot, whichever tenant it is of. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisCluster, startRedisCluster } from '../../local/redis.ts';
import { suppressionQueries } from '../../src/state/queries/suppressions.ts';
import { ANN, historyOf, listed, NO_MATCHER, patch } from './noted.ts';
import { applyFacts, assertWholeFeed, settle, stateOptions, withState } from './redis.ts';
import { batchOf, HOUR_MS, operation, signIn } from './samples.ts';

let cluster: RedisCluster;
before(async () => {
  cluster = await startRedisCluster({ appendOnly: false });
});
after(() => cluster?.stop());

const NOW = Date.now();
let now = NOW;
const TENANTS = Array.from({ length: 6 }, (_, i) => `tenant-${i}`);

test('tenants on several nodes are triaged, and what is expected in one is hidden in that one', async () => {
  const options = { ...stateOptions(cluster.nodes[0]!.url, { now: () => now, shards: 4 }), cluster: true };
  await withState(options, async (state) => {
    const facts = TENANTS.flatMap((tenantId) => [
      signIn('s', NOW - 10 * HOUR_MS, { tenantId }),
      ...[operation('a', NOW - 18 * HOUR_MS, { tenantId }), operation('b', NOW + 18 * HOUR_MS, { tenantId })],
      signIn('t', NOW + 10 * HOUR_MS, { tenantId }),
    ]);
    await applyFacts(state, facts);
    for (const { id } of await listed(state)) await patch(state, id, { status: 'inProgress', comment: 'seen' }, [1]);
    const queries = suppressionQueries(state);
    const made = await queries.make(ANN, {
      ...{
        tenantId: TENANTS[0]!,
        matcher: { ...NO_MATCHER, operations: ['Add member to role'] },
        owner: 'a',
        reason: 'b',
      },
      expiresAt: NOW + HOUR_MS,
    });
    assert.ok(made.kind === 'made');
    now += 1;
    assert.deepEqual(await state.apply(batchOf(TENANTS.map((tenantId) => operation('bridge', NOW, { tenantId })))), {
      kind: 'applied',
    });
    await settle([state]);
    const hidden = async () => {
      const found = await listed(state);
      assert.equal(found.length, TENANTS.length);
      return found.filter(({ suppressed }) => suppressed !== null).map(({ tenantId }) => tenantId);
    };
    for (const { id, comments } of await listed(state)) {
      assert.equal(comments.length, 2);
      const history = (await historyOf(state, id)).filter((told) => !told.endsWith('suppressed'));
      assert.deepEqual(history, ['ann triage', 'ann triage', 'guestwatch merged']);
    }
    assert.deepEqual(await hidden(), [TENANTS[0]]);
    assert.deepEqual(await queries.end(ANN, made.suppression.id), { kind: 'ended' });
    await state.maintain();
    assert.deepEqual(await hidden(), []);
    await assertWholeFeed(state);
  });
});
