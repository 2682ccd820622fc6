/** The page on writing a rule: its examples are read and run as they stand there. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support.ts';

const page = readFileSync(new URL('../../docs/rule.md', import.meta.url), 'utf8');

/** The blocks of the page that are called by a name. */
function blocks(name: string): string[] {
  return [...page.matchAll(/^```\w+ (\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, own, text]) =>
    own === name ? [text!] : [],
  );
}

test('the rule, the expectations and the log of the page belong together: all holds, and without the rule it does not', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'docs-rule-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  const files = { 'rule.yaml': blocks('rule'), 'expect.yaml': blocks('expect'), 'day.ndjson': blocks('log') };
  for (const [name, found] of Object.entries(files)) {
    assert.equal(found.length, 1, name);
    writeFileSync(join(cwd, name), found[0]!);
  }
  const replay = async (env: Record<string, string>) => {
    const io = fakeIo({ cwd, env });
    const code = await run(['replay', '--expect', 'expect.yaml', '--junit', 'report.xml', 'day.ndjson'], io);
    return { code, err: io.err() };
  };
  assert.deepEqual(await replay({ RULE_FILE: join(cwd, 'rule.yaml') }), { code: 0, err: '' });
  assert.match(readFileSync(join(cwd, 'report.xml'), 'utf8'), /tests="4" failures="0"/);
  const { code, err } = await replay({});
  assert.equal(code, 1);
  assert.match(err, /line 1: ann@partner\.example .*found 0\n.*line 3: bob@partner\.example .*found 0\n/);
});

test('the page says of each word that a rule may have what it may be', () => {
  for (const word of [
    'severity',
    'window',
    'operations',
    'note',
    'RULE_FILE',
    'rule_not_adopted',
    'guestwatch_rule_adopted',
  ])
    assert.ok(page.includes(word), word);
});
