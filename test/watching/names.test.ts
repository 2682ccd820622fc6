/** Alerts, dashboard and pages ask for what a live service really exposes, to the label and its values. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import { type Exposed, expose } from './exposed.ts';
import { alerts, dashboard, filledIn, pathOf, read } from './files.ts';
import { readQuery } from './query.ts';

let exposed: Exposed;
before(
  async () => {
    exposed = await expose();
  },
  { timeout: 120_000 },
);

/** What scraping puts on every series. */
const OF_THE_TARGET = ['namespace', 'instance'];
/** Made by a query, or by Prometheus. */
const MADE = ['le'];
/** Values that are brought about by what may happen, and are not there from the beginning. */
const OPEN = ['guestwatch_not_ready_reason', 'guestwatch_http_request_duration_seconds'];

/** All that an expression asks for and nobody exposes, as sentences. */
function faultsIn(expression: string, spoken: string): string[] {
  const { selectors, groups } = readQuery(expression);
  const known = new Set([...OF_THE_TARGET, ...MADE]);
  const faults: string[] = [];
  for (const { metric, labels } of selectors) {
    const own = exposed.series.get(metric);
    if (own === undefined) {
      faults.push(`there is no ${metric}`);
      continue;
    }
    for (const label of own.keys()) known.add(label);
    for (const { name, operator, value } of labels) {
      if (OF_THE_TARGET.includes(name)) continue;
      const values = own.get(name);
      if (values === undefined) faults.push(`${metric} has no ${name}`);
      else if (!operator.startsWith('!') && !OPEN.some((open) => metric.startsWith(open)))
        for (const one of operator === '=~' ? value.split('|') : [value])
          if (!values.has(one)) faults.push(`${metric} never has ${name}="${one}"`);
    }
  }
  for (const label of groups) if (!known.has(label)) faults.push(`nothing has ${label} to group by`);
  for (const [, label] of spoken.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g))
    if (!known.has(label!)) faults.push(`nothing has ${label} to show`);
  return faults;
}

const split = <T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] => [
  all.filter(is),
  all.filter((one) => !is(one)),
];

test('every alert asks for what there is', () => {
  const all = alerts();
  assert.ok(all.length >= 20);
  for (const { alert, expr, annotations } of all)
    assert.deepEqual(faultsIn(expr, Object.values(annotations).join(' ')), [], alert);
});

test('every panel asks for what there is', () => {
  const panels = dashboard().panels.filter(({ type }) => type !== 'row');
  assert.ok(panels.length >= 30);
  for (const { title, targets = [] } of panels) {
    assert.ok(targets.length > 0, title);
    for (const { expr, legendFormat } of targets) assert.deepEqual(faultsIn(filledIn(expr), legendFormat), [], title);
  }
});

test('every metric of the service is on the dashboard', () => {
  const shown = dashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr).join(' '));
  const names = [...exposed.series.keys()].filter((name) => name.startsWith('guestwatch_'));
  assert.ok(names.length >= 40);
  const left = names.filter((name) => !shown.some((expr) => new RegExp(`\\b${name}\\b`).test(expr)));
  // Of a histogram two parts say all.
  assert.deepEqual(left, ['guestwatch_http_request_duration_seconds_sum']);
});

test('metrics that the pages speak of are there', () => {
  const docs = readdirSync(pathOf('docs')).filter((name) => name.endsWith('.md'));
  for (const page of ['README.md', 'ARCHITECTURE.md', ...docs.map((name) => `docs/${name}`)]) {
    const [greps, lines] = split(read(page).split('\n'), (line) => line.includes('grep'));
    const names = [...exposed.series.keys()];
    for (const [sought] of greps.join('\n').matchAll(/\bguestwatch_[a-z_]+/g))
      assert.ok(
        names.some((name) => name.startsWith(sought)),
        `${page}: ${sought}`,
      );
    for (const [, name, label, value] of lines.join('\n').matchAll(/\b(guestwatch_[a-z_]+)(?:\{(\w+)="(\w+)"\})?/g)) {
      const labels = exposed.series.get(name!);
      assert.ok(labels, `${page}: ${name}`);
      if (label !== undefined) assert.ok(labels.get(label)?.has(value!), `${page}: ${name} ${label}=${value}`);
    }
  }
});

test('names, units and help follow the conventions of Prometheus', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposed.text,
    encoding: 'utf8',
  });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
});

test('an expression that asks for what is not there is found', () => {
  const asked = (expr: string): string[] => faultsIn(expr, '');
  assert.deepEqual(asked('sum(rate(guestwatch_nothing_total[5m]))'), ['there is no guestwatch_nothing_total']);
  assert.deepEqual(asked('guestwatch_lag_events{shard="1"}'), ['guestwatch_lag_events has no shard']);
  assert.deepEqual(asked('guestwatch_state_losses_total{reason="gone"}'), [
    'guestwatch_state_losses_total never has reason="gone"',
  ]);
  assert.deepEqual(asked('sum by (tenant) (guestwatch_lag_events)'), ['nothing has tenant to group by']);
  assert.deepEqual(faultsIn('guestwatch_lag_events', '{{ $labels.webhook }}'), ['nothing has webhook to show']);
});
