/**
 * Suppressions: activity that someone expects, by whom, what and from where, until a day.
 *
 * A suppression hides a finding only if it can vouch for all of it: one operation that nobody expected shows the finding.
 */
import { compareText } from './fact.ts';
import type { Finding } from './finding.ts';
import { IPV4_PREFIX_MIN, IPV6_PREFIX_MIN, isInRange, readIpRange } from './ipRange.ts';
import { nameTable, normaliseName, type Rule } from './rule.ts';

/** All that are given must hold; null is not given. */
export interface Matcher {
  /** Lower case; equal to the finding's. */
  readonly actorUpn: string | null;
  /** Lower case; that of every operation of the finding. */
  readonly actorObjectId: string | null;
  /** Among them is every operation of the finding, compared as the resolved view compares names. */
  readonly operations: readonly string[] | null;
  /** The finding's address lies in it: CIDR. */
  readonly ipRange: string | null;
}

/** Times in milliseconds since the Unix epoch. */
export interface Suppression {
  readonly id: string;
  readonly tenantId: string;
  readonly matcher: Matcher;
  /** Who answers for it. */
  readonly owner: string;
  readonly reason: string;
  /** From then on it hides nothing. */
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** What a finding says of the suppression that hides it. */
export type Suppressed = Pick<Suppression, 'id' | 'owner' | 'reason' | 'expiresAt'>;

/** What of a finding decides whether it is expected. */
export type Subject = Pick<Finding, 'actor' | 'actorIp' | 'operations' | 'objectIds'>;

/** The suppression in force that hides a finding: of several the oldest, so that a further one moves nothing. */
export function suppressing(suppressions: readonly Suppression[], subject: Subject, now: number): Suppressed | null {
  const own = suppressions.filter(
    ({ tenantId, expiresAt, matcher }) =>
      tenantId === subject.actor.tenantId && now < expiresAt && covers(matcher, subject),
  );
  const [oldest] = own.sort((a, b) => a.createdAt - b.createdAt || compareText(a.id, b.id));
  if (oldest === undefined) return null;
  const { id, owner, reason, expiresAt } = oldest;
  return { id, owner, reason, expiresAt };
}

/** Whether a matcher vouches for a whole finding. A set that leaves something out vouches for nothing. */
export function covers({ actorUpn, actorObjectId, operations, ipRange }: Matcher, subject: Subject): boolean {
  if (actorUpn === null && actorObjectId === null && operations === null && ipRange === null) return false;
  if (actorUpn !== null && actorUpn !== subject.actor.upn) return false;
  if (ipRange !== null && !isInRange(subject.actorIp, ipRange)) return false;
  if (actorObjectId !== null && !areAll(subject.objectIds, (id) => id === actorObjectId)) return false;
  if (operations === null) return true;
  const expected = new Set(operations.map(normaliseName));
  return areAll(subject.operations, (name) => expected.has(normaliseName(name)));
}

const areAll = ({ values, truncated }: Subject['operations'], isOne: (value: string) => boolean): boolean =>
  !truncated && values.length > 0 && values.every(isOne);

export interface MatcherFault {
  /** The member that is at fault; null for the matcher itself. */
  readonly name: keyof Matcher | null;
  /** What is wrong, and the mend. */
  readonly detail: string;
}

/** What is wrong with a matcher: one that cannot match, or that tells nothing apart and so would hide everything. */
export function matcherFaults({ actorUpn, actorObjectId, operations, ipRange }: Matcher, rule: Rule): MatcherFault[] {
  if (actorUpn === null && actorObjectId === null && operations === null && ipRange === null) {
    const detail =
      'would hide every finding; give at least one of `actorUpn`, `actorObjectId`, `operations` and `ipRange`';
    return [{ name: null, detail }];
  }
  return [...rangeFaults(ipRange), ...operationFaults(operations, rule)];
}

function rangeFaults(ipRange: string | null): MatcherFault[] {
  switch (ipRange === null ? 'range' : readIpRange(ipRange).kind) {
    case 'range':
      return [];
    case 'not_a_range':
      return [{ name: 'ipRange', detail: 'must be an IPv4 or IPv6 address or range, such as `203.0.113.0/24`' }];
    case 'too_wide':
      return [
        {
          name: 'ipRange',
          detail: `is wider than one can vouch for; give a prefix of at least /${IPV4_PREFIX_MIN} (IPv4) or /${IPV6_PREFIX_MIN} (IPv6), or leave it out and name the actor`,
        },
      ];
  }
}

function operationFaults(operations: readonly string[] | null, rule: Rule): MatcherFault[] {
  if (operations === null) return [];
  const listed = nameTable(rule).resolved;
  const given = new Set(operations.map(normaliseName));
  const unknown = operations.filter((name) => !listed.includes(normaliseName(name)));
  if (unknown.length > 0) {
    const detail = `names no operation of the rule with ${unknown.map((name) => `\`${name}\``).join(', ')}; \`/v1/rule\` lists them`;
    return [{ name: 'operations', detail }];
  }
  if (!listed.every((name) => given.has(name))) return [];
  const detail =
    'names every operation of the rule and so tells none apart; name those that are expected, or leave it out and name the actor';
  return [{ name: 'operations', detail }];
}

/** A matcher in one way of writing: names each once, a range from its first address. It must have no faults. */
export function tidied(matcher: Matcher): Matcher {
  const operations = matcher.operations && [
    ...new Map(matcher.operations.map((name) => [normaliseName(name), name])).values(),
  ];
  const range = matcher.ipRange === null ? null : readIpRange(matcher.ipRange);
  return { ...matcher, operations, ipRange: range?.kind === 'range' ? range.text : null };
}
