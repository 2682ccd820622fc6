// Holds the oracle's reading of records against examples worked out by hand from what is a fact and what is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANN, factsOf, operation, sha256Of, signIn, TENANT } from './examples.ts';
import { readFacts } from './facts.ts';

test('a guest sign-in and a privileged operation are facts, each with its own hash', () => {
  const text = JSON.stringify(signIn());
  const facts = readFacts([{ body: Buffer.from(`{"records":[ ${text} ]}`) }]);
  assert.equal(facts.signIns.length, 1);
  assert.deepEqual(facts.signIns[0], {
    tenantId: TENANT,
    upn: 'ann@partner.example',
    objectId: ANN,
    time: 17_724_456_000_000_000n,
    created: undefined,
    ip: '198.51.100.4',
    homeTenantId: '',
    resourceTenantId: '',
    recordId: 's1',
    source: {
      hub: '',
      partition: '0',
      sequenceNumber: 0,
      recordIndex: 0,
      enqueuedAt: undefined,
      sha256: sha256Of(text),
    },
  });
  const [o] = factsOf([operation()]).operations;
  assert.deepEqual(
    [o?.actorUpn, o?.actorIp, o?.operation, o?.targets],
    ['ann@partner.example', '203.0.113.7', 'Add member to role', ['Target']],
  );
});

test('what user type, result or name exclude is ignored, whatever else is wrong with it', () => {
  const excluded = [
    signIn({ userType: 'Member' }),
    signIn({ userType: 'Gueſt' }),
    signIn({ userType: null }),
    signIn({ userType: 'Member', userPrincipalName: {} }, { time: 'never' }),
    signIn({}, { resultType: '50126' }),
    signIn({}, { resultType: '00' }),
    signIn({}, { resultType: false }),
    signIn({}, { category: 'NonInteractiveUserSignInLogs' }),
    operation({}, { result: 'failure' }),
    operation({}, { result: 0 }),
    operation({}, {}, { operationName: 'Update user' }),
    operation({}, {}, { operationName: 'Update user', time: {} }),
    signIn({ userPrincipalName: '', userId: '00000000-0000-0000-0000-000000000000' }),
    operation({ userPrincipalName: null, id: '' }),
    null,
    17,
  ];
  const facts = factsOf(excluded);
  assert.deepEqual([facts.signIns.length, facts.operations.length, facts.deadLetters.length], [0, 0, 0]);
  assert.equal(facts.ignored, excluded.length);
});

test('the number zero and any ASCII case are good', () => {
  const facts = factsOf([
    signIn({ userType: 'gUEST' }, { resultType: 0, category: 'SIGNINLOGS' }),
    operation({}, { result: 'SUCCESS' }, { category: 'auditlogs', operationName: 'aDD policy.' }),
  ]);
  assert.deepEqual([facts.signIns.length, facts.operations.length], [1, 1]);
});

test('what else is wrong makes a dead letter, and the others still count', () => {
  const bad: [string, unknown][] = [
    ['no_time', signIn({}, { time: undefined })],
    ['no_time', signIn({}, { time: '' })],
    ['bad_time', operation({}, {}, { time: '2026-02-30T00:00:00Z' })],
    ['bad_time', operation({}, {}, { time: 12345 })],
    ['not_scalar', operation({}, {}, { time: {} })],
    ['not_scalar', operation({ userPrincipalName: ['a'] })],
    ['not_scalar', operation({ ipAddress: {} })],
    ['not_scalar', signIn({ userPrincipalName: {} })],
    ['no_tenant', signIn({}, { tenantId: null, resourceId: '/subscriptions/1' })],
    // No actor: still a dead letter, for the actor is not among what excludes.
    ['no_time', operation({ userPrincipalName: '', id: null }, {}, { time: null })],
  ];
  const facts = factsOf([...bad.map(([, record]) => record), signIn()]);
  assert.deepEqual(
    facts.deadLetters.map((d) => d.reason),
    bad.map(([reason]) => reason),
  );
  assert.equal(facts.signIns.length, 1);
});

test('too far in the future is a dead letter, a little is counted', () => {
  const at = (enqueuedAt: number) => readFacts([{ body: Buffer.from(JSON.stringify(signIn())), enqueuedAt }]);
  const ten = Date.UTC(2026, 2, 2, 10);
  assert.deepEqual(
    at(ten - 86_400_000 - 1).deadLetters.map((d) => d.reason),
    ['beyond_future'],
  );
  assert.deepEqual([at(ten - 86_400_000).signIns.length, at(ten - 86_400_000).futureTime], [1, 1]);
  assert.deepEqual([at(ten - 300_001).futureTime, at(ten - 300_000).futureTime], [1, 0]);
});

test('the tenant stands in its field, else in the path of the resource', () => {
  const path = `/TENANTS/${TENANT.toUpperCase()}/providers/Microsoft.aadiam`;
  const facts = factsOf([
    signIn({}, { tenantId: TENANT.toUpperCase() }),
    signIn({}, { tenantId: '', resourceId: path }),
  ]);
  assert.deepEqual(
    facts.signIns.map((s) => s.tenantId),
    [TENANT, TENANT],
  );
});

test('flat rows are the same facts', () => {
  const rest = { AADTenantId: TENANT, TenantId: 'workspace', TimeGenerated: '2026-03-02 10:00:00' };
  const guest = { ...rest, UserType: 'Guest', ResultType: '0', UserPrincipalName: 'Ann@partner.example' };
  const act = {
    ...rest,
    Category: 'RoleManagement',
    OperationName: 'Add policy.',
    Result: 'success',
    InitiatedBy: '{"user":{"userPrincipalName":"Ann@partner.example"}}',
    TargetResources: '[{"displayName":"T"},null]',
  };
  const facts = factsOf([
    { ...guest, Type: 'SigninLogs', Id: '1' },
    { ...guest, Type: 'User', Id: '2' },
    { ...guest, Id: '3' },
    { ...act, Type: 'AuditLogs', Id: '4' },
    { ...act, Type: 'Application', Id: '5' },
    { ...act, Id: '6', AADTenantId: '', ResourceId: `/tenants/${TENANT}/providers/x` },
  ]);
  assert.deepEqual(
    facts.signIns.map((s) => s.recordId),
    ['1', '2', '3'],
  );
  assert.deepEqual(
    facts.operations.map((o) => [o.recordId, o.tenantId, o.targets]),
    [
      ['4', TENANT, ['T', '']],
      ['5', TENANT, ['T', '']],
      ['6', TENANT, ['T', '']],
    ],
  );
});

test('values that came as JSON strings of themselves are read', () => {
  const whole = operation({}, { targetResources: '{"a":1,"displayName":"B"}' });
  const inner = whole['properties'] as Record<string, unknown>;
  const facts = factsOf([
    { ...whole, properties: JSON.stringify({ ...inner, initiatedBy: JSON.stringify(inner['initiatedBy']) }) },
  ]);
  assert.deepEqual(
    facts.operations.map((o) => [o.actorUpn, o.targets]),
    [['ann@partner.example', ['', 'B']]],
  );
});

test('the target list expands as the query expands it', () => {
  const targetsOf = (targetResources: unknown) => factsOf([operation({}, { targetResources })]).operations[0]?.targets;
  assert.deepEqual(targetsOf(undefined), ['']);
  assert.deepEqual(targetsOf(null), ['']);
  assert.deepEqual(targetsOf([]), []);
  assert.deepEqual(targetsOf({}), []);
  assert.deepEqual(targetsOf([null, {}, { displayName: null }, { displayName: 'A' }, 'x', 7]), [
    '',
    '',
    '',
    'A',
    '',
    '',
  ]);
  assert.deepEqual(targetsOf({ id: 'x', displayName: 'A', type: 'y' }), ['', 'A', '']);
});

test('a target is called by its name, else its role or application, else its UPN, else its id', () => {
  const role = [
    { displayName: 'Role.ObjectID', newValue: '"r"' },
    { displayName: 'Role.DisplayName', newValue: '"Global Administrator"' },
  ];
  const namesOf = (target: unknown) =>
    factsOf([operation({}, { targetResources: [target] })]).operations[0]?.targetNames;
  assert.deepEqual(namesOf({ displayName: 'A', modifiedProperties: role }), ['A']);
  assert.deepEqual(namesOf({ displayName: null, id: 'i', userPrincipalName: 'U', modifiedProperties: role }), [
    'Global Administrator',
  ]);
  assert.deepEqual(namesOf({ displayName: '', id: 'i', userPrincipalName: 'U' }), ['U']);
  assert.deepEqual(namesOf({ id: 'i' }), ['i']);
  assert.deepEqual(namesOf({}), []);
});

test('the actor has the user address if there is one, else the application one', () => {
  const ipOf = (user: unknown, app: unknown) =>
    factsOf([operation({}, { initiatedBy: { user: { userPrincipalName: 'a', ipAddress: user }, app } })]).operations[0]
      ?.actorIp;
  assert.equal(ipOf('203.0.113.7', { ipAddress: '192.0.2.1' }), '203.0.113.7');
  assert.equal(ipOf('', { ipAddress: '192.0.2.1' }), '192.0.2.1');
  assert.equal(ipOf(null, null), '');
  assert.equal(ipOf('<null>', { ipAddress: '192.0.2.1' }), '<null>');
});

test('the same bytes are one fact with the least source; other bytes are another', () => {
  const text = JSON.stringify(signIn());
  const body = Buffer.from(text);
  const facts = readFacts([
    { body, hub: 'h', partition: '10', sequenceNumber: 1, enqueuedAt: 2_000_000_000_000 },
    { body, hub: 'h', partition: '9', sequenceNumber: 5, enqueuedAt: 2_000_000_000_000 },
    { body, hub: 'a', partition: '0', sequenceNumber: 0, enqueuedAt: 2_000_000_000_001 },
    {
      body: Buffer.from(JSON.stringify(text)),
      hub: 'h',
      partition: '9',
      sequenceNumber: 6,
      enqueuedAt: 2_000_000_000_000,
    },
    {
      body: Buffer.from(`{"records":[\n${text.replace(',', ', ')}]}`),
      hub: 'h',
      partition: '1',
      sequenceNumber: 1,
      enqueuedAt: 2_000_000_000_000,
    },
  ]);
  assert.equal(facts.signIns.length, 2);
  const kept = facts.signIns.find((s) => s.source.sha256 === sha256Of(text));
  assert.deepEqual([kept?.source.partition, kept?.source.sequenceNumber], ['9', 5]);
});
