/** What could not be understood, as seen from outside. */
import { Type } from 'typebox';
import { LETTER_REASONS } from '../../detection/letter.ts';
import * as w from './words.ts';

export { LETTER_REASONS as DEAD_LETTER_REASONS };

const DeadLetterSource = w.shape('DeadLetterSource', 'Where something that could not be understood came from.', {
  hub: w.text('Event hub.', 'insights-logs-auditlogs'),
  partition: w.text('Partition of the hub.', '0'),
  sequenceNumber: w.count('Sequence number of the event in its partition.', 4711),
  recordIndex: w.countOrNull("Index of the record, from 0; null where it stands in no record's place.", 0),
  enqueuedAt: w.timeOrNull('When Event Hubs took the event in.'),
  sha256: w.text('SHA-256 of the whole of it, 64 lower-case hex digits.', 'a3'.repeat(32)),
});

export const DeadLetter = w.shape('DeadLetter', 'An event or record that could not be understood.', {
  id: w.text('Its id.', 'd-0001'),
  reason: w.choice(LETTER_REASONS, 'Why it could not be understood.'),
  tenantId: w.textOrNull('The tenant it is of, where that could be read.', null),
  source: DeadLetterSource,
  receivedAt: w.time('When it was received.'),
  attempts: w.count('How often it was retried and still not understood.', 0),
  retriedAt: w.timeOrNull('When it was last retried; null where it never was.'),
  bytes: w.count('Length of the whole, in bytes.', 17),
  cut: w.flag('True when `content` is only the first 64 KiB of it.'),
  encoding: w.choice(['utf8', 'base64'], 'How `content` is to be read: base64 where the bytes are no UTF-8 text.'),
  content: Type.String({ description: 'The bytes that were kept.', examples: ['{"records": [{"ti'] }),
});

export const DeadLettersPage = w.page('DeadLettersPage', DeadLetter, 'newest first');

export const NOT_RETRYABLE_REASONS = ['unknown', 'event_gone', 'hub_unreachable', 'out_of_time'] as const;

const NotRetryable = w.shape('NotRetryable', 'A dead letter that could not be retried.', {
  id: w.text('Its id.', 'd-0001'),
  reason: w.choice(
    NOT_RETRYABLE_REASONS,
    '`unknown`: no such letter is kept. `event_gone`: it is cut, and the hub no longer has the rest. `hub_unreachable`: it is cut, and Event Hubs could not be asked. `out_of_time`: the call took too long to come to it.',
  ),
});

export const RetryAnswer = w.shape('RetryAnswer', 'What became of the dead letters that were retried.', {
  retried: w.count('Letters that were read again.', 3),
  resolved: w.count('Of these, letters that are understood by now: what they hold is applied, and they are gone.', 2),
  remaining: w.count('Of these, letters that still are not understood, and stay.', 1),
  notRetryable: w.listOf(NotRetryable, 'Letters that could not be read again, and stay as they are.'),
  nextCursor: w.textOrNull(
    'Give it as `cursor`, with the same filters, to retry the next ones. Null when all have had their turn.',
    null,
  ),
});
