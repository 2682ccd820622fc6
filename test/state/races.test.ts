/** What happens to two who do the same at once, or when something comes between two steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { slotOfMs } from '../../src/state/facts/due.ts';
import { expireFacts } from '../../src/state/facts/expiry.ts';
import { readFinding } from '../../src/state/folding/findingStore.ts';
import { foldOnce } from '../../src/state/folding/folding.ts';
import type { State } from '../../src/state/state.ts';
import { dropFindings, publishQuiet } from '../../src/state/sweep.ts';
import { before } from './interpose.ts';
import {
  allFindings,
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  keysOf,
  redisOfFile,
  settle,
  sourcesOf,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const { rule } = stateOptions('');

async function onlyFinding(state: State) {
  const found = await allFindings(state);
  assert.equal(found.length, 1);
  return found[0]!;
}

test('a lesser source that comes while its operation is being folded is kept', async () => {
  const [late, early] = [5, 3].map((sequenceNumber) => operation('a', NOW, { source: { sequenceNumber } }));
  const options = stateOptions(redis.url);
  let other: State | undefined;
  const beforeStore = async (): Promise<void> => {
    const state = other;
    other = undefined;
    if (state) await state.apply(batchOf([early!]));
  };
  await withState(options, async (second) => {
    await withState({ ...options, hooks: { beforeStore } }, async (state) => {
      await second.folder.stop();
      other = second;
      await applyFacts(state, [signIn('s', NOW), late!]);
      assert.deepEqual(sourcesOf(await allFindings(state)), sourcesOf(foldOf([signIn('s', NOW), early!])));
      assert.deepEqual(
        (await feedOf(state)).map(({ reason }) => reason),
        ['new'],
      );
    });
  });
});

for (const [what, greater, lesser] of [
  ['the partition', { partition: '10' }, { partition: '9' }],
  ['the index in the event', { recordIndex: 2 }, { recordIndex: 1 }],
  ['the enqueued time', { enqueuedAt: NOW }, { enqueuedAt: NOW - 1 }],
] as const) {
  test(`a source that is lesser by ${what} alone replaces that of a sign-in and of an operation, and makes no revision`, async () => {
    await withState(stateOptions(redis.url), async (state) => {
      await applyFacts(state, [signIn('s', NOW, { source: greater }), operation('a', NOW, { source: greater })]);
      const least = [signIn('s', NOW, { source: lesser }), operation('a', NOW, { source: lesser })];
      await applyFacts(state, least);
      assert.deepEqual(sourcesOf(await allFindings(state)), sourcesOf(foldOf(least)));
      assert.equal((await feedOf(state)).length, 1);
      await applyFacts(state, [signIn('s', NOW, { source: greater }), operation('a', NOW, { source: greater })]);
      assert.deepEqual(sourcesOf(await allFindings(state)), sourcesOf(foldOf(least)));
    });
  });
}

test('an operation that is enqueued in time after all is no longer late', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const id = async () => (await onlyFinding(state)).id;
    const isLate = async () =>
      JSON.parse((await state.client.hget(`${state.shards[0]!.key}f:${await id()}`, 'body'))!).late;
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW, { source: { enqueuedAt: NOW + HOUR_MS } })]);
    assert.equal(await isLate(), true);
    await applyFacts(state, [operation('a', NOW, { source: { enqueuedAt: NOW } })]);
    assert.equal(await isLate(), false);
    assert.equal((await feedOf(state)).length, 1);
  });
});

test('an actor that is never quiet is owed a fold since the last one only, and so not left behind', async () => {
  let now = NOW;
  const options = stateOptions(redis.url, { now: () => now });
  await withState(options, async (other) => {
    await other.folder.stop();
    const { client, key } = other.shards[0]!;
    const waited: number[] = [];
    const beforeStore = async (): Promise<void> => {
      const [, since] = await client.zrangebyscore(`${key}fold`, '-inf', '+inf', 'WITHSCORES');
      waited.push(now - Number(since));
      if (waited.length < 5) await other.apply(batchOf([operation(`o${waited.length}`, NOW)]));
      now += MINUTE_MS;
    };
    await withState({ ...options, hooks: { beforeStore } }, (state) =>
      applyFacts(state, [signIn('s', NOW), operation('a', NOW)]),
    );
    assert.deepEqual(waited, [0, ...Array(4).fill(MINUTE_MS)]);
  });
});

test('a fold that read before another one stored reads again', async () => {
  await withStates(stateOptions(redis.url), 4, async (states) => {
    const facts = [signIn('s', NOW), ...Array.from({ length: 40 }, (_, i) => operation(`o${i}`, NOW + i * MINUTE_MS))];
    await Promise.all(facts.map((fact, i) => states[i % 4]!.apply(batchOf([fact]))));
    await settle(states);
    assert.deepEqual(await contentsIn(states[0]!), contentsOfAll(foldOf(facts)));
    await assertWholeFeed(states[0]!);
  });
});

test('an older fold does not overwrite a newer one that made no revision', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const facts = [signIn('s', NOW), operation('a', NOW, { source: { sequenceNumber: 5 } })];
    await applyFacts(state, facts);
    // Neither a lesser source nor a further sign-in is a revision: only the fold versions tell these two apart.
    const { wake } = state.folder;
    state.folder.wake = () => {};
    const lesser = operation('a', NOW, { source: { sequenceNumber: 3 } });
    await state.apply(batchOf([lesser]));
    const shard = state.shards[0]!;
    const actor = actorKey(actorOf(lesser));
    const context = { rule, quietDelayMs: HOUR_MS, now: () => NOW };
    const newer = async (): Promise<void> => {
      await state.apply(batchOf([signIn('newest', NOW + 1)]));
      await foldOnce(shard, actor, context);
    };
    await foldOnce(before('store', shard, newer), actor, context);
    state.folder.wake = wake;
    await settle([state]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...facts, signIn('newest', NOW + 1)])));
    assert.deepEqual((await feedOf(state)).length, 1);
  });
});

test('what a process left behind after its facts were safe, another one folds', async () => {
  await withStates(stateOptions(redis.url), 2, async ([gone, next]) => {
    await gone!.folder.stop();
    await gone!.apply(batchOf([signIn('s', NOW), operation('a', NOW)]));
    assert.deepEqual(await allFindings(next!), []);
    await settle([next!]);
    assert.equal((await allFindings(next!)).length, 1);
  });
});

test('a sign-in that comes while quiet ones are being published is neither lost nor told too early', async () => {
  await withState(stateOptions(redis.url, { now: () => NOW }), async (state) => {
    await applyFacts(state, [signIn('first', NOW), operation('a', NOW)]);
    await applyFacts(state, [signIn('second', NOW + 1)]);
    const { id } = await onlyFinding(state);
    const due = NOW + HOUR_MS;
    const between = () => applyFacts(state, [signIn('third', NOW + 2)]);
    assert.equal((await publishQuiet(before('revise', state.shards[0]!, between), rule, due)).length, 1);
    const told = await feedOf(state);
    assert.deepEqual(
      told.map(({ reason }) => reason),
      ['new', 'sign_in'],
    );
    const stored = await readFinding(state.client, state.shards[0]!.key, id);
    assert.equal(told[1]!.body.lastSignIn, contentsOf(stored!.finding));
    assert.equal(told[1]!.revision, stored!.revision);
    await assertWholeFeed(state);
    assert.deepEqual(await publishQuiet(state.shards[0]!, rule, due), []);
  });
});

const contentsOf = (finding: Parameters<typeof contentsOfAll>[0][number]): string =>
  (contentsOfAll([finding])[0] as { lastSignIn: string }).lastSignIn;

test('a finding that is revised while it is about to be dropped stays', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    now += MINUTE_MS;
    const revise = () => applyFacts(state, [operation('b', NOW + 1)]);
    assert.equal(await dropFindings(before('drop', state.shards[0]!, revise), NOW + 1), 0);
    assert.deepEqual(
      await contentsIn(state),
      contentsOfAll(foldOf([signIn('s', NOW), operation('a', NOW), operation('b', NOW + 1)])),
    );
    assert.equal(await dropFindings(state.shards[0]!, now + 1), 1);
    assert.deepEqual(await allFindings(state), []);
  });
});

test('who sweeps takes off no entry that came after it looked', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const shard = state.shards[0]!;
    const at = NOW - 60 * HOUR_MS;
    const slot = slotOfMs(at);
    // What it sees is of a guest that went with another entry, so that there is nothing to write.
    await state.client.rpush(`${shard.key}due:${slot}`, 'g and a token');
    await state.client.zadd(`${shard.key}due`, slot, slot);
    // Another sweep empties the slot, and a late fact falls into it again.
    const between = async (): Promise<void> => {
      await expireFacts(shard, NOW);
      await applyFacts(state, [signIn('late', at)]);
    };
    await expireFacts(before('expire', shard, between), NOW);
    await expireFacts(shard, NOW);
    assert.deepEqual(
      (await keysOf(state)).filter((key) => /^0 (g|go|due)/.test(key)),
      [],
    );
  });
});

test('a guest stays known by an object id that comes back while its last sign-in with it goes', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const shard = state.shards[0]!;
    const other = '33333333-3333-3333-3333-333333333333';
    // So many that they are kept by the hour; the object id is only in the oldest hour.
    const recent = Array.from({ length: 80 }, (_, i) => signIn(`r${i}`, NOW - i * 10 * MINUTE_MS));
    await applyFacts(state, [signIn('old', NOW - 50 * HOUR_MS, { objectId: other }), ...recent]);
    const back = signIn('back', NOW - 1, { objectId: other, upn: 'ann@partner.com' });
    await expireFacts(
      before('expire', shard, () => applyFacts(state, [back])),
      NOW,
    );
    await expireFacts(shard, NOW);
    const byId = operation('a', NOW, { actorUpn: '', actorObjectId: other });
    await applyFacts(state, [byId]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...recent, back, byId])));
  });
});
