/** Licences: what comes is read out of the lock file, what may not be used is named, and the texts go along with the program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forbidden, licensed, READ_BY_HAND } from '../../local/packages/licences.ts';
import { type LockEntry, readLock } from '../../local/packages/lock.ts';
import { licenceTexts } from '../../local/packages/texts.ts';

const lockOf = (packages: Record<string, LockEntry>) => ({ packages: { '': { version: '1.0.0' }, ...packages } });
const idsOf = (packages: Record<string, LockEntry>): string[] =>
  forbidden(licensed(lockOf(packages))).map(({ id, licence }) => `${id} ${licence}`);
const entry = (license?: string, more: Partial<LockEntry> = {}): LockEntry => ({
  version: '1.0.0',
  ...(license !== undefined && { license }),
  ...more,
});

test('every package of the project is under a licence that may be used where it is used', () => {
  const packages = licensed(readLock());
  assert.ok(packages.length > 500 && packages.filter(({ isProduction }) => isProduction).length > 150);
  assert.deepEqual(forbidden(packages), []);
  const ids = new Set(packages.map(({ id }) => id));
  for (const id of Object.keys(READ_BY_HAND)) assert.ok(ids.has(id), `${id} was read by hand, and is gone`);
});

test('a licence that is not on the list is named, and so is none', () => {
  const bad = {
    'node_modules/a': entry('AGPL-3.0-only'),
    'node_modules/@b/c': entry(),
    'node_modules/d': entry('MIT'),
  };
  assert.deepEqual(idsOf(bad), ['@b/c@1.0.0 unknown', 'a@1.0.0 AGPL-3.0-only']);
});

test('what is not handed out may be under more, but for a package that production needs as well', () => {
  assert.deepEqual(idsOf({ 'node_modules/a': entry('Python-2.0', { dev: true }) }), []);
  const both = {
    'node_modules/a': entry('Python-2.0'),
    'node_modules/b/node_modules/a': entry('Python-2.0', { dev: true }),
  };
  assert.deepEqual(idsOf(both), ['a@1.0.0 Python-2.0']);
  const turned = Object.fromEntries(Object.entries(both).reverse());
  assert.deepEqual(idsOf(turned), ['a@1.0.0 Python-2.0']);
});

test('of a choice one will do, of licences that hold together each must, and what is more involved is for a person', () => {
  for (const good of ['MIT OR GPL-3.0-only', '(GPL-3.0-only OR ISC)', 'MIT AND BSD-3-Clause'])
    assert.deepEqual(idsOf({ 'node_modules/a': entry(good) }), [], good);
  for (const bad of [
    'MIT AND GPL-3.0-only',
    'GPL-2.0-only OR GPL-3.0-only',
    '(MIT AND ISC) OR GPL-3.0-only',
    'MIT AND (ISC OR MIT)',
    'SEE LICENSE IN x',
  ])
    assert.deepEqual(idsOf({ 'node_modules/a': entry(bad) }), [`a@1.0.0 ${bad}`], bad);
});

test('a build for another platform has the licence of what it is a build of, of the same version alone', () => {
  const build = entry(undefined, { dev: true });
  const of = (version: string): LockEntry => ({
    version,
    license: 'MIT',
    dev: true,
    optionalDependencies: { 'a-arm': version },
  });
  assert.deepEqual(idsOf({ 'node_modules/a-arm': build, 'node_modules/a': of('1.0.0') }), []);
  assert.deepEqual(idsOf({ 'node_modules/a-arm': build, 'node_modules/a': of('2.0.0') }), ['a-arm@1.0.0 unknown']);
});

test('the texts of all that runs in production go along with it', () => {
  const text = licenceTexts();
  for (const { id, licence, isProduction } of licensed(readLock()))
    assert.equal(text.includes(`\n${id} (${licence})\n\n`), isProduction, id);
  assert.ok((text.match(/Permission is hereby granted/g)?.length ?? 0) > 100);
});
