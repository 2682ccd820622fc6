/** What the formats read of a finding: the members that the API gives, as wide as they may be. */
export interface FindingFields {
  readonly id: string;
  readonly revision: number;
  readonly supersededBy: string | null;
  readonly tenantId: string;
  readonly actorUpn: string;
  readonly actorObjectId: string | null;
  readonly accountName: string;
  readonly accountUpnSuffix: string;
  readonly guestUpn: string | null;
  readonly actorIp: string;
  readonly clientIp: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly lastSignIn: string | null;
  readonly signInIp: string;
  readonly operations: readonly string[];
  readonly targets: readonly string[];
  readonly targetNames: readonly string[];
  readonly eventCount: number;
  readonly views: readonly string[];
  readonly reasonCodes: readonly string[];
  readonly late: boolean;
  readonly severity: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly status: string;
  readonly classification: string | null;
  readonly assignedTo: string | null;
  readonly comments: readonly { readonly at: string; readonly by: string; readonly text: string }[];
  readonly suppressed: object | null;
  readonly evidenceCount: number;
  readonly evidenceTruncated: boolean;
  readonly targetsTruncated: boolean;
  readonly ruleHash: string;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

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
