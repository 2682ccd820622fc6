/** Facts that waited in the hub for days: none goes before those that it could meet have been read and folded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { State } from '../../src/state/state.ts';
import {
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  foldOf,
  keysOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, HOUR_MS, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
/** Enqueued 40 hours apart and less than a day apart by event time; both are older than facts are kept. */
const SIGN_IN = signIn('s', NOW - 92 * HOUR_MS);
const OPERATION = operation('a', NOW - 70 * HOUR_MS, { source: { enqueuedAt: NOW - 52 * HOUR_MS } });
const EXPECTED = contentsOfAll(foldOf([SIGN_IN, OPERATION]));

const OTHER = { ...PLACE, partition: '1' };
const events = stateEvents({ onLost: () => {} });
const begun = { previous: null, checkpoint: null, detail: 'begun' };
const at = (sequenceNumber: number, enqueuedAt: number) => ({
  ...{ sequenceNumber, offset: null, enqueuedAt, hubCreatedAt: PLACE.hubCreatedAt },
});
/** The sign-ins and operations that are kept. */
const facts = async (state: State): Promise<number> =>
  (await keysOf(state)).filter((key) => /^\d+ (g|ao):/.test(key)).length;

test('facts of a backlog that is read do not go while the actors that they touched are owed a fold', async () => {
  await withStates(stateOptions(redis.url, { now: () => NOW }), 2, async ([reader, other]) => {
    // It falls behind with its folds, as with very many actors, or it is killed.
    await reader!.folder.stop();
    await reader!.positions.begin(PLACE, { ...begun, cause: 'first', after: at(0, NOW - 100 * HOUR_MS), since: null });
    await reader!.maintain();
    await reader!.apply(batchOf([SIGN_IN, OPERATION], 1));
    await reader!.positions.advance(PLACE, { position: at(1, NOW - HOUR_MS), readToEndAt: NOW, lagEvents: 0 });
    for (const state of [reader!, other!]) for (let round = 0; round < 3; round++) await state.maintain();
    await settle([other!]);
    assert.deepEqual(await contentsIn(other!), EXPECTED);
    await assertWholeFeed(other!);
    for (let round = 0; round < 2; round++) await other!.maintain();
    assert.equal(await facts(other!), 0);
    assert.deepEqual(await contentsIn(other!), EXPECTED);
  });
});

test('one that is always owed a fold keeps what others are done with for a round, and no longer', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    await applyFacts(state, [signIn('old', NOW)]);
    await state.folder.stop();
    now += 49 * HOUR_MS;
    for (let round = 0; round < 4; round++) {
      now += 10_000;
      // Another is owed each time, since a moment ago.
      await state.client.del(`${state.shards[0]!.key}fold`);
      await state.client.zadd(`${state.shards[0]!.key}fold`, now - 100, 'someone');
      await state.maintain();
    }
    assert.equal(await facts(state), 0);
  });
});

test('a partition that is read again from an event of which only the number is known holds the clock back', async () => {
  await withState(stateOptions(redis.url, { events, now: () => NOW }), async (state) => {
    await state.positions.begin(PLACE, { ...begun, cause: 'first', after: null, since: NOW - 100 * HOUR_MS });
    await state.apply(batchOf([SIGN_IN], 5));
    await state.positions.advance(PLACE, { position: at(9, NOW - HOUR_MS), readToEndAt: NOW - 1_000, lagEvents: 0 });
    // What came after the sign-in is gone, and so are the marks of it.
    const bare = { ...at(5, 0), enqueuedAt: null };
    const previous = at(9, NOW - HOUR_MS);
    await state.positions.begin(PLACE, { ...begun, cause: 'lost', after: bare, since: null, previous });
    await state.maintain();
    await applyFacts(state, [OPERATION], 6);
    assert.deepEqual(await contentsIn(state), EXPECTED);
  });
});

test('a gap that an owner from before reports does not take the position back', async () => {
  await withStates(stateOptions(redis.url, { events }), 2, async ([before, now]) => {
    await before!.positions.begin(PLACE, { ...begun, cause: 'first', after: at(3, NOW), since: null });
    await now!.positions.load(PLACE);
    await now!.positions.advance(PLACE, { position: at(20, NOW), readToEndAt: NOW, lagEvents: 0 });
    const gap = { after: 3, before: 9, afterEnqueuedAt: NOW, beforeEnqueuedAt: NOW, isFirst: false };
    await before!.reportGap(PLACE, gap);
    assert.equal((await now!.records())[0]!.sequenceNumber, 20);
  });
});

test('the same numbers are missing from two hubs, one after the other: each gap is noted', async () => {
  await withState(stateOptions(redis.url, { events }), async (state) => {
    const gap = { after: 3, before: 9, beforeEnqueuedAt: null, isFirst: false };
    const places = [PLACE, { ...PLACE, hubCreatedAt: 2 }];
    for (const [i, place] of places.entries()) {
      const after = { ...at(3, NOW + i), hubCreatedAt: place.hubCreatedAt };
      await state.positions.begin(place, { ...begun, cause: i === 0 ? 'first' : 'new_hub', after, since: null });
      await state.reportGap(place, { ...gap, afterEnqueuedAt: NOW + i });
      await state.reportGap(place, { ...gap, afterEnqueuedAt: NOW + i });
    }
    const expired = (await state.records())[0]!.gaps.filter(({ reason }) => reason === 'expired');
    assert.equal(expired.length, 2);
  });
});

test('a first start that met nothing before it ended is begun again where it began', async () => {
  await withState(stateOptions(redis.url, { events }), async (state) => {
    const since = NOW - 48 * HOUR_MS;
    await state.positions.begin(PLACE, { ...begun, cause: 'first', after: null, since });
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'none', since });
    assert.deepEqual(await state.positions.load(OTHER), { kind: 'none' });
  });
});

test('a rebuild that ended before its first event goes on being one', async () => {
  await withStates(stateOptions(redis.url, { events, now: () => NOW }), 2, async ([gone, next]) => {
    await gone!.positions.begin(PLACE, { ...begun, cause: 'lost', after: null, since: NOW - HOUR_MS });
    assert.equal((await next!.positions.load(PLACE)).kind, 'none');
    // Where no checkpoint was ever written it looks like a first start.
    await next!.positions.begin(PLACE, { ...begun, cause: 'first', after: null, since: NOW - HOUR_MS });
    assert.notEqual((await next!.records())[0]!.rebuilding, null);
  });
});

test('a loss is noticed within ten seconds, also while there is so much to sweep that no round of it ends', async () => {
  let noticed = (): void => {};
  const lost = new Promise<void>((resolve) => {
    noticed = resolve;
  });
  const own = stateEvents({ onLost: () => noticed(), onError: () => {} });
  await withState(stateOptions(redis.url, { events: own }), async (state) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const zrangebyscore = state.client.zrangebyscore.bind(state.client) as (...args: unknown[]) => Promise<string[]>;
    const isSwept = (key: unknown): boolean => String(key).endsWith('due');
    Object.assign(state.client, {
      zrangebyscore: async (...args: unknown[]) => {
        if (isSwept(args[0])) await held;
        return zrangebyscore(...args);
      },
    });
    try {
      state.start();
      // Looked at once, so that it is known what was there.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await state.client.del(await state.client.keys(`{${state.options.prefix}:0}*`));
      const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'late'));
      assert.notEqual(await Promise.race([lost, late]), 'late');
    } finally {
      release();
    }
  });
});
