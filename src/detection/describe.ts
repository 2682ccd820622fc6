/** Findings and their evidence in the words that the outside relies on. */
import type { Operation, SignIn } from './fact.ts';
import { compareOperations, type Finding, isLate } from './finding.ts';
import { compareSignIns, GuestIndex } from './guests.ts';
import { uniteLabels } from './label.ts';
import { matchOperation } from './match.ts';
import type { Rating, ReasonCode, Rule, View } from './rule.ts';
import type { Suppressed } from './suppression.ts';
import { formatTicks } from './time.ts';
import type { Triage } from './triage.ts';

/** What a finding says that is a function of facts and rule alone. Times are RFC 3339 with seven fractional digits. */
export interface FindingContents {
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
  readonly views: readonly View[];
  readonly reasonCodes: readonly ReasonCode[];
  readonly severity: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly evidenceCount: number;
  readonly evidenceTruncated: boolean;
  readonly targetsTruncated: boolean;
}

/** The parts of a finding that no fact decides. Milliseconds since the Unix epoch. */
export interface FindingState {
  readonly revision: number;
  readonly supersededBy: string | null;
  readonly triage: Triage;
  readonly suppressed: Suppressed | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export function splitUpn(upn: string): { accountName: string; accountUpnSuffix: string } {
  const [accountName = '', accountUpnSuffix = ''] = upn.split('@');
  return { accountName, accountUpnSuffix };
}

export function contentsOf(finding: Finding, rule: Pick<Rule, 'severity' | 'tactics' | 'techniques'>): FindingContents {
  const { actor, latest } = finding;
  const signIn = latest.signIn.resolved ?? latest.signIn.strict;
  return {
    tenantId: actor.tenantId,
    actorUpn: actor.upn,
    actorObjectId: latest.actorObjectId?.value ?? null,
    ...splitUpn(actor.upn),
    guestUpn: latest.guestUpn?.value ?? null,
    actorIp: finding.actorIp,
    clientIp: latest.clientIp?.value ?? null,
    firstSeen: formatTicks(finding.firstSeen),
    lastSeen: formatTicks(finding.lastSeen),
    lastSignIn: signIn ? formatTicks(signIn.time) : null,
    signInIp: signIn?.value ?? '',
    operations: finding.operations.values,
    targets: finding.targets.values,
    targetNames: finding.targetNames.values,
    eventCount: finding.correlationCount,
    ...uniteLabels(finding.labels.keys()),
    severity: rule.severity,
    tactics: rule.tactics,
    techniques: rule.techniques,
    evidenceCount: finding.itemCount,
    evidenceTruncated: finding.itemCount > finding.items.size,
    targetsTruncated: [finding.operations, finding.targets, finding.targetNames].some(({ truncated }) => truncated),
  };
}

/** A finding as the API gives it. */
export function describeFinding(finding: Finding, state: FindingState, rating: Rating) {
  const { tenantId, ...contents } = contentsOf(finding, rating);
  const { severity, tactics, techniques, evidenceCount, evidenceTruncated, targetsTruncated, ...facts } = contents;
  return {
    id: finding.id,
    revision: state.revision,
    supersededBy: state.supersededBy,
    tenantId,
    ...facts,
    late: finding.lateUnlisted || [...finding.items.values()].some((variants) => variants.some(isLate)),
    severity,
    tactics,
    techniques,
    ...describeTriage(state.triage),
    suppressed: state.suppressed && describeSuppressed(state.suppressed),
    evidenceCount,
    evidenceTruncated,
    targetsTruncated,
    ruleHash: rating.ruleHash,
    createdAt: iso(state.createdAt),
    updatedAt: iso(state.updatedAt),
  };
}

export type FindingBody = ReturnType<typeof describeFinding>;

/** A finding as the API gives it, with another state and rating: what its facts say stays to the letter. */
export function redescribe(
  body: FindingBody,
  state: Omit<FindingState, 'createdAt' | 'supersededBy'>,
  { severity, tactics, techniques, ruleHash }: Rating,
): FindingBody {
  const suppressed = state.suppressed && describeSuppressed(state.suppressed);
  return {
    ...body,
    revision: state.revision,
    ...{ severity, tactics, techniques, ruleHash },
    ...describeTriage(state.triage),
    suppressed,
    updatedAt: iso(state.updatedAt),
  };
}

function describeTriage({ status, classification, assignedTo, comments }: Triage) {
  return {
    status,
    classification,
    assignedTo,
    comments: comments.map(({ at, by, text }) => ({ at: new Date(at).toISOString(), by, text })),
  };
}

export const describeSuppressed = ({ id, owner, reason, expiresAt }: Suppressed) => ({
  id,
  owner,
  reason,
  expiresAt: new Date(expiresAt).toISOString(),
});

function describeSource({ source }: Operation | SignIn) {
  const { hub, partition, sequenceNumber, recordIndex, enqueuedAt, sha256 } = source;
  return { hub, partition, sequenceNumber, recordIndex, enqueuedAt: iso(enqueuedAt), sha256 };
}

/** Facts say null for what they do not know; only the fields that name an actor, a guest's address or an account are empty text. */
const orNull = (text: string): string | null => (text === '' ? null : text);

export function describeOperation(operation: Operation) {
  const { tenantId, actorUpn, actorObjectId, time, actorIp, clientIp, correlationId, targets, targetNames, recordId } =
    operation;
  return {
    tenantId,
    actorUpn,
    actorObjectId,
    time: formatTicks(time),
    actorIp,
    clientIp,
    operation: operation.operation,
    correlationId: orNull(correlationId),
    targets,
    targetNames,
    recordId: orNull(recordId),
    source: describeSource(operation),
  };
}

export function describeSignIn(signIn: SignIn) {
  const { tenantId, upn, objectId, time, createdDateTime, ip, homeTenantId, resourceTenantId, recordId } = signIn;
  return {
    tenantId,
    upn: orNull(upn),
    objectId,
    time: formatTicks(time),
    createdDateTime: createdDateTime === null ? null : formatTicks(createdDateTime),
    ip: orNull(ip),
    homeTenantId,
    resourceTenantId,
    recordId: orNull(recordId),
    source: describeSource(signIn),
  };
}

/** The listed items of a finding, oldest first. `decidedAt` is when an item entered the finding, by item key. */
export function describeEvidence(finding: Finding, decidedAt: (itemKey: string) => number | null) {
  const guests = new GuestIndex(finding.signIns.values());
  const inOrder = [...finding.items].sort((a, b) => compareOperations(a[1][0]!, b[1][0]!));
  return inOrder.map(([key, variants]) => {
    const [operation, ...others] = variants as readonly [Operation, ...Operation[]];
    const matches = variants.map((variant) => matchOperation(variant, guests, finding.window));
    return {
      operation: describeOperation(operation),
      variants: others.map(describeOperation),
      signIns: [...new Set(matches.flatMap((match) => match.signIns))].sort(compareSignIns).map(describeSignIn),
      ...uniteLabels(finding.members.get(key)?.values() ?? []),
      latency: {
        eventTime: formatTicks(operation.time),
        enqueuedAt: iso(operation.source.enqueuedAt),
        receivedAt: iso(operation.receivedAt),
        decidedAt: iso(decidedAt(key)),
      },
    };
  });
}
