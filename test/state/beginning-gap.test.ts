/** Reading that begins anew later than it had come leaves out what lies between, and coverage names it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageQueries } from '../../src/state/queries/coverage.ts';
import type { State } from '../../src/state/state.ts';
import { redisOfFile, stateEvents, stateOptions, withState } from './redis.ts';
import { batchOf, HOUR_MS, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
/** Read up to here, and begun anew there. */
const READ = NOW - 96 * HOUR_MS;
const SINCE = NOW - 48 * HOUR_MS;
const nothing = { after: null, previous: null, checkpoint: null };

for (const [cause, reason] of [
  ['lost', 'lost_state'],
  ['new_hub', 'hub_recreated'],
] as const) {
  test(`what lies between the end of what was read and a beginning anew (${cause}) is a gap`, () =>
    withState(stateOptions(redis.url), async (state) => {
      await state.positions.begin(PLACE, { ...nothing, cause: 'first', since: READ - HOUR_MS, detail: 'first' });
      const position = { sequenceNumber: 7, offset: '7', enqueuedAt: READ, hubCreatedAt: 1 };
      await state.positions.advance(PLACE, { position, readToEndAt: null, lagEvents: 0 });
      await state.positions.begin(PLACE, { ...nothing, cause, since: SINCE, detail: 'anew' });
      const { hubs } = await coverageQueries(state, () => null).now();
      assert.deepEqual(
        hubs[0]!.partitions[0]!.gaps.map((gap) => [gap.from, gap.until, gap.reason]),
        [[new Date(READ).toISOString(), new Date(SINCE).toISOString(), reason]],
      );
    }));
}

test('of a hub made anew nothing is covered from before it was made, however far back reading begins', () =>
  withState(stateOptions(redis.url), async (state) => {
    const [read, made] = [NOW - 3 * HOUR_MS, NOW - HOUR_MS];
    await state.positions.begin(PLACE, { ...nothing, cause: 'first', since: SINCE, detail: 'first' });
    const position = { sequenceNumber: 7, offset: '7', enqueuedAt: read, hubCreatedAt: 1 };
    await state.positions.advance(PLACE, { position, readToEndAt: null, lagEvents: 0 });
    const place = { ...PLACE, hubCreatedAt: made };
    await state.positions.begin(place, { ...nothing, cause: 'new_hub', since: SINCE, detail: 'anew' });
    const { hubs } = await coverageQueries(state, () => null).now();
    const { gaps, spans } = hubs[0]!.partitions[0]!;
    const text = (ms: number) => new Date(ms).toISOString();
    assert.deepEqual(
      gaps.map(({ from, until, reason }) => [from, until, reason]),
      [[text(read), text(made), 'hub_recreated']],
    );
    assert.deepEqual(spans, [
      { from: text(SINCE), until: text(read) },
      { from: text(made), until: text(made) },
    ]);
  }));

test('what went with a hub before reading met anything in it is a gap', () =>
  withState(stateOptions(redis.url), async (state) => {
    const made = NOW - HOUR_MS;
    await state.positions.begin(PLACE, { ...nothing, cause: 'first', since: SINCE, detail: 'first' });
    const place = { ...PLACE, hubCreatedAt: made };
    assert.deepEqual(await state.positions.load(place), { kind: 'none', isOtherHub: true });
    await state.positions.begin(place, { ...nothing, cause: 'new_hub', since: SINCE, detail: 'anew' });
    const { hubs } = await coverageQueries(state, () => null).now();
    const { gaps } = hubs[0]!.partitions[0]!;
    assert.deepEqual(
      gaps.map(({ from, until, reason }) => [from, until, reason]),
      [[new Date(SINCE).toISOString(), new Date(made).toISOString(), 'hub_recreated']],
    );
  }));

test('where the position is gone, too, nothing is covered from before the hub was made', () =>
  withState(stateOptions(redis.url), async (state) => {
    const made = NOW - HOUR_MS;
    const place = { ...PLACE, hubCreatedAt: made };
    await state.positions.begin(place, { ...nothing, cause: 'lost', since: SINCE, detail: 'anew', checkpoint: 7 });
    const { hubs } = await coverageQueries(state, () => null).now();
    const { gaps } = hubs[0]!.partitions[0]!;
    assert.deepEqual(
      gaps.map(({ from, until, reason }) => [from, until, reason]),
      [[null, new Date(made).toISOString(), 'lost_state']],
    );
  }));

test('where all is gone that was stored, who has met another life of the hub, in any partition, still knows that it is another', () =>
  withState(stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) }), async (state) => {
    await state.positions.begin(PLACE, { ...nothing, cause: 'first', since: SINCE, detail: 'first' });
    await state.client.unlink(...(await state.client.keys(`{${state.options.prefix}:*`)));
    await state.maintain();
    const made = NOW - HOUR_MS;
    const other = { ...PLACE, hubCreatedAt: made, partition: '1' };
    assert.deepEqual(await state.positions.load({ ...other, hub: 'unheard of' }), { kind: 'none' });
    assert.deepEqual(await state.positions.load(other), { kind: 'none', isOtherHub: true });
    await state.positions.begin(other, { ...nothing, cause: 'new_hub', since: SINCE, detail: 'anew' });
    const { hubs } = await coverageQueries(state, () => null).now();
    const { gaps, spans } = hubs[0]!.partitions.find(({ partition }) => partition === '1')!;
    const at = new Date(made).toISOString();
    assert.deepEqual(
      gaps.map(({ from, until, reason }) => [from, until, reason]),
      [[null, at, 'hub_recreated']],
    );
    assert.equal(spans[0]!.from, at);
  }));

const everything = (state: State) => state.client.keys(`{${state.options.prefix}:*`);
const ofShards = async (state: State) =>
  (await everything(state)).filter((key) => !key.includes(`${state.options.prefix}:p}`));

for (const [when, keys, isBegun] of [
  ['after the next one was begun', everything, true],
  ['after the next one was begun, where positions lie apart', ofShards, true],
  ['before the next one was begun, where positions lie apart', ofShards, false],
] as const) {
  test(`what was read of a hub that is gone is a gap once the state has lost it (${when})`, () =>
    withState(stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) }), async (state) => {
      const [read, made] = [NOW - 3 * HOUR_MS, NOW - HOUR_MS];
      await state.positions.begin(PLACE, { ...nothing, cause: 'first', since: SINCE, detail: 'first' });
      await state.apply(batchOf([signIn('read', read)], 7));
      const position = { sequenceNumber: 7, offset: '7', enqueuedAt: read, hubCreatedAt: PLACE.hubCreatedAt };
      await state.positions.advance(PLACE, { position, readToEndAt: null, lagEvents: 0 });
      const place = { ...PLACE, hubCreatedAt: made };
      const begin = () => state.positions.begin(place, { ...nothing, cause: 'new_hub', since: SINCE, detail: 'anew' });
      if (isBegun) await begin();
      await state.client.unlink(...(await keys(state)));
      await state.maintain();
      if (!isBegun) await begin();
      await state.positions.advance(place, { position: null, readToEndAt: NOW, lagEvents: 0 });
      const { hubs } = await coverageQueries(state, () => null).now();
      const { gaps, spans } = hubs[0]!.partitions[0]!;
      const text = (ms: number) => new Date(ms).toISOString();
      assert.deepEqual(
        gaps.map(({ from, until, reason }) => [from, until, reason]).sort(),
        [
          [text(SINCE), text(read), 'lost_state'],
          [text(read), text(made), 'hub_recreated'],
        ].sort(),
      );
      assert.deepEqual(spans, [{ from: text(made), until: text(NOW) }]);
    }));
}

test('who has stored something of a partition misses it, even if nothing else is left to tell of it', () =>
  withState(stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) }), async (state) => {
    await state.positions.begin(PLACE, { ...nothing, cause: 'first', since: SINCE, detail: 'first' });
    await state.client.unlink(...(await everything(state)));
    const found = await state.positions.load(PLACE);
    assert.equal(found.kind, 'lost');
    await state.positions.begin(PLACE, { ...nothing, cause: 'lost', since: SINCE, detail: 'anew' });
    const { losses } = await coverageQueries(state, () => null).now();
    assert.ok(
      losses.some(
        ({ reason, detail }) => reason === 'state_lost' && detail.includes(`${PLACE.hub}/${PLACE.partition}`),
      ),
    );
  }));
