/** The faults of a Redis with a replica. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diceOf } from '../../oracle/dice.ts';
import { openRedisPlace } from './redis.ts';
import { find, testFaults } from './redisCases.ts';
import { openWriter, present } from './redisWriter.ts';

testFaults('replicated');

describe('a promoted replica', { timeout: 60_000 }, () => {
  test('lacks what its primary took last before it died', async () => {
    const place = await openRedisPlace('replicated');
    const writer = openWriter(place);
    try {
      await writer.writeAtLast('first');
      let hasBegun = false;
      const beginning = find(place, 'redis.failover.last-writes').begin(diceOf(1));
      void beginning.then(() => {
        hasBegun = true;
      });
      const last: string[] = [];
      for (let i = 0; !hasBegun; i++) if ((await writer.write([`last:${i}`])).length === 0) last.push(`last:${i}`);
      const end = await beginning;
      await writer.writeAtLast('afterwards');
      await end();
      assert.deepEqual(await present(place, ['first', 'afterwards']), ['first', 'afterwards']);
      const left = (await present(place, last)).length;
      assert.ok(left < last.length, `${left} of ${last.length} are left`);
    } finally {
      writer.close();
      await place.stop();
    }
  });
});
