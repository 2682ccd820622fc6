/** Suppressions as pure functions: what one vouches for, and which are refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isInRange, readIpRange } from '../../src/detection/ipRange.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import {
  covers,
  type Matcher,
  matcherFaults,
  type Subject,
  type Suppression,
  suppressing,
  tidied,
} from '../../src/detection/suppression.ts';

const NOTHING: Matcher = { actorUpn: null, actorObjectId: null, operations: null, ipRange: null };
const set = (...values: string[]) => ({ values, truncated: false });
const ANN: Subject = {
  actor: { tenantId: 't-1', upn: 'ann_partner.com#ext#@contoso.com', objectId: null },
  actorIp: '203.0.113.7',
  operations: set('Add member to role', 'Add owner to service principal.'),
  objectIds: set('a-1'),
};
const ALL: Matcher = {
  actorUpn: ANN.actor.upn,
  actorObjectId: 'a-1',
  operations: ['ADD MEMBER  TO ROLE.', 'add owner to service principal'],
  ipRange: '203.0.113.0/24',
};

test('each matcher alone vouches for the finding, all of them do, and none at all does not', () => {
  for (const [name, value] of Object.entries(ALL)) assert.ok(covers({ ...NOTHING, [name]: value }, ANN), name);
  assert.ok(covers(ALL, ANN));
  assert.equal(covers(NOTHING, ANN), false);
});

test('one matcher that does not hold is enough to show the finding', () => {
  const others: Partial<Matcher>[] = [
    { actorUpn: 'bob@partner.com' },
    { actorObjectId: 'b-1' },
    { operations: ['Add member to role'] },
    { ipRange: '198.51.100.0/24' },
  ];
  for (const other of others) assert.equal(covers({ ...ALL, ...other }, ANN), false, JSON.stringify(other));
});

test('one operation that is not expected, of another name or another actor, is never hidden', () => {
  const listed = [...nameTable(BUILT_IN_RULE).resolved];
  fc.assert(
    fc.property(fc.subarray(listed, { minLength: 1 }), fc.subarray(listed, { minLength: 1 }), (expected, done) => {
      const subject = { ...ANN, operations: set(...done) };
      const isExpected = done.every((name) => expected.includes(name));
      assert.equal(covers({ ...NOTHING, operations: expected }, subject), isExpected);
    }),
  );
  assert.equal(covers({ ...NOTHING, actorObjectId: 'a-1' }, { ...ANN, objectIds: set('', 'a-1') }), false);
});

test('what a bound has cut off is not vouched for', () => {
  const cut = { ...ANN, operations: { values: ['Add member to role'], truncated: true } };
  assert.equal(covers({ ...NOTHING, operations: ['Add member to role'] }, cut), false);
  const unknown = { ...ANN, objectIds: { values: ['a-1'], truncated: true } };
  assert.equal(covers({ ...NOTHING, actorObjectId: 'a-1' }, unknown), false);
});

test('an address lies in a range however both are written, and what is no address lies in none', () => {
  for (const range of ['203.0.113.0/24', '203.0.113.99/24', '::ffff:203.0.113.0/120', '::FFFF:cb00:7100/120'])
    for (const ip of ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107', '0:0:0:0:0:FFFF:203.0.113.7'])
      assert.ok(isInRange(ip, range), `${ip} in ${range}`);
  for (const range of ['2001:db8::/32', '2001:0DB8:0:0::/48']) {
    assert.ok(isInRange('2001:db8::1', range), range);
    assert.ok(isInRange('2001:0db8:0000::0001', range), range);
  }
  for (const ip of [
    '',
    '<null>',
    '203.0.113',
    '203.0.113.07',
    '0xcb.0.113.7',
    '3405803783',
    '203.0.113.7:443',
    'fe80::1%eth0',
  ])
    assert.equal(isInRange(ip, '203.0.113.0/24'), false, ip);
  assert.equal(isInRange('203.0.114.7', '203.0.113.0/24'), false);
  assert.equal(isInRange('2001:db9::1', '2001:db8::/32'), false);
  assert.equal(isInRange('::1', '0.0.0.0/16'), false);
});

test('an address lies in exactly the ranges that share its first bits', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 16, max: 32 }), (ip, base, prefix) => {
      const bits = (text: string) => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
      const isIn = bits(ip) >> BigInt(32 - prefix) === bits(base) >> BigInt(32 - prefix);
      assert.equal(isInRange(ip, `${base}/${prefix}`), isIn);
      assert.equal(isInRange(`::ffff:${ip}`, `${base}/${prefix}`), isIn);
      const read = readIpRange(`${base}/${prefix}`);
      assert.ok(read.kind === 'range');
      assert.equal(isInRange(ip, read.text), isIn);
    }),
  );
});

test('what would hide everything is refused, each in its own words', () => {
  const faultsOf = (matcher: Partial<Matcher>) => matcherFaults({ ...NOTHING, ...matcher }, BUILT_IN_RULE);
  const refused = (matcher: Partial<Matcher>, name: string | null, words: RegExp) => {
    const [fault, ...others] = faultsOf(matcher);
    assert.deepEqual(others, []);
    assert.equal(fault?.name, name, JSON.stringify(matcher));
    assert.match(fault?.detail ?? '', words);
  };
  refused({}, null, /at least one/);
  for (const ipRange of [
    '0.0.0.0/0',
    '::/0',
    '128.0.0.0/1',
    '10.0.0.0/15',
    '2001::/31',
    '::ffff:0:0/96',
    '::ffff:0:0/90',
  ])
    refused({ ipRange, actorUpn: 'ann' }, 'ipRange', /wider/);
  for (const ipRange of [
    'here',
    '203.0.113.0/33',
    '2001:db8::/129',
    '203.0.113.0/',
    '203.0.113.0/24/24',
    'fe80::%1/64',
  ])
    refused({ ipRange }, 'ipRange', /must be an IPv4 or IPv6/);
  refused({ operations: [...BUILT_IN_RULE.operations] }, 'operations', /every operation/);
  refused({ operations: nameTable(BUILT_IN_RULE).resolved }, 'operations', /every operation/);
  refused({ operations: ['Add member to rule'] }, 'operations', /no operation of the rule/);
  for (const matcher of [ALL, { ipRange: '10.1.0.0/16' }, { ipRange: '203.0.113.7' }, { ipRange: '2001:db8::/32' }])
    assert.deepEqual(faultsOf(matcher), []);
});

test('a matcher that was tidied vouches for the same', () => {
  const told = tidied({
    ...ALL,
    operations: [...ALL.operations!, 'Add member to role'],
    ipRange: '::ffff:203.0.113.9/120',
  });
  assert.deepEqual(told, { ...ALL, operations: ['Add member to role', 'add owner to service principal'] });
});

test('of several suppressions the oldest hides, and none once its time is past', () => {
  const made = (id: string, createdAt: number, expiresAt: number): Suppression => ({
    ...{ id, tenantId: 't-1', matcher: ALL, owner: 'ann', reason: 'expected', expiresAt, createdAt, createdBy: 'ann' },
  });
  const all = [made('c', 3, 90), made('b', 2, 20), made('a', 2, 10)];
  const at = (now: number) => suppressing(all, ANN, now)?.id;
  assert.deepEqual([at(5), at(9), at(10), at(19), at(20), at(89), at(90)], ['a', 'a', 'b', 'b', 'c', 'c', undefined]);
  assert.equal(suppressing(all, { ...ANN, actor: { ...ANN.actor, tenantId: 't-2' } }, 5), null);
});
