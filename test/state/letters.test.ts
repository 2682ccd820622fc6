/** Dead letters: kept once, bounded in number and in bytes, the oldest going first, and never a long call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepLetters, LETTERS_BYTES_MAX, listLetters } from '../../src/state/deadLetters.ts';
import { LETTER_BYTES_MAX, type NewLetter } from '../../src/state/letter.ts';
import { markField } from '../../src/state/partitions/positions.ts';
import type { State } from '../../src/state/state.ts';
import { listen } from './interpose.ts';
import { redisOfFile, stateEvents, stateOptions, withState } from './redis.ts';
import { PLACE } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.UTC(2026, 0, 1);
const letter = (sequenceNumber: number, changes: Partial<NewLetter> = {}): NewLetter => ({
  ...{ reason: 'not_json', sequenceNumber, enqueuedAt: NOW, receivedAt: NOW + sequenceNumber, recordIndex: null },
  bytes: Buffer.from(`letter ${sequenceNumber}`),
  ...changes,
});
const BEGINNING = {
  ...{ cause: 'first' as const, after: null, since: NOW, previous: null, checkpoint: null, detail: 'begun' },
};
const mark = (target: number) => ({ field: markField(PLACE), seen: null, floor: -1, target });
/** How many were new, and how many gave way. */
async function keep(state: State, letters: readonly NewLetter[], max = 10_000) {
  const kept = await keepLetters(state.letters, PLACE, letters, mark(letters.at(-1)!.sequenceNumber), max);
  assert.ok(kept.kind === 'kept');
  return { added: kept.added.length, dropped: kept.dropped };
}

test('a letter that comes again is kept once, and the newest is listed first', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const letters = [1, 2, 3].map((i) => letter(i));
    assert.deepEqual(await keep(state, letters), { added: 3, dropped: 0 });
    assert.deepEqual(await keep(state, letters), { added: 0, dropped: 0 });
    const listed = (await listLetters(state.letters, null, 2)).letters;
    assert.deepEqual(
      listed.map((one) => one.letter.content),
      ['letter 3', 'letter 2'],
    );
    const rest = (await listLetters(state.letters, listed.at(-1)!.place, 2)).letters;
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
    const listed = (await listLetters(state.letters, null, 100)).letters;
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
    const listed = (await listLetters(state.letters, null, 14)).letters;
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

test('letters that are too large together give way too, and nothing takes that for a loss', async () => {
  const lost: string[] = [];
  const events = stateEvents({ onLost: (detail) => void lost.push(detail) });
  await withState(stateOptions(redis.url, { events, deadLettersMax: 10_000 }), async (state) => {
    // In JSON each of these bytes takes six.
    const bytes = Buffer.alloc(LETTER_BYTES_MAX, 1);
    const count = Math.ceil(LETTERS_BYTES_MAX / (6 * LETTER_BYTES_MAX)) + 10;
    const letters = Array.from({ length: count }, (_, i) => letter(i, { bytes }));
    await state.positions.begin(PLACE, BEGINNING);
    const batch = { place: PLACE, firstSequenceNumber: 0, lastSequenceNumber: count, facts: [], nonInteractive: [] };
    assert.deepEqual(await state.apply({ ...batch, deadLetters: letters }), { kind: 'applied' });
    const { bytes: kept, dropped } = await state.client.hgetall(`${state.letters.key}meta`);
    assert.ok(Number(kept) <= LETTERS_BYTES_MAX && Number(kept) > 0.9 * LETTERS_BYTES_MAX, kept);
    assert.ok(Number(dropped) >= 10, dropped);
    const position = { sequenceNumber: count, offset: null, enqueuedAt: NOW, hubCreatedAt: PLACE.hubCreatedAt };
    const progress = { position, readToEndAt: null, lagEvents: 0 };
    assert.deepEqual(await state.positions.advance(PLACE, progress), { kind: 'applied' });
    await state.maintain();
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position });
    assert.deepEqual(lost, []);
  });
});

test('scraps of one event that differ are letters of their own', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const scraps = ['42', '43', '42'].map((text) => letter(1, { bytes: Buffer.from(text) }));
    assert.equal((await keep(state, scraps)).added, 2);
  });
});
