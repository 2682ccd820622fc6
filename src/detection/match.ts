/** One operation against the sign-ins known: its label, and which sign-ins are its evidence. */
import type { Operation, SignIn } from './fact.ts';
import { compareSignIns, firstAfter, type GuestIndex, matching } from './guests.ts';
import { codesOf, joinLabels, type Label, viewsOf } from './label.ts';
import { profileOf } from './relation.ts';
import type { View } from './rule.ts';
import type { Ticks } from './time.ts';

export interface Match {
  /** Empty where no sign-in matches. */
  readonly label: Label;
  /** Per view and reason the nearest sign-in at or before the operation, the nearest after it, and the newest that matches; oldest first. */
  readonly signIns: readonly SignIn[];
  /** The newest sign-in that matches in each view. */
  readonly newest: Readonly<Partial<Record<View, SignIn>>>;
  /** The newest sign-in that matches and has a UPN: of several at one time the one of the greater UPN. */
  readonly newestNamed: SignIn | undefined;
}

/** Matches one operation: |operation.time - signIn.time| <= window, both ends included. */
export function matchOperation(operation: Operation, guests: GuestIndex, window: Ticks): Match {
  let label: Label = '';
  let newestNamed: SignIn | undefined;
  const newest: Partial<Record<View, SignIn>> = {};
  const evidence = new Map<string, Picks>();
  for (const related of guests.related(profileOf(operation))) {
    const { from, to } = matching(related.guest, operation, window);
    if (from === to) continue;
    const { signIns } = related.guest;
    const last = signIns[to - 1]!;
    label = joinLabels(label, related.label);
    if (last.upn !== '') newestNamed = laterNamed(newestNamed, last);
    for (const view of viewsOf(related.label)) newest[view] = later(newest[view], last);
    const after = firstAfter(signIns, operation.time);
    for (const reason of reasonsOf(related.label)) {
      const picks = evidence.get(reason) ?? {};
      if (after > from) picks.before = later(picks.before, signIns[after - 1]!);
      if (after < to) picks.after = earlier(picks.after, signIns[after]!);
      picks.newest = later(picks.newest, last);
      evidence.set(reason, picks);
    }
  }
  return { label, signIns: distinct(evidence), newest, newestNamed };
}

interface Picks {
  before?: SignIn;
  after?: SignIn;
  newest?: SignIn;
}

const later = (a: SignIn | undefined, b: SignIn): SignIn => (a === undefined || compareSignIns(a, b) < 0 ? b : a);

const laterNamed = (a: SignIn | undefined, b: SignIn): SignIn =>
  a === undefined || a.time < b.time || (a.time === b.time && a.upn < b.upn) ? b : a;

const earlier = (a: SignIn | undefined, b: SignIn): SignIn => (a === undefined || compareSignIns(b, a) < 0 ? b : a);

/** A match of several reasons counts for each; one in both views has none. */
const reasonsOf = (label: Label): string[] =>
  label === 'both' ? [''] : codesOf(label).map((code) => `${viewsOf(label)[0]}:${code}`);

function distinct(evidence: ReadonlyMap<string, Picks>): SignIn[] {
  const picked = new Set<SignIn>();
  for (const { before, after, newest } of evidence.values()) {
    for (const signIn of [before, after, newest]) if (signIn !== undefined) picked.add(signIn);
  }
  return [...picked].sort(compareSignIns);
}
