/** `keys new`: a key once, and a line that the file of keys takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf } from '../../src/access/key.ts';
import { readKeys } from '../../src/access/keysFile.ts';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from './support.ts';

const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';
const now = fakeIo().now();

async function made(...argv: string[]) {
  const io = fakeIo();
  assert.equal(await run(['keys', 'new', ...argv], io), 0, io.err());
  const [key = '', line = '', ...more] = io.out().split('\n');
  assert.deepEqual(more, ['']);
  const read = readKeys(line);
  assert.ok('keys' in read, JSON.stringify(read));
  assert.ok(!io.err().includes(key) && !line.includes(key));
  return { key, ...read.keys[0]! };
}

test('the first line is the key, and the second what the file takes for it', async () => {
  const { key, ...entry } = await made('siem', '--scope', 'findings:read');
  assert.match(key, /^gw_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(entry, {
    name: 'siem',
    sha256: hashOf(key),
    scopes: ['findings:read'],
    tenants: 'all',
    expiresAt: now + 365 * 86_400_000,
  });
  assert.notEqual((await made('siem', '--scope', 'findings:read')).key, key);
});

test('scopes, tenants and the end are those that were asked for', async () => {
  const entry = await made(
    'on call',
    '--scope=findings:read,findings:triage',
    '--tenant',
    TENANT.toUpperCase(),
    '--expires',
    '90d',
  );
  assert.deepEqual(entry.scopes, ['findings:read', 'findings:triage']);
  assert.deepEqual(entry.tenants, [TENANT]);
  assert.equal(entry.expiresAt, now + 90 * 86_400_000);
  assert.equal((await made('a', '--scope', 'admin', '--expires', 'never')).expiresAt, null);
  assert.equal((await made('a', '--scope', 'admin', '--expires', '2027-06-30')).expiresAt, Date.parse('2027-06-30'));
});

test('every fault is told at once, and no key is made', async () => {
  const io = fakeIo();
  assert.equal(
    await run(['keys', 'new', 'a:b', 'c', '--scope', 'all', '--tenant', 'x', '--expires', 'soon', '--y'], io),
    2,
  );
  assert.equal(io.out(), '');
  for (const said of [
    '--y',
    'one NAME',
    'NAME must',
    '--scope must be one of findings:read',
    '--tenant must',
    '--expires must',
  ])
    assert.ok(io.err().includes(said), said);
});

for (const [argv, said] of [
  [[], 'There is only keys new NAME.'],
  [['old', 'a', '--scope', 'admin'], 'There is only keys new NAME.'],
  [['new', '--scope', 'admin'], 'needs a NAME'],
  [['new', 'a'], '--scope is missing'],
  [['new', 'a', '--scope'], '--scope needs a value'],
  [['new', 'a', '--scope', 'admin', '--expires', '2020-01-01'], 'is past already'],
] as const) {
  test(`keys ${argv.join(' ')} says what is missing or wrong`, async () => {
    const io = fakeIo();
    assert.equal(await run(['keys', ...argv], io), 2);
    assert.ok(io.err().includes(said), io.err());
  });
}
