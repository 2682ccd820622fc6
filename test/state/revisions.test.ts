/** A finding can change without a fold, as when quiet sign-ins are published or its time is past: a fold that read it before reads again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { foldOnce } from '../../src/state/folding/folding.ts';
import type { State } from '../../src/state/state.ts';
import { dropFindings, publishQuiet } from '../../src/state/sweep.ts';
import { before } from './interpose.ts';
import { applyFacts, assertWholeFeed, feedOf, redisOfFile, stateOptions, withState } from './redis.ts';
import { batchOf, HOUR_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const { rule } = stateOptions('');

/** Folds a further operation of the finding that stands; what is given happens between reading and storing. */
async function foldAround(state: State, between: () => Promise<unknown>): Promise<void> {
  const further = operation('b', NOW + 1);
  state.folder.wake = () => {};
  await state.apply(batchOf([further]));
  const context = { rule, quietDelayMs: HOUR_MS, now: () => NOW };
  await foldOnce(before('store', state.shards[0]!, between), actorKey(actorOf(further)), context);
}

test('a fold that read before quiet sign-ins were published tells the revision after theirs', async () => {
  await withState(stateOptions(redis.url, { now: () => NOW }), async (state) => {
    await applyFacts(state, [signIn('first', NOW), operation('a', NOW)]);
    await applyFacts(state, [signIn('second', NOW + 1)]);
    await foldAround(state, async () =>
      assert.equal((await publishQuiet(state.shards[0]!, rule, NOW + HOUR_MS)).length, 1),
    );
    const told = await feedOf(state);
    assert.deepEqual(
      told.map(({ reason, revision }) => [reason, revision]),
      [
        ['new', 1],
        ['sign_in', 2],
        ['operation', 3],
      ],
    );
    await assertWholeFeed(state);
  });
});

test('a fold that read before its finding went raises it anew, from its first revision on', async () => {
  await withState(stateOptions(redis.url, { now: () => NOW }), async (state) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    await foldAround(state, async () => assert.equal(await dropFindings(state.shards[0]!, NOW + HOUR_MS), 1));
    const told = await feedOf(state);
    assert.deepEqual(
      told.map(({ reason, revision }) => [reason, revision]),
      [
        ['new', 1],
        ['new', 1],
      ],
    );
  });
});

test('a fold that read before all was lost stores nothing', async () => {
  await withState(stateOptions(redis.url, { now: () => NOW }), async (state) => {
    state.folder.wake = () => {};
    const first = operation('a', NOW);
    await state.apply(batchOf([signIn('s', NOW), first]));
    const shard = state.shards[0]!;
    const lose = async () => void (await state.client.del(await state.client.keys(`${shard.key}*`)));
    const context = { rule, quietDelayMs: HOUR_MS, now: () => NOW };
    const { kind } = await foldOnce(before('store', shard, lose), actorKey(actorOf(first)), context);
    assert.equal(kind, 'lost');
    assert.deepEqual(await feedOf(state), []);
  });
});
