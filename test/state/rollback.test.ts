/** What was read before state was lost is not written over what came after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedis } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { NO_MARK } from '../../src/state/deadLetters.ts';
import { applyFacts } from '../../src/state/facts/apply.ts';
import { foldOnce } from '../../src/state/folding/folding.ts';
import type { State } from '../../src/state/state.ts';
import { before } from './interpose.ts';
import {
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  foldOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
} from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const OTHER = { hub: 'logs', hubCreatedAt: 1, partition: '1' };
const ACTOR = actorKey(actorOf(operation('any', NOW)));

interface Course {
  /** What is there before and after the fall. */
  readonly kept: readonly Fact[];
  /** What was folded by the time of the fall, which takes it away. */
  readonly folded?: readonly Fact[];
  /** What the fold has read, and the fall takes away. */
  readonly lost: readonly Fact[];
  /** What comes after the fall, from another partition, before the fold stores. */
  readonly others: readonly Fact[];
  /** Whether the others are folded at once, too. */
  readonly isFolded?: boolean;
  /** Whether what the fold has read is refused, and all is read again. */
  readonly isRefused: boolean;
}

/** A fold that reads before state is lost, and stores after others have written. At the end the lost facts come again. */
async function foldAcrossLoss(
  state: State,
  { kept, folded = [], lost, others, isFolded = false, isRefused }: Course,
): Promise<void> {
  const put = (facts: readonly Fact[], place = OTHER) => state.apply(batchOf(facts, 0, place));
  const fold = () => settle([state]);
  const shard = state.shards[0]!;
  await put(kept);
  await fold();
  const fallBack = await snapshotOf(state);
  await put(folded);
  await fold();
  // Nothing is folded but by hand.
  state.folder.wake = () => {};
  await put(lost);
  const between = async (): Promise<void> => {
    await fallBack();
    await put(others);
    if (isFolded) await foldOnce(shard, ACTOR, context(state));
  };
  await foldOnce(before('store', shard, between), ACTOR, context(state));
  Reflect.deleteProperty(state.folder, 'wake');
  await fold();
  const all = [...kept, ...folded, ...lost, ...others];
  // What was read before the fall is true all the same; it is refused only where it would undo what came since.
  assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(isRefused ? [...kept, ...others] : all)));
  await put([...folded, ...lost]);
  await fold();
  assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(all)));
  await assertWholeFeed(state);
}

const context = ({ options }: State) => ({
  rule: options.rule,
  quietDelayMs: options.quietDelayMs,
  now: options.now,
});

const first = [signIn('s', NOW), operation('a', NOW)];

test('facts that came after a loss are owed a fold, however many there were before it', () =>
  withState(stateOptions(redis.url), (state) =>
    foldAcrossLoss(state, {
      kept: first,
      lost: [operation('b', NOW + 1)],
      others: [operation('c', NOW + 2)],
      isRefused: false,
    }),
  ));

test('sign-ins that wait in the place of lost ones are not taken off unseen', () =>
  withState(stateOptions(redis.url), (state) =>
    foldAcrossLoss(state, {
      kept: [operation('early', NOW - 30 * HOUR_MS), operation('late', NOW)],
      lost: [signIn('s1', NOW + MINUTE_MS), signIn('s2', NOW + 2 * MINUTE_MS)],
      others: [signIn('s3', NOW - 30 * HOUR_MS)],
      isRefused: true,
    }),
  ));

test('what was folded before a loss is not stored over what was folded after it', () =>
  withState(stateOptions(redis.url), (state) =>
    // Before the fall and after it there is one fold, and one revision, more than what is left.
    foldAcrossLoss(state, {
      kept: first,
      folded: [operation('b', NOW + 1)],
      lost: [operation('c', NOW + 2)],
      others: [operation('d', NOW + 3)],
      isFolded: true,
      isRefused: true,
    }),
  ));

/** A state on a server of its own, which can be started anew with other data: what a failover to a replica that lags behind is to a client. */
async function withFailover(
  run: (state: State, failOver: (back: () => Promise<void>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const server = await startRedis({ settings: { appendfsync: 'always' } });
  try {
    await withState(stateOptions(server.url, { events: stateEvents({ onError: () => {} }) }), (state) =>
      run(state, async (back) => {
        await back();
        await server.restart();
      }),
    );
  } finally {
    await server.stop();
  }
}

test('what a fold has read of one server is not stored on the next, though both have the same versions', () =>
  withFailover(async (state, failOver) => {
    state.folder.wake = () => {};
    const fallBack = await snapshotOf(state);
    const done = operation('a', NOW);
    await state.apply(batchOf([done], 0, OTHER));
    // The next server has neither; by the time of the store both are there again, the operation as unfolded as it was before.
    const between = () =>
      failOver(fallBack).then(async () => {
        await applyFacts(state.shards[0]!, [signIn('s', NOW)], NO_MARK, NOW);
        await applyFacts(state.shards[0]!, [done], NO_MARK, NOW);
      });
    await foldOnce(before('store', state.shards[0]!, between), ACTOR, context(state));
    Reflect.deleteProperty(state.folder, 'wake');
    await settle([state]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(first)));
  }));

test('what one server knew already is not passed over on the next', () =>
  withFailover(async (state, failOver) => {
    const fallBack = await snapshotOf(state);
    await applyFacts(state.shards[0]!, first, NO_MARK, NOW);
    const shard = before('apply', state.shards[0]!, () => failOver(fallBack));
    await applyFacts(shard, first, NO_MARK, NOW);
    await settle([state]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(first)));
  }));

test('what was read before a loss was noticed is not stored under the generation that followed', () =>
  withState(stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) }), async (state) => {
    state.folder.wake = () => {};
    const done = operation('a', NOW);
    await state.apply(batchOf([done], 0, OTHER));
    const shard = state.shards[0]!;
    const between = async (): Promise<void> => {
      await state.client.unlink(...(await state.client.keys(`${shard.key}*`)));
      await state.maintain();
      await applyFacts(shard, [signIn('s', NOW)], NO_MARK, NOW);
      await applyFacts(shard, [done], NO_MARK, NOW);
    };
    const beforeStore = once(between);
    const outcome = await foldOnce(shard, ACTOR, { ...context(state), beforeStore });
    assert.equal(outcome.kind, 'lost');
    Reflect.deleteProperty(state.folder, 'wake');
    await settle([state]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(first)));
  }));

function once(act: () => Promise<void>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await act();
  };
}
