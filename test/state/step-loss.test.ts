/** A batch that takes several steps, on a shard that loses the last of them and keeps those before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFindings, redisOfFile, stateOptions, withState } from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { batchOf, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();

for (const kept of [1, 2]) {
  test(`where ${kept} of four steps are left and the one after them is lost, the next is refused`, async () => {
    let steps = 0;
    let goBack = async (): Promise<void> => {};
    const afterApply = async (): Promise<void> => {
      steps++;
      if (steps === kept) goBack = await snapshotOf(state!);
      if (steps === kept + 1) await goBack();
    };
    let state: Parameters<typeof snapshotOf>[0] | undefined;
    await withState(stateOptions(redis.url, { hooks: { afterApply } }), async (own) => {
      state = own;
      const beginning = { after: null, since: 0, previous: null, checkpoint: null, detail: 'begun' };
      await own.positions.begin(PLACE, { ...beginning, cause: 'first' });
      const facts = Array.from({ length: 1_500 }, (_, i) => (i % 2 ? signIn(`s${i}`, NOW) : operation(`o${i}`, NOW)));
      const batch = { ...batchOf(facts, 12), firstSequenceNumber: 10 };
      assert.equal((await own.apply(batch)).kind, 'lost_state');
      assert.equal(steps, kept + 1);
      assert.equal((await own.positions.load(PLACE)).kind, 'lost');
      await own.positions.begin(PLACE, { ...beginning, cause: 'lost' });
      assert.equal((await own.apply(batch)).kind, 'applied');
      await own.folder.idle();
      assert.equal(
        (await allFindings(own)).reduce((sum, { itemCount }) => sum + itemCount, 0),
        750,
      );
    });
  });
}
