// Holds the oracle's cutting of events against examples whose records and hashes are plain to see.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitBody } from './split.ts';

const A = '{"time":"a","x":[1,{"y":"]}"}]}';
const B = '{ "category" : "b" }';

function records(body: string | Buffer): string[] {
  return splitBody(Buffer.from(body)).records.map(String);
}

test('every envelope gives the same slices, byte for byte', () => {
  const envelope = `{"records":[${A}, ${B} ]}`;
  const bodies = [
    envelope,
    `\ufeff${envelope}`,
    `{"\\u0072ecords" : [ ${A} ,\n${B}],"more":{"records":[1]}}`,
    `[${A},${B}]`,
    `[ {"records":[${A}]} , {"records":[]},{"records":[${B}]} ]`,
    `${A}\n${B}`,
    `${A}\r\n\r\n${B}\n`,
    `{"records":[${A}]}\n{"records":[${B}]}`,
    JSON.stringify(envelope),
    `\ufeff ${JSON.stringify(`[${A},${B}]`)}`,
    `${JSON.stringify(A)}\n${JSON.stringify(B)}`,
  ];
  for (const body of bodies) {
    assert.deepEqual(records(body), [A, B], body);
    assert.deepEqual(splitBody(Buffer.from(body)).broken, [], body);
  }
});

test('a bare record is one; nothing is found in no records, and that is no error', () => {
  assert.deepEqual(records(` ${A} `), [A]);
  assert.deepEqual(splitBody(Buffer.from('{"records":[]}')), { records: [], broken: [] });
  assert.deepEqual(splitBody(Buffer.from('[]')), { records: [], broken: [] });
});

test('what cannot be split has a reason', () => {
  for (const body of ['', ' ', 'not json', '{"records":', '"not json"', '{]', '{"a" 1}', '}']) {
    assert.deepEqual(splitBody(Buffer.from(body)), { records: [], broken: ['not_json'] }, body);
  }
  for (const body of ['{}', '{"value":[]}', '{"records":null}', '42', 'null', '"7"']) {
    assert.deepEqual(splitBody(Buffer.from(body)), { records: [], broken: ['no_records'] }, body);
  }
});

test('where the structure breaks, the records before the break count', () => {
  for (const tail of ['{"category":"Sig', '{"category":"Sign"', '"text', '', ' x', '}']) {
    const split = splitBody(Buffer.from(`{"records":[${A},${B},${tail}`));
    assert.deepEqual([split.records.map(String), split.broken], [[A, B], ['not_json']], tail);
  }
  assert.deepEqual(records(`{"records":[${A}]} tail`), [A]);
  assert.deepEqual(records(`[{"records":[${A}]},{"records":[${B},{`), [A, B]);
});

test('an unwrapped string gives the bytes of its text, not those of its escapes', () => {
  const record = '{"time":"é \u{1f600}"}';
  const escaped = `"${[...Array(record.length).keys()].map((i) => `\\u${record.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
  assert.deepEqual(records(escaped), [record]);
});
