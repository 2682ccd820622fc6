// Folds all facts at once into the contents of all findings, with no expiry and no memory of earlier answers.

import type { Facts, Operation, SignIn } from './facts.ts';
import { homeUpn, type Pair, pairOf, REASON_CODES, type ReasonCode, summarise, VIEWS, type View } from './match.ts';
import { actorOf, bySignIn, compare, distinct, greatest, least, newestOf, textSet, thin } from './rows.ts';
import { TICKS_PER_MINUTE, WINDOW_TICKS, writeTime } from './ticks.ts';

export interface OperationContents {
  tenantId: string;
  actorUpn: string;
  actorObjectId: string | null;
  time: string;
  actorIp: string;
  clientIp: string | null;
  operation: string;
  correlationId: string | null;
  targets: string[];
  targetNames: string[];
  recordId: string | null;
}

export interface SignInContents {
  tenantId: string;
  upn: string | null;
  objectId: string | null;
  time: string;
  createdDateTime: string | null;
  ip: string | null;
  homeTenantId: string | null;
  resourceTenantId: string | null;
  recordId: string | null;
}

export interface EvidenceContents {
  operation: OperationContents;
  variants: OperationContents[];
  signIns: SignInContents[];
  views: View[];
  reasonCodes: ReasonCode[];
}

/** What a finding says of its facts: all but ids, revisions, triage, the service's own times and the like. */
export interface FindingContents {
  tenantId: string;
  actorUpn: string;
  actorObjectId: string | null;
  accountName: string;
  accountUpnSuffix: string;
  guestUpn: string | null;
  actorIp: string;
  clientIp: string | null;
  firstSeen: string;
  lastSeen: string;
  lastSignIn: string;
  signInIp: string;
  operations: string[];
  targets: string[];
  targetNames: string[];
  eventCount: number;
  views: View[];
  reasonCodes: ReasonCode[];
  severity: string;
  tactics: string[];
  techniques: string[];
  evidenceCount: number;
  evidenceTruncated: boolean;
  targetsTruncated: boolean;
  evidence: EvidenceContents[];
}

export type Selection = View | 'missed' | 'accused' | 'any';

const EVIDENCE_AT_EACH_END = 500;
const SET_MAX = 1_000;

/** An operation that has at least one match, with all its matches. */
export interface Matched {
  o: Operation;
  pairs: Pair[];
  views: View[];
  codes: ReasonCode[];
}

/** The contents of all findings that a selection shows, newest first. */
export function findings(facts: Facts, selection: Selection = 'any'): FindingContents[] {
  return groups(facts)
    .filter((group) => isSelected(group, selection))
    .map(contentsOf)
    .sort(byPlace);
}

function isSelected(group: readonly Matched[], selection: Selection): boolean {
  if (selection === 'any') return true;
  if (selection === 'missed') return group.some((m) => m.views.includes('resolved') && !m.views.includes('strict'));
  if (selection === 'accused') return group.some((m) => m.views.includes('strict') && !m.views.includes('resolved'));
  return group.some((m) => m.views.includes(selection));
}

/** Every operation with its views and codes, matched or not. */
export function judged(facts: Facts): Matched[] {
  const signIns = thin(facts.signIns);
  return facts.operations.map((o) => {
    const pairs = signIns.map((s) => pairOf(o, s)).filter((pair) => pair !== undefined);
    return { o, pairs, ...summarise(pairs) };
  });
}

// --- which operations are one finding ----------------------------------------------------------------------------------

function groups(facts: Facts): Matched[][] {
  const matched = judged(facts).filter((m) => m.pairs.length > 0);
  return distinct(matched.map(keyOf)).flatMap((key) => cut(matched.filter((m) => keyOf(m) === key)));
}

function keyOf({ o }: Matched): string {
  return JSON.stringify([o.tenantId, ...actorOf(o), findingIp(o)]);
}

/** The text `<null>` is no address here; that the application's then takes its place is nowhere said. */
function findingIp(o: Operation): string {
  return o.actorIp === '<null>' ? '' : o.actorIp;
}

/** Cut where two neighbours in event time are more than 24 h apart. */
function cut(operations: Matched[]): Matched[][] {
  const parts: Matched[][] = [];
  let last: Matched | undefined;
  for (const m of [...operations].sort(byOperation)) {
    if (last === undefined || m.o.time - last.o.time > WINDOW_TICKS) parts.push([]);
    parts.at(-1)!.push(m);
    last = m;
  }
  return parts;
}

function byOperation(a: Matched, b: Matched): number {
  return compare(a.o.time, b.o.time) || compare(a.o.source.sha256, b.o.source.sha256);
}

// --- what a finding says -----------------------------------------------------------------------------------------------

function contentsOf(group: Matched[]): FindingContents {
  const { tenantId, actorUpn } = group[0]!.o;
  const items = evidenceItems(group);
  const signIn = lastSignIn(group);
  const operations = textSet(group.map((m) => m.o.operation));
  const targets = textSet(group.flatMap((m) => m.o.targets));
  const targetNames = textSet(group.flatMap((m) => m.o.targetNames));
  return {
    tenantId,
    actorUpn,
    actorObjectId: ofNewest(group, (o) => o.actorObjectId),
    accountName: actorUpn.split('@')[0]!,
    accountUpnSuffix: actorUpn.split('@')[1] ?? '',
    guestUpn: guestUpn(group),
    actorIp: findingIp(group[0]!.o),
    clientIp: ofNewest(group, (o) => o.clientIp),
    firstSeen: writeTime(least(group.map((m) => m.o.time))),
    lastSeen: writeTime(greatest(group.map((m) => m.o.time))),
    lastSignIn: writeTime(signIn.time),
    signInIp: signIn.ip,
    operations: operations.slice(0, SET_MAX),
    targets: targets.slice(0, SET_MAX),
    targetNames: targetNames.slice(0, SET_MAX),
    eventCount: distinct(group.map((m) => m.o.correlationId)).length,
    views: VIEWS.filter((view) => group.some((m) => m.views.includes(view))),
    reasonCodes: REASON_CODES.filter((code) => group.some((m) => m.codes.includes(code))),
    severity: 'medium',
    tactics: ['Persistence', 'PrivilegeEscalation'],
    techniques: ['T1098.001', 'T1098.003', 'T1078.004'],
    evidenceCount: items.length,
    evidenceTruncated: items.length > 2 * EVIDENCE_AT_EACH_END,
    targetsTruncated: [operations, targets, targetNames].some(({ length }) => length > SET_MAX),
    evidence: bothEnds(items).map(evidenceOf),
  };
}

/** The newest sign-in that matches in the resolved view; where none does, the newest that matches in the strict one. */
function lastSignIn(group: readonly Matched[]): SignIn {
  const pairs = group.flatMap((m) => m.pairs);
  const resolved = pairs.filter((pair) => pair.views.includes('resolved'));
  return newestOf((resolved.length > 0 ? resolved : pairs).map((pair) => pair.signIn));
}

/** That of the newest operation that has one; at the same tick the greater text, as is said of the guest's UPN. */
function ofNewest(group: readonly Matched[], value: (o: Operation) => string): string | null {
  const having = group.filter((m) => value(m.o) !== '');
  if (having.length === 0) return null;
  const newest = greatest(having.map((m) => m.o.time));
  return textSet(having.filter((m) => m.o.time === newest).map((m) => value(m.o))).at(-1)!;
}

/** That of the newest matching sign-in, of whichever view, that has a UPN; at the same tick the greater text. */
function guestUpn(group: readonly Matched[]): string | null {
  const having = group.flatMap((m) => m.pairs.map((pair) => pair.signIn)).filter((s) => s.upn !== '');
  if (having.length === 0) return null;
  const newest = greatest(having.map((s) => s.time));
  return textSet(having.filter((s) => s.time === newest).map((s) => s.upn)).at(-1)!;
}

// --- evidence ----------------------------------------------------------------------------------------------------------

/**
 * Records of one id are one item, the lowest hash first in it; a record without id is an item of its own. Open in the
 * text: what is counted and cut as an operation. Here the items are, in the time of their first record; and each record
 * is judged by itself, so that an item has the union of its records' views and codes.
 */
function evidenceItems(group: readonly Matched[]): Matched[][] {
  const idOf = (m: Matched) => (m.o.recordId !== '' ? `id ${m.o.recordId}` : `sha ${m.o.source.sha256}`);
  const items = distinct(group.map(idOf)).map((id) =>
    group.filter((m) => idOf(m) === id).sort((a, b) => compare(a.o.source.sha256, b.o.source.sha256)),
  );
  return items.sort((a, b) => byOperation(a[0]!, b[0]!));
}

function bothEnds<T>(items: T[]): T[] {
  if (items.length <= 2 * EVIDENCE_AT_EACH_END) return items;
  return [...items.slice(0, EVIDENCE_AT_EACH_END), ...items.slice(-EVIDENCE_AT_EACH_END)];
}

function evidenceOf(item: Matched[]): EvidenceContents {
  return {
    operation: operationContents(item[0]!.o),
    variants: item.slice(1).map((m) => operationContents(m.o)),
    signIns: distinct(item.flatMap(shownSignIns)).sort(bySignIn).map(signInContents),
    views: VIEWS.filter((view) => item.some((m) => m.views.includes(view))),
    reasonCodes: REASON_CODES.filter((code) => item.some((m) => m.codes.includes(code))),
  };
}

/**
 * For each view and reason (and for matches without a reason) the nearest on both sides and the newest. A match of
 * several reasons counts for each. At one tick the order of sign-ins decides, as it does everywhere.
 */
function shownSignIns(m: Matched): SignIn[] {
  return VIEWS.flatMap((view) =>
    [...REASON_CODES, undefined].flatMap((code) => {
      const inView = m.pairs.filter((pair) => pair.views.includes(view));
      const alike = inView.filter((pair) => (code ? pair.codes.includes(code) : pair.codes.length === 0));
      const signIns = alike.map((pair) => pair.signIn).sort(bySignIn);
      const before = signIns.filter((s) => s.time <= m.o.time).at(-1);
      const after = signIns.find((s) => s.time > m.o.time);
      return [before, after, signIns.at(-1)].filter((s) => s !== undefined);
    }),
  );
}

/** Text that is named as empty stays so; what else the record does not say is null, an empty correlation id too. */
function operationContents(o: Operation): OperationContents {
  return {
    tenantId: o.tenantId,
    actorUpn: o.actorUpn,
    actorObjectId: o.actorObjectId || null,
    time: writeTime(o.time),
    actorIp: o.actorIp,
    clientIp: o.clientIp || null,
    operation: o.operation,
    correlationId: o.correlationId || null,
    targets: textSet(o.targets),
    targetNames: textSet(o.targetNames),
    recordId: o.recordId || null,
  };
}

function signInContents(s: SignIn): SignInContents {
  return {
    tenantId: s.tenantId,
    upn: s.upn || null,
    objectId: s.objectId || null,
    time: writeTime(s.time),
    createdDateTime: s.created === undefined ? null : writeTime(s.created),
    ip: s.ip || null,
    homeTenantId: s.homeTenantId || null,
    resourceTenantId: s.resourceTenantId || null,
    recordId: s.recordId || null,
  };
}

function byPlace(a: FindingContents, b: FindingContents): number {
  return (
    compare(b.firstSeen, a.firstSeen) ||
    compare(a.actorUpn, b.actorUpn) ||
    compare(a.actorIp, b.actorIp) ||
    compare(a.tenantId, b.tenantId) ||
    compare(a.actorObjectId ?? '', b.actorObjectId ?? '')
  );
}

// --- near misses -------------------------------------------------------------------------------------------------------

export interface NearMisses {
  operationName: number;
  extActor: number;
  nonInteractive: number;
}

const patienceTicks = (): bigint => WINDOW_TICKS + 15n * TICKS_PER_MINUTE;

/** Without a clock every operation counts as waited for. */
export function nearMisses(facts: Facts, clock?: bigint): NearMisses {
  const waited = judged(facts).filter((m) => clock === undefined || clock - m.o.time >= patienceTicks());
  return {
    operationName: facts.nearNames,
    extActor: waited.filter((m) => m.o.actorUpn.includes('#ext#') && m.pairs.length === 0).length,
    nonInteractive: [...facts.nonInteractiveGuests].filter((guest) => !signedIn(facts, guest)).length,
  };
}

function signedIn(facts: Facts, guest: string): boolean {
  const [tenantId, name] = JSON.parse(guest) as [string, string];
  return facts.signIns.some(
    (s) => s.tenantId === tenantId && (homeUpn(s.upn) === homeUpn(name) || s.objectId === name || s.upn === name),
  );
}
