/** A release: what stands in its way is named with the mend, all at once; what it makes is one commit and one tag, and every place agrees. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unreleased, withRelease } from '../../local/release/changelog.ts';
import { contentFaults } from '../../local/release/contents.ts';
import { nextVersion, versionsNamed } from '../../local/release/version.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const next = (current: string, more: Partial<Parameters<typeof nextVersion>[1]> = {}): string => {
  const found = nextVersion(current, { asked: null, isReleased: true, isBreaking: false, ...more });
  return 'version' in found ? found.version : found.fault;
};

test('the next version is above the last one, by as much as it breaks', () => {
  assert.equal(next('1.4.2'), '1.5.0');
  assert.equal(next('1.4.2', { isBreaking: true }), '2.0.0');
  assert.equal(next('0.4.2', { isBreaking: true }), '0.5.0');
  assert.equal(next('0.1.0', { isReleased: false }), '0.1.0');
  assert.equal(next('0.1.0', { isReleased: false, asked: '0.2.0' }), '0.2.0');
  assert.match(next('0.1.0', { isReleased: false, asked: '0.0.9' }), /is below 0\.1\.0/);
  assert.equal(next('1.4.2', { asked: '1.4.3' }), '1.4.3');
  assert.match(next('1.4.2', { asked: '1.4.2' }), /not above 1\.4\.2, which is released: take 1\.4\.3/);
  assert.match(next('1.4.2', { asked: '1.5.0', isBreaking: true }), /too low.*take 2\.0\.0/);
  for (const asked of ['next', '1.2', '01.0.0', '1.0.0-rc.1']) assert.match(next('0.1.0', { asked }), /is no version/);
});

test('every place that names the version is found, and names the same', () => {
  const named = versionsNamed();
  assert.ok(named.length >= 7);
  assert.equal(new Set(named.map(({ version }) => version)).size, 1);
  assert.ok(named.every(({ version }) => version !== null));
});

test('what waits for a release stands in the newest section, and that alone', () => {
  assert.deepEqual(unreleased('# Changes\n\n## Unreleased\n\n- One\n  more\n- Two\n\n## 0.1.0\n\n- Old\n'), [
    '- One',
    '- Two',
  ]);
  assert.deepEqual(unreleased('# Changes\n\n## Unreleased\n\n## 0.1.0\n\n- Old\n'), []);
  assert.equal(unreleased('# Changes\n\n## 0.2.0\n\n- One\n\n## Unreleased\n'), null);
  assert.equal(withRelease('# Changes\n\n## Unreleased\n', '0.2.0'), '# Changes\n\n## 0.2.0\n');
});

test('a package with something else in it, without what it must have, too large, or with a secret is refused', () => {
  const must = ['package.json', 'LICENSE', 'dist/main.js', 'dist/sbom.cdx.json', 'dist/THIRD_PARTY_LICENCES'];
  const good = [...must, 'client/index.js', 'client/index.d.ts', 'docs/openapi.json'].map((path) => ({
    path,
    size: 1,
  }));
  const faults = (files: typeof good, text = '') => contentFaults(files, () => text);
  assert.deepEqual(faults(good), []);
  assert.match(faults([...good, { path: 'test/keys.yaml', size: 1 }]).join(), /^test\/keys\.yaml is in it/);
  assert.match(faults(good.slice(1)).join(), /^package\.json is not in it/);
  assert.match(faults([...good, { path: 'dist/a.js', size: 9e6 }]).join(), /bytes/);
  const letters = 'aB3'.repeat(20);
  for (const secret of [
    `-----BEGIN PRIVATE KEY-----\n${letters}`,
    `SharedAccessKey=${letters}`,
    `'gw_${letters.slice(0, 43)}'`,
    `whsec_${letters}`,
    `eyJ${letters}.eyJ${letters}.x`,
  ])
    assert.equal(faults(good.slice(0, 1), secret).filter((fault) => fault.includes('looks like')).length, 1, secret);
});

test('a release is one commit and one tag, in which every place agrees; whatever stands in its way is told at once', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-release-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const run = (program: string, ...args: string[]) => spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = run('git', '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  const files = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of files.stdout
    .split('\n')
    .filter((name) => name !== '' && !/^(test\/(?!deploy)|docs\/decisions)/.test(name))) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  appendFileSync(join(folder, '.gitignore'), '/node_modules\n');
  const changelog = join(folder, 'CHANGELOG.md');
  writeFileSync(changelog, '# Changes\n\n## Unreleased\n\n- Something new.\n\n## 0.0.1\n');
  git('init', '--quiet', '--initial-branch', 'main');
  for (const [name, value] of [
    ['user.name', 'test'],
    ['user.email', 'test@example.com'],
    ['commit.gpgsign', 'false'],
    ['tag.gpgsign', 'false'],
  ])
    git('config', name!, value!);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
  const release = (...args: string[]) =>
    run(process.execPath, '--import', import.meta.resolve('tsx'), join(folder, 'local/release.ts'), ...args);

  git('switch', '--quiet', '--create', 'aside');
  writeFileSync(changelog, '# Changes\n\n## 0.0.1\n');
  const refused = release('--dry-run', '0.0.9');
  assert.equal(refused.status, 1, refused.stdout);
  for (const words of [
    'M CHANGELOG.md: commit it',
    'this is aside',
    '0.0.9 is below 0.',
    'does not begin with a section',
  ])
    assert.ok(refused.stdout.includes(words), `${words}\n${refused.stdout}`);
  assert.equal(git('tag'), '');

  git('restore', '.');
  git('switch', '--quiet', 'main');
  const made = release('0.3.0');
  assert.equal(made.status, 0, made.stdout + made.stderr);
  assert.doesNotMatch(made.stdout, /^fault:/m);
  assert.match(made.stdout, /git push origin main v0\.3\.0/);
  assert.deepEqual([git('log', '-1', '--format=%s'), git('tag', '--points-at', 'HEAD')], ['release: 0.3.0', 'v0.3.0']);
  assert.equal(git('status', '--porcelain'), '');
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
  assert.equal(text('CHANGELOG.md'), '# Changes\n\n## 0.3.0\n\n- Something new.\n\n## 0.0.1\n');
  for (const path of ['package.json', 'package-lock.json', 'docs/openapi.json', 'docs/openapi.released.json'])
    assert.match(text(path), /"version": ?"0\.3\.0"/, path);
  assert.match(text('deploy/Dockerfile'), /^ARG VERSION=0\.3\.0$/m);
  assert.match(text('test/deploy/rendered/plain.yaml'), /image: registry\.example\/guestwatch:0\.3\.0\n/);
  const changed = git('diff', '--stat', 'HEAD~1').split('\n');
  assert.equal(changed.length - 1, 11, changed.join('\n'));
});
