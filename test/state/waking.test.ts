/** Who waits for the feed is woken by the very step that stores a revision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feedQueries } from '../../src/state/queries/feed.ts';
import { applyFacts, redisOfFile, stateOptions, withState } from './redis.ts';
import { operation, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
/** Who was not woken looks again after five seconds. */
const WOKEN_MS_MAX = 4_000;

test('a revision wakes who waits for it', () =>
  withState(stateOptions(redis.url), async (state) => {
    const feed = await feedQueries(state);
    try {
      const caller = { tenants: 'all' } as const;
      const start = await feed.read(caller, { kind: 'now' }, 10);
      assert.ok(start.kind === 'changes');
      const begun = performance.now();
      const woken = feed.wait(caller, start.cursor, new AbortController().signal);
      // The wait has begun once it has looked.
      await state.client.echo('');
      await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
      await woken;
      assert.ok(performance.now() - begun < WOKEN_MS_MAX);
      const next = await feed.read(caller, { kind: 'cursor', cursor: start.cursor }, 10);
      assert.equal(next.kind === 'changes' && next.items.length, 1);
    } finally {
      await feed.close();
    }
  }));
