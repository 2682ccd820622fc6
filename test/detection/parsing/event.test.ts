/** An event as a whole: nothing lost, nothing thrown, and the early drop never seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../src/detection/classify.ts';
import { sha256 } from '../../../src/detection/digest.ts';
import { splitRecords } from '../../../src/detection/envelope.ts';
import { DEAD_LETTER_REASONS, type EventReading, type ReadOptions, readEvent } from '../../../src/detection/event.ts';
import { prefilterOf } from '../../../src/detection/prefilter.ts';
import { BUILT_IN_RULE, nameTable } from '../../../src/detection/rule.ts';
import { hostileText } from './hostile.ts';
import { bytesOf, ORIGIN, operation, operationRow, REFERENCE_MS, read, signIn, TABLE } from './make.ts';

const readBody = (body: string | Uint8Array, options: ReadOptions = {}): EventReading =>
  readEvent(typeof body === 'string' ? Buffer.from(body) : body, ORIGIN, TABLE, options);

function assertSums({ facts, nonInteractive, deadLetters, counts }: EventReading): void {
  const places = [
    ...facts.map((fact) => fact.source.recordIndex),
    ...deadLetters.flatMap((letter) => letter.recordIndex ?? []),
  ];
  assert.equal(counts.records, places.length + nonInteractive.length + counts.irrelevant);
  assert.equal(new Set(places).size, places.length);
  assert.ok(places.every((index) => index >= 0 && index < counts.records));
  assert.ok(counts.nameNearMisses <= counts.irrelevant && counts.futureTimes <= facts.length);
  assert.ok(deadLetters.every((letter) => DEAD_LETTER_REASONS.includes(letter.reason)));
}

/** What a body of whole records should give, each one parsed, none dropped early. */
function readSlowly(body: Uint8Array, options: ReadOptions): EventReading {
  const { records, deadLetters, recordCount } = splitRecords(body);
  const outcomes = records.map(({ index, bytes }) => {
    const { referenceMs, receivedAt, ...origin } = ORIGIN;
    const source = () => ({ ...origin, recordIndex: index, sha256: sha256(bytes) });
    const judging = { table: TABLE, referenceMs, receivedAt, nonInteractive: options.nonInteractive ?? false, source };
    return { index, bytes, outcome: classify(JSON.parse(bytes.toString()), judging) };
  });
  return {
    facts: outcomes.flatMap(({ outcome }) => (outcome.kind === 'fact' ? [outcome.fact] : [])),
    nonInteractive: outcomes.flatMap(({ outcome }) => (outcome.kind === 'nonInteractive' ? [outcome] : [])),
    deadLetters: [
      ...deadLetters,
      ...outcomes.flatMap(({ index, bytes, outcome }) =>
        outcome.kind === 'deadLetter' ? [{ reason: outcome.reason, recordIndex: index, bytes }] : [],
      ),
    ],
    counts: {
      records: recordCount,
      irrelevant: outcomes.filter(({ outcome }) => outcome.kind === 'irrelevant').length,
      nameNearMisses: outcomes.filter(({ outcome }) => outcome.kind === 'irrelevant' && outcome.nameNearMiss).length,
      futureTimes: outcomes.filter(({ outcome }) => outcome.kind === 'fact' && outcome.future).length,
    },
  };
}

test('every record is a fact, irrelevant or a dead letter, under its index among all records of the event', () => {
  const reading = read([7, signIn(), { category: 'Other' }, operation({ time: '' }), operation(), null]);
  assertSums(reading);
  assert.deepEqual(
    reading.facts.map((fact) => fact.source.recordIndex),
    [1, 4],
  );
  assert.deepEqual(
    reading.deadLetters.map(({ reason, recordIndex }) => [reason, recordIndex]),
    [['no_time', 3]],
  );
  assert.deepEqual(reading.counts, { records: 6, irrelevant: 3, nameNearMisses: 0, futureTimes: 0 });
});

test('indices run on over several envelopes in one body', () => {
  const body = `{"records":[${JSON.stringify(signIn())}]}\n[1,{"records":[{},${JSON.stringify(operation())}]}]`;
  assert.deepEqual(
    readBody(body).facts.map((fact) => fact.source.recordIndex),
    [0, 3],
  );
});

test("a fact's hash is that of the record's own bytes, whatever envelope it came in", () => {
  const text = JSON.stringify(signIn(), null, 1);
  const expected = sha256(text);
  for (const body of [
    text,
    `[ ${text}\n]`,
    `{"records":[${text}]}`,
    JSON.stringify(`{"records":[\t${text}]}`),
    `\ufeff${text}`,
  ]) {
    assert.equal(readBody(body).facts[0]?.source.sha256, expected);
  }
});

test('a record that is no JSON inside is a dead letter where it could matter, and the others still count', () => {
  const broken = '{"category":"SignInLogs","properties":{"userType":"Guest",}}';
  const reading = readBody(`{"records":[${broken},${JSON.stringify(signIn())}]}`);
  assert.deepEqual(
    reading.deadLetters.map((d) => [d.reason, d.recordIndex, Buffer.from(d.bytes).toString()]),
    [['not_json', 0, broken]],
  );
  assert.equal(reading.facts.length, 1);
  assertSums(reading);
});

test('the inside of a record that cannot be a fact is not looked at', () => {
  const reading = readBody('{"records":[{"category":"SignInLogs","properties":{"userType":"Member",,,}}]}');
  assert.deepEqual(reading.counts, { records: 1, irrelevant: 1, nameNearMisses: 0, futureTimes: 0 });
});

test('a broken end leaves the facts before it, and the rest is one dead letter', () => {
  const reading = readBody(`{"records":[${JSON.stringify(operation())},{"category":"Audit`);
  assert.equal(reading.facts.length, 1);
  assert.deepEqual(
    reading.deadLetters.map((d) => [d.reason, d.recordIndex, Buffer.from(d.bytes).toString()]),
    [['not_json', null, '{"category":"Audit']],
  );
  assertSums(reading);
});

test('text that is no text is carried as it decodes, and throws nothing', () => {
  const lone = readBody(
    '{"records":[{"time":"2026-11-23T03:00:00Z","category":"SignInLogs","tenantId":"t","resultType":"0","properties":{"userType":"Guest","userPrincipalName":"a\\ud800b"}}]}',
  );
  assert.equal(lone.facts[0]?.kind === 'signIn' && lone.facts[0].upn, 'a\ud800b');
  const upn = (raw: string) => {
    const body = Buffer.from(JSON.stringify({ records: [signIn({}, { userPrincipalName: 'XX' })] }), 'latin1');
    body.write(raw, body.indexOf('"XX"') + 1, 'latin1');
    const reading = readBody(body);
    const hash = reading.facts[0]?.source.sha256;
    assert.ok(
      hash === undefined || hash === sha256(splitRecords(body).records[0]!.bytes),
      'hashed as bytes, not as text',
    );
    return reading;
  };
  const invalid = upn('\xff\xc0').facts[0];
  assert.equal(invalid?.kind === 'signIn' && invalid.upn, '\ufffd\ufffd');
  assert.equal(upn('\0\0').deadLetters[0]?.reason, 'not_json', 'a control character is no JSON');
});

test('a record nested as deep as a body can hold throws nothing', () => {
  const depth = 200_000;
  const deep = `${'{"a":['.repeat(depth)}${']}'.repeat(depth)}`;
  const guest = JSON.stringify(signIn()).replace('"category"', `"x":${deep},"category"`);
  const done = JSON.stringify(operation({}, { targetResources: 'DEEP', initiatedBy: 'DEEP' }));
  assert.equal(readBody(`{"records":[${deep},${guest}]}`).facts.length, 1);
  assert.equal(readBody(`{"records":[${done.replaceAll('"DEEP"', deep)}]}`).counts.irrelevant, 1);
});

test('a hundred thousand records are read, each under its index', () => {
  const one = JSON.stringify({ category: 'Other' });
  const reading = readBody(`{"records":[${`${one},`.repeat(99_999)}${JSON.stringify(signIn())}]}`);
  assert.deepEqual(
    reading.facts.map((fact) => fact.source.recordIndex),
    [99_999],
  );
  assert.equal(reading.counts.irrelevant, 99_999);
});

test('arbitrary bytes and arbitrary JSON throw nothing, and the sums agree', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assertSums(readBody(bytes))));
  fc.assert(fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), (text) => assertSums(readBody(text))));
});

test('dropping early never changes an answer, however a record is written', () => {
  let dropped = 0;
  let kept = 0;
  fc.assert(
    fc.property(fc.array(hostileText, { minLength: 1, maxLength: 4 }), fc.boolean(), (texts, nonInteractive) => {
      const body = Buffer.from(`{"records":[${texts.join(',')}]}`);
      const fast = readEvent(body, ORIGIN, TABLE, { nonInteractive });
      assert.deepEqual(fast, readSlowly(body, { nonInteractive }));
      assertSums(fast);
      const keptHere = splitRecords(body, prefilterOf(TABLE)).records.length;
      kept += keptHere;
      dropped += splitRecords(body).records.length - keptHere;
    }),
    { numRuns: 3000 },
  );
  assert.ok(dropped > 300 && kept > 300, `both ways are tried: ${dropped} dropped, ${kept} kept`);
});

/** Records that matter in ways that bytes hide: each would be lost if the early drop believed what it sees. */
const HIDDEN: readonly (readonly [string, string, string])[] = [
  ['an escape in the value', '"userType":"Guest"', '"userType":"\\u0047uest"'],
  ['an escape in the key', '"userType":"Guest"', '"user\\u0054ype":"Guest"'],
  ['every letter of the key escaped', '"userType"', '"\\u0075\\u0073\\u0065\\u0072\\u0054\\u0079\\u0070\\u0065"'],
  ['case', '"userType":"Guest"', '"userType":"gUEST"'],
  ['white space', '"userType":"Guest"', '"userType"\n\t :\r "Guest"'],
  ['an earlier key spelled alike', '"userType":"Guest"', '"userType":"Member","userType":"Guest"'],
  ['an earlier key, and an escape in the later', '"userType":"Guest"', '"userType":"Member","\\u0075serType":"Guest"'],
  ['text that looks like the key', '"userType":"Guest"', '"x":"userType","userType":"Guest"'],
  ['an object in its place', '"userType":"Guest"', '"userType":{}'],
  ['a list in its place', '"userType":"Guest"', '"userType": [ ]'],
];

test('what bytes hide is found', () => {
  for (const [what, from, to] of HIDDEN) {
    const text = JSON.stringify(signIn()).replace(from, () => to);
    assert.notEqual(text, JSON.stringify(signIn()), what);
    assert.equal(readBody(`{"records":[${text}]}`).counts.irrelevant, 0, what);
  }
  for (const spelled of [
    'Add\\u0020member to role',
    '\\u0041dd member to role',
    'Add member to role\\u002e',
    'Add member to role\\t',
    'Update application \u2013 Certificates and secrets management ',
  ]) {
    const text = JSON.stringify(operation()).replace(
      '"operationName":"Add member to role"',
      () => `"operationName":"${spelled}"`,
    );
    assert.equal(readBody(`{"records":[${text}]}`).facts.length, 1, spelled);
  }
});

test('a letter that only upper case makes equal is another letter, whether the record is parsed or not', () => {
  const guest = JSON.stringify(signIn({}, { userType: 'Gue\u017ft' }));
  for (const text of [guest, guest.replace('{', '{"note":"\\u0041",')]) {
    assert.equal(readBody(`{"records":[${text}]}`).counts.irrelevant, 1);
  }
});

test('properties in a string are seen through escapes at every depth', () => {
  const guest = signIn();
  const escaped = JSON.stringify(guest['properties'])
    .replace('userType', '\\u0075serType')
    .replace('Guest', 'Gu\\u0065st');
  const digits = JSON.stringify(JSON.stringify(guest['properties'])).replace(
    'userType',
    () => 'user\\\\u\\u0030\\u003054ype',
  );
  const twice = JSON.stringify(escaped).replaceAll('\\\\u00', '\\\\u\\u0030\\u0030');
  for (const properties of [
    JSON.stringify(escaped),
    digits,
    twice,
    JSON.stringify(JSON.stringify(guest['properties'])).replaceAll('\\"', '\\u0022'),
  ]) {
    const text = JSON.stringify({ ...guest, properties: 'HERE' }).replace('"HERE"', () => properties);
    assert.equal(readBody(`{"records":[${text}]}`).facts.length, 1, properties);
  }
});

test('an ordinary record that cannot matter is dropped unparsed', () => {
  const drops = (record: unknown): boolean => splitRecords(bytesOf([record]), prefilterOf(TABLE)).records.length === 0;
  assert.equal(drops(signIn({}, { userType: 'Member', userAgent: 'a "quoted" \\ agent' })), true);
  assert.equal(drops(operation({ operationName: 'Update user' })), true);
  assert.equal(drops(operationRow({ OperationName: 'Update application' })), true);
  assert.equal(drops({ category: 'Other', note: 'Guest, SignInLogs, Add member to role' }), true);
  assert.equal(drops(signIn()), false);
  assert.equal(drops(operation()), false);
});

test('names of a rule in any script are found in the bytes', () => {
  const table = nameTable({ ...BUILT_IN_RULE, extraOperations: ['\u5220\u9664\u7b56\u7565\u6210\u5458'] });
  const body = bytesOf([operation({ operationName: '\u5220\u9664\u7b56\u7565\u6210\u5458' })]);
  assert.equal(readEvent(body, ORIGIN, table).facts.length, 1);
});

test('a rule that lists an empty name or a number loses no record that has it', () => {
  const table = nameTable({ ...BUILT_IN_RULE, operations: ['', '5'] });
  const body = bytesOf([operation({ operationName: undefined }), operation({ operationName: 5 })]);
  assert.equal(readEvent(body, ORIGIN, table).facts.length, 2);
});

test('the reference need not be the enqueued time, and a file has none', () => {
  const origin = { ...ORIGIN, enqueuedAt: null, receivedAt: null, referenceMs: REFERENCE_MS - 86_400_000 };
  const [fact] = readEvent(bytesOf([signIn()]), origin, TABLE).facts;
  assert.deepEqual([fact?.source.enqueuedAt, fact?.receivedAt], [null, null]);
  assert.equal(
    readEvent(bytesOf([signIn()]), { ...origin, referenceMs: 0 }, TABLE).deadLetters[0]?.reason,
    'future_time',
  );
});
