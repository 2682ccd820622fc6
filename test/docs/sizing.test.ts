/** The page on sizes: what its table says follows from the figures above it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync(new URL('../../docs/sizing.md', import.meta.url), 'utf8');

/** The cells of a table that stands between two marks, without its head. */
function table(name: string): string[][] {
  const [, text = ''] = new RegExp(`<!-- ${name} -->\n([\\s\\S]*?)<!-- /${name} -->`).exec(page) ?? [];
  const lines = text.trim().split('\n').slice(2);
  assert.ok(lines.length > 0, `there is no table ${name}`);
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `1,000,000` */
const numberIn = (cell: string): number => {
  const value = Number(cell.replaceAll(',', '').replace(/ .*/, ''));
  assert.ok(Number.isFinite(value), cell);
  return value;
};

const figures = new Map(table('figures').map(([name = '', value = '']) => [name, numberIn(value)]));
const figure = (name: string): number => {
  assert.ok(figures.has(name), `the page states no ${name}`);
  return figures.get(name)!;
};

function reckon(users: number) {
  const signIns = users * figure('sign-ins of a user a day');
  const records = (signIns * (1 + figure('audit records for a sign-in'))) / 86_400;
  const busiest = records * figure('busiest hour against the mean');
  const megabytes = (busiest * figure('bytes of a record')) / 1_000_000;
  const units = Math.max(1, Math.ceil(megabytes / figure('MB/s into a throughput unit')));
  const cores = (busiest * figure('CPU seconds of a million records')) / 1_000_000;
  const guests = users * figure('guests among users');
  const guestSignIns = guests * figure('sign-ins of a user a day') * figure('days of sign-ins that are held');
  const findings = users * figure('findings of a user a day') * figure('days of findings that are held');
  const redis =
    guests * figure('bytes of a guest') +
    Math.max(0, guestSignIns - guests) * figure('bytes of a further sign-in') +
    findings * figure('bytes of a finding');
  return {
    signIns,
    busiest: Math.ceil(busiest),
    megabytes: Number(megabytes.toPrecision(2)),
    units,
    partitions: Math.max(figure('least partitions of a hub'), 2 ** Math.ceil(Math.log2(units))),
    percentOfCore: Number((100 * cores).toPrecision(2)),
    replicas: Math.max(2, Math.ceil(cores / figure('share of a core that is used'))),
    redis: Math.ceil(redis / 1_000_000),
  };
}

test('each size of the table follows from the figures that the page states', () => {
  for (const [who = '', users = '', ...cells] of table('sizes')) {
    assert.deepEqual(cells.map(numberIn), Object.values(reckon(numberIn(users))), who);
  }
});

test('what is called the limit of one namespace is', () => {
  const users = numberIn(/([\d,]+) users are the limit/.exec(page)?.[1] ?? '');
  assert.equal(reckon(users).units, figure('throughput units of a namespace at most'));
  assert.ok(reckon(users * 1.01).units > figure('throughput units of a namespace at most'));
});
