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
  bytes: w.count('Length of the whole, in bytes.', 17),
  cut: w.flag('True when `content` is only the first 64 KiB of it.'),
  encoding: w.choice(['utf8', 'base64'], 'How `content` is to be read: base64 where the bytes are no UTF-8 text.'),
  content: Type.String({ description: 'The bytes that were kept.', examples: ['{"records": [{"ti'] }),
});

export const DeadLettersPage = w.page('DeadLettersPage', DeadLetter, 'newest first');
