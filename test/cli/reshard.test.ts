/** The command `reshard`: what it says and how it ends, on a real Redis and without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { openState } from '../../src/state/state.ts';
import { applyFacts, contentsIn, redisOfFile, stateOptions, withState } from '../state/redis.ts';
import { HOUR_MS, operation, signIn } from '../state/samples.ts';
import { fakeIo } from './support.ts';

const redis = redisOfFile();

async function reshard(env: Record<string, string>, ...argv: string[]) {
  const io = fakeIo({ env });
  const code = await run(['reshard', ...argv], io);
  return { code, out: io.out(), err: io.err() };
}

test('the state is refused with the mend, changed, and opened with the number said', async () => {
  const options = stateOptions(redis.url, { prefix: 'guestwatch' });
  const at = Date.now() - HOUR_MS;
  await withState(options, (state) => applyFacts(state, [signIn('a', at), operation('a', at)]));
  await assert.rejects(openState({ ...options, shards: 4 }), /stop all services .*`guestwatch reshard --shards 4`/);
  const { code, out, err } = await reshard({ REDIS_URL: redis.url }, '--shards', '4');
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^Shards: 1 -> 4\. \d findings of \d tenants have moved.*\nSet STATE_SHARDS=4 for every service/);
  await withState({ ...options, shards: 4 }, async (state) => assert.equal((await contentsIn(state)).length, 1));
  assert.match(
    (await reshard({ REDIS_URL: redis.url }, '--shards', '4')).out,
    /^The state has 4 already: nothing changes\.\n$/,
  );
});

test('what cannot be right is told at once; without a state, or without Redis, nothing is done', async () => {
  const none = await reshard({ REDIS_URL: redis.url }, 'four');
  assert.equal(none.code, 2);
  for (const fault of [/--shards N/, /no arguments/]) assert.match(none.err, fault);
  const bad = await reshard({ REDIS_URL: redis.url }, '--shards', 'many');
  assert.equal(bad.code, 2);
  assert.match(bad.err, /^guestwatch: --shards/);
  const empty = await reshard({ REDIS_URL: `${redis.url}/1` }, '--shards', '2');
  assert.deepEqual([empty.code, empty.out], [2, '']);
  assert.match(empty.err, /no state of guestwatch/);
  assert.equal((await reshard({ REDIS_URL: 'redis://127.0.0.1:1' }, '--shards', '2')).code, 3);
});
