/** Keys in force: found by what is presented, and taken back at once when the file has them no more. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { type Access, type AccessEvents, openAccess } from '../../src/access/access.ts';
import { writeEntry } from '../../src/access/entry.ts';
import { hashOf, type Key, newKey } from '../../src/access/key.ts';
import { KeyRing } from '../../src/access/keyRing.ts';
import { AccessRefused } from '../../src/access/refused.ts';

const folder = await mkdtemp(join(tmpdir(), 'keys-'));
after(() => rm(folder, { recursive: true }));

const keyOf = (secret: string, changes: Partial<Key> = {}): Key => ({
  name: 'siem',
  sha256: hashOf(secret),
  scopes: ['findings:read'],
  tenants: 'all',
  expiresAt: null,
  ...changes,
});
const textOf = (...keys: readonly Key[]): string => keys.map((key) => `${writeEntry(key)}\n`).join('');

test('a key is found by itself alone, and only until it ends', () => {
  const ring = new KeyRing();
  const [good, ending] = [newKey(), newKey()];
  ring.replace([keyOf(good), keyOf(ending, { name: 'b', expiresAt: 1_000, scopes: ['admin', 'findings:read'] })]);
  const found = ring.find(good, 0);
  assert.ok(found.kind === 'granted');
  assert.deepEqual(
    [found.caller, found.scope, found.endsAt],
    [{ name: 'siem', tenants: 'all' }, 'findings:read', null],
  );
  for (const other of ['', 'gw_', good.slice(0, -1), `${good}a`, good.toUpperCase(), hashOf(good)])
    assert.deepEqual(ring.find(other, 0), { kind: 'refused', reason: 'unknown' }, other);
  const before = ring.find(ending, 999);
  assert.ok(before.kind === 'granted' && before.scope === 'admin');
  assert.deepEqual(ring.find(ending, 1_000), { kind: 'refused', reason: 'expired' });
});

test('what was granted ends when its key goes or allows something else, and not when another key changes', () => {
  const ring = new KeyRing();
  const [a, b, c] = [newKey(), newKey(), newKey()];
  const granted = (secret: string) => {
    const found = ring.find(secret, 0);
    assert.ok(found.kind === 'granted');
    return found.revoked!;
  };
  ring.replace([keyOf(a), keyOf(b, { name: 'b' }), keyOf(c, { name: 'c' })]);
  const [ofA, ofB, ofC] = [granted(a), granted(b), granted(c)];
  ring.replace([keyOf(b, { name: 'b', tenants: ['t'] }), keyOf(c, { name: 'c' })]);
  assert.deepEqual([ofA.aborted, ofB.aborted, ofC.aborted], [true, true, false]);
  assert.equal(ring.find(a, 0).kind, 'refused');
  assert.ok(!granted(b).aborted);
});

/** An access over a file, and what is told of its reloads. */
async function opened(
  keysFile: string,
): Promise<{ access: Access; reloaded: () => Promise<unknown>; expiring: string[] }> {
  const told = new EventEmitter();
  const expiring: string[] = [];
  const events: AccessEvents = {
    onReloaded: (outcome) => void told.emit('reloaded', outcome),
    onExpiring: ({ name }) => void expiring.push(name),
    onUnreachable: () => {},
  };
  const access = await openAccess({ keysFile, entra: null, events });
  return { access, expiring, reloaded: async () => (await once(told, 'reloaded'))[0] };
}

test('a start with a bad file is refused with every fault, each by the setting and the place', async () => {
  const file = join(folder, 'bad.yaml');
  await writeFile(file, '- { name: "?" }\n- 1\n');
  await assert.rejects(opened(file), (error) => {
    assert.ok(error instanceof AccessRefused);
    assert.deepEqual(
      error.faults.map((fault) => /^API_KEYS_FILE: line \d/.exec(fault)?.[0]),
      ['API_KEYS_FILE: line 1', 'API_KEYS_FILE: line 1', 'API_KEYS_FILE: line 2'],
    );
    return true;
  });
  await assert.rejects(opened(join(folder, 'none.yaml')), /API_KEYS_FILE .*cannot be read \(ENOENT\)/);
  await assert.rejects(opened(folder), /API_KEYS_FILE .*cannot be read/);
});

test('a file that changes is read again; one with faults leaves the keys before in force, and says so', async () => {
  const file = join(folder, 'keys.yaml');
  const [a, b] = [newKey(), newKey()];
  await writeFile(file, textOf(keyOf(a)));
  const { access, reloaded } = await opened(file);
  const kind = async (secret: string) => (await access.authenticate(secret)).kind;
  try {
    assert.deepEqual([await kind(a), await kind(b)], ['granted', 'refused']);
    const bad = reloaded();
    await writeFile(file, `- ${b}`);
    const told = await bad;
    assert.match(JSON.stringify(told), /API_KEYS_FILE: line 1, column 3/);
    assert.ok(!JSON.stringify(told).includes(b));
    assert.equal(await kind(a), 'granted');
    const good = reloaded();
    await writeFile(file, textOf(keyOf(b)));
    assert.deepEqual(await good, { keys: 1 });
    assert.deepEqual([await kind(a), await kind(b)], ['refused', 'granted']);
    const gone = reloaded();
    await rm(file);
    assert.match(JSON.stringify(await gone), /ENOENT/);
    assert.equal(await kind(b), 'granted');
  } finally {
    access.close();
  }
});

test('a link whose target is swapped, as for a mounted secret, is read again', async () => {
  const own = join(folder, 'mounted');
  const [a, b] = [newKey(), newKey()];
  for (const [version, key] of [
    ['..1', a],
    ['..2', b],
  ] as const) {
    await mkdir(join(own, version), { recursive: true });
    await writeFile(join(own, version, 'keys.yaml'), textOf(keyOf(key)));
  }
  await symlink('..1', join(own, '..data'));
  await symlink(join('..data', 'keys.yaml'), join(own, 'keys.yaml'));
  const { access, reloaded } = await opened(join(own, 'keys.yaml'));
  try {
    const found = await access.authenticate(a);
    assert.ok(found.kind === 'granted');
    const swapped = reloaded();
    await symlink('..2', join(own, '..next'));
    await rename(join(own, '..next'), join(own, '..data'));
    await swapped;
    assert.ok(found.revoked!.aborted);
    assert.equal((await access.authenticate(b)).kind, 'granted');
  } finally {
    access.close();
  }
});

test('keys that run out soon are told of at the start, once a day, and as soon as the file has them', async () => {
  const file = join(folder, 'expiring.yaml');
  const day = 86_400_000;
  const now = Date.parse('2027-01-01T00:00:00Z');
  mock.timers.enable({ apis: ['Date', 'setInterval'], now });
  const [a, b] = [newKey(), newKey()];
  const soon = keyOf(a, { name: 'soon', expiresAt: now + 3 * day });
  await writeFile(file, textOf(soon, keyOf(b, { name: 'late', expiresAt: now + 300 * day })));
  const { access, reloaded, expiring } = await opened(file);
  try {
    assert.deepEqual(expiring, ['soon']);
    assert.equal(access.nextExpiryMs(), 3 * day);
    const other = reloaded();
    await writeFile(file, textOf(soon, keyOf(b, { name: 'other', expiresAt: now + 2 * day })));
    await other;
    assert.deepEqual(expiring, ['soon', 'other']);
    assert.equal(access.nextExpiryMs(), 2 * day);
    mock.timers.tick(day);
    assert.deepEqual(expiring.slice(2), ['soon', 'other']);
    mock.timers.tick(day);
    assert.deepEqual(expiring.slice(4), ['soon'], 'the other has run out');
  } finally {
    access.close();
    mock.timers.reset();
  }
});
