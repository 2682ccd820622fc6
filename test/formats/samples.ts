/** A finding as the API gives it, for the formats: whatever a test is about is spelled out by the test. */
import type { FindingFields } from '../../src/formats/finding.ts';
import type { OcsfContext } from '../../src/formats/ocsf.ts';

export const CONTEXT: OcsfContext = {
  productVersion: '1.2.3',
  rule: { id: 'r-1', name: 'A rule', description: 'What it looks for.', version: '1.0.0' },
};

export const findingOf = (changes: Partial<FindingFields> = {}): FindingFields => ({
  id: '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b',
  revision: 1,
  supersededBy: null,
  tenantId: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11',
  actorUpn: 'ann_partner.com#ext#@contoso.onmicrosoft.com',
  actorObjectId: '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22',
  accountName: 'ann_partner.com#ext#',
  accountUpnSuffix: 'contoso.onmicrosoft.com',
  guestUpn: 'ann@partner.com',
  actorIp: '203.0.113.7',
  clientIp: null,
  firstSeen: '2026-11-23T03:12:09.1234567Z',
  lastSeen: '2026-11-23T04:12:09.9999999Z',
  lastSignIn: '2026-11-23T03:00:00.0000000Z',
  signInIp: '198.51.100.4',
  operations: ['Add member to role'],
  targets: [''],
  targetNames: ['Global Administrator', ''],
  eventCount: 1,
  views: ['resolved'],
  reasonCodes: ['object_id'],
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
  updatedAt: '2026-11-23T04:12:41.000Z',
  ...changes,
});
