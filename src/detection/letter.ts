/** Every reason for which an event or a record can become a dead letter. */
import { DEAD_LETTER_REASONS } from './event.ts';

/** `no_bytes`: the body of the event is an AMQP value, not bytes. `reader_failed`: a fault of the program stopped its reading. */
export const LETTER_REASONS = [...DEAD_LETTER_REASONS, 'no_bytes', 'reader_failed'] as const;
export type LetterReason = (typeof LETTER_REASONS)[number];
