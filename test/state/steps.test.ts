/** A batch that takes several steps: a shard that loses one of them is not given the next as if nothing were missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf, markWithin } from '../../src/state/facts/steps.ts';
import { markField } from '../../src/state/partitions/positions.ts';
import type { State } from '../../src/state/state.ts';
import { allFindings, redisOfFile, stateOptions, withState } from './redis.ts';
import { batchOf, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();

/** All keys of the state as they are now; called later, they are so again, as with a replica that lacks what came in between. */
async function remember({ client, options }: State): Promise<() => Promise<void>> {
  const keys = async () => (await client.keysBuffer('*')).filter((key) => key.includes(options.prefix));
  const dumps = await Promise.all((await keys()).map(async (key) => [key, await client.dumpBuffer(key)] as const));
  return async () => {
    await client.del(...(await keys()));
    for (const [key, dump] of dumps) await client.restore(key, 0, dump!, 'REPLACE');
  };
}

for (const stepsBefore of [1, 2, 3]) {
  test(`a loss after ${stepsBefore} steps of four is noticed at the next`, async () => {
    let goBack = async (): Promise<void> => {};
    let steps = 0;
    const hooks = { afterApply: async () => void (++steps === stepsBefore && (await goBack())) };
    await withState(stateOptions(redis.url, { hooks }), async (state) => {
      const beginning = { after: null, since: 0, previous: null, checkpoint: null, detail: 'begun' };
      await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
      const facts = Array.from({ length: 1_500 }, (_, i) => (i % 2 ? signIn(`s${i}`, NOW) : operation(`o${i}`, NOW)));
      goBack = await remember(state);
      const batch = { ...batchOf(facts, 12), firstSequenceNumber: 10 };
      assert.equal((await state.apply(batch)).kind, 'lost_state');
      assert.equal(steps, stepsBefore);

      await state.positions.begin(PLACE, { ...beginning, cause: 'lost' });
      assert.equal((await state.apply(batch)).kind, 'applied');
      await state.folder.idle();
      const mark = await state.client.hget(`${state.shards[0]!.key}marks`, markField(PLACE));
      assert.equal(mark, '12');
      const counted = (await allFindings(state)).reduce((sum, { itemCount }) => sum + itemCount, 0);
      assert.equal(counted, 750);
    });
  });
}

test('a mark within a batch lies above the last and below the next event, and grows with every step', () => {
  let mark = markWithin(41);
  for (let step = 0; step < 10_000; step++) {
    const next = markWithin(mark);
    assert.ok(next > mark && next < 42);
    mark = next;
  }
  assert.equal(eventOf(mark), 41);
  assert.equal(eventOf(markWithin(-1)), -1);
});

test('what is read again beside the way is applied also where it takes several steps, and raises no mark', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const targets = Array.from({ length: 4_000 }, (_, i) => `target ${i} ${'x'.repeat(40)}`);
    const large = Array.from({ length: 8 }, (_, i) => operation(`large ${i}`, NOW, { targets }));
    await state.applyAgain({ place: PLACE, facts: [...large, signIn('s', NOW)], nonInteractive: [], deadLetters: [] });
    await state.folder.idle();
    assert.equal((await allFindings(state))[0]?.itemCount, 8);
    assert.deepEqual(await state.client.hgetall(`${state.shards[0]!.key}marks`), {});
  });
});
