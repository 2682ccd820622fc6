/** A finding as sentences that an analyst understands without knowing the logs. */
import type { EvidenceItem, Finding, SignInFact } from './answers.ts';
import { deed, listed } from './deeds.ts';
import { reasons } from './reasons.ts';

export interface Told {
  /** `found` by both; `missed` or `accused` by the rule as written. */
  readonly kind: 'found' | 'missed' | 'accused';
  /** True for a later revision of a finding that was told before. */
  readonly isMore: boolean;
  readonly sentence: string;
  /** Why the rule as written gets it wrong; empty where it does not, and where it was said before. */
  readonly why: string;
  /** Milliseconds from when the record that completed it was enqueued to the decision; null where the log does not say. */
  readonly latencyMs: number | null;
}

/** Puts a finding into words, or with `isMore` what was added to it: the pieces of evidence not told before, oldest operation first. */
export function tell(finding: Finding, items: readonly EvidenceItem[], isMore = false): Told {
  const kind = kindOf(finding);
  const who = whoOf(finding);
  const subject = kind === 'accused' ? who : `${who}, a guest,`;
  return {
    kind,
    isMore,
    sentence: `${subject} ${isMore ? 'also ' : ''}${whatOf(items, finding)}.`,
    why: kind === 'found' || isMore ? '' : reasons(finding, items.at(-1)),
    latencyMs: latencyOf(items.at(-1)),
  };
}

function kindOf({ views, reasonCodes }: Finding): Told['kind'] {
  if (!views.includes('resolved')) return 'accused';
  return reasonCodes.length > 0 || !views.includes('strict') ? 'missed' : 'found';
}

/** `Ann (ann@partner.example)`: records of operations and of sign-ins hold no display name that could be relied on. */
function whoOf({ guestUpn, actorUpn, actorObjectId }: Finding): string {
  const upn = homeName(guestUpn || actorUpn);
  return upn === '' ? `The account with the object id ${actorObjectId}` : `${personName(upn)} (${upn})`;
}

/** The name at home, out of the one that a tenant gives its guests. */
export function homeName(upn: string): string {
  const local = upn.replace(/#ext#.*$/i, '').replace(/^(live\.com|guest)#/i, '');
  return local.includes('@') ? local : local.replace(/_([^_]*)$/, '@$1');
}

/** `ann.berg@partner.example` is probably called Ann Berg. */
export function personName(upn: string): string {
  const words = upn.replace(/@.*$/, '').split(/[._-]+/);
  return words
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
    .trim();
}

function whatOf(items: readonly EvidenceItem[], finding: Finding): string {
  const [first, last] = [items[0], items.at(-1)];
  const from = finding.actorIp === '' ? '' : ` from ${finding.actorIp}`;
  // Evidence may be out of reach for a moment; the finding itself says enough for a sentence.
  if (first === undefined || last === undefined)
    return `did ${listed(finding.operations.map((name) => `“${name.trim()}”`))}${from}`;
  const deeds = listed(items.map(({ operation }) => deed(operation.operation, operation.targetNames)));
  const [begin, end] = [clock(first.operation.time), clock(last.operation.time)];
  const when = begin === end ? ` at ${begin}` : ` between ${begin} and ${end}`;
  return `${deeds}${when}${from}${signedIn(last)}`;
}

/** When the nearest sign-in was, seen from the operation. */
function signedIn({ operation, signIns }: EvidenceItem): string {
  const at = Date.parse(operation.time);
  const distance = ({ time }: SignInFact) => Math.abs(Date.parse(time) - at);
  const nearest = [...signIns].sort((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined) return '';
  const order = Date.parse(nearest.time) <= at ? 'after' : 'before';
  const where = nearest.ip ? ` from ${nearest.ip}` : '';
  return `, ${span(distance(nearest))} ${order} signing in${where}`;
}

/** Hours and minutes in UTC: the logs' own time. */
const clock = (time: string): string => time.slice(11, 16);

/** A span of time as one says it. */
export function span(ms: number): string {
  const said = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return said(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return said(minutes, 'minute');
  const rest = minutes % 60;
  return `${said(Math.floor(minutes / 60), 'hour')}${rest === 0 ? '' : ` and ${said(rest, 'minute')}`}`;
}

/** From the arrival of what was missing, operation or first sign-in, to the decision. */
function latencyOf(item: EvidenceItem | undefined): number | null {
  if (item === undefined || item.latency.decidedAt === null || item.latency.enqueuedAt === null) return null;
  const signIns = item.signIns.map(({ source }) => Date.parse(source.enqueuedAt ?? ''));
  const complete = Math.max(Date.parse(item.latency.enqueuedAt), Math.min(...signIns));
  const ms = Date.parse(item.latency.decidedAt) - complete;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
