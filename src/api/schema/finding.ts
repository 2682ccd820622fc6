/** What a finding, its evidence, the facts in it and their sources look like from outside. */
import { Type } from 'typebox';
import { REASON_CODES, SEVERITIES } from '../../detection/rule.ts';
import { CLASSIFICATIONS, COMMENTS_MAX, STATUSES } from '../../detection/triage.ts';
import * as w from './words.ts';

export const VIEWS = ['strict', 'resolved'] as const;
export { CLASSIFICATIONS, SEVERITIES, STATUSES };
/** Why a revision was made; of several reasons the first in this order. */
export const CHANGE_REASONS = [
  'rebuilt',
  'merge',
  'new',
  'late_operation',
  'operation',
  'late_sign_in',
  'sign_in',
  'triage',
] as const;

const views = Type.Array(w.choice(VIEWS, 'A view of the rule.'), {
  description:
    'The views it stands in: `strict` is the rule to the letter, `resolved` what the rule means (identities resolved, spellings set aside).',
  examples: [['resolved']],
});
const reasonCodes = Type.Array(w.choice(REASON_CODES, 'Why the two views differ.'), {
  description: 'Why it stands in one view and not in the other; empty where it stands in both.',
  examples: [['object_id']],
});

export const Source = w.shape('Source', 'Where a record came from, to the byte.', {
  hub: w.text('Event hub; of a replayed file its name.', 'insights-logs-auditlogs'),
  partition: w.text('Partition of the hub.', '0'),
  sequenceNumber: w.count('Sequence number of the event in its partition.', 4711),
  recordIndex: w.count("Index of the record among the event's records, from 0.", 0),
  enqueuedAt: w.timeOrNull('When Event Hubs took the event in; null for a file.'),
  sha256: w.text("SHA-256 of the record's own bytes, 64 lower-case hex digits.", 'a3'.repeat(32)),
});

export const OperationFact = w.shape('Operation', 'A privileged operation that succeeded, as its audit record says.', {
  tenantId: w.text('Tenant, lower case.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
  actorUpn: w.text("The actor's UPN, lower case.", 'ann_partner.com#ext#@contoso.onmicrosoft.com'),
  actorObjectId: w.textOrNull("The actor's object id, lower case.", '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22'),
  time: w.time('Event time.'),
  actorIp: w.text("The user's IP address as written, else the app's.", '203.0.113.7'),
  clientIp: w.textOrNull('The address among the additional details of the record.', null),
  operation: w.text('Operation name as written.', 'Add member to role'),
  correlationId: w.textOrNull('Correlation id as written.', '0c6f1a8e-6f0e-4a5e-8f53-51b8b8d6a001'),
  targets: w.texts('Display names of the targets as written.', ['']),
  targetNames: w.texts('What a person would call the targets.', ['Global Administrator']),
  recordId: w.textOrNull("The record's id.", 'Directory_0c6f1a8e_1'),
  source: Source,
});

export const SignInFact = w.shape('SignIn', 'A successful sign-in of a guest, as its record says.', {
  tenantId: w.text('Tenant, lower case.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
  upn: w.textOrNull("The guest's UPN, lower case.", 'ann@partner.com'),
  objectId: w.textOrNull("The guest's object id, lower case.", '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22'),
  time: w.time('Event time.'),
  createdDateTime: w.timeOrNull('When the sign-in was begun.'),
  ip: w.textOrNull('IP address as written.', '198.51.100.4'),
  homeTenantId: w.textOrNull("The guest's home tenant, lower case.", null),
  resourceTenantId: w.textOrNull('The tenant signed in to, lower case.', null),
  recordId: w.textOrNull("The record's id.", '5a1d6e1c-7f0f-4d7a-9b52-2f5f3e0b7700'),
  source: Source,
});

const Comment = w.shape('Comment', 'A remark of an analyst.', {
  at: w.time('When it was written.'),
  by: w.text('Who wrote it.', 'ann'),
  text: w.text('What it says.', 'Called the partner: expected.'),
});

export const Suppressed = w.shape('Suppressed', 'The suppression that expects the activity of a finding.', {
  id: w.text('Its id.', '7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f'),
  owner: w.text('Who answers for it.', 'identity-team'),
  reason: w.text('Why the activity is expected.', 'The partner rotates credentials on weekdays.'),
  expiresAt: w.time('From then on it hides nothing.'),
});

export const Finding = w.shape(
  'Finding',
  'Privileged operations of one guest from one address, and what is known of them.',
  {
    id: w.text('Made from the facts: the same facts give the same id.', '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'),
    revision: Type.Integer({ minimum: 1, description: 'Grows by one with every published change.', examples: [3] }),
    supersededBy: w.textOrNull('The finding that took this one in; null for a finding that stands.', null),
    tenantId: w.text('Tenant, lower case.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
    actorUpn: w.text(
      "The actor's UPN, lower case; empty where known by object id alone.",
      'ann_partner.com#ext#@contoso.onmicrosoft.com',
    ),
    actorObjectId: w.textOrNull("The actor's object id.", '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22'),
    accountName: w.text("The UPN's part before `@`.", 'ann_partner.com#ext#'),
    accountUpnSuffix: w.text("The UPN's part after `@`.", 'contoso.onmicrosoft.com'),
    guestUpn: w.textOrNull('UPN of the newest matching sign-in that has one.', 'ann@partner.com'),
    actorIp: w.text('Address that the operations came from; empty where there is none.', '203.0.113.7'),
    clientIp: w.textOrNull('Address among the additional details of the newest operation that has one.', null),
    firstSeen: w.time('Event time of the first operation.'),
    lastSeen: w.time('Event time of the last operation.'),
    lastSignIn: w.timeOrNull('Event time of the newest matching sign-in. It may move without a new revision.'),
    signInIp: w.text('Address of that sign-in.', '198.51.100.4'),
    operations: w.texts('Distinct operation names as written, sorted.', ['Add member to role']),
    targets: w.texts('Distinct target names as the rule reads them, sorted.', ['']),
    targetNames: w.texts('What a person would call the targets, sorted.', ['Global Administrator']),
    eventCount: w.count('Number of distinct correlation ids.', 1),
    views,
    reasonCodes,
    late: w.flag('True when one of its operations was enqueued more than 15 minutes after its event time.'),
    severity: w.choice(SEVERITIES, "The rule's severity."),
    tactics: w.texts("The rule's MITRE ATT&CK tactics.", ['Persistence', 'PrivilegeEscalation']),
    techniques: w.texts("The rule's MITRE ATT&CK techniques.", ['T1098.001', 'T1098.003', 'T1078.004']),
    status: w.choice(
      STATUSES,
      'State of triage. A resolved finding is `new` again when it gains an operation or a view.',
    ),
    classification: w.choiceOrNull(CLASSIFICATIONS, 'Verdict of triage.'),
    assignedTo: w.textOrNull('Who works on it.', null),
    comments: w.listOf(
      Comment,
      `Remarks, oldest first; after a merge the newest ${COMMENTS_MAX}, all of them stand in the history.`,
    ),
    suppressed: w.orNull(Suppressed, 'Null for a finding that nobody expects, or not all of it.'),
    evidenceCount: w.count('Number of operations matched, whether listed as evidence or not.', 1),
    evidenceTruncated: w.flag('True when the evidence lists the 500 oldest and the 500 newest operations only.'),
    targetsTruncated: w.flag('True when `operations`, `targets` or `targetNames` list their lowest 1,000 only.'),
    ruleHash: w.text('Names the wording of the rule that decided.', '0f3a9c1d2b4e5f60'),
    createdAt: w.timeOrNull('When the finding was raised.'),
    updatedAt: w.timeOrNull('When its last revision was made.'),
  },
);

export const EvidenceItem = w.shape('EvidenceItem', 'One matched operation and the sign-ins that matched it.', {
  operation: OperationFact,
  variants: w.listOf(OperationFact, 'Records of the same id that differ from it.'),
  signIns: w.listOf(
    SignInFact,
    'Per view and reason the nearest before, the nearest after and the newest; oldest first.',
  ),
  views,
  reasonCodes,
  latency: w.shape('Latency', "The operation's way through the service.", {
    eventTime: w.time('When it happened.'),
    enqueuedAt: w.timeOrNull('When Event Hubs took it in.'),
    receivedAt: w.timeOrNull('When this service had it in hand.'),
    decidedAt: w.timeOrNull('When it was decided upon.'),
  }),
});

export const Change = w.shape('Change', 'One revision of a finding.', {
  cursor: w.text('The place after this change: give it as `after` to go on from here.', 'c1-4711'),
  reason: w.choice(CHANGE_REASONS, 'Why the revision was made.'),
  finding: Finding,
});

export const FindingsPage = w.page('FindingsPage', Finding, 'newest `firstSeen` first');
export const EvidencePage = w.page('EvidencePage', EvidenceItem, 'oldest operation first');
export const ChangesPage = w.shape('Changes', 'Revisions in order, none skipped, each once.', {
  items: w.listOf(Change, 'At most `limit` of them, in order within a tenant. Empty when nothing came.'),
  cursor: w.text('Give it as `after` to go on, whether items came or not.', 'c1-4711'),
});
