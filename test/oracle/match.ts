// Says of one operation and one guest sign-in in which views they belong together, and why in one view alone.

import type { Operation, SignIn } from './facts.ts';
import { isSpelledName, isStrictName } from './names.ts';
import { WINDOW_TICKS } from './ticks.ts';

export type View = 'strict' | 'resolved';
export const VIEWS: readonly View[] = ['strict', 'resolved'];

/** In the order in which the differences between the views are listed: it decides ties. */
export const REASON_CODES = [
  'object_id',
  'ext_upn',
  'no_upn',
  'operation_spelling',
  'no_targets',
  'outbound_guest',
  'other_object',
  'extra_operation',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export interface Pair {
  signIn: SignIn;
  views: View[];
  /** In the order of REASON_CODES; none where the pair is in both views. */
  codes: ReasonCode[];
}

/** A match lies within 24 h, the edge belonging to it, and never joins two tenants. */
export function pairOf(o: Operation, s: SignIn): Pair | undefined {
  const apart = o.time > s.time ? o.time - s.time : s.time - o.time;
  if (apart > WINDOW_TICKS) return undefined;
  const views = VIEWS.filter((view) => joins(o, s, view));
  if (views.length === 0) return undefined;
  return { signIn: s, views, codes: views.length === 2 ? [] : codesOf(o, s, views[0]!) };
}

/** Whether the view holds this operation to be this guest's, whatever the time between them. */
export function joins(o: Operation, s: SignIn, view: View): boolean {
  if (o.tenantId !== s.tenantId) return false;
  if (view === 'strict') return isStrictOperation(o) && sameUpnText(o, s);
  return !isOutbound(s) && sameGuest(o, s);
}

/** What is left of the operation after the rule's own filters: the resolved view takes every operation fact. */
export function isStrictOperation(o: Operation): boolean {
  return isStrictName(o.operation) && o.actorUpn !== '' && o.targets.length > 0;
}

function sameUpnText(o: Operation, s: SignIn): boolean {
  return o.actorUpn !== '' && o.actorUpn === s.upn;
}

/** Where both sides have an object id, it alone decides; else the UPN does, as text or as the home UPN. */
function sameGuest(o: Operation, s: SignIn): boolean {
  if (bothHaveIds(o, s)) return o.actorObjectId === s.objectId;
  return sameUpnText(o, s) || sameHomeUpn(o, s);
}

function bothHaveIds(o: Operation, s: SignIn): boolean {
  return o.actorObjectId !== '' && s.objectId !== '';
}

function sameHomeUpn(o: Operation, s: SignIn): boolean {
  return homeUpn(o.actorUpn) !== '' && homeUpn(o.actorUpn) === homeUpn(s.upn);
}

/** The UPN at home: out of the #EXT# form, its last underscore an at sign; then without a leading provider. */
export function homeUpn(upn: string): string {
  const lower = upn.toLowerCase();
  const mark = lower.indexOf('#ext#');
  let home = lower;
  if (mark >= 0) {
    const local = lower.slice(0, mark);
    const at = local.lastIndexOf('_');
    home = at >= 0 ? `${local.slice(0, at)}@${local.slice(at + 1)}` : local;
  }
  return home.replace(/^(live\.com#|guest#)/, '');
}

/** A member of ours who signed in to another tenant as its guest. */
export function isOutbound(s: SignIn): boolean {
  return s.resourceTenantId !== '' && s.resourceTenantId !== s.tenantId;
}

/**
 * Each way in which the rule and its meaning part for this pair, which is in one view alone. Open in the text: whether
 * an actor without UPN has `object_id` beside `no_upn`. Here it has, for both steps of the rule fail, filter and join.
 */
function codesOf(o: Operation, s: SignIn, only: View): ReasonCode[] {
  const holds: Record<ReasonCode, boolean> = {
    object_id: only === 'resolved' && !sameUpnText(o, s) && bothHaveIds(o, s),
    ext_upn: only === 'resolved' && !sameUpnText(o, s) && !bothHaveIds(o, s),
    no_upn: only === 'resolved' && o.actorUpn === '',
    operation_spelling: only === 'resolved' && !isStrictName(o.operation) && isSpelledName(o.operation),
    no_targets: only === 'resolved' && o.targets.length === 0,
    outbound_guest: only === 'strict' && isOutbound(s),
    other_object: only === 'strict' && bothHaveIds(o, s) && o.actorObjectId !== s.objectId,
    extra_operation: only === 'resolved' && !isSpelledName(o.operation),
  };
  return REASON_CODES.filter((code) => holds[code]);
}

/** An operation's views are those of all its sign-ins; its codes those of the sign-in with the fewest. */
export function summarise(pairs: readonly Pair[]): { views: View[]; codes: ReasonCode[] } {
  const views = VIEWS.filter((view) => pairs.some((pair) => pair.views.includes(view)));
  if (views.length !== 1) return { views, codes: [] };
  const least = pairs.map((pair) => pair.codes).sort(byFewestCodes)[0];
  return { views, codes: least ?? [] };
}

function byFewestCodes(a: ReasonCode[], b: ReasonCode[]): number {
  if (a.length !== b.length) return a.length - b.length;
  for (const [i, code] of a.entries()) {
    const difference = REASON_CODES.indexOf(code) - REASON_CODES.indexOf(b[i]!);
    if (difference !== 0) return difference;
  }
  return 0;
}
