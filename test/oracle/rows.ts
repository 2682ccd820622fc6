// Runs the rule at a moment: once operator by operator as its text stands, once by what it means.

import type { Facts, Operation, SignIn } from './facts.ts';
import { isOutbound, joins, type View } from './match.ts';
import { asciiLower, STRICT_NAMES } from './names.ts';
import { TICKS_PER_MINUTE, WINDOW_TICKS, writeTime } from './ticks.ts';

/** One row under the rule's own column names; times in the one spelling of the answers. */
export interface Row {
  ActorUpn: string;
  AccountName: string;
  AccountUPNSuffix: string;
  ActorIp: string;
  LastSignIn: string;
  SignInIp: string;
  FirstSeen: string;
  LastSeen: string;
  Operations: string[];
  Targets: string[];
  EventCount: number;
}

/** A moment in the past closes the window behind itself; the present moment leaves it open. */
export type Moment = bigint | { now: bigint } | undefined;

/** `at` left out stands for the newest event time among the facts, as a given moment. */
export function rows(facts: Facts, at: Moment, view: View, tenantId?: string): Row[] {
  const window = windowOf(facts, at);
  const inside = (fact: { time: bigint; tenantId: string }) =>
    fact.time >= window.from && fact.time <= window.to && (tenantId ?? fact.tenantId).toLowerCase() === fact.tenantId;
  const signIns = thin(facts.signIns).filter(inside);
  const operations = facts.operations.filter(inside);
  const found = view === 'strict' ? strictRows(signIns, operations) : resolvedRows(signIns, operations);
  return found.sort(byPlace).map((placed) => placed.row);
}

function windowOf(facts: Facts, at: Moment): { from: bigint; to: bigint } {
  if (typeof at === 'object') return { from: at.now - WINDOW_TICKS, to: 2n ** 80n };
  const to = at ?? newestTime(facts);
  return { from: to - WINDOW_TICKS, to };
}

/** The newest event time among the facts that is not after the clock (where one is given). */
export function newestTime(facts: Facts, clock?: bigint): bigint {
  const times = [...facts.signIns, ...facts.operations].map((fact) => fact.time);
  return greatest([0n, ...times.filter((t) => clock === undefined || t <= clock)]);
}

interface Placed {
  row: Row;
  tenantId: string;
  /** Empty where the actor is known by the UPN. */
  objectId: string;
}

// --- the strict view: the query's operators, one after another ---------------------------------------------------------

function strictRows(signIns: readonly SignIn[], operations: readonly Operation[]): Placed[] {
  const tenants = distinct(operations.map((o) => o.tenantId));
  return tenants.flatMap((tenantId) => {
    const signinLogs = signIns.filter((s) => s.tenantId === tenantId);
    const auditLogs = operations.filter((o) => o.tenantId === tenantId);
    return query(signinLogs, auditLogs).map((row) => ({ row, tenantId, objectId: '' }));
  });
}

/** The query over one tenant's tables; user type, result and the window have been asked of every fact already. */
function query(signinLogs: readonly SignIn[], auditLogs: readonly Operation[]): Row[] {
  const guestAccounts = distinct(
    signinLogs
      // | extend UserUpn = tolower(UserPrincipalName) | where isnotempty(UserUpn)
      .filter((s) => s.upn !== '')
      .map((s) => s.upn),
    // | summarize arg_max(TimeGenerated, IPAddress) by UserUpn
    // | project UserUpn, LastSignIn = TimeGenerated, SignInIp = IPAddress
  ).map((userUpn) => {
    const newest = newestOf(signinLogs.filter((s) => s.upn === userUpn));
    return { UserUpn: userUpn, LastSignIn: newest.time, SignInIp: newest.ip };
  });
  const joined = auditLogs
    // | where OperationName in~ (PrivilegedOps)
    .filter((o) => STRICT_NAMES.some((name) => asciiLower(name) === asciiLower(o.operation)))
    // | extend ActorUpn = … | extend ActorIp = … | where isnotempty(ActorUpn)
    .map((o) => ({ o, ActorUpn: o.actorUpn, ActorIp: o.actorIp }))
    .filter((left) => left.ActorUpn !== '')
    // | join kind=inner GuestAccounts on $left.ActorUpn == $right.UserUpn
    .flatMap((left) =>
      guestAccounts.filter((right) => right.UserUpn === left.ActorUpn).map((right) => ({ ...left, ...right })),
    )
    // | extend AccountName = tostring(split(ActorUpn, "@")[0]) | extend AccountUPNSuffix = tostring(split(ActorUpn, "@")[1])
    .map((r) => ({ ...r, AccountName: r.ActorUpn.split('@')[0]!, AccountUPNSuffix: r.ActorUpn.split('@')[1] ?? '' }))
    // | mv-expand TargetResource = TargetResources | extend TargetName = tostring(TargetResource.displayName)
    .flatMap((r) => r.o.targets.map((TargetName) => ({ ...r, TargetName })));
  // | summarize … by ActorUpn, AccountName, AccountUPNSuffix, ActorIp, LastSignIn, SignInIp
  const by = (r: (typeof joined)[number]) =>
    JSON.stringify([r.ActorUpn, r.AccountName, r.AccountUPNSuffix, r.ActorIp, String(r.LastSignIn), r.SignInIp]);
  return distinct(joined.map(by)).map((key) => {
    const group = joined.filter((r) => by(r) === key);
    const first = group[0]!;
    return {
      ActorUpn: first.ActorUpn,
      AccountName: first.AccountName,
      AccountUPNSuffix: first.AccountUPNSuffix,
      ActorIp: first.ActorIp,
      LastSignIn: writeTime(first.LastSignIn),
      SignInIp: first.SignInIp,
      FirstSeen: writeTime(least(group.map((r) => r.o.time))),
      LastSeen: writeTime(greatest(group.map((r) => r.o.time))),
      Operations: textSet(group.map((r) => r.o.operation)),
      Targets: textSet(group.map((r) => r.TargetName)),
      EventCount: distinct(group.map((r) => r.o.correlationId)).length,
    };
  });
}

// --- the resolved view -------------------------------------------------------------------------------------------------

function resolvedRows(signIns: readonly SignIn[], operations: readonly Operation[]): Placed[] {
  const matched = operations
    .map((o) => ({ o, guests: signIns.filter((s) => joins(o, s, 'resolved')) }))
    .filter(({ guests }) => guests.length > 0);
  const by = ({ o }: (typeof matched)[number]) => JSON.stringify([o.tenantId, ...actorOf(o), o.actorIp]);
  return distinct(matched.map(by)).map((key) => {
    const group = matched.filter((m) => by(m) === key);
    const { o: first } = group[0]!;
    const newest = newestOf(group.flatMap((m) => m.guests));
    const [actorUpn, objectId] = actorOf(first);
    const row: Row = {
      ActorUpn: actorUpn,
      AccountName: actorUpn.split('@')[0]!,
      AccountUPNSuffix: actorUpn.split('@')[1] ?? '',
      ActorIp: first.actorIp,
      LastSignIn: writeTime(newest.time),
      SignInIp: newest.ip,
      FirstSeen: writeTime(least(group.map((m) => m.o.time))),
      LastSeen: writeTime(greatest(group.map((m) => m.o.time))),
      Operations: textSet(group.map((m) => m.o.operation)),
      Targets: textSet(group.flatMap((m) => m.o.targets)),
      EventCount: distinct(group.map((m) => m.o.correlationId)).length,
    };
    return { row, tenantId: first.tenantId, objectId };
  });
}

/** The actor's UPN, or else the object id: two columns, so that a UPN that looks like an id is not taken for one. */
export function actorOf(o: Operation): [upn: string, objectId: string] {
  return o.actorUpn !== '' ? [o.actorUpn, ''] : ['', o.actorObjectId];
}

// --- thinning ----------------------------------------------------------------------------------------------------------

const KEPT_AT_EACH_END = 4;

/** Of one guest's sign-ins in one minute the four oldest and the four newest, whatever order they came in. */
export function thin(signIns: readonly SignIn[]): SignIn[] {
  const by = (s: SignIn) =>
    JSON.stringify([s.tenantId, s.upn, s.objectId, isOutbound(s), String(s.time / TICKS_PER_MINUTE)]);
  return distinct(signIns.map(by)).flatMap((key) => {
    const minute = signIns.filter((s) => by(s) === key).sort(bySignIn);
    if (minute.length <= 2 * KEPT_AT_EACH_END) return minute;
    return [...minute.slice(0, KEPT_AT_EACH_END), ...minute.slice(-KEPT_AT_EACH_END)];
  });
}

/** Sign-ins in time; at the same tick the greater address counts as the newer, then the greater hash. */
export function bySignIn(a: SignIn, b: SignIn): number {
  return compare(a.time, b.time) || compare(a.ip, b.ip) || compare(a.source.sha256, b.source.sha256);
}

export function newestOf(signIns: readonly SignIn[]): SignIn {
  return [...signIns].sort(bySignIn).at(-1)!;
}

// --- small things ------------------------------------------------------------------------------------------------------

/** Newest FirstSeen first, then by code unit. */
function byPlace(a: Placed, b: Placed): number {
  return (
    compare(b.row.FirstSeen, a.row.FirstSeen) ||
    compare(a.row.ActorUpn, b.row.ActorUpn) ||
    compare(a.row.ActorIp, b.row.ActorIp) ||
    compare(a.tenantId, b.tenantId) ||
    compare(a.objectId, b.objectId)
  );
}

export function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** A set of texts as answers give it: without doubles, by code unit. */
export function textSet(values: readonly string[]): string[] {
  return distinct(values).sort(compare);
}

export function least(times: readonly bigint[]): bigint {
  return [...times].sort(compare)[0]!;
}

export function greatest(times: readonly bigint[]): bigint {
  return [...times].sort(compare).at(-1)!;
}
