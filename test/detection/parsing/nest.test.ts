/** The scanner of nests against a plain reading, byte by byte: at every place, across all its borders, whatever the bytes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { assembled, SCANNER_FILE } from '../../../local/scanner/assemble.ts';
import { Nests } from '../../../src/detection/nest.ts';
import { RUNS } from './hostile.ts';

interface Reading {
  readonly end: number;
  readonly sawEscape: boolean;
  /** Closing quotes of what ends like a telling key. */
  readonly keys: readonly number[];
}

const TAILS = ['serType"', 'ionName"'];

function readPlainly(bytes: Buffer, at: number): Reading {
  const open = bytes[at]!;
  const keys: number[] = [];
  let sawEscape = false;
  let inString = false;
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22 && TAILS.includes(bytes.toString('latin1', i - 7, i + 1))) keys.push(i);
    if (inString && byte === 0x5c) {
      sawEscape = true;
      i++;
      if (bytes[i] === 0x22 && TAILS.includes(bytes.toString('latin1', i - 7, i + 1))) keys.push(i);
    } else if (byte === 0x22) inString = !inString;
    else if (!inString && byte === open) depth++;
    else if (!inString && byte === open + 2 && --depth === 0) return { end: i + 1, sawEscape, keys };
  }
  return { end: -1, sawEscape, keys };
}

function assertRead(bytes: Buffer, at: number): void {
  const plain = readPlainly(bytes, at);
  const nests = new Nests(bytes);
  assert.equal(nests.endOf(at), plain.end);
  if (plain.end === -1) return;
  const isNear = bytes.subarray(plain.end, plain.end + 64).includes(0x5c);
  assert.ok(nests.sawEscape === plain.sawEscape || (nests.sawEscape && isNear), 'an escape is never missed');
  if (nests.keyCount === null) {
    assert.ok(plain.keys.length > 0);
    return;
  }
  const found = Array.from({ length: nests.keyCount }, (_, i) => nests.keyEnd(i));
  assert.deepEqual(
    found.filter((place) => place < plain.end),
    plain.keys,
    'all that end within the nest',
  );
}

/** Pieces that mean much, so that few of them make a nest. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('{', '}', '[', ']', '"', '"', '\\', '\\"', '\\\\', ',', ':') },
  { weight: 2, arbitrary: fc.constantFrom('"userType"', '"OperationName"', 'serType"', '"x', 'T', 'N', '\u0000', 'é') },
  { weight: 1, arbitrary: fc.nat(70).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.nat(70).map((length) => `"${'y'.repeat(length)}"`) },
);

test('a nest ends where it ends by a plain reading, and all is noted on the way', () => {
  let closed = 0;
  fc.assert(
    fc.property(
      fc.nat(130),
      fc.constantFrom('{', '['),
      fc.array(piece, { maxLength: 60 }),
      fc.boolean(),
      (before, open, pieces, closes) => {
        const text = ' '.repeat(before) + open + pieces.join('') + (closes ? '"}]}]}]}]}]}]' : '');
        const bytes = Buffer.from(text);
        if (readPlainly(bytes, before).end !== -1) closed++;
        assertRead(bytes, before);
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(closed > RUNS / 4, `nests that close are among them: ${closed}`);
});

test('a quote, a backslash or a bracket counts at each of the places at which bytes are taken together', () => {
  for (let pad = 0; pad < 140; pad++) {
    const x = 'x'.repeat(pad);
    for (const text of [
      `{"${x}"}`,
      `{"${x}\\"}"}`,
      `{"${x}\\\\"}`,
      `{"${x}\\\\\\"}"}`,
      `{"a":"${x}","userType":"Guest"}`,
      `{"${x}}"}`,
    ])
      for (const tail of ['', '}', ',{"userType":1}', '\\', '"']) assertRead(Buffer.from(text + tail), 0);
  }
});

test('a nest that is cut anywhere does not end', () => {
  const text = Buffer.from(JSON.stringify({ a: ['}', { userType: 'x'.repeat(90), b: '\\"{[' }], c: {} }));
  for (let cut = 1; cut < text.length; cut++) assert.equal(new Nests(text.subarray(0, cut)).endOf(0), -1, String(cut));
  assert.equal(new Nests(text).endOf(0), text.length);
});

test('what stood in memory before, of a longer text, is no part of a shorter one', () => {
  assert.equal(new Nests(Buffer.from(`{"${'}'.repeat(500)}"}`)).endOf(0), 504);
  assert.equal(new Nests(Buffer.from('{"a":1')).endOf(0), -1);
});

test('two texts that are read in turn do not disturb each other', () => {
  const one = new Nests(Buffer.from('{"a":{}} '));
  const other = new Nests(Buffer.from(`[${'[]'.repeat(100_000)}]`));
  for (let i = 0; i < 3; i++) {
    assert.equal(one.endOf(0), 8);
    assert.equal(other.endOf(0), 200_002);
    assert.equal(one.endOf(5), 7);
  }
});

test('very many telling keys are said to be too many, not left out', () => {
  const keys = (count: number): Buffer => Buffer.from(`{${'"userType":1,'.repeat(count)}"x":1}`);
  const countOf = (count: number): number | null => {
    const nests = new Nests(keys(count));
    nests.endOf(0);
    return nests.keyCount;
  };
  assert.deepEqual([countOf(0), countOf(32), countOf(33), countOf(1_000)], [0, 32, null, null]);
});

test('the bytes of the scanner are its text, assembled', async () => {
  assert.equal(readFileSync(SCANNER_FILE, 'utf8'), await assembled(), 'npx tsx local/scanner/assemble.ts');
});
