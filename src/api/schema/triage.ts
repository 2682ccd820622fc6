/** What triage asks, and what a finding's history tells. */
import { type TSchema, Type } from 'typebox';
import { COMMENT_LENGTH_MAX, NAME_LENGTH_MAX } from '../limits.ts';
import { CHANGE_REASONS, CLASSIFICATIONS, STATUSES, Suppressed } from './finding.ts';
import { choiceGiven, choiceOrNullGiven, written, writtenOrNull } from './text.ts';
import * as w from './words.ts';

export const TriageRequest = Type.Object(
  {
    status: Type.Optional(choiceGiven(STATUSES, 'Where the work on it stands.')),
    classification: Type.Optional(choiceOrNullGiven(CLASSIFICATIONS, 'The verdict; null takes it back.')),
    assignedTo: Type.Optional(writtenOrNull(NAME_LENGTH_MAX, 'Who works on it; null for nobody.', 'ann')),
    comment: Type.Optional(
      written(COMMENT_LENGTH_MAX, 'Appended, with its author and time.', 'Called the partner: expected.'),
    ),
  },
  {
    title: 'TriageRequest',
    description: 'What is to be changed; what is left out stays.',
    additionalProperties: false,
    minProperties: 1,
    'x-mend': 'must be a JSON object with at least one of `status`, `classification`, `assignedTo` and `comment`',
  },
);

const moved = <Value extends TSchema>(title: string, value: Value, description: string) =>
  Type.Optional(w.shape(title, description, { from: value, to: value }));

export const HISTORY_KINDS = ['triage', 'merged', 'reopened', 'suppressed', 'unsuppressed'] as const;

const HistoryChange = w.shape('HistoryChange', 'What happened; members that it does not concern are left out.', {
  kind: w.choice(
    HISTORY_KINDS,
    '`triage`: someone changed it. By the service itself: `merged`, other findings were taken in; `reopened`, it was resolved and gained an operation or a view; `suppressed` and `unsuppressed`, its activity is expected from now on, or no longer.',
  ),
  status: moved('StatusMoved', w.choice(STATUSES, 'State of triage.'), 'Another status.'),
  classification: moved(
    'ClassificationMoved',
    w.choiceOrNull(CLASSIFICATIONS, 'Verdict of triage.'),
    'Another verdict.',
  ),
  assignedTo: moved('AssigneeMoved', w.textOrNull('Who works on it.', null), 'Someone else works on it.'),
  comment: Type.Optional(w.text('The comment that was added.', 'Called the partner: expected.')),
  findings: Type.Optional(w.texts('Ids of the findings that were taken in.', ['5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'])),
  reason: Type.Optional(w.choice(CHANGE_REASONS, 'Of the revision that reopened it.')),
  suppression: Type.Optional(Suppressed),
});

export const HistoryItem = w.shape('HistoryItem', 'Something that happened to a finding beside what its facts did.', {
  at: w.time('When.'),
  by: w.text('The name of the key or token that did it, or `guestwatch`.', 'ann'),
  change: HistoryChange,
});

export const HistoryPage = w.page('HistoryPage', HistoryItem, 'oldest first');
