/** Borders without parsing and the early drop against a full parse, in every form of envelope and with bytes that are broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../src/detection/classify.ts';
import { sha256 } from '../../../src/detection/digest.ts';
import { splitRecords } from '../../../src/detection/envelope.ts';
import { type EventReading, readEvent } from '../../../src/detection/event.ts';
import { hostileText, RUNS } from './hostile.ts';
import { ORIGIN, operation, signIn, TABLE } from './make.ts';

type Letter = readonly [reason: string, index: number | null];
type Judged = { readonly facts: unknown[]; readonly deadLetters: Letter[]; irrelevant: number };

/** What becomes of records that are parsed whole, by their texts, under their places. */
function judge(records: readonly { readonly index: number; readonly text: Uint8Array }[]): Judged {
  const judged: Judged = { facts: [], deadLetters: [], irrelevant: 0 };
  for (const { index, text } of records) {
    const { referenceMs, receivedAt, ...origin } = ORIGIN;
    const source = () => ({ ...origin, recordIndex: index, sha256: sha256(text) });
    const record = parsed(text);
    const outcome =
      record === undefined
        ? ({ kind: 'deadLetter', reason: 'not_json' } as const)
        : classify(record, { table: TABLE, referenceMs, receivedAt, nonInteractive: false, source });
    if (outcome.kind === 'fact') judged.facts.push(outcome.fact);
    else if (outcome.kind === 'deadLetter') judged.deadLetters.push([outcome.reason, index]);
    else judged.irrelevant++;
  }
  return judged;
}

function parsed(text: Uint8Array): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(text).toString());
  } catch {
    return undefined;
  }
}

const lettersOf = ({ deadLetters }: Pick<EventReading, 'deadLetters'>): Letter[] =>
  deadLetters.map(({ reason, recordIndex }) => [reason, recordIndex]);

/** Every form in which records come, made of their texts; white space and other keys as they fall. */
const FORMS: Readonly<Record<string, (texts: readonly string[]) => string>> = {
  envelope: (texts) => `{"records":[${texts.join(',')}]}`,
  'an envelope with more in it': (texts) =>
    `\n{ "a": {"records":[{"userType":"Guest"}]}, "\\u0072ecords" :\t[ ${texts.join(' ,\r\n')} ] , "b":"]}\\"" }\n`,
  'records twice, of which the last counts': (texts) => `{"records":[${texts[0]},7],"records":[${texts.join(',')}]}`,
  list: (texts) => `[${texts.join(' , ')}]`,
  'a list of envelopes': (texts) => `[${texts.map((text) => `{"records":[${text}]}`).join(',')}]`,
  'one envelope to a line': (texts) => texts.map((text) => `{"records":[${text}]}`).join('\n'),
  'an envelope in a string': (texts) => JSON.stringify(`{"records":[${texts.join(',')}]}`),
  'an envelope in a string in a string': (texts) => JSON.stringify(JSON.stringify(`{"records":[${texts.join(',')}]}`)),
  'strings and envelopes in turn': (texts) =>
    texts.map((text, i) => (i % 2 ? `{"records":[${text}]}` : JSON.stringify(`[${text}]`))).join(' '),
  'behind a byte order mark': (texts) => `\ufeff{"records":[${texts.join(',')}]}`,
};

test('whatever the envelope and however a record is written, the answer is that of a full parse', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(FORMS)),
      fc.array(hostileText, { minLength: 1, maxLength: 4 }),
      (form, texts) => {
        const reading = readEvent(Buffer.from(FORMS[form]!(texts)), ORIGIN, TABLE);
        const expected = judge(texts.map((text, index) => ({ index, text: Buffer.from(text) })));
        assert.deepEqual(reading.facts, expected.facts);
        assert.deepEqual(lettersOf(reading), expected.deadLetters);
        assert.equal(reading.counts.records, texts.length);
        assert.equal(reading.counts.irrelevant, expected.irrelevant);
      },
    ),
    { numRuns: RUNS },
  );
});

/** Bytes that break texts: borders, escapes, and what is no UTF-8. */
const BREAKING = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x00, 0x0a, 0x41, 0x80, 0xc3, 0xed, 0xff];

/** Cuts, changes and puts in bytes. */
const damage = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.constantFrom(...BREAKING), how: fc.nat(4) }),
  { minLength: 1, maxLength: 3 },
);

function damaged(text: string, damages: readonly { at: number; byte: number; how: number }[]): Buffer {
  let bytes = Buffer.from(text);
  for (const { at, byte, how } of damages) {
    const place = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
    const before = bytes.subarray(0, place);
    if (how === 0) bytes = Buffer.from(before);
    else if (how === 1) bytes = Buffer.concat([before, bytes.subarray(place + 1)]);
    else if (how === 2) bytes = Buffer.concat([before, Buffer.of(byte), bytes.subarray(place)]);
    else bytes = Buffer.concat([before, Buffer.of(byte), bytes.subarray(place + 1)]);
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

test('of bytes that are cut, changed or no text, nothing that a full parse finds is missed', () => {
  let unlike = 0;
  const texts = fc.oneof(hostileText, fc.constantFrom(JSON.stringify(signIn()), JSON.stringify(operation())));
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(FORMS)),
      fc.array(texts, { minLength: 1, maxLength: 3 }),
      damage,
      (form, written, damages) => {
        const body = damaged(FORMS[form]!(written), damages);
        const reading = readEvent(body, ORIGIN, TABLE);
        const split = splitRecords(body);
        const { records, recordCount } = split;
        const expected = judge(records.map(({ index, bytes }) => ({ index, text: bytes })));
        assert.deepEqual(reading.facts, expected.facts);
        assert.equal(reading.counts.records, recordCount);
        // What breaks inside of a record that cannot be a fact is not looked at; all else that is no JSON is a dead letter.
        const told = lettersOf(reading);
        const all = [...lettersOf(split), ...expected.deadLetters];
        const missing = all.filter((letter) => !told.some((own) => own.join() === letter.join()));
        assert.ok(missing.every(([reason, index]) => reason === 'not_json' && index !== null));
        assert.equal(told.length + missing.length, all.length);
        unlike += missing.length;
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(unlike < RUNS / 2, `most that is broken is told: ${unlike} not`);
});

test('a name is told from another with the same hash, whichever was met first', () => {
  const listed = 'Add member to role';
  // One up and 31 down within each pair: what a letter gives and the next takes is the same to a hash by 31.
  const other = listed.replace(/[^ ] ?[a-z]/g, (pair) => {
    const [a, b] = [pair.charCodeAt(0), pair.charCodeAt(pair.length - 1)];
    return pair.length === 2 ? String.fromCharCode(a + 1, b - 31) : pair;
  });
  const textOf = (name: string): string => JSON.stringify(operation({ operationName: name }));
  for (const names of [
    [listed, other],
    [other, listed, other],
  ]) {
    // A table of its own has a memory of its own.
    const table = { ...TABLE };
    for (const name of names) {
      const { facts } = readEvent(Buffer.from(`{"records":[${textOf(name)}]}`), ORIGIN, table);
      assert.equal(facts.length, name === listed ? 1 : 0, name);
    }
  }
});
