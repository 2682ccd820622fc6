/** The bench's own reckoning: medians, ratios, verdicts, arguments, the table, and the work that is measured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEvent } from '../../src/detection/event.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import {
  type Figure,
  isMet,
  jsonOf,
  median,
  medianRatio,
  quantile,
  type Row,
  type Run,
  round,
  tableOf,
} from './figure.ts';
import { compareGrowth } from './growth.ts';
import { readOptions } from './options.ts';
import { hasReached } from './processes/protocol.ts';
import { ROWS } from './rows.ts';
import { eventOf, RECORDS_PER_EVENT } from './work.ts';

test('a median is a value that was measured, in the middle, whatever the order', () => {
  assert.equal(median([3]), 3);
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 2, 9]), 9, 'as numbers, not as text');
  assert.throws(() => median([]), /Nothing was measured/);
});

test('a quantile is the value below which that part of all lies', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i);
  assert.equal(quantile(hundred, 0.99), 99);
  assert.equal(quantile(hundred, 0.5), 50);
  assert.equal(quantile(hundred, 1), 99);
});

test('a ratio is that of each pair: what slows both sides of one pair does not count', () => {
  assert.equal(medianRatio([2, 20, 200], [1, 10, 100]), 2);
  assert.equal(medianRatio([1, 30, 3], [1, 10, 2]), 1.5);
});

const figure = (value: number, target: Figure['target']): Figure => ({
  ...{ what: 'cost', own: '1 s', peer: '2 s', value, unit: 'times', target },
});

test('what costs beside much is held against what it costs beside little, turn by turn, the first to get warm', async () => {
  const turns: string[] = [];
  const cost = (side: string, each: number) => async (turn: number) => {
    turns.push(`${side} ${turn}`);
    return turn === 0 ? 1_000 : each * turn;
  };
  const { value, own, peer } = await compareGrowth('growth', 3, () => {}, {
    much: cost('much', 3),
    little: cost('little', 2),
  });
  assert.deepEqual([value, own, peer], [1.5, '6 ms', '4 ms']);
  assert.deepEqual(turns.slice(0, 4), ['much 0', 'little 0', 'much 1', 'little 1']);
  assert.equal(turns.length, 8);
});

test('a target is met at its very edge, and what has none is never missed', () => {
  assert.ok(isMet(figure(1.6, { atMost: 1.6 })) && !isMet(figure(1.61, { atMost: 1.6 })));
  assert.ok(isMet(figure(0.3, { atLeast: 0.3 })) && !isMet(figure(0.29, { atLeast: 0.3 })));
  assert.ok(isMet(figure(99, null)));
  assert.ok(isMet(figure(-37, { atMost: 50 })), 'less than nothing is little');
  assert.ok(!isMet(figure(Number.NaN, { atMost: 1 })), 'what is no number meets nothing');
});

const RUN: Run = {
  command: 'npm run bench -- --pairs 5',
  machine: { node: 'v20.20.2', cores: 2, load: 0.25 },
  figures: [figure(1.2345, { atMost: 1.6 }), figure(2, { atLeast: 4 }), figure(7, null)],
};

test('the table says each figure, what was wanted, what is missed, and on which machine', () => {
  const lines = tableOf(RUN).split('\n');
  assert.match(lines[1]!, /^cost +1 s +2 s +1\.23 times +at most 1\.6 times +met$/);
  assert.match(lines[2]!, /2 times +at least 4 times +MISSED$/);
  assert.match(lines[3]!, /7 times$/);
  assert.deepEqual(lines.slice(5), [
    '1 of 2 targets met',
    'npm run bench -- --pairs 5, Node v20.20.2, 2 cores, load 0.3',
  ]);
});

test('as JSON the figures are whole, with their verdicts', () => {
  const told = JSON.parse(jsonOf(RUN)) as Omit<Run, 'figures'> & { figures: { value: number; met: boolean }[] };
  assert.deepEqual(
    told.figures.map(({ value, met }) => [value, met]),
    [
      [1.2345, true],
      [2, false],
      [7, true],
    ],
  );
  assert.equal(told.machine.cores, 2);
});

test('figures are told with three digits that count', () => {
  assert.deepEqual([1234.5, 0.00123456, 2].map(round), ['1230', '0.00123', '2']);
});

const rowNamed = (name: string): Row => ({ name, about: `about ${name}`, measure: async () => [] });
const CHOICE = [rowNamed('one'), rowNamed('other')];
const namesOf = (argv: readonly string[]): string[] => {
  const asked = readOptions(argv, CHOICE);
  assert.ok('options' in asked, JSON.stringify(asked));
  return asked.options.rows.map(({ name }) => name);
};

test('rows are all, or those that are named, in the order of the table', () => {
  assert.deepEqual(namesOf([]), ['one', 'other']);
  assert.deepEqual(namesOf(['other', 'one', '--check']), ['one', 'other']);
  assert.deepEqual(namesOf(['other']), ['other']);
});

test('what cannot be measured is a fault that says what can', () => {
  const faultOf = (...argv: string[]) => {
    const asked = readOptions(argv, CHOICE);
    return 'fault' in asked ? asked.fault : null;
  };
  assert.equal(faultOf('onee'), 'There is no row onee; there are one, other.');
  for (const pairs of ['0', '101', '1.5', 'many', ''])
    assert.match(faultOf(`--pairs=${pairs}`) ?? '', /no whole number from 1 to 100/, pairs);
  assert.match(faultOf('--pears') ?? '', /--pears/);
});

test('help names every row', () => {
  const asked = readOptions(['--help'], ROWS);
  assert.ok('help' in asked);
  for (const { name, about } of ROWS) assert.ok(asked.help.includes(name) && asked.help.includes(about), name);
});

test('all is done once each partition has come as far', () => {
  assert.ok(hasReached({ 0: 5, 1: 7 }, { 0: 5, 1: 6 }));
  assert.ok(!hasReached({ 0: 5 }, { 0: 5, 1: 0 }));
});

test('the work is what it says: records of 3 KB, of which 2 in 100 are guests and 1 in 1,000 of the audit is a fact', () => {
  const at = Date.UTC(2026, 10, 23);
  const table = nameTable(BUILT_IN_RULE);
  const origin = {
    hub: 'h',
    partition: '0',
    sequenceNumber: 0,
    enqueuedAt: at,
    receivedAt: at,
    referenceMs: at + 60_000,
  };
  const sums = { bytes: 0, records: 0, signIns: 0, operations: 0 };
  for (let n = 0; n < 500; n++) {
    const { body, records } = eventOf(n, at);
    const { facts, counts, deadLetters } = readEvent(body, origin, table);
    assert.equal(counts.records, records);
    assert.equal(deadLetters.length, 0);
    sums.bytes += body.length;
    sums.records += records;
    sums.signIns += facts.filter(({ kind }) => kind === 'signIn').length;
    sums.operations += facts.filter(({ kind }) => kind === 'operation').length;
  }
  assert.deepEqual([sums.records, sums.signIns, sums.operations], [9_000, 160, 1]);
  assert.equal(sums.records / 500, RECORDS_PER_EVENT);
  assert.ok(Math.abs(sums.bytes / sums.records - 3_072) < 150);
});
