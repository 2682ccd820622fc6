/**
 * Triage: what people noted of a finding, and what becomes of it when the finding grows or meets another.
 *
 * None of it is decided by facts, and so nothing here plays a part in what a finding contains.
 */
import { compareText } from './fact.ts';

/** The most open first. */
export const STATUSES = ['new', 'inProgress', 'resolved'] as const;
export type Status = (typeof STATUSES)[number];
export const CLASSIFICATIONS = ['truePositive', 'falsePositive', 'benignPositive'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

/** Comments that a finding shows: with those of findings that it took in the newest stay, and its history has all. */
export const COMMENTS_MAX = 50;

export interface Comment {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly by: string;
  readonly text: string;
}

export interface Triage {
  readonly status: Status;
  readonly classification: Classification | null;
  readonly assignedTo: string | null;
  /** Oldest first. */
  readonly comments: readonly Comment[];
}

export const UNTOUCHED: Triage = { status: 'new', classification: null, assignedTo: null, comments: [] };

/** What someone asks to be changed; what is left out stays. */
export interface TriagePatch {
  readonly status?: Status;
  readonly classification?: Classification | null;
  readonly assignedTo?: string | null;
  /** Appended. */
  readonly comment?: string;
}

export interface Moved<T> {
  readonly from: T;
  readonly to: T;
}

/** What is another than before. */
export interface TriageMoves {
  readonly status?: Moved<Status>;
  readonly classification?: Moved<Classification | null>;
  readonly assignedTo?: Moved<string | null>;
}

export type Decided =
  | { readonly kind: 'changed'; readonly triage: Triage; readonly moves: TriageMoves }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'too_many_comments' };

/** What a patch makes of a triage. */
export function decideTriage(triage: Triage, patch: TriagePatch, by: string, at: number): Decided {
  const { comment, ...fields } = patch;
  if (comment !== undefined && triage.comments.length >= COMMENTS_MAX) return { kind: 'too_many_comments' };
  const comments = comment === undefined ? triage.comments : [...triage.comments, { at, by, text: comment }];
  const next: Triage = { ...triage, ...fields, comments };
  const moves = movesOf(triage, next);
  if (comment === undefined && Object.keys(moves).length === 0) return { kind: 'unchanged' };
  return { kind: 'changed', triage: next, moves };
}

export function movesOf(before: Triage, after: Triage): TriageMoves {
  const moved = (['status', 'classification', 'assignedTo'] as const).filter((name) => before[name] !== after[name]);
  return Object.fromEntries(moved.map((name) => [name, { from: before[name], to: after[name] }]));
}

/**
 * The triage of findings that turn out to be one, the older first: the most open status, a classification on which both
 * agree, the older's assignee or else the younger's, all comments.
 */
export function uniteTriage(older: Triage, younger: Triage): Triage {
  return {
    status: STATUSES[Math.min(STATUSES.indexOf(older.status), STATUSES.indexOf(younger.status))]!,
    classification: older.classification === younger.classification ? older.classification : null,
    assignedTo: older.assignedTo ?? younger.assignedTo,
    comments: [...older.comments, ...younger.comments].sort(compareComments).slice(-COMMENTS_MAX),
  };
}

const compareComments = (a: Comment, b: Comment): number =>
  a.at - b.at || compareText(a.by, b.by) || compareText(a.text, b.text);

/**
 * The triage of a finding that has something which nobody has judged: one that was resolved is new again. It is not in
 * progress, because nobody has said that he is at it; who had it, what was noted and the verdict on the rest stay.
 */
export const reopen = (triage: Triage): Triage =>
  triage.status === 'resolved' ? { ...triage, status: 'new' } : triage;
