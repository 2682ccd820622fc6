/** How a body falls into records. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitRecords } from '../../../src/detection/envelope.ts';

interface Pieces {
  readonly records: readonly string[];
  readonly dead: readonly string[];
}

/** Records as text; dead letters as `reason@index:text`. */
function split(body: string | Uint8Array): Pieces {
  const { records, deadLetters, recordCount } = splitRecords(typeof body === 'string' ? Buffer.from(body) : body);
  const indices = [...records.map((r) => r.index), ...deadLetters.flatMap((d) => d.recordIndex ?? [])];
  assert.equal(new Set(indices).size, indices.length, 'no place has two owners');
  assert.ok(
    indices.every((index) => index < recordCount),
    'every owner has a place',
  );
  return {
    records: records.map((r) => r.bytes.toString()),
    dead: deadLetters.map((d) => `${d.reason}@${d.recordIndex}:${d.bytes.toString()}`),
  };
}

const A = '{"category":"AuditLogs","n":"a ]}"}';
const B = '{"category":"SignInLogs","properties":{"list":[{"x":"\\"}"}]}}';
const both = { records: [A, B], dead: [] };

test('a record is its own bytes, without the white space around it', () => {
  assert.deepEqual(split(`{"records":[${A},${B}]}`), both);
  assert.deepEqual(split(`\r\n{ "records" :\t[ ${A} ,\n ${B} ] }\n`), both);
  assert.deepEqual(split(`{"records":[{ "a" : 1 }]}`).records, ['{ "a" : 1 }']);
});

test('members beside the records say nothing', () => {
  assert.deepEqual(split(`{"x":[{"records":[{}]},"]}"],"y":{"records":[{}]},"records":[${A},${B}],"z":-1.5e3}`), both);
});

test('the key may be spelled with escapes, but not in another case', () => {
  assert.deepEqual(split(`{"\\u0072ecords":[${A},${B}]}`), both);
  assert.deepEqual(split(`{"rec\\u006frds":[${A},${B}]}`), both);
  assert.deepEqual(split(`{"Records":[${A}]}`).dead, [`no_records@null:{"Records":[${A}]}`]);
});

test('of several keys spelled alike the last one counts', () => {
  assert.deepEqual(split(`{"records":[1,${B}],"records":[${A},${B}]}`), both);
  assert.deepEqual(split(`{"records":[${B}],"record\\u0073":[${A},${B}]}`), both);
  const overridden = `{"records":[${A}],"records":null}`;
  assert.deepEqual(split(overridden), { records: [], dead: [`no_records@null:${overridden}`] });
});

test('records come alone, in a list, in a list of envelopes, and one after the other', () => {
  assert.deepEqual(split(A), { records: [A], dead: [] });
  assert.deepEqual(split(`[${A},${B}]`), both);
  assert.deepEqual(split(`[{"records":[${A}]},{"records":[]},{"records":[${B}]}]`), both);
  assert.deepEqual(split(`${A}\n${B}\n`), both);
  assert.deepEqual(split(`${A}${B}`), both);
  assert.deepEqual(split(`{"records":[${A}]}\r\n[${B}]`), both);
});

test('a JSON string of any of these is opened, and of a string of it, within a bound', () => {
  for (const form of [A, `[${A}]`, `{"records":[${A}]}`, `[{"records":[${A}]}]`, ` ${A} `]) {
    assert.deepEqual(split(JSON.stringify(form)).records, [A]);
    assert.deepEqual(split(JSON.stringify(JSON.stringify(form))).records, [A]);
  }
  let deep = '{"category":1}';
  for (let i = 0; i < 9; i++) deep = JSON.stringify(deep);
  assert.match(split(deep).dead[0] ?? '', /^no_records@null:"/);
});

test('what a string holds counts in the order of the body', () => {
  assert.deepEqual(split(`${JSON.stringify(`[${A},1]`)} ${B}`), { records: [A, B], dead: [] });
});

test('a leading byte order mark is no content', () => {
  assert.deepEqual(split(`\ufeff{"records":[${A},${B}]}`), both);
  assert.deepEqual(split(JSON.stringify(`\ufeff${A}`)).records, [A]);
});

test('no records in a list of records is nothing, and no error', () => {
  for (const body of ['{"records":[]}', '{"records": [ ] }', '[]', '[{"records":[]}]', '"[]"']) {
    assert.deepEqual(split(body), { records: [], dead: [] });
  }
});

test('JSON without records is a dead letter, whole', () => {
  for (const body of [
    '{}',
    '{"foo":1}',
    '{"records":{}}',
    '{"records":null}',
    '{"records":"x"}',
    '1',
    'null',
    '-0.5e7',
  ]) {
    assert.deepEqual(split(body), { records: [], dead: [`no_records@null:${body}`] });
  }
});

test('an object alone is a record by a key that says so, its category or a column of a row', () => {
  for (const key of [
    'category',
    'Category',
    'Type',
    'InitiatedBy',
    'TargetResources',
    'UserType',
    'ResultType',
    'c\\u0061tegory',
  ]) {
    const record = `{"x":{},"${key}":null}`;
    assert.deepEqual(split(record), { records: [record], dead: [] }, key);
  }
  assert.deepEqual(split('[{"foo":1}]').records, ['{"foo":1}'], 'in a list it needs none');
  assert.deepEqual(split('{"category":"x","records":7}').records, ['{"category":"x","records":7}']);
});

test("an element that is no object takes a record's place and nothing else", () => {
  const { records, deadLetters, recordCount } = splitRecords(Buffer.from(`{"records":[1,${A},"x", null ,[{}]]}`));
  assert.deepEqual([records.map(({ index }) => index), deadLetters, recordCount], [[1], [], 5]);
  assert.deepEqual(split(`[1,${A},"x", null ,[{}]]`), { records: [A], dead: [] });
});

test('in a list of records or envelopes, an envelope without a list is a dead letter in its place', () => {
  assert.deepEqual(split(`[{"records":7},${A}]`), { records: [A], dead: ['no_records@0:{"records":7}'] });
});

test('what is no JSON is a dead letter, whole', () => {
  for (const body of [
    '',
    'hello',
    '\u0000',
    '{',
    '[',
    '"',
    '{]',
    'tru',
    '{this is no json}',
    '01',
    '{"category" 1}',
    '<a/>',
  ]) {
    assert.deepEqual(split(body), { records: [], dead: [`not_json@null:${body}`] }, body);
  }
  assert.deepEqual(split('"hello"').dead, ['not_json@null:hello'], 'what a string holds is judged like a body');
});

test('where the structure breaks, the records before the break count and the rest is the dead letter', () => {
  const broken: [string, string][] = [
    [`{"records":[${A},`, '{"category":"Audit'],
    [`{"records":[${A}`, ''],
    [`{"records":[${A}]`, ''],
    [`{"records":[${A}`, `${B}]}`],
    [`{"records":[${A},`, `]}`],
    [`{"records":[${A},`, `tru]}`],
    [`{"records":[${A},`, `"open]}`],
    [`{"records":[${A}],`, `"x":tru}`],
    [`{"records":[${A}],`, `}`],
    [`{"records":[${A}]}`, `]`],
    [`[${A},`, `[`],
    [`[{"records":[${A},`, `x]}]`],
    [`${A}\n`, `oops`],
    [`${A}`, `,${B}`],
  ];
  for (const [whole, rest] of broken) {
    const got = split(whole + rest);
    assert.deepEqual(got.records, [A], whole + rest);
    assert.equal(got.dead.length, 1, whole + rest);
    assert.match(got.dead[0]!, /^not_json@null:/);
    assert.ok(`${whole}${rest}`.endsWith(got.dead[0]!.slice('not_json@null:'.length)));
    assert.ok(got.dead[0]!.length - 'not_json@null:'.length <= rest.length + 7, got.dead[0]);
  }
});

test('a break before any record leaves the whole value to the dead letter', () => {
  assert.deepEqual(split('{"records":[').dead, ['not_json@null:{"records":[']);
  assert.deepEqual(split(`${A} {"x":1,"records":[{"a`), {
    records: [A],
    dead: ['not_json@null:{"x":1,"records":[{"a'],
  });
});

test('a later list that breaks still overrides an earlier one, and a later value that breaks does not', () => {
  assert.deepEqual(split(`{"records":[${A}],"records":[${B},`).records, [B]);
  assert.deepEqual(split(`{"records":[${A}],"records":tru}`).records, [A]);
});

test('a slip inside a record moves no border', () => {
  assert.deepEqual(split(`{"records":[{"a":[1},${A}]}`), { records: ['{"a":[1}', A], dead: [] });
  assert.deepEqual(split(`[{"a" 1},${A}]`), { records: ['{"a" 1}', A], dead: [] });
  assert.deepEqual(split(`{"category":"x","a":tru}\n${A}`), { records: ['{"category":"x","a":tru}', A], dead: [] });
});

test('views lie in the body wherever it begins in memory', () => {
  for (let shift = 0; shift < 4; shift++) {
    const backing = Buffer.alloc(shift + 200, 0x20);
    const written = backing.write(`{"records":[${A},${B}]}`, shift);
    assert.deepEqual(split(new Uint8Array(backing.buffer, backing.byteOffset + shift, written)), both);
  }
});

const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
const record = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((key) => key !== 'records'),
  json,
  { maxKeys: 5 },
);
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

test('records in every envelope come back to the byte', () => {
  const forms: readonly ((list: string, each: readonly string[], pad: string) => string)[] = [
    (list) => `{"records":${list}}`,
    (list, _, pad) => `${pad}{${pad}"other":[${list}],${pad}"records"${pad}:${pad}${list}${pad}}${pad}`,
    (list) => `{"records":[{},3],"r\\u0065cords":${list}}`,
    (list) => list,
    (list) => `\ufeff${list}`,
    (list) => JSON.stringify(list),
    (list) => JSON.stringify(JSON.stringify(`{"records":${list}}`)),
    (_, each) => `[${each.map((text) => `{"records":[${text}]}`).join(',')}]`,
    (_, each, pad) => each.map((text) => `{"records":[${text}]}${pad}`).join(''),
    (_, each) => each.map((text) => `[${text}]`).join('\n'),
  ];
  const spacing = fc.constantFrom(0, 1, '\t');
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), spacing, space, (records, indent, pad) => {
      const each = records.map((value) => JSON.stringify(value, null, indent));
      const list = `[${pad}${each.join(`${pad},${pad}`)}${pad}]`;
      for (const form of forms) assert.deepEqual(split(form(list, each, pad)), { records: each, dead: [] });
    }),
  );
});

test('a body cut anywhere loses nothing that was whole before the cut', () => {
  const body = Buffer.from(`{"x":1,"records":[${A},${B},${A}],"y":"z"}`);
  const ends = splitRecords(body).records.map((r) => body.indexOf(r.bytes, r.index === 2 ? 100 : 0) + r.bytes.length);
  for (let cut = 0; cut < body.length; cut++) {
    const got = splitRecords(body.subarray(0, cut));
    assert.equal(got.records.length, ends.filter((end) => end <= cut).length);
    assert.deepEqual(
      got.deadLetters.map((d) => d.reason),
      ['not_json'],
    );
  }
});

test('no bytes throw, and no place has two owners', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '{}',
    '"records"',
    '"records":[',
    A,
    '1',
    ' ',
    'null',
    '\\u0072',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => void split(parts.join(''))),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void split(bytes)),
    { numRuns: 500 },
  );
});

test('a hundred thousand records and megabytes of junk are split in time that grows with their length', () => {
  assert.equal(splitRecords(Buffer.from(`{"records":[${'{},'.repeat(99_999)}{}]}`)).records.length, 100_000);
  const size = 1 << 20;
  for (const unit of [
    '[',
    '{',
    '"',
    '\\',
    '"\\',
    '{"a":',
    '[[],',
    '{"records":[',
    '[{',
    ' ',
    '\u0000',
    '1 ',
    '""',
    '{}',
    '}',
    '{"records":1,',
  ]) {
    const { deadLetters } = splitRecords(Buffer.from(unit.repeat(size / unit.length)));
    assert.ok(deadLetters.length > 0 && deadLetters.length <= 101, `${unit}: ${deadLetters.length}`);
  }
});
