/** What is kept of people, and until when: each by its own setting, and in the end nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveriesOf } from '../../src/state/deliveries.ts';
import type { State } from '../../src/state/state.ts';
import { fill, keysNaming, NOW } from './everywhere.ts';
import { redisOfFile, stateOptions, withState } from './redis.ts';
import { HOUR_MS } from './samples.ts';

const redis = redisOfFile();
const DAY_MS = 24 * HOUR_MS;

const kindsOf = (keys: readonly string[]): string[] =>
  [...new Set(keys.map((key) => key.slice(key.indexOf('}') + 1).replace(/:.*/, '')))].sort();

async function maintain(state: State): Promise<void> {
  for (let round = 0; round < 3; round++) await state.maintain();
}

test('facts go after STATE_RETENTION, the feed after FEED_RETENTION, all else after FINDING_RETENTION, and then nobody is named anywhere', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    await fill(state);
    const named = () => keysNaming(state, ['ann', 'bob', '22222222-2222', '33333333-3333']);
    const all = kindsOf(await named());
    for (const kind of ['a', 'ao', 'f', 'fe', 'fh', 'fs', 'g', 'feed', 'letters', 'd', 'sup'])
      assert.ok(all.includes(kind), kind);

    now = NOW + 49 * HOUR_MS;
    await maintain(state);
    const facts = ['g', 'ao', 'ap'];
    assert.deepEqual(
      kindsOf(await named()).filter((kind) => facts.includes(kind)),
      [],
    );

    now = NOW + 8 * DAY_MS;
    await maintain(state);
    // Revisions that the end of the suppression made are younger.
    now += 8 * DAY_MS;
    await maintain(state);
    const later = kindsOf(await named());
    assert.ok(!later.includes('feed'), String(later));
    for (const kind of ['f', 'letters', 'd']) assert.ok(later.includes(kind), kind);

    now += 91 * DAY_MS;
    await maintain(state);
    assert.deepEqual(await named(), []);
    const standing = await deliveriesOf(state).state('soc');
    assert.deepEqual([standing!.waiting, standing!.waitingBytes], [0, 0]);
    assert.ok(standing!.dropped > 0);
  });
});
