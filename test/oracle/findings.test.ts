// Holds the oracle's matches and findings against examples worked out by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANN, EXT_UPN, factsOf, operation, signIn, TENANT } from './examples.ts';
import { findings, nearMisses } from './findings.ts';
import { homeUpn } from './match.ts';
import { normalName, STRICT_NAMES } from './names.ts';
import { readTime } from './ticks.ts';

/** Views and codes of the only finding. */
function outcome(records: unknown[], extraOperations: string[] = []): string {
  const found = findings(factsOf(records, { extraOperations }));
  return found.map((f) => `${f.views.join('+')}: ${f.reasonCodes.join(' ')}`.trim()).join(' | ');
}

test('each difference between the views has its code', () => {
  assert.equal(outcome([signIn(), operation()]), 'strict+resolved:');
  assert.equal(outcome([signIn(), operation({ userPrincipalName: EXT_UPN })]), 'resolved: object_id');
  assert.equal(outcome([signIn(), operation({ userPrincipalName: EXT_UPN, id: null })]), 'resolved: ext_upn');
  assert.equal(outcome([signIn(), operation({ userPrincipalName: '' })]), 'resolved: object_id no_upn');
  assert.equal(outcome([signIn(), operation({}, {}, { operationName: 'Add policy' })]), 'resolved: operation_spelling');
  assert.equal(outcome([signIn(), operation({}, { targetResources: [] })]), 'resolved: no_targets');
  assert.equal(outcome([signIn({ resourceTenantId: 'x' }), operation()]), 'strict: outbound_guest');
  assert.equal(outcome([signIn({ userId: 'other' }), operation()]), 'strict: other_object');
  assert.equal(
    outcome([signIn(), operation({}, {}, { operationName: 'More' })], ['more']),
    'resolved: extra_operation',
  );
  assert.equal(outcome([signIn(), operation({}, {}, { operationName: 'More' })]), '');
  assert.equal(outcome([signIn({ userId: 'other' }), operation({ userPrincipalName: EXT_UPN })]), '');
  assert.equal(outcome([signIn({ resourceTenantId: 'x' }), operation({ userPrincipalName: EXT_UPN })]), '');
  assert.equal(outcome([signIn({ resourceTenantId: TENANT.toUpperCase() }), operation()]), 'strict+resolved:');
});

test('an operation has the views of all its sign-ins, and the codes of the one with the fewest', () => {
  const two = [signIn({ resourceTenantId: 'x' }), signIn({ userPrincipalName: 'other' })];
  assert.equal(outcome([...two, operation()]), 'strict+resolved:');
  assert.equal(
    outcome([signIn({ resourceTenantId: 'x', userId: 'other' }), operation()]),
    'strict: outbound_guest other_object',
  );
  const both = signIn({ resourceTenantId: 'x', userId: 'other' });
  assert.equal(outcome([both, signIn({ userId: 'other' }), operation()]), 'strict: other_object');
  assert.equal(
    outcome([signIn({ userId: 'other' }), signIn({ resourceTenantId: 'x' }), operation()]),
    'strict: outbound_guest',
  );
  const unnamed = operation({ userPrincipalName: EXT_UPN }, {}, { operationName: 'Add policy' });
  const plain = signIn({ userPrincipalName: EXT_UPN });
  assert.equal(outcome([signIn(), unnamed]), 'resolved: object_id operation_spelling');
  assert.equal(outcome([signIn(), plain, unnamed]), 'resolved: operation_spelling');
});

test('a match reaches 24 hours to the tick, both ways', () => {
  const when = (time: string) => outcome([signIn(), operation({}, {}, { time })]) !== '';
  assert.equal(when('2026-03-03T10:00:00.0000000Z'), true);
  assert.equal(when('2026-03-03T10:00:00.0000001Z'), false);
  assert.equal(when('2026-03-01T10:00:00Z'), true);
  assert.equal(when('2026-03-01T09:59:59.9999999Z'), false);
});

test('the home UPN is read out of every form', () => {
  assert.equal(homeUpn('ann_partner.example#EXT#@contoso.onmicrosoft.com'), 'ann@partner.example');
  assert.equal(homeUpn('bob_lee_partner.example#ext#@contoso.onmicrosoft.com'), 'bob_lee@partner.example');
  assert.equal(homeUpn('live.com#cho@mail.example'), 'cho@mail.example');
  assert.equal(homeUpn('Live.com#cho_mail.example#Ext#@contoso.onmicrosoft.com'), 'cho@mail.example');
  assert.equal(homeUpn('GUEST#cho@mail.example'), 'cho@mail.example');
  assert.equal(homeUpn('plain#ext#@contoso.onmicrosoft.com'), 'plain');
  assert.equal(homeUpn('#ext#@contoso.onmicrosoft.com'), '');
});

test('eleven names are seven', () => {
  assert.equal(new Set(STRICT_NAMES.map(normalName)).size, 7);
  assert.equal(normalName('Update application – Certificates and secrets management '), normalName(STRICT_NAMES[4]!));
  assert.equal(normalName(' Add\u00a0 POLICY. '), 'add policy');
  assert.notEqual(normalName('Add policy..'), 'add policy');
  assert.notEqual(normalName('Add policy\u200b'), 'add policy');
});

test('a finding says all that its facts say', () => {
  const first = operation(
    { userPrincipalName: EXT_UPN },
    { additionalDetails: [{ key: 'ipaddr', value: '192.0.2.77' }] },
  );
  const second = operation(
    { userPrincipalName: EXT_UPN.toUpperCase(), id: null },
    { id: '', targetResources: [{ displayName: null, userPrincipalName: 'U@x' }] },
    { time: '2026-03-02T12:00:00Z', correlationId: undefined },
  );
  const early = signIn(
    { ipAddress: '192.0.2.1', createdDateTime: '2026-03-02T08:55:00+00:00' },
    { time: '2026-03-02T09:00:00Z' },
  );
  const late = signIn({ ipAddress: '192.0.2.2', userPrincipalName: '', id: 's3' }, { time: '2026-03-02T13:00:00Z' });
  const [found, ...others] = findings(factsOf([first, second, early, late, signIn()]));
  assert.equal(others.length, 0);
  const { evidence, ...rest } = found!;
  assert.deepEqual(rest, {
    tenantId: TENANT,
    actorUpn: EXT_UPN.toLowerCase(),
    actorObjectId: ANN,
    accountName: 'ann_partner.example#ext#',
    accountUpnSuffix: 'contoso.onmicrosoft.com',
    guestUpn: 'ann@partner.example',
    actorIp: '203.0.113.7',
    clientIp: '192.0.2.77',
    firstSeen: '2026-03-02T11:00:00.0000000Z',
    lastSeen: '2026-03-02T12:00:00.0000000Z',
    lastSignIn: '2026-03-02T13:00:00.0000000Z',
    signInIp: '192.0.2.2',
    operations: ['Add member to role'],
    targets: ['', 'Target'],
    targetNames: ['Target', 'U@x'],
    eventCount: 2,
    views: ['resolved'],
    reasonCodes: ['object_id', 'ext_upn'],
    severity: 'medium',
    tactics: ['Persistence', 'PrivilegeEscalation'],
    techniques: ['T1098.001', 'T1098.003', 'T1078.004'],
    evidenceCount: 2,
    evidenceTruncated: false,
    targetsTruncated: false,
  });
  // The first has all three by the object id: the nearest before, the nearest after, which is the newest too.
  assert.deepEqual(
    evidence[0]?.signIns.map((s) => s.ip),
    ['198.51.100.4', '192.0.2.2'],
  );
  // The second has no object id: the sign-in without UPN is not its guest's.
  assert.deepEqual(
    evidence[1]?.signIns.map((s) => s.ip),
    ['198.51.100.4'],
  );
  assert.deepEqual(evidence[1]?.operation, {
    tenantId: TENANT,
    actorUpn: EXT_UPN.toLowerCase(),
    actorObjectId: null,
    time: '2026-03-02T12:00:00.0000000Z',
    actorIp: '203.0.113.7',
    clientIp: null,
    operation: 'Add member to role',
    correlationId: null,
    targets: [''],
    targetNames: ['U@x'],
    recordId: null,
  });
});

test('one actor and address is cut where neighbours are more than 24 hours apart', () => {
  const signIns = ['2026-03-02T10:00:00Z', '2026-03-03T10:00:00Z', '2026-03-04T10:00:00Z'].map((time) =>
    signIn({}, { time }),
  );
  const acts = (...times: string[]) => times.map((time) => operation({}, {}, { time }));
  const count = (...times: string[]) => findings(factsOf([...signIns, ...acts(...times)])).length;
  assert.equal(count('2026-03-02T11:00:00Z', '2026-03-03T11:00:00Z'), 1);
  assert.equal(count('2026-03-02T11:00:00Z', '2026-03-03T11:00:00.0000001Z'), 2);
  assert.equal(count('2026-03-02T11:00:00Z', '2026-03-02T20:00:00Z', '2026-03-03T11:00:00.0000001Z'), 1);
});

test('the text <null> is no address of a finding', () => {
  const found = findings(
    factsOf([signIn(), operation({ ipAddress: '<null>' }), operation({ ipAddress: '' }, { id: 'o2' })]),
  );
  assert.deepEqual(
    found.map((f) => [f.actorIp, f.evidence.map((e) => e.operation.actorIp).sort()]),
    [['', ['', '<null>']]],
  );
});

test('records of one id that differ are one piece of evidence with variants', () => {
  const [found] = findings(
    factsOf([signIn(), operation(), operation({}, {}, { identity: 'x' }), operation({}, { id: 'o2' })]),
  );
  assert.equal(found?.evidenceCount, 2);
  assert.deepEqual(found?.evidence.map((e) => e.variants.length).sort(), [0, 1]);
});

test('selections by view', () => {
  const facts = factsOf([
    signIn(),
    signIn({ userPrincipalName: 'bob', userId: '1' }),
    operation({ ipAddress: '1' }),
    operation({ ipAddress: '2', userPrincipalName: EXT_UPN }),
    operation({ ipAddress: '3', userPrincipalName: 'bob', id: '2' }),
  ]);
  const of = (selection: Parameters<typeof findings>[1]) =>
    findings(facts, selection)
      .map((f) => f.actorIp)
      .sort()
      .join('');
  assert.deepEqual(
    [of('any'), of('strict'), of('resolved'), of('missed'), of('accused')],
    ['123', '13', '12', '2', '3'],
  );
});

test('the last sign-in is one of the resolved view where there is one', () => {
  const later = signIn({ ipAddress: '192.0.2.99', resourceTenantId: 'x' }, { time: '2026-03-02T15:00:00Z' });
  assert.equal(findings(factsOf([signIn(), later, operation()]))[0]?.signInIp, '198.51.100.4');
  assert.equal(findings(factsOf([later, operation()]))[0]?.signInIp, '192.0.2.99');
});

test('evidence and sets are bounded and counts are not', () => {
  const many = Array.from({ length: 1_003 }, (_, i) =>
    operation(
      {},
      { id: `o${i}`, targetResources: [{ displayName: `T${String(i).padStart(4, '0')}` }] },
      {
        time: new Date(Date.UTC(2026, 2, 2, 10) + i * 1_000).toISOString(),
        correlationId: `c${i}`,
      },
    ),
  );
  const [found] = findings(factsOf([signIn(), ...many]));
  assert.deepEqual([found?.evidenceCount, found?.evidence.length, found?.evidenceTruncated], [1_003, 1_000, true]);
  assert.deepEqual(
    [found?.evidence[499]?.operation.recordId, found?.evidence[500]?.operation.recordId],
    ['o499', 'o503'],
  );
  assert.deepEqual([found?.targets.length, found?.targets.at(-1), found?.targetsTruncated], [1_000, 'T0999', true]);
  assert.deepEqual([found?.eventCount, found?.lastSeen], [1_003, '2026-03-02T10:16:42.0000000Z']);
});

test('near misses are counted', () => {
  const facts = factsOf([
    operation({ userPrincipalName: EXT_UPN }),
    operation({}, {}, { operationName: 'Add-member to role' }),
    signIn({ userPrincipalName: 'seen@x' }),
    signIn({ userPrincipalName: 'seen@x', userId: null }, { category: 'NonInteractiveUserSignInLogs' }),
    signIn({ userPrincipalName: 'unseen@x', userId: null }, { category: 'NonInteractiveUserSignInLogs' }),
  ]);
  assert.deepEqual(nearMisses(facts), { operationName: 1, extActor: 0, nonInteractive: 1 });
  const alone = factsOf([operation({ userPrincipalName: EXT_UPN })]);
  assert.equal(nearMisses(alone, readTime('2026-03-03T11:15:00Z')).extActor, 1);
  assert.equal(nearMisses(alone, readTime('2026-03-03T11:14:59Z')).extActor, 0);
});
