/** Splitting files into events: nothing lost, nothing torn, whatever the chunks and whatever is broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEvent } from '../../src/detection/event.ts';
import { factKey } from '../../src/detection/fact.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import { Splitter, type SplitterBounds } from '../../src/replay/splitter.ts';
import { operation, SAMPLES, type Sample, signIn } from './samples.ts';

/** Splits a text that comes in chunks of the sizes given, over and over. */
function split(text: string, sizes: readonly number[] = [1 << 20], bounds: Partial<SplitterBounds> = {}): string[] {
  const bytes = Buffer.from(text);
  const splitter = new Splitter({ readBytes: Math.min(bytes.length, Math.max(...sizes)) + 1, ...bounds });
  const pieces: string[] = [];
  // A piece holds only until the next step, so it is copied here.
  const take = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece).toString());
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length]!);
    for (const piece of splitter.filled(bytes.copy(splitter.room(), 0, at, at + size))) take(piece);
    at += size;
  }
  for (const piece of splitter.end()) take(piece);
  return pieces;
}

const table = nameTable(BUILT_IN_RULE);
const ORIGIN = {
  hub: 'f',
  partition: '0',
  enqueuedAt: null,
  receivedAt: null,
  referenceMs: Date.parse('2025-11-20T00:00:00Z'),
};

function factsOf(pieces: readonly string[]): { keys: string[]; bad: number } {
  const readings = pieces.map((piece, i) => readEvent(Buffer.from(piece), { ...ORIGIN, sequenceNumber: i }, table));
  return {
    keys: [...new Set(readings.flatMap(({ facts }) => facts.map(factKey)))].sort(),
    bad: readings.reduce((sum, { deadLetters }) => sum + deadLetters.length, 0),
  };
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
/** Text that is almost JSON: the bytes that decide, in any order. */
const nearlyJson = fc.string({
  unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\n', ' ', '\\', 'a', '1', '"records"'),
  maxLength: 60,
});
const sample: fc.Arbitrary<Sample> = fc
  .record({
    upn: fc.constantFrom('ann@a.com', 'b"o\\b@b.com', 'çid@c.com'),
    minute: fc.nat(59),
    id: fc.stringMatching(/^[a-z{}[\]":,]{0,6}$/),
    isSignIn: fc.boolean(),
  })
  .map(({ upn, minute, id, isSignIn }) => {
    const time = `2025-11-14T01:${String(minute).padStart(2, '0')}:00Z`;
    return isSignIn ? signIn({ upn, time, id }) : operation({ upn, time, id });
  });

const one = (record: unknown): string => JSON.stringify(record);
/** Every way in which files hold records. */
const ENVELOPES: Record<string, (records: readonly Sample[]) => string> = {
  'lines of records': (records) => records.map(one).join('\n'),
  'lines of records, with CRLF and a last line end': (records) =>
    records.map((record) => `${one(record)}\r\n`).join(''),
  'lines of envelopes': (records) => records.map((record) => one({ records: [record] })).join('\n'),
  'one envelope': (records) => one({ records }),
  'one envelope, pretty': (records) => JSON.stringify({ records }, null, 2),
  'an envelope with other members around': (records) =>
    one({ source: { records: 1 }, records, more: ['records', { a: [] }] }),
  'a list': (records) => one(records),
  'a list, pretty': (records) => JSON.stringify(records, null, '\t'),
  'a list, a record to a line': (records) => `[\n${records.map(one).join(',\n')}\n]\n`,
  'a list of envelopes': (records) => one(records.map((record) => ({ records: [record] }))),
  'pretty values one after the other': (records) => records.map((record) => JSON.stringify(record, null, 2)).join('\n'),
  'values without anything between': (records) => records.map(one).join(''),
  'a string that holds an envelope': (records) => one(one({ records })),
};

test('lines of values come out as they are, one piece for each', () => {
  assert.deepEqual(split('{"a":1}\n[2]\n\n  "x"  \r\n3\n{"b":{}}'), ['{"a":1}', '[2]', '"x"', '3', '{"b":{}}']);
});

test('a value over several lines is one piece', () => {
  const pretty = JSON.stringify(SAMPLES[0], null, 2);
  assert.deepEqual(split(`${pretty}\n${pretty}\n{"a":1}\n${pretty}`), [pretty, pretty, '{"a":1}', pretty]);
});

test('where a file is cut into chunks makes no difference', () => {
  fc.assert(
    fc.property(nearlyJson, chunkSizes, (text, sizes) => assert.deepEqual(split(text, sizes), split(text))),
    { numRuns: 3_000 },
  );
});

test('nothing is lost but white space and commas at the end of a line', () => {
  const essence = (text: string): string => text.replace(/[,\s]/g, '');
  fc.assert(
    fc.property(nearlyJson, (text) => assert.equal(split(text).map(essence).join(''), essence(text))),
    { numRuns: 3_000 },
  );
});

for (const [name, write] of Object.entries(ENVELOPES)) {
  test(`${name}: the facts are those of the records, in any chunks and any bounds`, () => {
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 12 }),
        chunkSizes,
        fc.integer({ min: 20, max: 2_000 }),
        (records, sizes, pieceBytes) => {
          const expected = factsOf(records.map(one)).keys;
          const text = write(records);
          // White space within a record is part of its bytes, so pretty ones are facts of their own.
          const wanted = text.includes('\n  ') || text.includes('\n\t') ? factsOf([text]).keys : expected;
          const found = factsOf(split(text, sizes, { pieceBytes }));
          assert.deepEqual(found, { keys: wanted, bad: 0 });
        },
      ),
      { numRuns: 150 },
    );
  });
}

test('a broken line costs that line only', () => {
  const line = fc.record({ record: sample, keep: fc.option(fc.double({ min: 0, max: 0.999, noNaN: true })) });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 10 }), chunkSizes, (lines, sizes) => {
      const whole = lines.filter(({ keep }) => keep === null).map(({ record }) => one(record));
      const broken = ({ record, keep }: (typeof lines)[number]): string =>
        one(record).slice(0, Math.max(1, Math.floor(one(record).length * keep!)));
      const text = lines.map((entry) => (entry.keep === null ? one(entry.record) : broken(entry))).join('\n');
      const found = factsOf(split(text, sizes));
      assert.deepEqual(found.keys, factsOf(whole).keys);
      assert.equal(found.bad, lines.length - whole.length);
    }),
    { numRuns: 1_000 },
  );
});

test('of a list that outgrows a piece, the pieces are bounded and the elements whole', () => {
  const records = Array.from({ length: 500 }, (_, i) =>
    operation({ upn: 'ann@a.com', time: '2025-11-14T01:00:00Z', id: String(i) }),
  );
  const longest = one(records[499]).length;
  for (const write of [ENVELOPES['one envelope']!, ENVELOPES['a list']!, ENVELOPES['a list, pretty']!]) {
    const pieces = split(write(records), [64], { pieceBytes: 2_000 });
    assert.ok(pieces.length > 50);
    assert.ok(pieces.every((piece) => piece.length < 2_000 + 3 * longest));
    assert.equal(factsOf(pieces).keys.length, 500);
  }
});

test('a list that breaks off gives the records before the break', () => {
  const text = one({
    records: Array.from({ length: 100 }, (_, i) =>
      operation({ upn: 'a@b.c', time: '2025-11-14T01:00:00Z', id: String(i) }),
    ),
  });
  for (const pieceBytes of [1_000, 1 << 20]) {
    const found = factsOf(split(text.slice(0, -40), [100], { pieceBytes }));
    assert.equal(found.keys.length, 99);
    assert.equal(found.bad, 1);
  }
});

test('a value that outgrows its bound is given up, and what follows it is read', () => {
  const bounds = { pieceBytes: 100, valueBytesMax: 1_000 };
  const after = one(SAMPLES[1]);
  for (const junk of [`{"a":"${'x'.repeat(5_000)}"}`, 'x'.repeat(5_000), `"${'x'.repeat(5_000)}"`, '['.repeat(5_000)]) {
    const pieces = split(`${junk}\n${after}`, [64], bounds);
    assert.ok(
      pieces.every((piece) => piece.length <= 1_100),
      junk.slice(0, 10),
    );
    assert.equal(pieces.at(-1), after);
  }
});
