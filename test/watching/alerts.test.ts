/** The alert rules by Prometheus's own tool, over made-up series; and what each alert must say of itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { ALERT_TESTS, ALERTS, alerts, dashboard, filledIn, pathOf, RUNBOOK, read } from './files.ts';

function promtool(...args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  assert.ifError(error);
  assert.equal(status, 0, `${stdout}${stderr}`);
}

test('the rules are rules', () => {
  promtool('check', 'rules', pathOf(ALERTS));
});

test('the expressions of the dashboard are expressions', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-rules-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const rules = dashboard().panels.flatMap(({ id, targets = [] }) =>
    targets.map(({ expr }, i) => ({ record: `panel:${id}:${i}`, expr: filledIn(expr) })),
  );
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
  promtool('check', 'rules', file);
});

for (const path of ALERT_TESTS)
  test(`over made-up series each alert is told when it should be, and no other: ${path}`, () => {
    promtool('test', 'rules', pathOf(path));
  });

test('of every alert it is tried that it is told, and that it ends', () => {
  const told = new Set<string>();
  const ended = new Set<string>();
  for (const path of ALERT_TESTS) {
    const { tests } = parse(read(path)) as {
      tests: { promql_expr_test: { exp_samples: { labels: string }[] }[] }[];
    };
    for (const { promql_expr_test: checks } of tests) {
      const firing = checks.map(({ exp_samples: samples }) =>
        samples.map(({ labels }) => /alertname="(\w+)"/.exec(labels)![1]!),
      );
      for (const [at, names] of firing.entries()) {
        for (const name of names) {
          told.add(name);
          if (firing.slice(at + 1).some((later) => !later.includes(name))) ended.add(name);
        }
      }
    }
  }
  const names = alerts().map(({ alert }) => alert);
  assert.deepEqual([...told].sort(), [...names].sort());
  const untilNow = names.filter((name) => !ended.has(name));
  assert.deepEqual(untilNow, []);
});

test('every alert has a severity, says what is wrong and what that means, and leads to its section of the run-book', () => {
  const sections = [...read(RUNBOOK).matchAll(/^## (\w+)$/gm)].map(([, name]) => name!);
  assert.deepEqual(
    alerts().map(({ alert }) => alert),
    sections.filter((name) => name.startsWith('Guestwatch')),
  );
  for (const { alert, labels, annotations } of alerts()) {
    assert.match(labels['severity'] ?? '', /^(critical|warning)$/, alert);
    assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook_url'], alert);
    assert.equal(annotations['runbook_url'], `${RUNBOOK}#${alert.toLowerCase()}`);
  }
});

test('panels lie beside each other, and what is chosen above them is used in each', () => {
  const { panels, templating } = dashboard();
  assert.deepEqual(
    templating.list.map(({ name, type }) => `${name} ${type}`),
    ['datasource datasource', 'namespace query'],
  );
  const taken = new Set<string>();
  for (const { title, gridPos, targets = [] } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${title} lies over another`);
        taken.add(`${x} ${y}`);
      }
    for (const { expr } of targets) assert.match(expr, /namespace=~"\$namespace"/, title);
  }
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const [, uid] of read('deploy/grafana/guestwatch.json').matchAll(/"uid": "([^"]+)"/g))
    assert.match(uid!, /^(guestwatch|\$\{datasource\})$/);
});
