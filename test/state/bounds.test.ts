/** However busy a guest or an actor is: counts are exact, evidence is what a fold over everything lists, and no call is long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/detection/digest.ts';
import type { Fact } from '../../src/detection/fact.ts';
import type { State } from '../../src/state/state.ts';
import { diceOf } from '../oracle/dice.ts';
import { listen, type Talk } from './interpose.ts';
import {
  allFindings,
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  redisOfFile,
  settle,
  sourcesOf,
  stateOptions,
  withState,
} from './redis.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();

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

test('two findings of 1,100 operations each that an operation bridges become one, and what they share counts once', async () => {
  // What is shared lies in the middle of both, where nothing is listed. The ids are long, so that telling it all would be a long call.
  const long = 'x'.repeat(600);
  const shared = (i: number): boolean => i >= 540 && i < 560;
  const side = (name: string, from: number) =>
    many(1_100, (i) =>
      operation(shared(i) && i < 545 ? `shared ${i}` : `${name} ${i}`, from + i * 1_000, {
        correlationId: `${shared(i) ? 'shared' : name} ${i} ${long}`,
        targets: [`target ${i % 7}`],
        source: { sha256: sha256(`${name} ${i}`) },
      }),
    );
  const signIns = [signIn('s', NOW), signIn('t', NOW + 40 * HOUR_MS)];
  const sides = [...side('old', NOW), ...side('young', NOW + 40 * HOUR_MS)];
  const bridge = operation('bridge', NOW + 20 * HOUR_MS);
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await inBatches(state, [...signIns, ...sides], 400);
    assert.equal((await contentsIn(state)).length, 2);
    await applyFacts(state, [bridge]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...signIns, ...sides, bridge])));
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

for (const [who, others] of [
  ['a guest', 0],
  ['a busy guest', 100],
] as const) {
  test(`a sign-in of ${who} that gives way in a minute at the edge of the window is no evidence any more`, async () => {
    const minute = Math.floor(NOW / MINUTE_MS) * MINUTE_MS;
    const signIns = many(10, (i) => signIn(`s${i}`, minute + i * 1_000));
    // The window ends in the middle of the minute: the newest sign-in within it gives way to those beyond it.
    const facts = [operation('o', minute - 24 * HOUR_MS + 4_500), ...signIns];
    const earlier = many(others, (i) => signIn(`e${i}`, minute - (i + 9) * 10 * MINUTE_MS));
    await withState(stateOptions(redis.url), async (state) => {
      await applyFacts(state, earlier);
      for (const fact of facts) await applyFacts(state, [fact]);
      assert.deepEqual(sourcesOf(await allFindings(state)), sourcesOf(foldOf([...earlier, ...facts])));
    });
  });
}

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

test('an actor with 800 addresses, each with a finding, and a sign-in that all of them show', async () => {
  const operations = many(800, (i) => operation(`o${i}`, NOW + i, { actorIp: `10.0.${i >> 8}.${i & 255}` }));
  const signIns = [signIn('s', NOW), signIn('t', NOW + HOUR_MS)];
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await applyFacts(state, [signIns[0]!, ...operations]);
    await applyFacts(state, [signIns[1]!]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...signIns, ...operations])));
    await assertWholeFeed(state);
    assertShort(talk);
  });
});
