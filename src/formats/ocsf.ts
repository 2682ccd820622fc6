/**
 * Findings as OCSF 1.8 Detection Findings (class 2004), with the profiles `cloud` and `incident`. Pure: the same revision of a
 * finding gives the same event, whether it is listed, followed or replayed; only `metadata.uid` is known to the feed alone.
 */
import { isIP } from 'node:net';
import type { FindingFields } from './finding.ts';

export const OCSF_VERSION = '1.8.0';

/** What an event says beside its finding. */
export interface OcsfContext {
  /** Of this product. */
  readonly productVersion: string;
  readonly rule: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly version: string;
  };
}

const CLASS_UID = 2004;
const ACTIVITIES = { 1: 'Create', 2: 'Update', 3: 'Close' } as const;
type Activity = keyof typeof ACTIVITIES;

/** Words of ours, with OCSF's number and caption. */
const SEVERITIES: Words = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
};
const STATUSES: Words = { new: [1, 'New'], inProgress: [2, 'In Progress'], resolved: [4, 'Resolved'] };
const VERDICTS: Words = {
  falsePositive: [1, 'False Positive'],
  truePositive: [2, 'True Positive'],
  benignPositive: [5, 'Benign'],
};
type Words = Readonly<Record<string, readonly [number, string]>>;
const UNKNOWN = [0, 'Unknown'] as const;

/** The event of a finding as it stands; `uid` names the revision where the feed has told it. */
export function ocsfFinding(finding: FindingFields, { productVersion, rule }: OcsfContext, uid: string | null = null) {
  const activity = activityOf(finding);
  const [severityId, severity] = SEVERITIES[finding.severity] ?? UNKNOWN;
  const [statusId, status] = statusOf(finding);
  const [confidenceId, confidence] = confidenceOf(finding);
  const [verdictId, verdict] = VERDICTS[finding.classification ?? ''] ?? UNKNOWN;
  const lastComment = finding.comments.at(-1);
  const firstSeen = msOf(finding.firstSeen);
  const lastSeen = msOf(finding.lastSeen);
  const created = finding.createdAt === null ? null : msOf(finding.createdAt);
  const updated = finding.updatedAt === null ? null : msOf(finding.updatedAt);
  const who = finding.guestUpn ?? (finding.actorUpn || (finding.actorObjectId ?? ''));
  return {
    activity_id: activity,
    activity_name: ACTIVITIES[activity],
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS_UID,
    class_name: 'Detection Finding',
    type_uid: CLASS_UID * 100 + activity,
    type_name: `Detection Finding: ${ACTIVITIES[activity]}`,
    time: updated ?? lastSeen,
    start_time: firstSeen,
    end_time: lastSeen,
    severity_id: severityId,
    severity,
    status_id: statusId,
    status,
    confidence_id: confidenceId,
    confidence,
    is_alert: activity !== 3 && finding.suppressed === null,
    message: `${who}: ${inShort(finding.operations)}`,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'guestwatch', vendor_name: 'guestwatch', version: productVersion },
      profiles: ['cloud', 'incident'],
      tenant_uid: finding.tenantId,
      ...(uid !== null && { uid }),
      ...(updated !== null && { modified_time: updated }),
    },
    cloud: {
      provider: 'Microsoft Azure',
      account: { uid: finding.tenantId, type_id: 99, type: 'Microsoft Entra tenant' },
    },
    finding_info: {
      uid: finding.id,
      title: rule.name,
      desc: rule.description,
      ...(created !== null && { created_time: created }),
      ...(updated !== null && { modified_time: updated }),
      first_seen_time: firstSeen,
      last_seen_time: lastSeen,
      analytic: {
        uid: rule.id,
        name: rule.name,
        desc: rule.description,
        version: rule.version,
        type_id: 1,
        type: 'Rule',
      },
      attacks: attacksOf(finding),
      data_sources: ['SignInLogs', 'AuditLogs'],
      related_events_count: finding.eventCount,
    },
    evidences: evidencesOf(finding),
    resources: finding.targetNames.filter((name) => name !== '').map((name) => ({ name, role_id: 1, role: 'Target' })),
    observables: observablesOf(finding),
    ...(finding.classification !== null && { verdict_id: verdictId, verdict }),
    ...(finding.assignedTo !== null && { assignee: { name: finding.assignedTo } }),
    ...(lastComment !== undefined && { comment: lastComment.text }),
    unmapped: unmappedOf(finding),
  };
}

export type OcsfFinding = ReturnType<typeof ocsfFinding>;

const NAMES_SHOWN_MAX = 3;

function inShort(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN_MAX;
  return names.slice(0, NAMES_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const isClosed = ({ status, supersededBy }: FindingFields): boolean => status === 'resolved' || supersededBy !== null;

const activityOf = (finding: FindingFields): Activity => (isClosed(finding) ? 3 : finding.revision === 1 ? 1 : 2);

function statusOf({ status, supersededBy, suppressed }: FindingFields): readonly [number, string] {
  if (supersededBy !== null) return [99, 'Superseded'];
  if (suppressed !== null && status !== 'resolved') return [3, 'Suppressed'];
  return STATUSES[status] ?? UNKNOWN;
}

/** How sure it is that the operations are the guest's: the strict rule alone accuses by a name that may be another's. */
function confidenceOf({ views, reasonCodes }: FindingFields): readonly [number, string] {
  if (!views.includes('resolved')) return [1, 'Low'];
  return views.includes('strict') || reasonCodes.includes('object_id') ? [3, 'High'] : [2, 'Medium'];
}

/** MITRE ATT&CK's ids of tactics, by their names as rules write them. */
const TACTICS: Readonly<Record<string, string>> = {
  Reconnaissance: 'TA0043',
  ResourceDevelopment: 'TA0042',
  InitialAccess: 'TA0001',
  Execution: 'TA0002',
  Persistence: 'TA0003',
  PrivilegeEscalation: 'TA0004',
  DefenseEvasion: 'TA0005',
  CredentialAccess: 'TA0006',
  Discovery: 'TA0007',
  LateralMovement: 'TA0008',
  Collection: 'TA0009',
  CommandAndControl: 'TA0011',
  Exfiltration: 'TA0010',
  Impact: 'TA0040',
};

/** A rule does not say which technique serves which tactic: each stands by itself. */
function attacksOf({ tactics, techniques }: FindingFields) {
  return [
    ...tactics.map((name) => {
      const uid = TACTICS[name];
      return { tactic: { name: name.replace(/(?<=[a-z])(?=[A-Z])/g, ' '), ...(uid !== undefined && { uid }) } };
    }),
    ...techniques.map((uid) => ({
      technique: { uid: uid.split('.', 1)[0]! },
      ...(uid.includes('.') && { sub_technique: { uid } }),
    })),
  ];
}

/** One artifact for each operation, with who did it and from where, and one for the sign-in that matched. */
function evidencesOf(finding: FindingFields) {
  const user = {
    type_id: 1,
    type: 'User',
    ...(finding.actorUpn !== '' && { name: finding.actorUpn }),
    ...(finding.actorObjectId !== null && { uid: finding.actorObjectId }),
  };
  const from = endpointOf(finding.actorIp);
  const operations = finding.operations.map((operation) => ({
    name: 'Privileged operation',
    actor: { user },
    api: { operation, service: { name: 'Microsoft Entra ID' } },
    ...(from !== null && { src_endpoint: from }),
  }));
  const { lastSignIn, guestUpn, signInIp, actorObjectId } = finding;
  if (lastSignIn === null) return operations;
  const signedInFrom = endpointOf(signInIp);
  const guest = { ...(guestUpn !== null && { name: guestUpn }), ...(actorObjectId !== null && { uid: actorObjectId }) };
  const signIn = {
    name: 'Guest sign-in',
    data: { lastSignIn },
    ...(Object.keys(guest).length > 0 && { user: { type_id: 1, type: 'User', ...guest } }),
    ...(signedInFrom !== null && { src_endpoint: signedInFrom }),
  };
  return [...operations, signIn];
}

/** Logs write more into an address than addresses: a port behind it, or a name. */
function endpointOf(address: string) {
  if (address === '') return null;
  return isAddress(address) ? { ip: address } : { name: address };
}

const IP_LENGTH_MAX = 40;
const isAddress = (text: string): boolean => text.length <= IP_LENGTH_MAX && isIP(text) !== 0;

function observablesOf({ actorUpn, actorObjectId, guestUpn, actorIp, signInIp, clientIp }: FindingFields) {
  const addresses = [
    ['evidences.src_endpoint.ip', actorIp],
    ['evidences.src_endpoint.ip', signInIp],
    ['unmapped.clientIp', clientIp ?? ''],
  ] as const;
  const names = [
    ['evidences.actor.user.name', actorUpn],
    ['evidences.user.name', guestUpn ?? ''],
  ] as const;
  return [
    ...names
      .filter(([, value]) => value !== '')
      .map(([name, value]) => ({ name, type_id: 4, type: 'User Name', value })),
    ...(actorObjectId === null
      ? []
      : [{ name: 'evidences.actor.user.uid', type_id: 31, type: 'User: Unique ID', value: actorObjectId }]),
    ...addresses
      .filter(([, value]) => isAddress(value))
      .map(([name, value]) => ({ name, type_id: 2, type: 'IP Address', value })),
  ];
}

/** What OCSF has no place for, under its own names: nothing that a finding says is left out. */
function unmappedOf(finding: FindingFields) {
  const { revision, supersededBy, views, reasonCodes, late, clientIp, targets, suppressed, comments, ruleHash } =
    finding;
  const { evidenceCount, evidenceTruncated, targetsTruncated } = finding;
  return {
    ...{ revision, supersededBy, views, reasonCodes, late, clientIp, targets, suppressed, comments, ruleHash },
    ...{ evidenceCount, evidenceTruncated, targetsTruncated },
  };
}

/** Milliseconds since the Unix epoch; digits beyond them are cut. */
const msOf = (time: string): number => Date.parse(time);
