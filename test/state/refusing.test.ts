/** Redis that refuses what is folded, as a replica does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateUnavailable } from '../../src/state/redis/errors.ts';
import { eventually } from '../e2e/waiting.ts';
import { contentsIn, contentsOfAll, foldOf, redisOfFile, stateEvents, stateOptions, withState } from './redis.ts';
import { batchOf, operation, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const ACTORS = 100;

test('where Redis refuses, folds that wait are not tried one after the other, and all are made once it takes them', async () => {
  const facts = Array.from({ length: ACTORS }, (_, i) => `ann${i}@partner.example`).flatMap((upn, i) => [
    signIn(`s${i}`, NOW, { upn, objectId: null }),
    operation(`o${i}`, NOW, { actorUpn: upn, actorObjectId: null }),
  ]);
  let tried = 0;
  let refuse: () => Promise<unknown> = async () => null;
  const told: unknown[] = [];
  const options = stateOptions(redis.url, {
    events: stateEvents({ onError: (error) => told.push(error) }),
    hooks: {
      beforeStore: async () => {
        tried += 1;
        if (tried === 1) await refuse();
      },
    },
  });
  await withState(options, async (state) => {
    // Nobody is there to follow: it keeps what it has, and takes nothing.
    refuse = () => state.client.call('REPLICAOF', '127.0.0.1', '1');
    assert.deepEqual(await state.apply(batchOf(facts)), { kind: 'applied' });
    await state.folder.idle();
    assert.ok(told.length > 0, 'it is told');
    assert.ok(tried < ACTORS / 2, `${tried} of ${ACTORS} were tried`);
    await state.client.call('REPLICAOF', 'NO', 'ONE');
    await eventually(async () => (await state.folder.owed()).actors === 0, 'all are folded');
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(facts)));
  });
});

test('once Redis takes facts again, folds wait no longer for that, however often they were refused', {
  timeout: 20_000,
}, async (t) => {
  let [refused, isRefusing] = [0, true];
  const options = stateOptions(redis.url, {
    events: stateEvents({ onError: () => (refused += 1) }),
    hooks: {
      beforeStore: async () => {
        if (isRefusing) throw new StateUnavailable('It takes nothing.');
      },
    },
  });
  const factsOf = (n: number) => {
    const upn = `guest${n}@partner.example`;
    return [
      signIn(`s${n}`, NOW, { upn, objectId: null }),
      operation(`o${n}`, NOW, { actorUpn: upn, actorObjectId: null }),
    ];
  };
  await withState(options, async (state) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    assert.deepEqual(await state.apply(batchOf(factsOf(1), 1)), { kind: 'applied' });
    for (const [i, ms] of [500, 1_000, 2_000].entries()) {
      await until(() => refused === i + 1);
      t.mock.timers.tick(ms);
    }
    await until(() => refused === 4);
    isRefusing = false;
    assert.deepEqual(await state.apply(batchOf(factsOf(2), 2)), { kind: 'applied' });
    // Without the facts that were taken, it would be four seconds.
    t.mock.timers.tick(500);
    await until(async () => (await state.folder.owed()).actors === 0);
    t.mock.timers.reset();
  });
});

/** Looks between turns of the loop, as timers stand still. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}
