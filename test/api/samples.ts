/** One good item of each kind, of the types that the API's own schemas give. */
import type {
  Coverage,
  DeadLetter,
  Delivery,
  Explanation,
  Guest,
  HistoryItem,
  Suppression,
  Webhook,
} from '../../src/api/ports.ts';
import type * as finding from '../../src/api/schema/finding.ts';
import type * as rule from '../../src/api/schema/rule.ts';
import type { View } from '../../src/api/schema/words.ts';

export const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';
const TIME = '2026-11-23T03:12:09.1234567Z';

const source: View<typeof finding.Source> = {
  hub: 'insights-logs-auditlogs',
  partition: '0',
  sequenceNumber: 4711,
  recordIndex: 0,
  enqueuedAt: '2026-11-23T03:12:40.000Z',
  sha256: 'a3'.repeat(32),
};

const operation: View<typeof finding.OperationFact> = {
  tenantId: TENANT,
  actorUpn: 'ann_partner.com#ext#@contoso.onmicrosoft.com',
  actorObjectId: null,
  time: TIME,
  actorIp: '203.0.113.7',
  clientIp: null,
  operation: 'Add member to role',
  correlationId: 'c-1',
  targets: [''],
  targetNames: ['Global Administrator'],
  recordId: 'Directory_1',
  source,
};

const signIn: View<typeof finding.SignInFact> = {
  tenantId: TENANT,
  upn: 'ann@partner.com',
  objectId: null,
  time: TIME,
  createdDateTime: null,
  ip: '198.51.100.4',
  homeTenantId: null,
  resourceTenantId: null,
  recordId: 's-1',
  source: { ...source, enqueuedAt: null },
};

export function findingOf(
  id: string,
  changes: Partial<View<typeof finding.Finding>> = {},
): View<typeof finding.Finding> {
  return {
    id,
    revision: 3,
    supersededBy: null,
    tenantId: TENANT,
    actorUpn: operation.actorUpn,
    actorObjectId: null,
    accountName: 'ann_partner.com#ext#',
    accountUpnSuffix: 'contoso.onmicrosoft.com',
    guestUpn: 'ann@partner.com',
    actorIp: '203.0.113.7',
    clientIp: null,
    firstSeen: TIME,
    lastSeen: TIME,
    lastSignIn: TIME,
    signInIp: '198.51.100.4',
    operations: ['Add member to role'],
    targets: [''],
    targetNames: ['Global Administrator'],
    eventCount: 1,
    views: ['resolved'],
    reasonCodes: ['ext_upn'],
    late: false,
    severity: 'medium',
    tactics: ['Persistence', 'PrivilegeEscalation'],
    techniques: ['T1098.001', 'T1098.003', 'T1078.004'],
    status: 'new',
    classification: null,
    assignedTo: null,
    comments: [],
    suppressed: null,
    evidenceCount: 1,
    evidenceTruncated: false,
    targetsTruncated: false,
    ruleHash: '0f3a9c1d2b4e5f60',
    createdAt: '2026-11-23T03:12:41.000Z',
    updatedAt: '2026-11-23T03:12:41.000Z',
    ...changes,
  };
}

export const evidenceItem: View<typeof finding.EvidenceItem> = {
  operation,
  variants: [],
  signIns: [signIn],
  views: ['resolved'],
  reasonCodes: ['ext_upn'],
  latency: { eventTime: TIME, enqueuedAt: source.enqueuedAt, receivedAt: source.enqueuedAt, decidedAt: null },
};

export const theRule: View<typeof rule.Rule> = {
  id: 'bb135137-8f33-45b0-8d0f-78437f79d558',
  name: 'Guest account initiating privileged Entra ID operation',
  description: 'A guest account performed a privileged operation.',
  version: '1.0.0',
  severity: 'medium',
  tactics: ['Persistence'],
  techniques: ['T1098.001'],
  window: 'PT24H',
  windowMs: 86_400_000,
  operations: { strict: ['Add member to role.'], resolved: ['add member to role'] },
  kql: 'AuditLogs | take 1',
  ruleHash: '0f3a9c1d2b4e5f60',
};

export const ruleRow: View<typeof rule.RuleRow> = {
  ActorUpn: 'ann@partner.com',
  AccountName: 'ann',
  AccountUPNSuffix: 'partner.com',
  ActorIp: '203.0.113.7',
  LastSignIn: TIME,
  SignInIp: '198.51.100.4',
  FirstSeen: TIME,
  LastSeen: TIME,
  Operations: ['Add member to role'],
  Targets: ['Global Administrator'],
  EventCount: 1,
};

export const guest: Guest = {
  tenantId: TENANT,
  upn: 'ann@partner.com',
  objectId: null,
  objectIds: [],
  homeTenantId: null,
  outbound: false,
  firstSignIn: TIME,
  lastSignIn: TIME,
  signInIp: '198.51.100.4',
  ips: ['198.51.100.4'],
  signInsKept: 1,
};

const failed = {
  holds: false,
  why: 'Not matched: its name is another.',
  predicates: [{ name: 'upnEqual', held: false, signIn: 0, detail: 'they differ' }],
};
const held = {
  holds: true,
  why: 'Matched by a sign-in.',
  predicates: [{ name: 'objectIdEqual', held: null, signIn: null, detail: 'none has one' }],
};

export const explanation: Explanation = {
  tenantId: TENANT,
  actor: 'ann@partner.com',
  at: TIME,
  upns: ['ann@partner.com'],
  objectIds: [],
  operations: [{ operation, verdicts: { strict: failed, resolved: held }, findingId: null }],
  signIns: [{ signIn, verdicts: { strict: failed, resolved: held } }],
  truncated: false,
  keptSince: TIME,
  complete: true,
  missing: [{ reason: 'expired', from: null, until: TIME, detail: 'Sign-ins before this time have expired.' }],
};

export const coverage: Coverage = {
  at: TIME,
  silence: 'nothing_arrived',
  detail: 'Partition 1 has no reader.',
  eventTimeThrough: null,
  clock: { time: TIME, heldBackMs: 0, heldBy: null },
  readers: [{ name: 'a', partitions: 1, seenAt: null }],
  losses: [{ at: TIME, reason: 'state_lost', detail: 'Shard 0 was empty.' }],
  hubs: [
    {
      hub: 'insights-logs-auditlogs',
      createdAt: null,
      partitions: [
        {
          partition: '0',
          reader: 'a',
          position: { sequenceNumber: 4711, enqueuedAt: TIME },
          lastSequenceNumber: 4711,
          lag: 0,
          readToEndAt: TIME,
          spans: [{ from: TIME, until: TIME }],
          gaps: [{ from: null, until: TIME, reason: 'expired', detail: 'The hub no longer held them.' }],
          eventTimeThrough: TIME,
          delayMs: 120_000,
          rebuilding: { since: TIME, until: null },
          stalled: null,
          silence: 'nothing_happened',
        },
        {
          partition: '1',
          reader: null,
          position: null,
          lastSequenceNumber: null,
          lag: null,
          readToEndAt: null,
          spans: [],
          gaps: [],
          eventTimeThrough: null,
          delayMs: null,
          rebuilding: null,
          stalled: 'no reader',
          silence: 'nothing_arrived',
        },
      ],
    },
  ],
};

export const deadLetter: DeadLetter = {
  id: 'd-1',
  reason: 'not_json',
  tenantId: null,
  source: { ...source, recordIndex: null },
  receivedAt: '2026-11-23T03:12:41.000Z',
  attempts: 0,
  retriedAt: null,
  bytes: 3,
  cut: false,
  encoding: 'utf8',
  content: '{"a',
};

export const history: readonly HistoryItem[] = [
  {
    at: TIME,
    by: 'ann',
    change: { kind: 'triage', status: { from: 'new', to: 'resolved' }, comment: 'Called the partner: expected.' },
  },
  {
    at: TIME,
    by: 'guestwatch',
    change: { kind: 'reopened', reason: 'operation', status: { from: 'resolved', to: 'new' } },
  },
];

export const suppression: Suppression = {
  id: 'p-1',
  tenantId: TENANT,
  matcher: { actorUpn: operation.actorUpn, actorObjectId: null, operations: ['Add member to role'], ipRange: null },
  owner: 'identity-team',
  reason: 'The partner rotates credentials on weekdays.',
  expiresAt: TIME,
  createdAt: TIME,
  createdBy: 'ann',
  endedAt: null,
  endedBy: null,
  hiddenCount: 1,
};

export const webhook: Webhook = {
  ...{ name: 'soc', kind: 'webhook', url: 'https://hooks.example/in', format: 'cloudevents', tenants: null },
  ...{ view: 'any', severity: 'informational', allowPrivate: false, state: 'enabled', detail: null },
  ...{ waiting: 1, waitingBytes: 1480, oldestWaitingAt: TIME, fullSince: null, takenUntil: TIME },
  ...{ lastSuccessAt: null, lastFailureAt: TIME, dropped: 0, seenAt: TIME },
};

export const delivery: Delivery = {
  ...{ id: 'd-1', webhook: 'soc', findingId: 'f-1', revision: 3, tenantId: TENANT, reason: 'operation' },
  ...{ status: 'waiting', isTest: false, bytes: 1480, createdAt: TIME, nextAttemptAt: TIME, tries: 1 },
  attempts: [{ at: TIME, ms: 41, status: 503, failure: 'status', detail: 'Answered 503.' }],
};

export const testDelivery: Delivery = {
  ...{ id: 'd-2', webhook: 'soc', findingId: null, revision: 0, tenantId: null, reason: 'test' },
  ...{ status: 'delivered', isTest: true, bytes: 0, createdAt: TIME, nextAttemptAt: null, tries: 1 },
  attempts: [{ at: TIME, ms: 41, status: 204, failure: null, detail: 'Answered 204.' }],
};
