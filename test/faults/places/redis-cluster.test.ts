/** The faults of a Redis Cluster. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diceOf } from '../../oracle/dice.ts';
import { openRedisPlace } from './redis.ts';
import { find, testFaults } from './redisCases.ts';
import { openWriter } from './redisWriter.ts';

/** As the scripts of the service do, it declares a key that there is not, and writes others of its slot. */
const COUNT = `
for i = 1, 200 do redis.call('hset', KEYS[1] .. 'h' .. i, 'field', 'value') end
return redis.call('incr', KEYS[1] .. 'count')`;

testFaults('cluster');

describe('a slot that moves at once', { timeout: 60_000 }, () => {
  test('takes nothing from scripts that write to it meanwhile', async () => {
    const place = await openRedisPlace('cluster');
    const { client, close } = openWriter(place);
    try {
      let [isOver, count] = [false, 0];
      const counting = (async () => {
        while (!isOver) {
          assert.equal(await client.eval(COUNT, 1, '{tag}'), ++count);
        }
      })();
      for (const seed of [1, 2, 3, 4]) {
        while (count < seed * 10) await new Promise((resolve) => setImmediate(resolve));
        await (await find(place, 'redis.slot-moved').begin(diceOf(seed)))();
      }
      isOver = true;
      await counting;
      assert.equal(await place.look().get('{tag}count'), String(count));
    } finally {
      close();
      await place.stop();
    }
  });
});
