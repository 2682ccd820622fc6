/** A Redis that is not fit to keep the state, or holds another's, is refused with what to do about it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { StateRefused, StateUnavailable } from '../../src/state/redis/errors.ts';
import { openState } from '../../src/state/state.ts';
import { stateOptions, withState } from './redis.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis({ appendOnly: false });
});
after(() => redis.stop());

const refused = (pattern: RegExp) => (error: unknown) => error instanceof StateRefused && pattern.test(error.message);

test('a Redis that may evict keys is refused at the start, and noticed while running', async () => {
  const errors: unknown[] = [];
  const options = stateOptions(redis.url);
  const events = { ...options.events, onError: (error: unknown) => void errors.push(error) };
  await withState({ ...options, events }, async (state) => {
    await state.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      await assert.rejects(state.maintain(), refused(/noeviction/));
      await assert.rejects(openState(stateOptions(redis.url)), refused(/maxmemory-policy.*REDIS_URL.*noeviction/));
    } finally {
      await state.client.config('SET', 'maxmemory-policy', 'noeviction');
    }
    await state.maintain();
  });
});

test('the state of another schema is refused', async () => {
  const options = stateOptions(redis.url);
  await withState(options, (state) => state.client.hset(`${state.keys.service}meta`, 'schema', '99'));
  await assert.rejects(openState(options), refused(/schema 99/));
});

test('another number of shards is refused, naming the one that the state was made with', async () => {
  const options = stateOptions(redis.url, { shards: 3 });
  await withState(options, async () => {});
  await assert.rejects(openState({ ...options, shards: 4 }), refused(/Set STATE_SHARDS=3/));
  await withState(options, async () => {});
});

test('states that open at once agree on the generations', async () => {
  const options = stateOptions(redis.url, { shards: 4 });
  const states = await Promise.all([openState(options), openState(options), openState(options)]);
  const [first, ...others] = states.map(({ shards }) => shards.map(({ generation }) => generation));
  for (const other of others) assert.deepEqual(other, first);
  await Promise.all(states.map((state) => state.close()));
});

test('a Redis that does not answer is unavailable, and nothing is left open', async () => {
  await assert.rejects(
    openState(stateOptions('redis://127.0.0.1:1')),
    (error: unknown) => error instanceof StateUnavailable && error.code === 'state_unavailable',
  );
});

test('a Redis that is no cluster is refused where a cluster is asked for', async () => {
  const redis = await startRedis({});
  try {
    await assert.rejects(openState(stateOptions(redis.url, { cluster: true })), refused(/REDIS_CLUSTER/));
  } finally {
    await redis.stop();
  }
});
