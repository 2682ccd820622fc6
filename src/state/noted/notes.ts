/** What is kept of a finding beside its facts: its triage, what suppresses it, and its history. */
import { type Note, SERVICE } from '../../detection/history.ts';
import type { Suppressed } from '../../detection/suppression.ts';
import { type Triage, UNTOUCHED } from '../../detection/triage.ts';
import type { Argument } from '../redis/calls.ts';

/** The fields of a finding's hash that hold it. */
export const NOTED_FIELDS = ['triage', 'suppressed'] as const;

export interface Noted {
  readonly triage: Triage;
  readonly suppressed: Suppressed | null;
}

type Field = Buffer | string | null | undefined;

export const unpackNoted = (triage: Field, suppressed: Field): Noted => ({
  triage: triage ? (JSON.parse(String(triage)) as Triage) : UNTOUCHED,
  suppressed: suppressed ? (JSON.parse(String(suppressed)) as Suppressed) : null,
});

/** In place of a value: the one there stays. */
const UNCHANGED = '=';

/** What is written in place of what was there; nothing where it is what a finding has of which nothing is written. */
function packed<T>(before: T, after: T, preset: T): string {
  const [stood, stands, nothing] = [before, after, preset].map((value) => JSON.stringify(value)) as [
    string,
    string,
    string,
  ];
  if (stood === stands) return UNCHANGED;
  return stands === nothing ? '' : stands;
}

/** A revision that has something to tell: which it is, when (ms since the Unix epoch), and by whom triage is that it tells of. */
export interface Occasion {
  readonly id: string;
  readonly revision: number;
  readonly at: number;
  readonly by: string;
}

/** What `annotate` is told of a finding. */
export function notedArguments(before: Noted, after: Noted, notes: readonly Note[], occasion: Occasion): Argument[] {
  const hiddenNow = after.suppressed !== null && after.suppressed.id !== before.suppressed?.id;
  const members = notes.map((note, i) => historyMember(note, i, occasion));
  return [
    packed(before.triage, after.triage, UNTOUCHED),
    packed(before.suppressed, after.suppressed, null),
    hiddenNow ? after.suppressed.id : '',
    members.length,
    ...members,
  ];
}

const AT_DIGITS = 15;
const REVISION_DIGITS = 9;

/**
 * A note's place in the history, as text that sorts: when, of which finding, at which revision, and which of its notes. So
 * the histories of findings that meet are one by lying together.
 */
function historyMember(note: Note, index: number, { id, revision, at, by }: Occasion): string {
  const when = String(at).padStart(AT_DIGITS, '0');
  const which = String(revision).padStart(REVISION_DIGITS, '0');
  return `${when}.${id}.${which}.${index}|${JSON.stringify({ at, by: note.kind === 'triage' ? by : SERVICE, note })}`;
}

export interface Told {
  readonly place: string;
  readonly at: number;
  readonly by: string;
  readonly note: Note;
}

/** A place in a history, as it stands before a member's `|`. */
export const HISTORY_PLACE = /^\d{15}\.[0-9a-f]{32}\.\d{9}\.\d$/;

export function readHistoryMember(member: string): Told {
  const cut = member.indexOf('|');
  const told = JSON.parse(member.slice(cut + 1)) as Omit<Told, 'place'>;
  return { place: member.slice(0, cut), ...told };
}
