/** Dead letters: kept once, bounded in number and in bytes, the oldest going first, and never a long call. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { keepLetters, LETTER_BYTES_MAX, listLetters, type NewLetter } from '../../src/state/deadLetters.ts';
import type { State } from '../../src/state/state.ts';
import { listen } from './interpose.ts';
import { stateOptions, withState } from './redis.ts';
import { PLACE } from './samples.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis({ appendOnly: false });
});
after(() => redis.stop());

const NOW = Date.UTC(2026, 0, 1);
const letter = (sequenceNumber: number, changes: Partial<NewLetter> = {}): NewLetter => ({
  ...{ reason: 'not_json', sequenceNumber, enqueuedAt: NOW, receivedAt: NOW + sequenceNumber, recordIndex: null },
  bytes: Buffer.from(`letter ${sequenceNumber}`),
  ...changes,
});
const keep = (state: State, letters: readonly NewLetter[], max = 10_000) =>
  keepLetters(state.client, state.keys, PLACE, letters, max);

test('a letter that comes again is kept once, and the newest is listed first', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const letters = [1, 2, 3].map((i) => letter(i));
    assert.deepEqual(await keep(state, letters), { added: 3, dropped: 0 });
    assert.deepEqual(await keep(state, letters), { added: 0, dropped: 0 });
    const listed = await listLetters(state.client, state.keys, null, 2);
    assert.deepEqual(
      listed.map((one) => one.letter.content),
      ['letter 3', 'letter 2'],
    );
    const rest = await listLetters(state.client, state.keys, listed.at(-1)!.place, 2);
    assert.deepEqual(
      rest.map((one) => one.letter.source.sequenceNumber),
      [1],
    );
  });
});

test('of too many letters the oldest go, and are counted', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const letters = Array.from({ length: 25 }, (_, i) => letter(i));
    assert.deepEqual(await keep(state, letters, 10), { added: 25, dropped: 15 });
    const listed = await listLetters(state.client, state.keys, null, 100);
    assert.deepEqual(
      listed.map((one) => one.letter.source.sequenceNumber),
      [24, 23, 22, 21, 20, 19, 18, 17, 16, 15],
    );
    assert.equal(await state.client.hget(`${state.keys.deadLetters}meta`, 'dropped'), '15');
  });
});

test('letters of the worst contents are told in short calls, cut at their bound, with their true size', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    const bytes = Buffer.alloc(LETTER_BYTES_MAX);
    await keep(state, [
      ...Array.from({ length: 12 }, (_, i) => letter(i, { bytes })),
      letter(12, { bytes: Buffer.alloc(2 * LETTER_BYTES_MAX, 0xff) }),
      letter(13, { bytes, bytesTotal: 1_000_000 }),
    ]);
    const listed = await listLetters(state.client, state.keys, null, 14);
    assert.deepEqual(
      listed.slice(0, 3).map((one) => [one.letter.bytes, one.letter.cut, one.letter.encoding]),
      [
        [1_000_000, true, 'utf8'],
        [2 * LETTER_BYTES_MAX, true, 'base64'],
        [LETTER_BYTES_MAX, false, 'utf8'],
      ],
    );
    assert.ok(talk.argumentsMax <= 1_000_000 && talk.replyMax <= 1_000_000, JSON.stringify(talk));
  });
});
