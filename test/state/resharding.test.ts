/** Another number of shards: findings and what was noted of them move, facts are read again, and nobody works in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedisCluster } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';
import { eraseActor } from '../../src/state/erasing.ts';
import { shardOf } from '../../src/state/keys.ts';
import { makeSuppression } from '../../src/state/noted/suppressions.ts';
import { findingQueries } from '../../src/state/queries/findings.ts';
import type { Client } from '../../src/state/redis/client.ts';
import { StateRefused } from '../../src/state/redis/errors.ts';
import { reshard } from '../../src/state/resharding.ts';
import { openState, type State, type StateOptions } from '../../src/state/state.ts';
import { ANN, historyOf, listed, patch } from './noted.ts';
import {
  applyFacts,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  keysOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
} from './redis.ts';
import { GUEST_ID, HOUR_MS, MINUTE_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();
const NOW = Date.now();
const TENANTS = Array.from({ length: 6 }, (_, i) => `${i}${i}111111-1111-1111-1111-111111111111`);
const ERASED = '33333333-3333-3333-3333-333333333333';

const factsOf = (tenantId: string): Fact[] => [
  signIn('in', NOW - 30 * HOUR_MS, { tenantId }),
  operation('a', NOW - 47 * HOUR_MS, { tenantId }),
  operation('b', NOW - 20 * HOUR_MS, { tenantId }),
];
/** It bridges the two findings of a tenant. */
const bridgeOf = (tenantId: string): Fact => operation('bridge', NOW - 30 * HOUR_MS, { tenantId });
const erasedOf = (tenantId: string): Fact[] => [
  signIn('e', NOW - HOUR_MS, { tenantId, upn: 'eve@partner.com', objectId: ERASED }),
  operation('e', NOW - HOUR_MS, { tenantId, actorUpn: '', actorObjectId: ERASED }),
];
const FACTS = TENANTS.flatMap((tenantId) => [...factsOf(tenantId), bridgeOf(tenantId)]);

/** Findings that met, with triage, history and a suppression, in each tenant; and in each someone who is erased. */
async function fill(state: State): Promise<void> {
  await applyFacts(
    state,
    TENANTS.flatMap((tenantId) => [...factsOf(tenantId), ...erasedOf(tenantId)]),
  );
  for (const { id } of await listed(state)) await patch(state, id, { comment: 'seen', status: 'inProgress' });
  await applyFacts(state, TENANTS.map(bridgeOf), 1);
  for (const [i, tenantId] of TENANTS.entries()) {
    const shard = state.shardOf(tenantId);
    const matcher = { actorUpn: null, actorObjectId: GUEST_ID, operations: null, ipRange: null };
    const of = { id: String(i).repeat(32), tenantId, matcher, owner: 'soc', reason: 'rollout', createdBy: 'soc' };
    await makeSuppression(shard, { ...of, expiresAt: NOW + HOUR_MS, createdAt: NOW }, NOW);
    await state.redecide(tenantId);
    const place = { shard, letters: state.letters, keys: state.keys, rule: BUILT_IN_RULE, now: Date.now };
    const erasure = await eraseActor(place, { tenantId, actor: ERASED }, { isDry: false });
    assert.ok(erasure.kind === 'erased' && erasure.counts.findings.length === 1);
  }
}

/** What people see of the findings, and of one that was taken over. */
async function seen(state: State, superseded: string): Promise<unknown> {
  const findings = (await listed(state)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const histories = await Promise.all(findings.map(({ id }) => historyOf(state, id)));
  const found = await findingQueries(state).get(ANN, superseded);
  return { findings, histories, superseded: found };
}

const supersededIn = async (state: State): Promise<string> =>
  (await feedOf(state)).find(({ body }) => body.supersededBy !== null)!.id;

async function assertWhole(options: StateOptions, before: unknown, superseded: string): Promise<void> {
  await withState(options, async (state) => {
    assert.deepEqual(await seen(state, superseded), before);
    const told = (await feedOf(state)).length;
    // As the hubs give it again, with what is erased and stays so.
    await applyFacts(state, [...FACTS, ...TENANTS.flatMap(erasedOf)], 9);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(FACTS)));
    assert.deepEqual(await seen(state, superseded), before);
    assert.equal((await feedOf(state)).length, told);
    for (const tenantId of TENANTS) await state.redecide(tenantId);
    assert.deepEqual(await seen(state, superseded), before);
  });
}

test('more shards, and fewer again: findings, triage, history, suppressions and who is erased are where they are looked for', () =>
  throughShards(stateOptions(redis.url)));

test('so they are where each shard lies on a node of its own', { timeout: 120_000 }, async () => {
  const cluster = await startRedisCluster({ appendOnly: false });
  try {
    await throughShards({ ...stateOptions(cluster.nodes[0]!.url), cluster: true });
  } finally {
    await cluster.stop();
  }
});

async function throughShards(options: StateOptions): Promise<void> {
  const [before, superseded, client] = await withFilled(options);
  const moved = TENANTS.filter((tenantId) => shardOf(tenantId, 3) !== 0);
  assert.ok(moved.length > 0 && moved.length < TENANTS.length);
  // Of each tenant one that stands, and one that it took over.
  const expected = { kind: 'resharded', from: 1, findings: 2 * moved.length, tenants: moved };
  assert.deepEqual(await reshard(client, 3), expected);
  await assertWhole({ ...options, shards: 3 }, before, superseded);
  assert.equal((await reshard(client, 2)).kind, 'resharded');
  await assertWhole({ ...options, shards: 2 }, before, superseded);
  assert.equal((await reshard(client, 1)).kind, 'resharded');
  assert.deepEqual(await reshard(client, 1), { kind: 'same' });
  await withState(options, async (state) => {
    assert.deepEqual(
      (await keysOf(state)).filter((key) => /^[12] /.test(key)),
      [],
    );
  });
  await assertWhole(options, before, superseded);
  client.close();
}

type At = Parameters<typeof reshard>[0] & { close(): void };

async function withFilled(options: StateOptions): Promise<[unknown, string, At]> {
  const state = await openState(options);
  await fill(state);
  await settle([state]);
  const superseded = await supersededIn(state);
  const before = await seen(state, superseded);
  const { client, keys } = state;
  return [before, superseded, { client, keys, close: () => void state.close() }];
}

test('one that is cut short lets nobody begin until it is ended', async () => {
  const options = stateOptions(redis.url);
  const [before, superseded, at] = await withFilled(options);
  let left = 12;
  const cut = new Proxy(at.client, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'callBuffer') return typeof value === 'function' ? value.bind(target) : value;
      return (...args: [string, ...(string | number | Buffer)[]]) =>
        left-- > 0 ? target.callBuffer(...args) : Promise.reject(new Error('Connection is closed.'));
    },
  }) as Client;
  await assert.rejects(reshard({ ...at, client: cut }, 3), /closed/);
  for (const shards of [1, 3])
    await assert.rejects(openState({ ...options, shards }), (error) => {
      assert.ok(error instanceof StateRefused);
      assert.match(error.message, /from 1 shards to 3.*guestwatch reshard --shards 3/);
      return true;
    });
  await assert.rejects(reshard(at, 2), /end it first, with reshard --shards 3/);
  assert.equal((await reshard(at, 3)).kind, 'resharded');
  await assertWhole({ ...options, shards: 3 }, before, superseded);
  at.close();
});

test('who had the state open meanwhile writes nothing more', async () => {
  const errors: unknown[] = [];
  const events = stateEvents({ onError: (error) => errors.push(error) });
  const options = stateOptions(redis.url, { events });
  await withState(options, async (state) => {
    await applyFacts(state, FACTS);
    await reshard(state, 3);
    const keys = await keysOf(state);
    const late = [operation('late', NOW), signIn('late', NOW - MINUTE_MS)];
    await assert.rejects(applyFacts(state, late, 5));
    await assert.rejects(state.maintain(), /guestwatch reshard --shards 1/);
    assert.deepEqual(await keysOf(state), keys);
  });
});

test('where there is no state there is nothing to change', () =>
  withState(stateOptions(redis.url), async ({ client, keys }) => {
    const none = { ...keys, service: `${keys.service}none` };
    await assert.rejects(reshard({ client, keys: none }, 3), /set STATE_SHARDS before/);
  }));
