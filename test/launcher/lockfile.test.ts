/** The lock file: it names no registry, and lacks nothing that `npm ci` on any platform would ask for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, downloadAddresses, missingPackages } from '../../local/launcher/lockfile.js';

const MANIFEST = JSON.stringify({ dependencies: { a: '1.0.0' }, devDependencies: { b: '1.0.0' } });
const lockOf = (packages: object): string =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'x' }, ...packages } });
const WHOLE = {
  'node_modules/a': { version: '1.0.0', dependencies: { c: '^1.0.0' } },
  'node_modules/a/node_modules/c': { version: '1.2.0', dependencies: { b: '*' } },
  'node_modules/b': { version: '1.0.0', dev: true },
};

test('download addresses are found', () => {
  assert.deepEqual(downloadAddresses(lockOf(WHOLE)), []);
  const told = { ...WHOLE, 'node_modules/b': { version: '1.0.0', resolved: 'https://registry.example/b.tgz' } };
  assert.deepEqual(downloadAddresses(lockOf(told)), ['node_modules/b']);
});

test('a lock file is whole when everything that is asked for stands beside the asker or above', () => {
  assert.deepEqual(missingPackages(lockOf(WHOLE), MANIFEST), []);
  const { 'node_modules/a/node_modules/c': _, ...without } = WHOLE;
  assert.deepEqual(
    missingPackages(lockOf(without), MANIFEST).map(({ name, by }) => [name, by]),
    [['c', 'node_modules/a']],
  );
  const { 'node_modules/b': __, ...noDev } = WHOLE;
  assert.deepEqual(
    missingPackages(lockOf(noDev), MANIFEST).map(({ name }) => name),
    ['b', 'b'],
  );
});

test('what is missing for other platforms is added, with what keeps it from being looked for; nothing else is', () => {
  const optionalDependencies = {
    '@x/cli-linux-x64-musl': '2.0.0',
    '@x/cli-darwin-arm64': '2.0.0',
    '@x/cli-linux-arm-gnueabihf': '2.0.0',
    'not-a-platform': '1.0.0',
  };
  const lock = lockOf({ ...WHOLE, 'node_modules/b': { version: '1.0.0', dev: true, optionalDependencies } });
  const whole = completed(lock, MANIFEST);
  const { packages } = JSON.parse(whole) as { packages: Record<string, unknown> };
  assert.deepEqual(packages['node_modules/@x/cli-linux-x64-musl'], {
    version: '2.0.0',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  });
  assert.deepEqual(packages['node_modules/@x/cli-linux-arm-gnueabihf'], {
    version: '2.0.0',
    cpu: ['arm'],
    dev: true,
    libc: ['glibc'],
    optional: true,
    os: ['linux'],
  });
  assert.deepEqual(packages['node_modules/@x/cli-darwin-arm64'], {
    version: '2.0.0',
    cpu: ['arm64'],
    dev: true,
    optional: true,
    os: ['darwin'],
  });
  assert.deepEqual(
    missingPackages(whole, MANIFEST).map(({ name }) => name),
    ['not-a-platform'],
  );
  assert.equal(completed(whole, MANIFEST), whole, 'once is enough');
});
