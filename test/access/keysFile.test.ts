/** The file of keys: what it says, and that every fault has its place and no text of the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeEntry } from '../../src/access/entry.ts';
import { hashOf, newKey, SCOPES } from '../../src/access/key.ts';
import { readKeys } from '../../src/access/keysFile.ts';

const HASH = hashOf('a');
const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';
const KEY = newKey();
const entry = (changes: Readonly<Record<string, string>> = {}): string => {
  const members = {
    name: 'siem',
    sha256: HASH,
    scopes: '[findings:read]',
    tenants: 'all',
    expires: 'never',
    ...changes,
  };
  return `- { ${Object.entries(members)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')} }`;
};
const keysOf = (text: string) => {
  const read = readKeys(text);
  assert.ok('keys' in read, JSON.stringify(read));
  return read.keys;
};
const faultsOf = (text: string): readonly string[] => {
  const read = readKeys(text);
  return 'faults' in read ? read.faults : [];
};

test('a key has a name, a hash, scopes, tenants and an end', () => {
  const text = `
# Keys of the pipeline.
- name: "siem"
  sha256: ${HASH.toUpperCase()}
  scopes: [findings:read, findings:triage]
  tenants:
    - ${TENANT.toUpperCase()}
  expires: 2027-06-30
${entry({ name: 'ops', sha256: '1'.repeat(64), scopes: '[admin]', expires: '2027-06-30T12:00+02:00' })}
`;
  assert.deepEqual(keysOf(text), [
    {
      name: 'siem',
      sha256: HASH,
      scopes: ['findings:read', 'findings:triage'],
      tenants: [TENANT],
      expiresAt: Date.parse('2027-06-30T00:00:00Z'),
    },
    {
      name: 'ops',
      sha256: '1'.repeat(64),
      scopes: ['admin'],
      tenants: 'all',
      expiresAt: Date.parse('2027-06-30T10:00:00Z'),
    },
  ]);
});

test('an empty list is no key, and an empty file is a fault: it may be half written', () => {
  assert.deepEqual(keysOf('[]'), []);
  for (const text of ['', '\n', '# nothing\n', '{}', 'keys: []', 'a']) assert.equal(faultsOf(text).length, 1, text);
});

test('whatever is written as a line is read as what it was', () => {
  const id = fc.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  const key = fc.record(
    {
      name: fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9 ._@-]{0,20}[A-Za-z0-9])?$/),
      sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
      scopes: fc.subarray([...SCOPES], { minLength: 1 }),
      tenants: fc.oneof(fc.constant('all' as const), fc.array(id, { minLength: 1, maxLength: 3 })),
      expiresAt: fc.option(fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000)),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(key, (given) => assert.deepEqual(keysOf(writeEntry(given)), [given])));
});

for (const [what, text, place, said] of [
  ['no member', '- {}', 'line 1, column 3', /lacks `name`, `sha256`, `scopes`, `tenants`, `expires`/],
  ['a member that is not known', entry({ nmae: 'x' }), 'line 1, column', /not a member of a key; there are/],
  ['an entry that is none', '- a', 'line 1, column 3', /must be an entry with/],
  ['a name that no log should hold', entry({ name: '"a\\nb"' }), 'line 1, column 11', /`name` must be 1 to 64/],
  ['a name like that of a token', entry({ name: '"entra:a"' }), 'line 1, column', /`name` must be/],
  ['a hash that is too short', entry({ sha256: 'abc' }), 'line 1, column', /`sha256` must be the SHA-256/],
  [
    'a scope that there is not',
    entry({ scopes: '[findings:write]' }),
    'line 1, column',
    /`scopes` must be one of findings:read/,
  ],
  ['a scope that is no list', entry({ scopes: 'admin' }), 'line 1, column', /`scopes` must be a list/],
  ['no scope', entry({ scopes: '[]' }), 'line 1, column', /`scopes` must be a list with at least one/],
  ['no tenant', entry({ tenants: '[]' }), 'line 1, column', /`tenants` must be a list with at least one/],
  [
    'a list of tenants without end',
    entry({ tenants: `[${`${TENANT}, `.repeat(201)}]` }),
    'line 1, column',
    /at most 200/,
  ],
  ['a domain for a tenant', entry({ tenants: '[contoso.example]' }), 'line 1, column', /not their domains/],
  ['a day that there is not', entry({ expires: '2027-02-30' }), 'line 1, column', /`expires` must be a day/],
  ['a time of no zone', entry({ expires: '2027-02-20T10:00:00' }), 'line 1, column', /`expires` must be a day/],
  [
    'a name twice',
    `${entry()}\n${entry({ name: 'SIEM', sha256: '1'.repeat(64) })}`,
    'line 2, column 11',
    /`name` stands at line 1, column 11 already/,
  ],
  [
    'a hash twice',
    `${entry()}\n${entry({ name: 'b', sha256: HASH.toUpperCase() })}`,
    'line 2, column',
    /`sha256` stands at line 1/,
  ],
  ['a member twice', '- name: a\n  name: b', 'line 2, column 3', /says this member twice/],
  ['no YAML', '- name: "a', 'line 1, column', /is no YAML from here on/],
  ['a tag', entry({ name: '!mine aaaa' }), 'line 1, column', /is no YAML from here on/],
  ['an alias', `- &a ${entry().slice(2)}\n- *a`, 'line 2, column 3', /must be an entry with/],
  ['a value too deep', `- ${'['.repeat(50_000)}`, 'line 1, column 1', /is nested too deeply/],
  ['two documents', `${entry()}\n---\n${entry()}`, 'line', /is no YAML from here on/],
] as const) {
  test(`${what} is a fault, with its place and the mend`, () => {
    const [fault, ...others] = faultsOf(text);
    assert.deepEqual(others, []);
    assert.ok(fault?.startsWith(place), fault);
    assert.match(fault!, said);
    assert.match(fault!, /\.$/);
  });
}

test('all faults are told at once, in the order of the file', () => {
  const faults = faultsOf(`${entry({ scopes: '[x, y]' })}\n${entry({ expires: 'soon', name: '"?"' })}\n- 1`);
  assert.deepEqual(
    faults.map((fault) => /^line \d/.exec(fault)?.[0]),
    ['line 1', 'line 1', 'line 2', 'line 2', 'line 2', 'line 3'],
  );
});

test('a key in place of its hash, or anywhere else, is refused and never repeated', () => {
  for (const text of [
    entry({ sha256: KEY }),
    entry({ name: KEY }),
    entry({ [KEY]: 'x' }),
    entry({ scopes: `[${KEY}]` }),
    entry({ scopes: KEY }),
    entry({ tenants: `[${KEY}]` }),
    entry({ expires: KEY }),
    `${KEY}\n${entry()}`,
    `- ${KEY}`,
    `- "${KEY}`,
    `- !${KEY} a`,
    `- *${KEY}`,
    `- { ${KEY}`,
    `- ${KEY}: 1\n  ${KEY}: 2`,
    `%${KEY} 1\n---\n- a`,
  ]) {
    const told = faultsOf(text).join(' ');
    assert.notEqual(told, '', text);
    assert.ok(!told.includes(KEY.slice(3, 20)), told);
  }
  assert.match(faultsOf(entry({ sha256: KEY }))[0]!, /hold that key for lost/);
});

test('any text is keys or faults, in bounded words', () => {
  const text = fc.string({
    unit: fc.constantFrom('-', ' ', '{', '}', '[', ']', ':', '\n', 'a', '&', '*', '!', '"', '|', '%', ',', '#', '\0'),
  });
  fc.assert(
    fc.property(text, (given) => void readKeys(given)),
    { numRuns: 500 },
  );
  const many = faultsOf(Array.from({ length: 5_000 }, () => '- {}').join('\n'));
  assert.ok(many.length <= 101 && /more\.$/.test(many.at(-1)!), `${many.length}`);
});

test('a key has 256 bits of its own behind a prefix, and its hash does not hold it', () => {
  const keys = Array.from({ length: 100 }, newKey);
  assert.equal(new Set(keys).size, 100);
  for (const key of keys) {
    assert.match(key, /^gw_[A-Za-z0-9_-]{43}$/);
    assert.match(hashOf(key), /^[0-9a-f]{64}$/);
  }
});
