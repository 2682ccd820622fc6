/** Tables that are read back as they were written, and run nothing in a spreadsheet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Finding } from '../../src/api/schema/finding.ts';
import { csvLines } from '../../src/formats/csv.ts';
import { FINDING_COLUMNS } from '../../src/formats/finding.ts';

const text = (rows: readonly Record<string, unknown>[], ...columns: string[]): string =>
  [...csvLines(columns, rows)].join('');

/** A reader by the letter of RFC 4180: quotes, commas and line ends, and nothing else. */
function parse(csv: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"|[^",\r\n]*/y;
  for (let at = 0; ; ) {
    cell.lastIndex = at;
    const [whole, quoted] = cell.exec(csv)!;
    rows.at(-1)!.push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
    at = cell.lastIndex;
    if (csv[at] === ',') at++;
    else {
      assert.equal(csv.slice(at, at + 2), '\r\n');
      at += 2;
      if (at === csv.length) return rows;
      rows.push([]);
    }
  }
}

/** As the document says that it is undone. */
const undone = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

const hostile = fc.oneof(
  fc.string(),
  fc.stringMatching(/^'{0,3}[=+\-@\t\r]?['",\r\n a]{0,5}$/),
  fc.constantFrom('=1+1', "'=1", '@SUM(A1)', '-2', '+3', "''-", "'", '\t', '\r'),
);

test('what is read back and undone is what was written, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ a: hostile, b: hostile }), { maxLength: 5 }), (rows) => {
      const [header, ...cells] = parse(text(rows, 'a', 'b'));
      assert.deepEqual(header, ['a', 'b']);
      assert.deepEqual(
        cells.map((row) => row.map(undone)),
        rows.map(({ a, b }) => [a, b]),
      );
    }),
  );
});

test('no cell begins as a formula does', () => {
  fc.assert(
    fc.property(hostile, (value) => {
      assert.doesNotMatch(parse(text([{ a: value }], 'a'))[1]![0]!, /^[=+\-@\t\r]/);
    }),
  );
});

test('null is empty, numbers are left alone, sets and objects are JSON in one cell', () => {
  const row = { none: null, count: -3, flag: true, set: ['a,"b'], object: { a: 1 } };
  assert.deepEqual(parse(text([row], ...Object.keys(row)))[1], ['', '-3', 'true', '["a,\\"b"]', '{"a":1}']);
});

test('a table without rows has its header', () => {
  assert.equal(text([], 'a', 'b'), 'a,b\r\n');
});

test('the columns of a finding are the members that the API gives, in its order', () => {
  assert.deepEqual([...FINDING_COLUMNS], Object.keys(Finding.properties));
});
