/** A position says that facts are there, and is not written before they have been seen to be, whoever has looked before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markField, readRecord } from '../../src/state/partitions/positions.ts';
import type { State } from '../../src/state/state.ts';
import { redisOfFile, stateEvents, stateOptions, withState } from './redis.ts';
import { batchOf, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const progress = (sequenceNumber: number) => ({
  position: { sequenceNumber, offset: String(sequenceNumber), enqueuedAt: NOW, hubCreatedAt: 1 },
  ...{ readToEndAt: null, lagEvents: 0 },
});

const LOSSES: Readonly<Record<string, (state: State, mark: string) => Promise<unknown>>> = {
  'are gone': ({ client, shards }, mark) => client.hdel(`${shards[0]!.key}marks`, mark),
  'end before it': ({ client, shards }, mark) => client.hset(`${shards[0]!.key}marks`, mark, 15),
};

for (const [what, lose] of Object.entries(LOSSES)) {
  test(`a position is not written where its facts ${what}, though nobody has noticed yet`, () =>
    withState(stateOptions(redis.url), async (state) => {
      await state.positions.load(PLACE);
      await state.apply(batchOf([signIn('s', NOW)], 10));
      await state.positions.advance(PLACE, progress(10));
      await state.apply(batchOf([operation('a', NOW)], 20));
      await lose(state, markField(PLACE));
      assert.equal((await state.positions.advance(PLACE, progress(20))).kind, 'lost_state');
      assert.equal((await readRecord(state.client, state.keys, PLACE))?.sequenceNumber, 10);
    }));
}

test('a position that is gone while its facts are there is written again, and that it was gone is told once', () => {
  const told: string[] = [];
  const events = stateEvents({ onLost: (detail, reason) => void told.push(`${reason}: ${detail}`) });
  return withState(stateOptions(redis.url, { events }), async (state) => {
    await state.positions.load(PLACE);
    await state.apply(batchOf([signIn('s', NOW)], 10));
    await state.positions.advance(PLACE, progress(10));
    assert.deepEqual(told, []);
    await state.client.del(`${state.keys.service}positions`);
    await state.positions.advance(PLACE, progress(11));
    await state.positions.advance(PLACE, progress(12));
    assert.deepEqual(told, ['state_lost: the position of logs/0 was gone, and was written again out of memory']);
    const record = await readRecord(state.client, state.keys, PLACE);
    assert.equal(record?.sequenceNumber, 12);
    assert.deepEqual(
      record?.losses.map(({ reason }) => reason),
      ['state_lost'],
    );
  });
});
