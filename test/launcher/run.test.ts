/** The runner's last line: real counts of tests, and never a success where something crashed or nothing ran. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const OURS = fileURLToPath(new URL('../', import.meta.url));

/** Runs the runner over test files of the given texts; gives its exit code and last line. */
async function runOver(t: TestContext, files: Record<string, string>, filters: readonly string[] = []) {
  const root = mkdtempSync(join(tmpdir(), 'run-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'test', 'sub'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  for (const name of ['run.ts', 'tally.ts']) copyFileSync(join(OURS, name), join(root, 'test', name));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(
      join(root, 'test', name),
      `import assert from 'node:assert';\nimport { describe, it, test } from 'node:test';\n${text}`,
    );
  }
  // The mark of node:test in the environment would make the runner one of its own children.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--import', import.meta.resolve('tsx'), join(root, 'test', 'run.ts'), ...filters];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const [code] = (await once(child, 'close')) as [number];
  return { code, last: Buffer.concat(parts).toString().trimEnd().split('\n').at(-1) };
}

test('tests count, not the suites, parents and files around them', async (t) => {
  const files = {
    'a.test.ts': `
      test('leaf', () => {});
      test('parent', async (t) => { await t.test('one', () => {}); await t.test('two', () => {}); });
      describe('suite', () => { it('three', () => {}); describe('inner', () => { it('four', () => {}); }); });
      test('after a parent', () => {});`,
    'sub/b.test.ts': "test('elsewhere', () => {});",
  };
  assert.deepEqual(await runOver(t, files), { code: 0, last: '7 passed, 0 failed' });
  assert.deepEqual(await runOver(t, files, ['sub/']), { code: 0, last: '1 passed, 0 failed' });
  assert.deepEqual(await runOver(t, files, ['./test/sub/b.test.ts']), { code: 0, last: '1 passed, 0 failed' });
});

test('failures count once, also those of a parent itself; what is skipped or to do is neither passed nor failed', async (t) => {
  const files = {
    'a.test.ts': `
      test('parent', async (t) => { await t.test('good', () => {}); await t.test('bad', () => assert.fail()); });
      test('own', async (t) => { await t.test('good', () => {}); assert.fail(); });
      test('skipped', { skip: true }, () => {});
      test.todo('to do');`,
  };
  assert.deepEqual(await runOver(t, files), { code: 1, last: '2 passed, 2 failed, 2 skipped' });
});

test('a file that crashes is a failure, before, during and after its tests', async (t) => {
  const files = {
    'before.test.ts': "throw new Error('early');",
    'after.test.ts': "test('good', () => {}); process.on('exit', () => process.exit(7));",
    'missing.test.ts': "import './nothing.ts';",
  };
  assert.deepEqual(await runOver(t, files), { code: 1, last: '1 passed, 3 failed' });
});

test('a file without tests is a failure, and so is a run without any', async (t) => {
  assert.deepEqual(await runOver(t, { 'a.test.ts': '', 'b.test.ts': "test('good', () => {});" }), {
    code: 1,
    last: '1 passed, 1 failed',
  });
  assert.deepEqual(await runOver(t, {}), { code: 1, last: '0 passed, 0 failed' });
  assert.deepEqual(await runOver(t, { 'a.test.ts': "test('good', () => {});" }, ['nothing-like-it']), {
    code: 1,
    last: '0 passed, 0 failed',
  });
});
