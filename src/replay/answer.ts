/** What a replay answers: the rule's rows at a moment, or findings as the API gives them. Pure. */
import { describeFinding, type FindingBody, type FindingState } from '../detection/describe.ts';
import { compareText, type Operation, type SignIn } from '../detection/fact.ts';
import type { Finding } from '../detection/finding.ts';
import { foldAll } from '../detection/fold.ts';
import { type Row, rowsOver, spanAt } from '../detection/rows.ts';
import { type Rule, ratingOf, type View } from '../detection/rule.ts';
import type { Ticks } from '../detection/time.ts';
import { UNTOUCHED } from '../detection/triage.ts';
import { type FindingView, selects } from '../detection/views.ts';

/** The state of a finding that nobody keeps. */
const UNNOTED: FindingState = {
  ...{ revision: 1, supersededBy: null, createdAt: null, updatedAt: null },
  ...{ triage: UNTOUCHED, suppressed: null },
};

export interface Facts {
  readonly operations: Iterable<Operation>;
  readonly signIns: Iterable<SignIn>;
}

/** The facts that had happened by a moment; all of them where none is given. */
export function factsUntil({ operations, signIns }: Facts, at: Ticks | null): Facts {
  if (at === null) return { operations, signIns };
  return {
    operations: [...operations].filter(({ time }) => time <= at),
    signIns: [...signIns].filter(({ time }) => time <= at),
  };
}

/** The rule's rows over the window that ends at a moment. */
export function rowsAt(facts: Facts, at: Ticks, view: View, rule: Rule): Row[] {
  const { operations, signIns } = factsUntil(facts, at);
  return rowsOver(operations, signIns, spanAt(at, rule.window, false), view);
}

/** Findings over the facts up to a moment (null: over all), newest firstSeen first, then by id. */
export function findingsAt(facts: Facts, at: Ticks | null, view: FindingView, rule: Rule): FindingBody[] {
  const { operations, signIns } = factsUntil(facts, at);
  const rating = ratingOf(rule);
  return foldAll(operations, signIns, rule.window)
    .filter(({ labels }) => selects(view, labels.keys()))
    .sort(newestFirst)
    .map((finding) => describeFinding(finding, UNNOTED, rating));
}

function newestFirst(a: Finding, b: Finding): number {
  if (a.firstSeen !== b.firstSeen) return a.firstSeen > b.firstSeen ? -1 : 1;
  return compareText(a.id, b.id);
}
