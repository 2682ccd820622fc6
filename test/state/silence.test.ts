/** "Nothing happened" is said only where every partition was lately read to its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageQueries } from '../../src/state/queries/coverage.ts';
import { redisOfFile, stateOptions, withState } from './redis.ts';
import { HOUR_MS, MINUTE_MS, PLACE } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();

test('silence is good news only where all was lately read to its end, and nothing stands in the way', async () => {
  const clock = { now: NOW };
  await withState(stateOptions(redis.url, { now: () => clock.now }), async (state) => {
    let stalled: string | null = null;
    const silence = async (): Promise<string> => (await coverageQueries(state, () => stalled).now()).silence;
    const read = (lagEvents: number): Promise<unknown> => {
      const position = { sequenceNumber: 7, offset: '7', enqueuedAt: NOW, hubCreatedAt: 1 };
      return state.positions.advance(PLACE, { position, readToEndAt: clock.now, lagEvents });
    };
    assert.equal(await silence(), 'nothing_arrived', 'no partition is known');
    const beginning = { cause: 'first', after: null, previous: null, checkpoint: null, detail: 'first' } as const;
    await state.positions.begin(PLACE, { ...beginning, since: NOW - HOUR_MS });
    assert.equal(await silence(), 'nothing_arrived', 'nothing was read yet');
    await read(0);
    assert.equal(await silence(), 'nothing_happened');
    stalled = 'redis_out_of_memory';
    assert.equal(await silence(), 'nothing_arrived', 'it stands still');
    stalled = null;
    clock.now += 2 * MINUTE_MS;
    assert.equal(await silence(), 'nothing_arrived', 'nobody has looked for two minutes');
    await read(3);
    assert.equal(await silence(), 'nothing_arrived', 'there is more to read');
    await read(0);
    assert.equal(await silence(), 'nothing_happened');
  });
});

test('who reads, and how many partitions: those of another or of nobody do not count', async () => {
  const clock = { now: NOW };
  await withState(stateOptions(redis.url, { now: () => clock.now }), async (state) => {
    const read = (partition: string): Promise<unknown> => {
      const position = { sequenceNumber: 7, offset: '7', enqueuedAt: NOW, hubCreatedAt: 1 };
      return state.positions.advance({ ...PLACE, partition }, { position, readToEndAt: clock.now, lagEvents: 0 });
    };
    const readers = async () => (await coverageQueries(state, () => null).now()).readers;
    await read('0');
    await read('1');
    const of = (partitions: number) => [{ name: 'test', partitions, seenAt: new Date(clock.now).toISOString() }];
    assert.deepEqual(await readers(), of(2));
    clock.now += 2 * MINUTE_MS;
    await read('1');
    assert.deepEqual(await readers(), of(1), 'nobody has looked at the other for two minutes');
    clock.now += 2 * MINUTE_MS;
    assert.deepEqual(await readers(), []);
  });
});
