/** Which findings a reader asks for: those with something in a view, or those on which the two views differ. */
import { type Label, viewsOf } from './label.ts';

/** `missed`: what the rule as written would not have shown; `accused`: whom it would have named wrongly. */
export const FINDING_VIEWS = ['resolved', 'strict', 'missed', 'accused', 'any'] as const;
export type FindingView = (typeof FINDING_VIEWS)[number];

/** Whether a finding, by the labels of its operations, belongs to what a view shows. */
export function selects(view: FindingView, labels: Iterable<Label>): boolean {
  for (const label of labels) {
    const views = viewsOf(label);
    if (selectsOperation(view, views.includes('strict'), views.includes('resolved'))) return true;
  }
  return false;
}

function selectsOperation(view: FindingView, strict: boolean, resolved: boolean): boolean {
  switch (view) {
    case 'any':
      return strict || resolved;
    case 'strict':
      return strict;
    case 'resolved':
      return resolved;
    case 'missed':
      return resolved && !strict;
    case 'accused':
      return strict && !resolved;
  }
}
