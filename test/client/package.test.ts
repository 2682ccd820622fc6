/** The client as another package has it: imported by its name under plain Node, typed under plain TypeScript. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('another package imports guestwatch/client, with its types, and nothing of the service', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: {} });
  write('package.json', '{ "type": "module" }');
  // As npm links a package that is installed from a folder.
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  symlinkSync(ROOT, join(packages, 'guestwatch'), 'dir');

  write(
    'main.js',
    `import { createClient, followChanges } from 'guestwatch/client';
     const client = createClient({ baseUrl: 'http://127.0.0.1:1' });
     console.log(typeof client.GET, typeof followChanges);`,
  );
  const { stdout, stderr } = run('main.js');
  assert.equal(stdout, 'function function\n', stderr);

  write(
    'main.ts',
    `import { createClient, type Finding } from 'guestwatch/client';
     const client = createClient({ baseUrl: 'http://127.0.0.1:1' });
     const { data } = await client.GET('/v1/findings/{id}', { params: { path: { id: 'a' } } });
     export const finding: Finding | undefined = data;
     export const severity: 'informational' | 'low' | 'medium' | 'high' | undefined = data?.severity;
     // @ts-expect-error: it is a number
     export const revision: string | undefined = data?.revision;`,
  );
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', '', 'main.ts'];
  const checked = run(`${ROOT}node_modules/typescript-native/bin/tsc`, ...options);
  assert.equal(checked.stdout, '', checked.stdout);
  assert.equal(checked.status, 0);
});
