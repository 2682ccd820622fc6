/** Redis that refuses what is folded, as a replica does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
