/** However busy a guest or an actor is: counts are exact, evidence is what a fold over everything lists, and no call is long. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import type { State } from '../../src/state/state.ts';
import { diceOf } from '../oracle/dice.ts';
import { listen, type Talk } from './interpose.ts';
import {
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  settle,
  stateOptions,
  withState,
} from './redis.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, signIn } from './samples.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis({ appendOnly: false });
});
after(() => redis.stop());

const NOW = Date.now();
const CALL_BYTES_MAX = 1_000_000;

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

async function inBatches(state: State, facts: readonly Fact[], size: number): Promise<void> {
  for (let i = 0; i < facts.length; i += size) await state.apply(batchOf(facts.slice(i, i + size), i));
  await settle([state]);
}

function assertShort(talk: Talk): void {
  assert.ok(talk.argumentsMax <= CALL_BYTES_MAX, `${talk.argumentsMax} bytes of arguments`);
  assert.ok(talk.replyMax <= CALL_BYTES_MAX, `${talk.replyMax} bytes of reply`);
}

async function assertFold(facts: readonly Fact[], batch: number, seed: number): Promise<void> {
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await inBatches(state, diceOf(seed).shuffled(facts), batch);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(facts)));
    await assertWholeFeed(state);
    const told = (await feedOf(state)).length;
    await inBatches(state, facts, 500);
    assert.equal((await feedOf(state)).length, told, 'facts that come again publish nothing');
    assertShort(talk);
  });
}

test('1,300 operations of one finding: the 500 oldest and the 500 newest are listed, all are counted', () =>
  assertFold([signIn('s', NOW), ...many(1_300, (i) => operation(`o${i}`, NOW + i * 1_000))], 300, 1));

test('1,300 operations without a sign-in, then the sign-in: all of them match, in as many folds as it takes', async () => {
  const operations = many(1_300, (i) => operation(`o${i}`, NOW + i * 1_000));
  const late = [signIn('s', NOW), signIn('t', NOW + HOUR_MS, { upn: operations[0]!.actorUpn })];
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await inBatches(state, operations, 400);
    assert.deepEqual(await contentsIn(state), []);
    await inBatches(state, late, 1);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...operations, ...late])));
    await assertWholeFeed(state);
    assertShort(talk);
  });
});

test('two findings of 900 operations each that an operation bridges become one', async () => {
  const shared = ['x', 'y', 'z'];
  const first = many(900, (i) => operation(`o${i}`, NOW + i * 1_000, { correlationId: shared[i] ?? `c${i}` }));
  const second = many(900, (i) =>
    operation(i < 2 ? `o${i}` : `p${i}`, NOW + 40 * HOUR_MS + i * 1_000, {
      correlationId: shared[i] ?? `d${i}`,
      targets: [`target ${i}`],
      source: { sha256: `${i}`.padStart(64, 'a') },
    }),
  );
  const signIns = [signIn('s', NOW), signIn('t', NOW + 40 * HOUR_MS)];
  const bridge = operation('bridge', NOW + 20 * HOUR_MS);
  const facts = [...signIns, ...first, ...second, bridge];
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await inBatches(state, [...signIns, ...first, ...second], 400);
    assert.equal((await contentsIn(state)).length, 2);
    await applyFacts(state, [bridge]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(facts)));
    const told = await feedOf(state);
    assert.deepEqual(
      told.slice(-2).map(({ reason }) => reason),
      ['merge', 'merge'],
    );
    assert.equal(told.at(-2)!.body.supersededBy, told.at(-1)!.id);
    await assertWholeFeed(state);
    assertShort(talk);
  });
});

test('3,000 sign-ins of one guest, in minutes that are thinned and out of order', () => {
  // Ten in each minute, so that two of them give way; of two identities, and some at the edges of the window.
  const signIns = many(3_000, (i) =>
    signIn(`s${i}`, NOW + Math.floor(i / 10) * 10 * MINUTE_MS + (i % 10) * 1_000, {
      ...(i % 3 === 0 && { upn: 'ann_partner.com#ext#@contoso.onmicrosoft.com' }),
      ip: `203.0.113.${i % 200}`,
    }),
  );
  const operations = many(12, (i) => operation(`o${i}`, NOW + i * 5 * HOUR_MS + 17));
  return assertFold([...signIns, ...operations], 100, 2);
});

test('operations as large as events allow are applied in steps that are short', async () => {
  const long = (i: number) => many(60, (j) => `${i} ${j} ${'x'.repeat(80)}`);
  const operations = many(300, (i) => operation(`o${i}`, NOW + i, { targets: long(i), targetNames: long(i) }));
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await state.folder.stop();
    assert.deepEqual(await state.apply(batchOf(operations, 7)), { kind: 'applied' });
    assertShort(talk);
    const { client, key } = state.shards[0]!;
    assert.deepEqual(await client.hvals(`${key}marks`), ['7']);
    const actors = await client.zrange(`${key}fold`, '0', '-1');
    assert.equal(await client.hlen(`${key}ao:${actors[0]}`), 300);
  });
});

test('an actor with 400 addresses, each with a finding, and a sign-in that all of them show', async () => {
  const operations = many(400, (i) => operation(`o${i}`, NOW + i, { actorIp: `10.0.${i >> 8}.${i & 255}` }));
  const signIns = [signIn('s', NOW), signIn('t', NOW + HOUR_MS)];
  await withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, [signIns[0]!, ...operations]);
    await applyFacts(state, [signIns[1]!]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...signIns, ...operations])));
    await assertWholeFeed(state);
  });
});
