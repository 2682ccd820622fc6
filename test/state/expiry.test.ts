/** What time does: facts go when they may, findings stay without them, and nothing is left behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retentionClock } from '../../src/state/partitions/retentionClock.ts';
import type { State } from '../../src/state/state.ts';
import { readItems } from '../detection/product.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import {
  allFindings,
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  keysOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const DAY_MS = 24 * HOUR_MS;

/** Rounds until there is nothing more to do. */
async function maintainAll(state: State): Promise<void> {
  for (;;) {
    await state.maintain();
    const due = await Promise.all(
      state.shards.map(({ client, key, retentionMs }) =>
        client.zcount(`${key}due`, '-inf', (state.options.now() - retentionMs) / (15 * MINUTE_MS) - 1),
      ),
    );
    if (due.every((count) => count === 0)) return;
  }
}

const heldKeys = async (state: State): Promise<string[]> =>
  (await keysOf(state)).filter((key) => /^\d+ (g|go|t|a|ao|ai|ap|due|near|actors|fold)(:|$)/.test(key));

for (const seed of [11, 12, 13]) {
  test(`when all time is past nothing is left but meta, marks, positions, tenants and an empty feed (seed ${seed})`, async () => {
    let now = NOW;
    const scenario = hostileScenario(seed, 250, { base: NOW - 48 * HOUR_MS, crowd: seed === 12 ? 'much' : 'some' });
    const { operations, signIns } = readItems(arrangeEvents(scenario.records, scenario.arrangement));
    const busy = Array.from({ length: 300 }, (_, i) => signIn(`busy ${i}`, NOW - i * 9 * MINUTE_MS));
    await withState(stateOptions(redis.url, { shards: 2, now: () => now }), async (state) => {
      const facts = [...operations, ...signIns, ...busy, operation('a', NOW)];
      await applyFacts(state, facts);
      const expected = contentsOfAll(foldOf(facts));
      const told = (await feedOf(state)).length;

      // Little by little, as guests lose some of their sign-ins, and object ids with them, before others.
      for (const end = NOW + 3 * DAY_MS + 49 * HOUR_MS; now < end; now += 7 * HOUR_MS) await maintainAll(state);
      await maintainAll(state);
      // Those that a finding needs are the actors, and by what they are touched.
      assert.deepEqual(
        (await heldKeys(state)).filter((key) => !/^\d+ (t|a|actors):/.test(key)),
        [],
      );
      assert.deepEqual(await contentsIn(state), expected, 'findings outlive their facts');
      const quiet = (await feedOf(state)).slice(told).map(({ reason }) => reason);
      assert.deepEqual(
        [...new Set(quiet)].filter((reason) => reason !== 'sign_in'),
        [],
      );
      await assertWholeFeed(state);

      now += 100 * DAY_MS;
      await maintainAll(state);
      assert.deepEqual(
        (await keysOf(state)).filter((key) => !/^([pd] meta|\d+ (meta|marks|tenants|feed))$/.test(key)),
        [],
      );
      for (const { client, key } of state.shards) assert.equal(await client.xlen(`${key}feed`), 0);
    });
  });
}

test('an operation that comes after all sign-ins have gone finds those that findings have kept', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    const facts = [signIn('s', NOW), operation('a', NOW + 20 * HOUR_MS)];
    await applyFacts(state, facts);
    now += 4 * DAY_MS;
    await maintainAll(state);
    assert.deepEqual(
      await heldKeys(state),
      (await heldKeys(state)).filter((key) => /^\d+ (t|a|actors):/.test(key)),
    );
    // Within a day of the sign-in, but more than a day from the finding that has kept it; and of another address.
    const late = [operation('b', NOW - 20 * HOUR_MS), operation('c', NOW - 19 * HOUR_MS, { actorIp: '192.0.2.9' })];
    await applyFacts(state, late);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...facts, ...late])));
    await assertWholeFeed(state);
  });
});

test('a late sign-in touches an operation that a finding alone has kept', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    const facts = [signIn('s', NOW, { upn: 'ann@partner.com', objectId: null }), operation('a', NOW + 20 * HOUR_MS)];
    await applyFacts(state, facts);
    now += 4 * DAY_MS;
    await maintainAll(state);
    const late = signIn('t', NOW + HOUR_MS, { upn: 'elsewhere@partner.com' });
    await applyFacts(state, [late]);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...facts, late])));
  });
});

test('facts that are owed a fold do not go before it', async () => {
  let now = NOW;
  await withStates(stateOptions(redis.url, { now: () => now }), 2, async ([gone, next]) => {
    await gone!.folder.stop();
    await gone!.apply(batchOf([signIn('s', NOW), operation('a', NOW)]));
    now += 5 * DAY_MS;
    await next!.maintain();
    await settle([next!]);
    assert.equal((await allFindings(next!)).length, 1);
    await maintainAll(next!);
    assert.deepEqual(
      (await heldKeys(next!)).filter((key) => !/^\d+ (t|a|actors):/.test(key)),
      [],
    );
  });
});

test('a retention that is set anew holds for the facts that are there', async () => {
  let now = NOW;
  const options = stateOptions(redis.url, { now: () => now });
  await withState(options, (state) =>
    applyFacts(state, [signIn('s', NOW), operation('a', NOW, { actorUpn: 'm@home', actorObjectId: null })]),
  );
  await withState({ ...options, retentionMs: 96 * HOUR_MS }, async (state) => {
    now += 60 * HOUR_MS;
    await maintainAll(state);
    assert.equal((await heldKeys(state)).filter((key) => /^0 (g|ao):/.test(key)).length, 2);
    now += 40 * HOUR_MS;
    await maintainAll(state);
    assert.deepEqual(await heldKeys(state), []);
  });
});

test('after a standstill of three days facts still meet those that waited in the hub', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    await state.positions.load(PLACE);
    await state.positions.begin(PLACE, {
      ...{ cause: 'first', after: null, since: NOW - 48 * HOUR_MS, previous: null, checkpoint: null, detail: '' },
    });
    const s = signIn('s', NOW);
    await applyFacts(state, [s]);
    const at = (sequenceNumber: number, enqueuedAt: number) => ({
      ...{ sequenceNumber, offset: null, enqueuedAt, hubCreatedAt: PLACE.hubCreatedAt },
    });
    await state.positions.advance(PLACE, { position: at(0, NOW), readToEndAt: NOW, lagEvents: 0 });
    now += 3 * DAY_MS;
    // Nobody has asked the hub yet: that there was no backlog three days ago says nothing.
    await state.maintain();
    const waited = operation('a', NOW + 20 * HOUR_MS);
    await applyFacts(state, [waited], 1);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([s, waited])));
    await state.positions.advance(PLACE, { position: at(1, NOW + 20 * HOUR_MS), readToEndAt: now, lagEvents: 0 });
    await maintainAll(state);
    assert.deepEqual(
      (await heldKeys(state)).filter((key) => !/^\d+ (t|a|actors):/.test(key)),
      [],
    );
  });
});

test('the clock of the retention is held back by what may lie in a hub unread, and by nothing else', () => {
  const record = {
    ...{ hub: 'logs', partition: '0', hubCreatedAt: 1, hasPosition: true, sequenceNumber: 5, offset: null },
    ...{ marks: [], generations: [], reader: 'r', spans: [], gaps: [], losses: [], delayMs: null },
  };
  const clockOf = (changes: object): number =>
    retentionClock(
      [{ ...record, enqueuedAt: NOW - DAY_MS, lagEvents: 0, readToEndAt: NOW - 1, seenAt: NOW, ...changes }],
      NOW,
    ).time;
  assert.equal(retentionClock([], NOW).time, NOW);
  assert.equal(clockOf({}), NOW);
  assert.equal(clockOf({ lagEvents: 3 }), NOW - 1, 'what came since the end was last seen');
  assert.equal(clockOf({ lagEvents: 3, readToEndAt: null }), NOW - DAY_MS);
  assert.equal(clockOf({ lagEvents: null, readToEndAt: null }), NOW - DAY_MS, 'a backlog that is not known');
  assert.equal(clockOf({ readToEndAt: NOW - HOUR_MS }), NOW - HOUR_MS, 'an end that was seen an hour ago');
  assert.equal(
    clockOf({ lagEvents: 3, enqueuedAt: NOW + 5, readToEndAt: null }),
    NOW,
    'a clock of the hub that is ahead',
  );
  assert.equal(clockOf({ lagEvents: 3, seenAt: NOW - 15 * DAY_MS }), NOW, 'a hub that nobody reads any more');
  assert.equal(clockOf({ lagEvents: null, enqueuedAt: null, readToEndAt: null }), NOW, 'one of which nothing was read');
});

test('a sign-in that moved quietly is told once its time has come, and once', async () => {
  let now = NOW;
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    for (let i = 1; i <= 10; i++) {
      now += MINUTE_MS;
      await applyFacts(state, [signIn(`s${i}`, NOW + i)]);
      await state.maintain();
    }
    assert.deepEqual(
      (await feedOf(state)).map(({ reason }) => reason),
      ['new'],
    );
    now += 6 * MINUTE_MS;
    await Promise.all([state.maintain(), state.maintain()]);
    await state.maintain();
    assert.deepEqual(
      (await feedOf(state)).map(({ reason }) => reason),
      ['new', 'sign_in'],
    );
    await applyFacts(state, [signIn('t', NOW + 20)]);
    await applyFacts(state, [operation('b', NOW + 1)]);
    now += HOUR_MS;
    await state.maintain();
    assert.deepEqual(
      (await feedOf(state)).map(({ reason }) => reason),
      ['new', 'sign_in', 'operation'],
      'what was told with a revision is not told again',
    );
    await assertWholeFeed(state);
  });
});

test('revisions leave the feed when their time is past, and the last to leave is known', async () => {
  let now = Date.now();
  await withState(stateOptions(redis.url, { now: () => now, feedRetentionMs: HOUR_MS }), async (state) => {
    const { client, key } = state.shards[0]!;
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    await applyFacts(state, [operation('b', NOW)]);
    const last = (await client.xrevrange(`${key}feed`, '+', '-'))[0]![0];
    await state.maintain();
    assert.equal((await feedOf(state)).length, 2);
    now += HOUR_MS + 5_000;
    await state.maintain();
    assert.equal((await feedOf(state)).length, 0);
    assert.equal((await client.hget(`${key}meta`, 'feedTrimmed'))?.split(' ')[0], last);
  });
});

test('an invited account without a sign-in is a near miss once it should have had one, and once', async () => {
  let now = NOW;
  let missing = 0;
  const onMissingSignIns = (counts: { missing: number }): void => {
    missing += counts.missing;
  };
  const events = stateEvents({ onMissingSignIns });
  await withState(stateOptions(redis.url, { now: () => now, events }), async (state) => {
    await applyFacts(state, [
      operation('a', NOW),
      operation('b', NOW, { actorUpn: 'admin@home', actorObjectId: null }),
    ]);
    const seen = { upn: 'bob@partner.com', objectId: null };
    const bob = { actorUpn: 'bob_partner.com#ext#@contoso.onmicrosoft.com', actorObjectId: null };
    await applyFacts(state, [operation('c', NOW, bob), signIn('s', NOW, seen)]);
    now += 24.2 * HOUR_MS;
    await state.maintain();
    assert.equal(missing, 0);
    now += HOUR_MS;
    await Promise.all([state.maintain(), state.maintain()]);
    await state.maintain();
    assert.equal(missing, 1);
  });
});
