/** Findings as OCSF 1.8 Detection Findings, held against the schema as it was published. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FindingFields } from '../../src/formats/finding.ts';
import { OCSF_VERSION, type OcsfFinding, ocsfFinding } from '../../src/formats/ocsf.ts';
import { ocsfFaults, schema } from './ocsf/validate.ts';
import { CONTEXT, findingOf } from './samples.ts';

const eventOf = (changes: Partial<FindingFields> = {}, uid: string | null = null): OcsfFinding =>
  ocsfFinding(findingOf(changes), CONTEXT, uid);
const faultsIn = (event: object): string[] => ocsfFaults(JSON.parse(JSON.stringify(event)));

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', 'ann@partner.com', '203.0.113.7', '203.0.113.7:443', 'fe80::1%eth0'),
);
const texts = fc.array(text, { maxLength: 4 });
const time = fc.constantFrom('2026-11-23T03:12:09.1234567Z', '1970-01-01T00:00:00.0000000Z');
const findings = fc.record({
  revision: fc.integer({ min: 1, max: 9 }),
  supersededBy: fc.option(text),
  actorUpn: text,
  actorObjectId: fc.option(text),
  guestUpn: fc.option(text),
  actorIp: text,
  clientIp: fc.option(text),
  firstSeen: time,
  lastSeen: time,
  lastSignIn: fc.option(time),
  signInIp: text,
  operations: texts,
  targets: texts,
  targetNames: texts,
  eventCount: fc.nat(),
  views: fc.constantFrom(['strict'], ['resolved'], ['strict', 'resolved']),
  reasonCodes: fc.constantFrom([], ['object_id'], ['ext_upn'], ['outbound_guest']),
  severity: fc.constantFrom('informational', 'low', 'medium', 'high'),
  tactics: fc.constantFrom([], ['Persistence'], ['CommandAndControl', 'Unheard']),
  techniques: fc.constantFrom([], ['T1098'], ['T1098.001', 'T1078.004']),
  status: fc.constantFrom('new', 'inProgress', 'resolved'),
  classification: fc.constantFrom(null, 'truePositive', 'falsePositive', 'benignPositive'),
  assignedTo: fc.option(text),
  comments: fc.constantFrom<FindingFields['comments'][]>(
    [],
    [{ at: '2026-11-23T03:12:41.000Z', by: 'ann', text: 'Expected.' }],
  ),
  suppressed: fc.option(fc.record({ id: text, owner: text, reason: text, expiresAt: text })),
  createdAt: fc.option(time),
  updatedAt: fc.option(time),
});

test('whatever a finding says, its event is of the published schema', () => {
  assert.equal(schema.version, OCSF_VERSION);
  fc.assert(
    fc.property(findings, fc.option(fc.string()), (finding, uid) => {
      // No actor is without both.
      const actorObjectId = finding.actorUpn === '' ? 'o-1' : finding.actorObjectId;
      assert.deepEqual(faultsIn(eventOf({ ...finding, actorObjectId }, uid)), []);
    }),
  );
});

test('the check finds what the schema does not have', () => {
  const good = JSON.parse(JSON.stringify(eventOf()));
  for (const [fault, plant] of [
    ['finding_info is missing', { finding_info: undefined }],
    ['colour is not known', { colour: 1 }],
    ['finding_info.colour is not known', { finding_info: { ...good.finding_info, colour: 1 } }],
    ['finding_info.uid is missing', { finding_info: { ...good.finding_info, uid: undefined } }],
    ['severity_id cannot be 7', { severity_id: 7 }],
    ['severity beside severity_id is not High', { severity_id: 4 }],
    ['time is no timestamp_t', { time: '2026-11-23T03:12:09Z' }],
    ['type_uid is not class_uid * 100 + activity_id', { type_uid: 200402, type_name: 'Detection Finding: Update' }],
    ['evidences is an array, or is none', { evidences: {} }],
    ['evidences[0].src_endpoint.ip is no ip_t', { evidences: [{ src_endpoint: { ip: 'here' } }] }],
    ['actor needs the profile host', { actor: { user: { name: 'ann' } } }],
    ['cloud is missing', { cloud: undefined }],
    ['resources[0].role_id is other, and nothing says what', { resources: [{ name: 'a', role_id: 99 }] }],
    ['metadata.version is not 1.8.0', { metadata: { ...good.metadata, version: '1.7.0' } }],
  ] as const) {
    assert.deepEqual(faultsIn({ ...good, ...plant }), [fault]);
  }
  assert.match(faultsIn({ ...good, evidences: [{ name: 'a' }] })[0] ?? '', /evidences\[0\]\. has none of actor, api/);
  assert.match(
    faultsIn({ ...good, finding_info: { ...good.finding_info, attacks: [{ tactics: [] }] } })[0] ?? '',
    /deprecated/,
  );
});

test('the first revision creates, later ones update, and what is resolved or taken over closes', () => {
  const activity = (changes: Partial<FindingFields>) => {
    const { activity_id, type_uid, is_alert, status_id, status } = eventOf(changes);
    return [activity_id, type_uid, is_alert, status_id, status];
  };
  assert.deepEqual(activity({}), [1, 200401, true, 1, 'New']);
  assert.deepEqual(activity({ revision: 2, status: 'inProgress' }), [2, 200402, true, 2, 'In Progress']);
  assert.deepEqual(activity({ revision: 3, status: 'resolved' }), [3, 200403, false, 4, 'Resolved']);
  assert.deepEqual(activity({ revision: 3, supersededBy: 'f-2' }), [3, 200403, false, 99, 'Superseded']);
  assert.deepEqual(
    activity({ suppressed: { id: 's-1', owner: 'o', reason: 'r', expiresAt: '2026-12-01T00:00:00.000Z' } }),
    [1, 200401, false, 3, 'Suppressed'],
  );
});

test('an event names the finding, its revision, its tenant, its rule and its times in milliseconds', () => {
  const event = eventOf({}, 'r-1');
  assert.equal(event.finding_info.uid, findingOf().id);
  assert.equal(event.metadata.uid, 'r-1');
  assert.equal(event.metadata.tenant_uid, findingOf().tenantId);
  assert.equal(event.finding_info.analytic.uid, CONTEXT.rule.id);
  assert.equal(event.finding_info.first_seen_time, Date.UTC(2026, 10, 23, 3, 12, 9, 123));
  // Digits beyond the millisecond are cut, not rounded.
  assert.equal(event.finding_info.last_seen_time, Date.UTC(2026, 10, 23, 4, 12, 9, 999));
  assert.equal(event.time, Date.UTC(2026, 10, 23, 4, 12, 41));
  assert.equal(eventOf({ updatedAt: null }).time, Date.UTC(2026, 10, 23, 4, 12, 9, 999));
  assert.equal('uid' in eventOf().metadata, false);
});

test('evidences say who did what from where, and where the guest signed in from; resources are the targets', () => {
  const { evidences, resources, observables } = eventOf();
  const user = { type_id: 1, type: 'User', name: findingOf().actorUpn, uid: findingOf().actorObjectId };
  assert.deepEqual(evidences, [
    {
      name: 'Privileged operation',
      actor: { user },
      api: { operation: 'Add member to role', service: { name: 'Microsoft Entra ID' } },
      src_endpoint: { ip: '203.0.113.7' },
    },
    {
      name: 'Guest sign-in',
      data: { lastSignIn: '2026-11-23T03:00:00.0000000Z' },
      user: { type_id: 1, type: 'User', name: 'ann@partner.com', uid: findingOf().actorObjectId },
      src_endpoint: { ip: '198.51.100.4' },
    },
  ]);
  assert.deepEqual(resources, [{ name: 'Global Administrator', role_id: 1, role: 'Target' }]);
  assert.deepEqual(
    observables.map(({ type_id, value }) => [type_id, value]),
    [
      [4, findingOf().actorUpn],
      [4, 'ann@partner.com'],
      [31, findingOf().actorObjectId],
      [2, '203.0.113.7'],
      [2, '198.51.100.4'],
    ],
  );
  assert.deepEqual(eventOf({ actorIp: '203.0.113.7:443' }).evidences[0]!.src_endpoint, { name: '203.0.113.7:443' });
});

test('tactics and techniques stand each by itself, those that ATT&CK knows under its ids', () => {
  assert.deepEqual(
    eventOf({ tactics: ['PrivilegeEscalation'], techniques: ['T1098.001', 'T1078'] }).finding_info.attacks,
    [
      { tactic: { name: 'Privilege Escalation', uid: 'TA0004' } },
      { technique: { uid: 'T1098' }, sub_technique: { uid: 'T1098.001' } },
      { technique: { uid: 'T1078' } },
    ],
  );
});

test('confidence is high where both views agree or the ids are equal, and low for the strict rule alone', () => {
  const confidence = (views: FindingFields['views'], reasonCodes: FindingFields['reasonCodes']) =>
    eventOf({ views, reasonCodes }).confidence_id;
  assert.equal(confidence(['strict', 'resolved'], []), 3);
  assert.equal(confidence(['resolved'], ['object_id']), 3);
  assert.equal(confidence(['resolved'], ['ext_upn']), 2);
  assert.equal(confidence(['strict'], ['outbound_guest']), 1);
});
