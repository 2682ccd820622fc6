// Holds the oracle's rows against answers of the query that were worked out by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANN, EXT_UPN, factsOf, operation, signIn } from './examples.ts';
import { rows, thin } from './rows.ts';
import { readTime } from './ticks.ts';

const at = (time: string) => readTime(time)!;
const NOON = at('2026-03-02T12:00:00Z');

test('one row with the eleven columns of the rule', () => {
  const facts = factsOf([
    signIn(),
    operation({}, { id: 'o1' }),
    operation(
      {},
      { id: 'o2', targetResources: [{ displayName: 'b' }, { displayName: 'B' }, null] },
      {
        time: '2026-03-02T09:00:00.1234567Z',
        operationName: 'ADD POLICY.',
        correlationId: '',
      },
    ),
  ]);
  assert.deepEqual(rows(facts, NOON, 'strict'), [
    {
      ActorUpn: 'ann@partner.example',
      AccountName: 'ann',
      AccountUPNSuffix: 'partner.example',
      ActorIp: '203.0.113.7',
      LastSignIn: '2026-03-02T10:00:00.0000000Z',
      SignInIp: '198.51.100.4',
      FirstSeen: '2026-03-02T09:00:00.1234567Z',
      LastSeen: '2026-03-02T11:00:00.0000000Z',
      Operations: ['ADD POLICY.', 'Add member to role'],
      Targets: ['', 'B', 'Target', 'b'],
      EventCount: 2,
    },
  ]);
});

test('the window holds both its edges, and now has no upper one', () => {
  const facts = factsOf([signIn(), operation()]);
  const seen = (moment: bigint) => rows(facts, moment, 'strict').length;
  assert.equal(seen(at('2026-03-02T11:00:00Z')), 1);
  assert.equal(seen(at('2026-03-02T10:59:59.9999999Z')), 0);
  assert.equal(seen(at('2026-03-03T10:00:00Z')), 1);
  assert.equal(seen(at('2026-03-03T10:00:00.0000001Z')), 0);
  assert.equal(rows(facts, { now: at('2026-03-02T09:00:00Z') }, 'strict').length, 1);
  assert.equal(rows(facts, undefined, 'strict').length, 1);
});

test('the newest sign-in of the window counts, at one tick the greater address', () => {
  const facts = factsOf([
    signIn({ ipAddress: '192.0.2.10' }),
    signIn({ ipAddress: '192.0.2.9' }),
    signIn({ ipAddress: '203.0.113.250' }, { time: '2026-03-02T09:00:00Z' }),
    operation(),
  ]);
  const [row] = rows(facts, NOON, 'strict');
  assert.deepEqual([row?.LastSignIn, row?.SignInIp], ['2026-03-02T10:00:00.0000000Z', '192.0.2.9']);
});

test('an empty target list is no row in the strict view and one without targets in the resolved', () => {
  for (const targetResources of [[], {}]) {
    const facts = factsOf([signIn(), operation({}, { targetResources })]);
    assert.equal(rows(facts, NOON, 'strict').length, 0);
    assert.deepEqual(
      rows(facts, NOON, 'resolved').map((row) => row.Targets),
      [[]],
    );
  }
});

test('the rule joins UPN text, its meaning joins the guest', () => {
  const facts = factsOf([signIn(), operation({ userPrincipalName: EXT_UPN })]);
  assert.equal(rows(facts, NOON, 'strict').length, 0);
  const [row] = rows(facts, NOON, 'resolved');
  assert.deepEqual([row?.AccountName, row?.AccountUPNSuffix], ['ann_partner.example#ext#', 'contoso.onmicrosoft.com']);
});

test('an outbound guest is the strict view alone', () => {
  const facts = factsOf([signIn({ resourceTenantId: 'elsewhere' }), operation()]);
  assert.equal(rows(facts, NOON, 'strict').length, 1);
  assert.equal(rows(facts, NOON, 'resolved').length, 0);
});

test('tenants are never joined, and one can be asked for', () => {
  const other = '7a1b0c2d-0000-4000-8000-00000000000b';
  const facts = factsOf([signIn(), operation({}, {}, { tenantId: other })]);
  assert.equal(rows(facts, NOON, 'strict').length + rows(facts, NOON, 'resolved').length, 0);
  const both = factsOf([
    signIn(),
    operation(),
    signIn({}, { tenantId: other }),
    operation({}, {}, { tenantId: other }),
  ]);
  assert.equal(rows(both, NOON, 'strict').length, 2);
  assert.equal(rows(both, NOON, 'strict', other.toUpperCase()).length, 1);
});

test('rows stand newest FirstSeen first, then by UPN and address', () => {
  const facts = factsOf([
    signIn(),
    operation({ ipAddress: 'b' }),
    operation({ ipAddress: null }),
    operation({ ipAddress: '<null>' }),
    operation({ ipAddress: 'a' }, {}, { time: '2026-03-02T11:30:00Z' }),
  ]);
  assert.deepEqual(
    rows(facts, NOON, 'strict').map((row) => row.ActorIp),
    ['a', '', '<null>', 'b'],
  );
});

test('actors without UPN are told apart by their ids', () => {
  const facts = factsOf([
    signIn(),
    signIn({ userId: 'second', userPrincipalName: '' }),
    operation({ userPrincipalName: '' }),
    operation({ userPrincipalName: null, id: 'SECOND' }),
    operation({ userPrincipalName: null, id: 'third' }),
  ]);
  assert.deepEqual(
    rows(facts, NOON, 'resolved').map((row) => [row.ActorUpn, row.AccountName, row.EventCount]),
    [
      ['', '', 1],
      ['', '', 1],
    ],
  );
  assert.equal(rows(facts, NOON, 'strict').length, 0);
});

test('rows that tie stand by tenant, then by object id', () => {
  const tenants = ['b', 'a'];
  const facts = factsOf(
    tenants.flatMap((tenantId) => [
      signIn({ userId: '2', ipAddress: `${tenantId}2` }, { tenantId }),
      signIn({ userId: '1', ipAddress: `${tenantId}1` }, { tenantId }),
      operation({ userPrincipalName: '', id: '2' }, {}, { tenantId }),
      operation({ userPrincipalName: '', id: '1' }, {}, { tenantId }),
    ]),
  );
  assert.deepEqual(
    rows(facts, NOON, 'resolved').map((row) => row.SignInIp),
    ['a1', 'a2', 'b1', 'b2'],
  );
});

test('of a crowded minute the four oldest and the four newest sign-ins stay', () => {
  const crowd = Array.from({ length: 12 }, (_, i) =>
    signIn({ ipAddress: `192.0.2.${10 + i}` }, { time: `2026-03-02T10:00:${String(i * 5).padStart(2, '0')}Z` }),
  );
  const apart = signIn({ userId: ANN.toUpperCase(), resourceTenantId: 'elsewhere' });
  const kept = thin(factsOf([...crowd, apart]).signIns);
  assert.deepEqual(
    kept.map((s) => `${s.ip} ${s.resourceTenantId}`).sort(),
    [...[10, 11, 12, 13, 18, 19, 20, 21].map((n) => `192.0.2.${n} `), '198.51.100.4 elsewhere'].sort(),
  );
});
