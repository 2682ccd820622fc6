/** A finding as the formats read it. */
import type { FindingBody } from '../detection/describe.ts';

/** All that the API gives of one. */
export type FindingFields = FindingBody;

/** The members in the order in which the API gives them, as columns of a table. */
export const FINDING_COLUMNS = [
  'id',
  'revision',
  'supersededBy',
  'tenantId',
  'actorUpn',
  'actorObjectId',
  'accountName',
  'accountUpnSuffix',
  'guestUpn',
  'actorIp',
  'clientIp',
  'firstSeen',
  'lastSeen',
  'lastSignIn',
  'signInIp',
  'operations',
  'targets',
  'targetNames',
  'eventCount',
  'views',
  'reasonCodes',
  'late',
  'severity',
  'tactics',
  'techniques',
  'status',
  'classification',
  'assignedTo',
  'comments',
  'suppressed',
  'evidenceCount',
  'evidenceTruncated',
  'targetsTruncated',
  'ruleHash',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof FindingFields)[];
