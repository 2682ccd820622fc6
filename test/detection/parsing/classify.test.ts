/** What becomes of a record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../src/detection/digest.ts';
import { formatTicks } from '../../../src/detection/time.ts';
import {
  bytesOf,
  fate,
  GUEST_ID,
  type Json,
  ORIGIN,
  operation,
  operationFact,
  operationRow,
  REFERENCE_MS,
  read,
  signIn,
  signInFact,
  signInRow,
  TENANT,
  TIME,
} from './make.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const HOUR_MS = 3_600_000;
const initiator = (user: unknown, app?: unknown): Json => ({ initiatedBy: { user, app } });

test("a guest's successful sign-in is a fact with all its fields", () => {
  const fact = signInFact(signIn());
  assert.deepEqual(
    { ...fact, time: formatTicks(fact.time), createdDateTime: formatTicks(fact.createdDateTime!) },
    {
      kind: 'signIn',
      tenantId: TENANT,
      time: TIME,
      recordId: '9d2c7a10-0000-4b7e-a111-7c5b2e8f6a00',
      source: {
        hub: ORIGIN.hub,
        partition: ORIGIN.partition,
        sequenceNumber: ORIGIN.sequenceNumber,
        recordIndex: 0,
        enqueuedAt: ORIGIN.enqueuedAt,
        sha256: sha256(bytesOf(signIn())),
      },
      receivedAt: ORIGIN.receivedAt,
      upn: 'ann@partner.com',
      objectId: GUEST_ID,
      createdDateTime: '2026-11-23T03:05:00.5000000Z',
      ip: '198.51.100.4',
      homeTenantId: 'aaaaaaaa-1111-2222-3333-444444444444',
      resourceTenantId: TENANT,
    },
  );
});

test('a privileged operation that succeeded is a fact with all its fields', () => {
  const fact = operationFact(operation());
  assert.deepEqual(
    { ...fact, time: formatTicks(fact.time), source: fact.source.sha256 },
    {
      kind: 'operation',
      tenantId: TENANT,
      time: TIME,
      recordId: 'Directory_b1e7c5d9_FLAW0_1',
      source: sha256(bytesOf(operation())),
      receivedAt: ORIGIN.receivedAt,
      actorUpn: 'ann_partner.com#ext#@contoso.onmicrosoft.com',
      actorObjectId: GUEST_ID,
      actorIp: '203.0.113.7',
      clientIp: null,
      operation: 'Add member to role',
      nameMatch: 'exact',
      correlationId: 'b1e7c5d9-4a8f-4d0c-8a55-0f6b1c2d3e4f',
      targets: ['Bob'],
      targetNames: ['Bob'],
    },
  );
});

test('rows of Log Analytics are the same facts', () => {
  const guest = signInFact(signInRow());
  assert.deepEqual(
    [guest.tenantId, guest.upn, guest.objectId, guest.ip, guest.recordId, formatTicks(guest.time)],
    [TENANT, 'ann@partner.com', GUEST_ID, '198.51.100.4', 'row-sign-in', TIME],
  );
  const done = operationFact(operationRow());
  assert.deepEqual(
    [done.tenantId, done.actorUpn, done.actorIp, done.clientIp, done.recordId, done.targets],
    [TENANT, 'ann@partner.com', '', '192.0.2.9', 'row-operation', ['Shop']],
  );
  assert.deepEqual(
    [done.operation, done.nameMatch, done.correlationId],
    ['Update application \u2013 Certificates and secrets management ', 'spelling', 'row-correlation'],
  );
});

test('a user type other than guest, in any ASCII case, makes no fact', () => {
  for (const userType of ['Guest', 'guest', 'GUEST']) assert.equal(fate(signIn({}, { userType })), 'signIn');
  for (const userType of ['Member', '', ' Guest', 'Guest ', 'Gue\u017ft', null, undefined, 0, true]) {
    assert.equal(fate(signIn({}, { userType })), 'irrelevant', String(userType));
  }
});

test('a result type other than zero makes no fact, and what is said beside it does not matter', () => {
  for (const resultType of ['0', 0, -0])
    assert.equal(fate(signIn({ resultType, resultSignature: 'FAILURE' })), 'signIn');
  for (const resultType of ['50126', '', '00', '0.0', ' 0', null, undefined, false, 'Success', 1]) {
    assert.equal(fate(signIn({ resultType, resultSignature: 'SUCCESS' })), 'irrelevant', String(resultType));
  }
});

test('an operation is known by a name that either view lists', () => {
  const matchOf = (operationName: string) => operationFact(operation({ operationName })).nameMatch;
  assert.equal(matchOf('ADD MEMBER TO ROLE.'), 'exact');
  assert.equal(matchOf(' Add  member to role'), 'spelling');
  assert.equal(matchOf('Add policy'), 'spelling');
  assert.equal(matchOf('reset everything.'), 'extra');
  for (const operationName of ['Update user', 'Add member to role and more', '', null, undefined, 5]) {
    assert.equal(fate(operation({ operationName })), 'irrelevant', String(operationName));
  }
});

test('an operation that did not succeed makes no fact', () => {
  for (const result of ['success', 'Success', 'SUCCESS']) assert.equal(fate(operation({}, { result })), 'operation');
  for (const result of ['failure', 'timeout', '', 0, null, undefined, true, 'success ', '\u017fuccess']) {
    assert.equal(fate(operation({}, { result })), 'irrelevant', String(result));
  }
});

test('an operation that succeeded under a name almost like a listed one is a near miss', () => {
  assert.equal(fate(operation({ operationName: 'Add members to role' })), 'near miss');
  assert.equal(fate(operation({ operationName: 'Add members to role' }, { result: 'failure' })), 'irrelevant');
  assert.equal(fate(operation({ operationName: 'Add members to role' }, { result: {} })), 'irrelevant');
  assert.equal(fate(operation({ operationName: 'Add eligible member to role' })), 'irrelevant');
  assert.equal(fate({ ...operation({ operationName: 'Add members to role' }), category: 'Other' }), 'irrelevant');
});

test('a UPN or an object id is enough, and neither is nobody', () => {
  const none = [null, undefined, '', '00000000-0000-0000-0000-000000000000'];
  assert.deepEqual(
    [signInFact(signIn({}, { userPrincipalName: '' })).upn, signInFact(signIn({}, { userId: null })).objectId],
    ['', null],
  );
  for (const userId of none) assert.equal(fate(signIn({}, { userPrincipalName: null, userId })), 'irrelevant');
  assert.equal(operationFact(operation({}, initiator({ id: GUEST_ID }))).actorUpn, '');
  assert.equal(operationFact(operation({}, initiator({ userPrincipalName: 'A@b' }))).actorUpn, 'a@b');
  for (const id of none) assert.equal(fate(operation({}, initiator({ userPrincipalName: '', id }))), 'irrelevant');
});

test('an initiator that is no user acts for nobody', () => {
  const odd = [
    {},
    { app: { displayName: 'x' } },
    { user: null },
    null,
    undefined,
    'text',
    5,
    [],
    { user: 'ann' },
    '{"user":5}',
  ];
  for (const initiatedBy of odd) assert.equal(fate(operation({}, { initiatedBy })), 'irrelevant');
});

test("the actor's address is the user's, else the app's, as written", () => {
  const ipOf = (user: unknown, app?: unknown) =>
    operationFact(operation({}, initiator({ id: GUEST_ID, ipAddress: user }, { ipAddress: app }))).actorIp;
  assert.equal(ipOf('1.2.3.4', '5.6.7.8'), '1.2.3.4');
  assert.equal(ipOf('<null>', '5.6.7.8'), '<null>');
  for (const user of ['', null, undefined]) assert.equal(ipOf(user, '5.6.7.8'), '5.6.7.8');
  assert.equal(ipOf(null, null), '');
});

test('structures may come as a JSON string of themselves', () => {
  const plain = operation();
  const properties = plain['properties'] as Json;
  const wrapped = (keys: readonly string[]): Json =>
    Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, keys.includes(key) ? JSON.stringify(value) : value]),
    );
  const facts = [
    { ...plain, properties: JSON.stringify(properties) },
    { ...plain, properties: wrapped(['initiatedBy', 'targetResources', 'additionalDetails']) },
    { ...plain, properties: JSON.stringify(wrapped(['initiatedBy', 'targetResources'])) },
  ].map((record) => ({ ...operationFact(record), source: null }));
  for (const fact of facts) assert.deepEqual(fact, { ...operationFact(plain), source: null });
  const guest = signIn();
  assert.equal(fate({ ...guest, properties: JSON.stringify(guest['properties']) }), 'signIn');
});

test('what is unknown about a sign-in is null or empty', () => {
  const fact = signInFact(
    signIn({}, { id: null, createdDateTime: 'soon', ipAddress: null, homeTenantId: '', resourceTenantId: null }),
  );
  assert.deepEqual(
    [fact.recordId, fact.createdDateTime, fact.ip, fact.homeTenantId, fact.resourceTenantId],
    ['', null, '', null, null],
  );
});

test('scalars of another type are read as text', () => {
  const fact = signInFact(signIn({ tenantId: 7 }, { userPrincipalName: true, userId: 12, ipAddress: 1.5 }));
  assert.deepEqual([fact.tenantId, fact.upn, fact.objectId, fact.ip], ['7', 'true', '12', '1.5']);
});

test('a record that could be a fact and has no time is a dead letter', () => {
  for (const time of [null, undefined, '']) {
    assert.equal(fate(signIn({ time })), 'no_time');
    assert.equal(fate(operation({ time })), 'no_time');
  }
  assert.equal(fate(signInRow({ TimeGenerated: undefined })), 'no_time');
  assert.equal(fate(operationRow({ TimeGenerated: null })), 'no_time');
});

test('a time that cannot be read is a dead letter', () => {
  for (const time of ['yesterday', '2026-02-30T00:00:00Z', 1_763_869_929, true])
    assert.equal(fate(signIn({ time })), 'bad_time');
  assert.equal(fate(operation({ time: '11/14/2025 1:48:53 AM' })), 'operation');
});

test('a record of no tenant is a dead letter, unless its resource names one', () => {
  assert.equal(fate(signIn({ tenantId: '' })), 'signIn');
  assert.equal(fate(signIn({ tenantId: '', resourceId: '' })), 'no_tenant');
  assert.equal(fate(operation({ tenantId: null, resourceId: undefined })), 'no_tenant');
  assert.equal(signInFact(signIn({ tenantId: 'ABC' })).tenantId, 'abc');
  assert.equal(fate(signInRow({ AADTenantId: undefined })), 'no_tenant');
});

test('an object or array where a scalar is read is a dead letter', () => {
  for (const odd of [{}, [], { a: 1 }, ['Guest']]) {
    for (const key of ['time', 'resultType', 'tenantId']) assert.equal(fate(signIn({ [key]: odd })), 'not_scalar', key);
    for (const key of [
      'userType',
      'userPrincipalName',
      'userId',
      'ipAddress',
      'id',
      'homeTenantId',
      'resourceTenantId',
    ]) {
      assert.equal(fate(signIn({}, { [key]: odd })), 'not_scalar', key);
    }
    for (const key of ['time', 'operationName', 'tenantId', 'correlationId']) {
      assert.equal(fate(operation({ [key]: odd })), 'not_scalar', key);
    }
    for (const key of ['result', 'id']) assert.equal(fate(operation({}, { [key]: odd })), 'not_scalar', key);
    for (const key of ['id', 'userPrincipalName', 'ipAddress']) {
      const user: Json = { id: GUEST_ID, userPrincipalName: 'ann@partner.com', ipAddress: '', [key]: odd };
      assert.equal(fate(operation({}, initiator(user))), 'not_scalar', key);
    }
    assert.equal(fate(operation({}, initiator({ id: GUEST_ID }, { ipAddress: odd }))), 'not_scalar');
    assert.equal(fate(operation({}, { targetResources: [{ displayName: odd }] })), 'not_scalar');
  }
});

test('what is not read may be anything', () => {
  assert.equal(
    fate(signIn({ durationMs: {}, level: [], location: null }, { createdDateTime: {}, riskDetail: [] })),
    'signIn',
  );
  assert.equal(
    fate(operation({}, initiator({ id: GUEST_ID, ipAddress: '1.2.3.4', roles: 'x' }, { ipAddress: {} }))),
    'operation',
  );
});

test('a record that user type, result or name already excludes is never a dead letter', () => {
  const broken: Json = { time: {}, tenantId: [] };
  assert.equal(fate(signIn(broken, { userType: 'Member' })), 'irrelevant');
  assert.equal(fate(signIn({ ...broken, resultType: '50126' })), 'irrelevant');
  assert.equal(fate(signIn({ ...broken, resultType: '50126' }, { userType: {} })), 'irrelevant');
  assert.equal(fate(signIn({ ...broken, resultType: {} }, { userType: 'Member' })), 'irrelevant');
  assert.equal(fate(operation({ ...broken, operationName: 'Update user' })), 'irrelevant');
  assert.equal(fate(operation(broken, { result: 'failure' })), 'irrelevant');
  assert.equal(fate(operation({ ...broken, operationName: {} }, { result: 'failure' })), 'irrelevant');
  assert.equal(fate(signIn({ ...broken, category: 'Other' })), 'irrelevant');
});

test('a record that names nobody and has no time is a dead letter all the same', () => {
  assert.equal(fate(signIn({ time: null }, { userPrincipalName: '', userId: null })), 'no_time');
});

test('a time ahead of the reference is accepted up to 24 hours, and counted beyond 5 minutes', () => {
  const counted = (ms: number) => read([signIn({ time: at(REFERENCE_MS + ms) })]).counts.futureTimes;
  assert.equal(counted(5 * 60_000), 0);
  assert.equal(counted(5 * 60_000 + 1), 1);
  assert.equal(counted(24 * HOUR_MS), 1);
  assert.equal(fate(signIn({ time: at(REFERENCE_MS + 24 * HOUR_MS) })), 'signIn');
  assert.equal(fate(signIn({ time: at(REFERENCE_MS + 24 * HOUR_MS).replace('Z', '0001Z') })), 'future_time');
  assert.equal(fate(operation({ time: '9999-12-31T00:00:00Z' })), 'future_time');
  assert.equal(fate(operation({ time: '0001-01-01T00:00:00Z' })), 'operation', 'the past has no bound here');
});

test("a guest's non-interactive sign-in is told only where asked for, and is no fact", () => {
  const quiet = signIn({ category: 'NonInteractiveUserSignInLogs' });
  const on = { nonInteractive: true };
  assert.equal(fate(quiet), 'irrelevant');
  assert.equal(fate(quiet, on), 'nonInteractive');
  const [guest] = read([quiet], on).nonInteractive;
  assert.deepEqual(
    { ...guest, time: formatTicks(guest!.time) },
    {
      kind: 'nonInteractive',
      tenantId: TENANT,
      upn: 'ann@partner.com',
      objectId: GUEST_ID,
      time: TIME,
    },
  );
  const changed = (top: Json, properties: Json = {}) =>
    fate({ ...signIn(top, properties), category: quiet['category'] }, on);
  assert.equal(changed({}, { userType: 'Member' }), 'irrelevant');
  assert.equal(changed({ resultType: '1' }), 'irrelevant');
  assert.equal(changed({ time: null }), 'irrelevant', 'a dead letter is of the two categories only');
  assert.equal(changed({}, { userId: {} }), 'irrelevant');
  assert.equal(changed({}, { userId: null, userPrincipalName: '' }), 'irrelevant');
  assert.equal(changed({}, { resourceTenantId: 'other' }), 'irrelevant', 'our own abroad are no guests');
});

test('an outbound sign-in is a fact, and carries what tells it', () => {
  assert.equal(signInFact(signIn({}, { resourceTenantId: 'OTHER' })).resourceTenantId, 'other');
});
