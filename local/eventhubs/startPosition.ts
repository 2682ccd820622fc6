/** Reads the filter with which a reader says where it wants to begin, and finds that place in a log. */
import type { AmqpError } from './amqp.ts';
import { invalidFilter, invalidOffset, invalidSequenceNumber } from './errors.ts';
import type { PartitionLog } from './log.ts';
import { offsetOfEnd, offsetOfStart, positionOf } from './offset.ts';

const filterPattern = /^amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)\s*(>=?)\s*'([^']*)'$/;

/** The sequence number of the first event to deliver, or why there is none. Without a filter: the oldest event. */
export function startIn(log: PartitionLog, filter: string | undefined): number | AmqpError {
  if (filter === undefined) return log.begin;
  const match = filterPattern.exec(filter.trim());
  if (!match) return invalidFilter(filter);
  const [, what, comparison, value] = match as unknown as [string, string, string, string];
  const isInclusive = comparison === '>=';
  if (what === 'offset') return startAtOffset(log, value, isInclusive);
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) return invalidFilter(filter);
  if (what === 'enqueued-time') return log.firstAfterTime(number);
  if (number > log.last) return invalidSequenceNumber(number, log.last);
  return Math.max(isInclusive ? number : number + 1, log.begin);
}

function startAtOffset(log: PartitionLog, offset: string, isInclusive: boolean): number | AmqpError {
  if (offset === offsetOfEnd) return log.last + 1;
  if (offset === offsetOfStart) return log.begin;
  const position = positionOf(log.created, offset);
  const lastPosition = positionOf(log.created, log.lastOffset);
  // An offset beyond the end is what a client holds after its hub was deleted and made anew; the service refuses it too.
  if (position === undefined || lastPosition === undefined || position > lastPosition) {
    return invalidOffset(offset, log.lastOffset);
  }
  return log.firstAtPosition(isInclusive ? position : position + 1);
}
