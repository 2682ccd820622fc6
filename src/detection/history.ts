/** What a finding's history tells: who changed what, and what the service did itself. */
import type { Finding } from './finding.ts';
import type { Folded, Revision } from './fold.ts';
import { uniteLabels } from './label.ts';
import type { Suppressed } from './suppression.ts';
import { movesOf, reopen, type Triage, type TriageMoves, uniteTriage } from './triage.ts';

/** By whom a note is that nobody asked for. */
export const SERVICE = 'guestwatch';

/** Something that happened to a finding beside what its facts did. */
export type Note =
  | ({ readonly kind: 'triage'; readonly comment?: string } & TriageMoves)
  /** It took others in. */
  | ({ readonly kind: 'merged'; readonly findings: readonly string[] } & TriageMoves)
  /** It had been resolved, and gained what nobody has judged. */
  | ({ readonly kind: 'reopened'; readonly reason: Revision } & TriageMoves)
  | { readonly kind: 'suppressed' | 'unsuppressed'; readonly suppression: Suppressed };

/** A finding before a fold, with the triage that it had. */
export interface Triaged {
  readonly finding: Finding;
  readonly triage: Triage;
}

/** What a fold that makes a revision says of a finding. */
export type FoldedFinding = Pick<Folded, 'finding' | 'added'> & { readonly change: Revision };

export interface FoldedTriage {
  readonly triage: Triage;
  readonly notes: readonly Note[];
}

/** The triage of a finding after a fold: `priors` are what it was before, the survivor first, and the others by age. */
export function foldTriage(
  [survivor, ...absorbed]: readonly [Triaged, ...Triaged[]],
  { finding, change, added }: FoldedFinding,
): FoldedTriage {
  const notes: Note[] = [];
  const united = absorbed.reduce((older, { triage }) => uniteTriage(older, triage), survivor.triage);
  if (absorbed.length > 0) {
    const findings = absorbed.map((one) => one.finding.id);
    notes.push({ kind: 'merged', findings, ...movesOf(survivor.triage, united) });
  }
  const labels = [survivor, ...absorbed].flatMap((one) => [...one.finding.labels.keys()]);
  const gainsView = uniteLabels(finding.labels.keys()).views.length > uniteLabels(labels).views.length;
  const triage = gainsOperation(change, added) || gainsView ? reopen(united) : united;
  if (triage !== united) notes.push({ kind: 'reopened', reason: change, ...movesOf(united, triage) });
  return { triage, notes };
}

/** Whether a fold brought an operation: one that bridges two findings is told as their merge. */
const gainsOperation = (change: Revision, added: FoldedFinding['added']): boolean =>
  change === 'operation' || change === 'late_operation' || (change === 'merge' && added.length > 0);

/** What is to be noted where another suppression hides a finding than before, or none does. */
export function suppressionNotes(before: Suppressed | null, after: Suppressed | null): Note[] {
  if (before?.id === after?.id) return [];
  const gone: Note[] = before === null ? [] : [{ kind: 'unsuppressed', suppression: before }];
  const come: Note[] = after === null ? [] : [{ kind: 'suppressed', suppression: after }];
  return [...gone, ...come];
}
