/** What one process says of partitions that stand still is known to all who are asked, and believed no longer than it should be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { coverageQueries } from '../../src/state/queries/coverage.ts';
import type { State } from '../../src/state/state.ts';
import { redisOfFile, stateOptions, withStates } from './redis.ts';
import { HOUR_MS, MINUTE_MS, PLACE } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const TROUBLE = { hub: PLACE.hub, partition: PLACE.partition, detail: 'hub_unreachable: it is gone', since: NOW };
const FIRST = { cause: 'first', after: null, previous: null, checkpoint: null, detail: 'first' } as const;

/** Two that read and one that only answers, all by one clock, with a partition that the first has read to its end. */
const withReaders = (
  use: (scene: {
    readonly reader: State;
    readonly other: State;
    readonly clock: { now: number };
    read(by: State): Promise<unknown>;
    said(): Promise<{ stalled: string | null; silence: string }>;
  }) => Promise<void>,
): Promise<void> => {
  const clock = { now: NOW };
  return withStates(stateOptions(redis.url, { now: () => clock.now }), 3, async ([reader, other, asked]) => {
    const position = { sequenceNumber: 7, offset: '7', enqueuedAt: NOW, hubCreatedAt: 1 };
    const read = (by: State) => by.positions.advance(PLACE, { position, readToEndAt: clock.now, lagEvents: 0 });
    await reader!.positions.begin(PLACE, { ...FIRST, since: NOW - HOUR_MS });
    await read(reader!);
    const said = async () => {
      const { silence, hubs } = await coverageQueries(asked!, () => null).now();
      return { stalled: hubs[0]!.partitions[0]!.stalled, silence };
    };
    assert.deepEqual(await said(), { stalled: null, silence: 'nothing_happened' });
    await use({ reader: reader!, other: other!, clock, read, said });
  });
};

const STALLED = { stalled: TROUBLE.detail, silence: 'nothing_arrived' };
const WELL = { stalled: null, silence: 'nothing_happened' };

test('a partition that stands still in one process stands still in the coverage of another, until it goes on', () =>
  withReaders(async ({ reader, said }) => {
    await reader.tellTroubles([TROUBLE]);
    assert.deepEqual(await said(), STALLED);
    await reader.tellTroubles([{ ...TROUBLE, partition: 'another' }]);
    assert.deepEqual(await said(), WELL);
    await reader.tellTroubles([TROUBLE]);
    await reader.tellTroubles([]);
    assert.deepEqual(await said(), WELL);
  }));

test('what a dead process said is believed no longer than it would have said it again', () =>
  withReaders(async ({ reader, clock, said }) => {
    await reader.tellTroubles([TROUBLE]);
    clock.now += MINUTE_MS;
    assert.deepEqual(await said(), STALLED);
    await reader.tellTroubles([TROUBLE]);
    clock.now += MINUTE_MS;
    assert.equal((await said()).stalled, TROUBLE.detail, 'said again');
    clock.now += MINUTE_MS;
    assert.equal((await said()).stalled, null);
  }));

test('what a process said ends with the first that another reads on, and what it says after that counts', () =>
  withReaders(async ({ reader, other, clock, read, said }) => {
    await reader.tellTroubles([TROUBLE]);
    clock.now += 1_000;
    await read(other);
    assert.deepEqual(await said(), WELL);
    clock.now += MINUTE_MS;
    await read(other);
    await reader.tellTroubles([TROUBLE]);
    assert.deepEqual(await said(), WELL, 'it does not know yet that another has it');
    clock.now += 1_000;
    await other.tellTroubles([TROUBLE]);
    assert.deepEqual(await said(), STALLED);
    await other.tellTroubles([]);
    assert.deepEqual(await said(), WELL);
  }));

test('what has not changed is not written again, and what is long past is not kept', () =>
  withReaders(async ({ reader, other, clock }) => {
    const key = `{${reader.options.prefix}:p}troubles`;
    const looker = new Redis(redis.url);
    try {
      await reader.tellTroubles([TROUBLE]);
      await looker.del(key);
      clock.now += 5_000;
      await reader.tellTroubles([TROUBLE]);
      assert.equal(await looker.exists(key), 0);
      clock.now += MINUTE_MS;
      await reader.tellTroubles([TROUBLE]);
      assert.equal(await looker.hlen(key), 1);
      clock.now += 2 * HOUR_MS;
      await other.tellTroubles([TROUBLE]);
      assert.deepEqual(await looker.hkeys(key), [other.options.reader]);
      await other.tellTroubles([]);
      assert.equal(await looker.exists(key), 0);
    } finally {
      looker.disconnect();
    }
  }));

test('a Redis that takes nothing in is said by whoever is asked, though nobody could write it down', () =>
  withReaders(async ({ said }) => {
    const looker = new Redis(redis.url);
    try {
      await looker.config('SET', 'maxmemory', '1');
      const { stalled, silence } = await said();
      assert.match(String(stalled), /^redis_out_of_memory: OOM /);
      assert.equal(silence, 'nothing_arrived');
      await looker.config('SET', 'maxmemory', '0');
      assert.deepEqual(await said(), WELL);
    } finally {
      await looker.config('SET', 'maxmemory', '0');
      looker.disconnect();
    }
  }));
