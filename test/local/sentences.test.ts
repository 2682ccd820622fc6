/** Findings in words, on findings made by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidenceItem, Finding } from '../../local/demo/answers.ts';
import { deed } from '../../local/demo/deeds.ts';
import { homeName, personName, span, tell } from '../../local/demo/sentences.ts';

const EXT = 'ann_partner.example#ext#@contoso.onmicrosoft.example';

const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'f1',
  actorUpn: EXT,
  actorObjectId: '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22',
  guestUpn: 'ann@partner.example',
  actorIp: '203.0.113.7',
  operations: ['Add member to role'],
  views: ['resolved'],
  reasonCodes: ['object_id'],
  ...more,
});

interface Told {
  readonly time?: string;
  readonly operation?: string;
  readonly targetNames?: readonly string[];
  readonly signedInAt?: readonly string[];
  readonly enqueued?: { readonly operation: string; readonly signIns: readonly string[] };
}

function evidence(told: Told = {}): EvidenceItem {
  const { time = '2026-11-23T03:12:09.1234567Z', operation = 'Add member to role' } = told;
  const { targetNames = ['Bob', 'Global Administrator'], signedInAt = ['2026-11-23T03:08:09.0000000Z'] } = told;
  const enqueued = told.enqueued ?? { operation: '2026-11-23T03:12:10.000Z', signIns: ['2026-11-23T03:10:00.000Z'] };
  return {
    operation: { actorUpn: EXT, time, operation, targetNames, source: { sha256: 'a3' } },
    signIns: signedInAt.map((at, i) => ({
      upn: 'ann@partner.example',
      time: at,
      ip: '198.51.100.4',
      source: { enqueuedAt: enqueued.signIns[i] ?? null },
    })),
    latency: { enqueuedAt: enqueued.operation, decidedAt: '2026-11-23T03:12:10.210Z' },
  };
}

test('a missed finding says who did what when, and why the rule misses it', () => {
  const told = tell(finding(), [evidence()]);
  assert.deepEqual(
    [told.kind, told.isMore, told.sentence],
    [
      'missed',
      false,
      'Ann (ann@partner.example), a guest, gave Bob the role Global Administrator at 03:12 from 203.0.113.7, 4 minutes after signing in from 198.51.100.4.',
    ],
  );
  assert.equal(
    told.why,
    `The sign-in log says ann@partner.example, the audit log ${EXT}, and the rule compares the names. The object id is the same in both.`,
  );
});

test('what both views find needs no reason', () => {
  const told = tell(finding({ views: ['strict', 'resolved'], reasonCodes: [] }), [evidence()]);
  assert.deepEqual([told.kind, told.why], ['found', '']);
});

test('a finding with operations of which the rule misses some counts as missed', () => {
  const told = tell(finding({ views: ['strict', 'resolved'], reasonCodes: ['operation_spelling'] }), [evidence()]);
  assert.equal(told.kind, 'missed');
});

test('whom only the rule accuses is not called a guest', () => {
  const maria = { actorUpn: 'maria.silva@contoso.example', guestUpn: 'maria.silva@contoso.example' };
  const told = tell(finding({ ...maria, views: ['strict'], reasonCodes: ['outbound_guest'] }), [evidence()]);
  assert.equal(told.kind, 'accused');
  assert.match(told.sentence, /^Maria Silva \(maria\.silva@contoso\.example\) gave Bob/);
  assert.match(told.why, /a member here who was a guest in another tenant/);
});

test('every reason has words of its own, and one that is new stands for itself', () => {
  const codes = ['object_id', 'ext_upn', 'no_upn', 'operation_spelling', 'no_targets', 'outbound_guest'];
  const whys = [...codes, 'other_object', 'extra_operation', 'brand_new'].map(
    (code) => tell(finding({ reasonCodes: [code] }), [evidence()]).why,
  );
  assert.equal(new Set(whys).size, whys.length);
  assert.equal(whys.at(-1), 'Reason: brand_new.');
});

test('an actor without a name is known by the sign-in’s, else by the object id', () => {
  const codes = { reasonCodes: ['object_id', 'no_upn'] };
  const named = tell(finding({ actorUpn: '', ...codes }), [evidence()]);
  assert.match(named.sentence, /^Ann \(ann@partner\.example\), a guest,/);
  assert.doesNotMatch(named.why, /the audit log ,/);
  const unnamed = tell(finding({ actorUpn: '', guestUpn: null, ...codes }), [evidence()]);
  assert.match(unnamed.sentence, /^The account with the object id 9d5e6f0c-[^ ]+, a guest,/);
});

test('several operations make one sentence', () => {
  const later = evidence({
    time: '2026-11-23T03:14:00.0000000Z',
    operation: 'Add service principal credentials',
    targetNames: ['Payroll'],
  });
  assert.match(
    tell(finding(), [evidence(), later]).sentence,
    /gave Bob the role Global Administrator and added a new secret to the application Payroll between 03:12 and 03:14 from/,
  );
});

test('what is added later is told alone, and its reason not again', () => {
  const told = tell(finding(), [evidence()], true);
  assert.match(told.sentence, /, a guest, also gave Bob/);
  assert.deepEqual([told.isMore, told.why], [true, '']);
});

test('the nearest sign-in counts, before or after', () => {
  const signedInAt = ['2026-11-23T01:00:00.0000000Z', '2026-11-23T03:13:39.0000000Z'];
  assert.match(tell(finding(), [evidence({ signedInAt })]).sentence, /, 2 minutes before signing in from/);
});

test('the time taken runs from the arrival of what was missing', () => {
  const signIns = ['2026-11-23T03:12:10.150Z'];
  assert.equal(tell(finding(), [evidence()]).latencyMs, 210);
  assert.equal(
    tell(finding(), [evidence({ enqueued: { operation: '2026-11-23T03:12:10.000Z', signIns } })]).latencyMs,
    60,
  );
  assert.equal(tell(finding(), []).latencyMs, null);
});

test('a finding whose evidence cannot be had is told all the same', () => {
  assert.equal(
    tell(finding(), []).sentence,
    'Ann (ann@partner.example), a guest, did “Add member to role” from 203.0.113.7.',
  );
});

test('operations are known in every spelling, and unknown ones by their name', () => {
  assert.equal(
    deed('Update application – Certificates and secrets management ', ['Portal']),
    'changed the secrets of the application Portal',
  );
  assert.equal(deed('ADD MEMBER TO ROLE.', ['Global Reader']), 'gave someone the role Global Reader');
  assert.equal(deed('Add member to role', ['Bob']), 'gave Bob a role that the log does not name');
  assert.equal(
    deed('Set domain authentication', []),
    'changed how people sign in to the domain that the log does not name',
  );
  assert.equal(deed('Consent to application', ['A', 'B', 'C']), 'did “Consent to application” to A, B and C');
});

test('names are read back to what people are called at home', () => {
  assert.equal(homeName('ann_berg_partner.example#EXT#@contoso.onmicrosoft.example'), 'ann_berg@partner.example');
  assert.equal(homeName('live.com#dee@outlook.example'), 'dee@outlook.example');
  assert.equal(homeName('ann@partner.example'), 'ann@partner.example');
  assert.equal(personName('ann.berg@partner.example'), 'Ann Berg');
});

test('spans are said as people say them', () => {
  assert.deepEqual([1_000, 59_000, 61_000, 240_000, 3_600_000, 8_100_000].map(span), [
    '1 second',
    '59 seconds',
    '1 minute',
    '4 minutes',
    '1 hour',
    '2 hours and 15 minutes',
  ]);
});
