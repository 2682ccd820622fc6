/** The rule's rows: what its query returns when it is run at a moment, in either view. */

import { splitUpn } from './describe.ts';
import { compareText, type Operation, type SignIn } from './fact.ts';
import { actorKey, actorOf } from './finding.ts';
import { compareSignIns, firstAfter, type Guest, GuestIndex } from './guests.ts';
import { viewsOf } from './label.ts';
import { profileOf } from './relation.ts';
import type { View } from './rule.ts';
import { formatTicks, type Ticks } from './time.ts';

/** A row under the rule's own column names; times are RFC 3339 with seven fractional digits. */
export interface Row {
  readonly ActorUpn: string;
  readonly AccountName: string;
  readonly AccountUPNSuffix: string;
  readonly ActorIp: string;
  readonly LastSignIn: string;
  readonly SignInIp: string;
  readonly FirstSeen: string;
  readonly LastSeen: string;
  readonly Operations: readonly string[];
  readonly Targets: readonly string[];
  readonly EventCount: number;
}

/** From `from` on, up to and including `to`; `to` is null where nothing bounds the query, as when it is run now. */
export interface Span {
  readonly from: Ticks;
  readonly to: Ticks | null;
}

export function spanAt(at: Ticks, window: Ticks, isNow: boolean): Span {
  return { from: at > window ? at - window : 0n, to: isNow ? null : at };
}

interface Group {
  readonly first: Operation;
  readonly operations: Operation[];
  readonly signIns: SignIn[];
}

/** The rows over the facts given, newest FirstSeen first, then ActorUpn, ActorIp, tenant id and object id by code unit. */
export function rowsOver(
  operations: Iterable<Operation>,
  signIns: Iterable<SignIn> | GuestIndex,
  span: Span,
  view: View,
): Row[] {
  const guests = signIns instanceof GuestIndex ? signIns : new GuestIndex(signIns);
  const groups = new Map<string, Group>();
  for (const operation of operations) {
    if (operation.time < span.from || (span.to !== null && operation.time > span.to)) continue;
    const newest = newestMatch(operation, guests, span, view);
    if (newest === undefined) continue;
    const key = JSON.stringify([actorKey(actorOf(operation)), operation.actorIp]);
    const group = groups.get(key) ?? { first: operation, operations: [], signIns: [] };
    group.operations.push(operation);
    group.signIns.push(newest);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map((group) => ({ group, row: rowOf(group) }))
    .sort(compareRows)
    .map(({ row }) => row);
}

/** The newest sign-in in the span that makes the operation a match in the view. */
function newestMatch(operation: Operation, guests: GuestIndex, span: Span, view: View): SignIn | undefined {
  const inSpan = guests
    .related(profileOf(operation))
    .filter(({ label }) => viewsOf(label).includes(view))
    .map(({ guest }) => newestIn(guest, span))
    .filter((signIn) => signIn !== undefined);
  return inSpan.length === 0 ? undefined : inSpan.reduce((a, b) => (compareSignIns(a, b) >= 0 ? a : b));
}

function newestIn({ signIns }: Guest, span: Span): SignIn | undefined {
  const last = signIns[(span.to === null ? signIns.length : firstAfter(signIns, span.to)) - 1];
  return last !== undefined && last.time >= span.from ? last : undefined;
}

function rowOf({ first, operations, signIns }: Group): Row {
  const newest = signIns.reduce((a, b) => (compareSignIns(a, b) >= 0 ? a : b));
  const times = operations.map((operation) => operation.time).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const { accountName, accountUpnSuffix } = splitUpn(first.actorUpn);
  const set = (texts: readonly string[]): string[] => [...new Set(texts)].sort(compareText);
  return {
    ActorUpn: first.actorUpn,
    AccountName: accountName,
    AccountUPNSuffix: accountUpnSuffix,
    ActorIp: first.actorIp,
    LastSignIn: formatTicks(newest.time),
    SignInIp: newest.ip,
    FirstSeen: formatTicks(times[0]!),
    LastSeen: formatTicks(times.at(-1)!),
    Operations: set(operations.map((operation) => operation.operation)),
    Targets: set(operations.flatMap((operation) => operation.targets)),
    EventCount: new Set(operations.map((operation) => operation.correlationId)).size,
  };
}

interface Placed {
  readonly group: Group;
  readonly row: Row;
}

function compareRows(a: Placed, b: Placed): number {
  return (
    compareText(b.row.FirstSeen, a.row.FirstSeen) ||
    compareText(a.row.ActorUpn, b.row.ActorUpn) ||
    compareText(a.row.ActorIp, b.row.ActorIp) ||
    compareText(a.group.first.tenantId, b.group.first.tenantId) ||
    compareText(a.group.first.actorObjectId ?? '', b.group.first.actorObjectId ?? '')
  );
}
