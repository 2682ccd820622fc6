/** What a person sees: tables that fit and tear nothing apart without need, and the line that says how far the reading is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inUnits, progressLine, progressOn } from '../../src/replay/progress.ts';
import { printable, tableLines, wrap } from '../../src/replay/table.ts';

/** Any characters at all, lone surrogates among them. */
const anyText = fc.array(fc.integer({ min: 0, max: 0x10_ff_ff })).map((codes) => String.fromCodePoint(...codes));

test('a wrapped text holds all its words, and no line is too long', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z@._]{1,20}$/), { maxLength: 8 }),
      fc.integer({ min: 1, max: 30 }),
      (words, width) => {
        const lines = wrap(words.join(' '), width);
        assert.ok(lines.every((line) => line.length <= width));
        assert.equal(lines.join('').replaceAll(' ', ''), words.join(''));
      },
    ),
  );
});

test('a text is broken where it has joints before it is torn', () => {
  assert.deepEqual(wrap('bob@partner.com', 12), ['bob@partner.', 'com']);
  assert.deepEqual(wrap('Add member to role', 10), ['Add member', 'to role']);
  assert.deepEqual(wrap('abcdefgh', 3), ['abc', 'def', 'gh']);
});

test('a table takes the room that it needs, and no more than there is', () => {
  const columns = [
    { title: 'A', cell: (text: string) => text, least: 4 },
    { title: 'B', cell: () => 'short', least: 4 },
  ];
  assert.deepEqual(tableLines(columns, ['one'], 80), ['A    B', '───  ─────', 'one  short']);
  assert.deepEqual(tableLines(columns, ['one two three'], 12), [
    'A      B',
    '─────  ─────',
    'one    short',
    'two',
    'three',
  ]);
});

test('wide characters count twice', () => {
  assert.deepEqual(
    tableLines(
      [
        { title: 'A', cell: (text: string) => text, least: 4 },
        { title: 'B', cell: () => 'x', least: 1 },
      ],
      ['日本'],
      80,
    ).at(-1),
    '日本  x',
  );
});

test('nothing that a terminal would obey stays in a text', () => {
  fc.assert(fc.property(anyText, (text) => assert.ok(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(printable(text)))));
  assert.equal(printable('a\u001b[31mb'), 'a\\u{1b}[31mb');
  assert.equal(printable('é – 日本'), 'é – 日本');
});

test('progress is drawn on terminals only, at most ten times a second, and cleared away', () => {
  let nowMs = 0;
  const written: string[] = [];
  const terminal = { write: (text: string) => written.push(text), isTTY: true, columns: 200 };
  const progress = progressOn(terminal, 1_000, () => nowMs);
  progress.add(100);
  assert.deepEqual(written, [], 'what is read at once needs no line');
  for (nowMs = 100; nowMs < 1_100; nowMs += 50) progress.add(10);
  assert.equal(written.length, 10);
  assert.match(written[0]!, /11 %/);
  progress.done();
  assert.equal(written.at(-1), '\r\u001b[K');
  const silent: string[] = [];
  progressOn({ write: (text: string) => silent.push(text) }, 10, () => 1e9).add(10);
  assert.deepEqual(silent, []);
});

test('sizes are said in units that move', () => {
  assert.deepEqual([0, 999, 1_000, 1_540_000, 123_456_789, 5e12].map(inUnits), [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.5 MB',
    '123 MB',
    '5.0 TB',
  ]);
  assert.equal(progressLine(5_000, null), 'reading  5.0 kB');
  assert.match(progressLine(2_000, 1_000), /100 %/);
});
