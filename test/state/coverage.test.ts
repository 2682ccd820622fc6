/** A loss of state shows in coverage and in the rows from the moment that it is there until all was read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markField } from '../../src/state/partitions/positions.ts';
import { coverageQueries } from '../../src/state/queries/coverage.ts';
import { rowQueries } from '../../src/state/queries/rows.ts';
import type { State } from '../../src/state/state.ts';
import { redisOfFile, settle, stateEvents, stateOptions, withState, withStates } from './redis.ts';
import { batchOf, HOUR_MS, operation, PLACE, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const OTHER = { ...PLACE, partition: '1' };
const ELSEWHERE = 'another tenant';
const FACTS = [signIn('s', NOW), operation('a', NOW)];

const at = (sequenceNumber: number) => ({
  ...{ sequenceNumber, offset: String(sequenceNumber), enqueuedAt: NOW + sequenceNumber, hubCreatedAt: 1 },
});
const beginning = { after: null, since: NOW - 48 * HOUR_MS, previous: null, checkpoint: null, detail: 'it begins' };
const first = { ...beginning, cause: 'first' } as const;
const lost = { ...beginning, cause: 'lost' } as const;
/** Read to its end. */
const end = (sequenceNumber: number, readToEndAt: number) => ({
  position: at(sequenceNumber),
  ...{ readToEndAt, lagEvents: 0 },
});

async function seen(state: State) {
  const coverage = await coverageQueries(state, () => null).now();
  const rows = await rowQueries(state).at({ tenants: 'all' }, { tenantId: TENANT, at: null, view: 'resolved' });
  const partitions = coverage.hubs.flatMap((hub) => hub.partitions);
  return {
    coverage,
    silence: coverage.silence,
    rebuilding: partitions.map(({ rebuilding }) => rebuilding),
    eventTimes: partitions.map(({ eventTimeThrough }) => eventTimeThrough),
    reasons: coverage.losses.map(({ reason }) => reason),
    complete: rows.kind === 'rows' && rows.complete,
    rows: rows.kind === 'rows' ? rows.rows.length : -1,
  };
}

/** Two partitions that are read to their end; the tenant's facts are of the first, another's of the second. */
async function readBoth(state: State, clock: { now: number }): Promise<void> {
  await state.positions.begin(PLACE, first);
  await state.positions.begin(OTHER, first);
  await state.apply(batchOf(FACTS, 20));
  await state.apply(batchOf([signIn('other', NOW, { tenantId: ELSEWHERE })], 5, OTHER));
  await state.positions.advance(PLACE, end(20, clock.now));
  await state.positions.advance(OTHER, end(5, clock.now));
  await settle([state]);
}

const events = stateEvents({ onLost: () => {} });

test('before anyone has noticed, after the notice, and until all was read again, coverage and rows say so', async () => {
  const clock = { now: NOW + 60_000 };
  await withState(stateOptions(redis.url, { events, now: () => clock.now }), async (state) => {
    await readBoth(state, clock);
    const whole = await seen(state);
    assert.deepEqual([whole.silence, whole.rebuilding, whole.complete], ['nothing_happened', [null, null], true]);
    assert.deepEqual([whole.reasons, whole.rows], [[], 1]);

    await state.client.hset(`${state.shards[0]!.key}marks`, markField(PLACE), 15);
    for (let looks = 0; looks < 2; looks++) {
      const { silence, rebuilding, complete, eventTimes } = await seen(state);
      assert.deepEqual([silence, complete], ['nothing_arrived', false]);
      assert.deepEqual(rebuilding, [{ since: iso(clock.now), until: iso(clock.now) }, null]);
      assert.deepEqual([eventTimes[0], typeof eventTimes[1]], [null, 'string']);
      await state.maintain();
    }

    const noticed = clock.now;
    const found = await state.positions.load(PLACE);
    assert.equal(found.kind === 'lost' && found.after, 15);
    const after = { ...at(15), offset: null, enqueuedAt: null };
    await state.positions.begin(PLACE, { ...lost, after, previous: at(20) });
    clock.now += 60_000;
    await state.positions.advance(OTHER, end(5, clock.now));
    await state.positions.advance(PLACE, { ...end(18, 0), readToEndAt: null, lagEvents: 2 });
    const midway = await seen(state);
    assert.deepEqual([midway.silence, midway.complete], ['nothing_arrived', false]);
    assert.deepEqual(midway.rebuilding, [{ since: iso(noticed), until: iso(noticed) }, null]);

    await state.apply(batchOf(FACTS, 20));
    await state.positions.advance(PLACE, end(20, clock.now));
    const again = await seen(state);
    assert.deepEqual([again.silence, again.rebuilding, again.complete], ['nothing_happened', [null, null], true]);
    assert.deepEqual(again.reasons, ['state_lost']);
    const { spans, gaps } = again.coverage.hubs[0]!.partitions[0]!;
    assert.deepEqual([spans.length, gaps.length], [1, 0], 'what was read again leaves no gap');
  });
});

const iso = (ms: number): string => new Date(ms).toISOString();

test('a shard that is emptied takes the partitions with it that had something there, and no others', async () => {
  const clock = { now: NOW + 60_000 };
  const options = stateOptions(redis.url, { events, shards: 8, now: () => clock.now });
  await withStates(options, 2, async ([state, asked]) => {
    await readBoth(state!, clock);
    await state!.maintain();
    const own = state!.shardOf(TENANT);
    assert.notEqual(own.key, state!.shardOf(ELSEWHERE).key);
    await state!.client.del(await state!.client.keys(`${own.key}*`));
    // Whoever is asked knows, and not only who reads.
    const unnoticed = await seen(asked!);
    assert.deepEqual([unnoticed.rebuilding.map(Boolean), unnoticed.complete], [[true, false], false]);
    await state!.maintain();
    assert.deepEqual((await state!.positions.load(OTHER)).kind, 'position');
    assert.deepEqual((await state!.positions.load(PLACE)).kind, 'lost');
    assert.deepEqual((await seen(asked!)).reasons, ['state_lost', 'findings_lost']);
    await state!.positions.begin(PLACE, { ...lost, previous: at(20) });
    assert.deepEqual((await seen(asked!)).rebuilding.map(Boolean), [true, false]);
    await asked!.maintain();
    const { losses } = (await seen(asked!)).coverage;
    const reasons = losses.map(({ reason }) => reason).sort();
    assert.deepEqual(
      reasons,
      ['findings_lost', 'state_lost', 'state_lost'],
      'of the shard and of the partition, each once',
    );
    assert.ok(losses.some(({ detail }) => detail.startsWith('1 findings of shard')));
  });
});

test('with everything gone, rows are not complete while a partition may not have been heard of yet', async () => {
  const clock = { now: NOW + 60_000 };
  await withState(stateOptions(redis.url, { events, now: () => clock.now }), async (state) => {
    await readBoth(state, clock);
    await state.maintain();
    await state.client.del(await state.client.keys(`{${state.options.prefix}:*`));
    const gone = await seen(state);
    assert.deepEqual([gone.silence, gone.complete], ['nothing_arrived', false]);
    await state.maintain();
    // There is no checkpoint either: only this process knows that it is not a first start.
    assert.equal((await state.positions.load(PLACE)).kind, 'lost');
    await state.positions.begin(PLACE, { ...first, cause: 'lost' });
    assert.notDeepEqual((await seen(state)).rebuilding, [null]);
    await state.apply(batchOf(FACTS, 20));
    await state.positions.advance(PLACE, end(20, clock.now));
    const early = await seen(state);
    assert.deepEqual([early.rebuilding, early.silence, early.complete], [[null], 'nothing_arrived', false]);
    clock.now += 20_000;
    await state.positions.advance(PLACE, end(20, clock.now));
    const later = await seen(state);
    assert.deepEqual([later.silence, later.complete], ['nothing_happened', true]);
    assert.deepEqual([...new Set(later.reasons)], ['state_lost', 'findings_lost']);
  });
});

test('what the hub no longer holds while it is read again is reported as lost findings', async () => {
  const told: string[] = [];
  const onLost = (_detail: string, reason: string): void => void told.push(reason);
  await withState(stateOptions(redis.url, { events: stateEvents({ onLost }) }), async (state) => {
    const gap = { after: 3, before: 9, afterEnqueuedAt: NOW, beforeEnqueuedAt: NOW + 9, isFirst: false };
    await state.positions.begin(PLACE, first);
    await state.reportGap(PLACE, gap);
    assert.deepEqual(told, ['events_expired']);
    await state.positions.begin(PLACE, { ...lost, after: at(3), previous: at(20) });
    await state.reportGap(PLACE, { ...gap, before: 11 });
    assert.deepEqual(told.slice(1), ['state_lost', 'events_expired', 'findings_lost']);
    assert.deepEqual((await seen(state)).reasons, ['state_lost', 'findings_lost']);
  });
});

test('at a first start coverage begins where the hub does, and that is no gap', async () => {
  const told: string[] = [];
  const onLost = (_detail: string, reason: string): void => void told.push(reason);
  await withState(stateOptions(redis.url, { events: stateEvents({ onLost }) }), async (state) => {
    const gap = { after: null, before: 9, afterEnqueuedAt: NOW - 1_000, beforeEnqueuedAt: NOW, isFirst: true };
    await state.positions.begin(PLACE, first);
    await state.reportGap(PLACE, gap);
    const [record] = await state.records();
    assert.deepEqual([record?.gaps, record?.spans, told], [[], [{ from: NOW, until: NOW }], []]);
    // What was read once and must be read again is another matter.
    await state.positions.begin(PLACE, { ...lost, after: null, since: NOW - 1_000, previous: at(20) });
    await state.reportGap(PLACE, gap);
    assert.deepEqual((await state.records())[0]?.gaps.length, 1);
    assert.ok(told.includes('events_expired'));
  });
});
