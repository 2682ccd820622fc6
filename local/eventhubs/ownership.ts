/** Decides who may read a partition for a consumer group: epochs, who is put out for whom, and how many may read without. */
import type { AmqpError } from './amqp.ts';

/** A reader as far as the decision goes. */
export interface Contender {
  /** The owner level, undefined if the reader claims none. */
  readonly epoch: number | undefined;
  /** The name that the reader gave itself. */
  readonly consumerId: string | undefined;
}

/** Either the newcomer is refused, or it enters and the evicted leave with the error. */
export type Admission<T extends Contender> =
  | { readonly refusal: AmqpError }
  | { readonly evicted: readonly T[]; readonly reason: AmqpError };

/** Readers of one partition and consumer group that may read at once without an epoch. */
export const plainReadersMax = 5;

/** What happens when `newcomer` asks to read beside `present`, all of the same partition and consumer group. */
export function admit<T extends Contender>(present: readonly T[], newcomer: Contender): Admission<T> {
  const epochs = present.flatMap((reader) => (reader.epoch === undefined ? [] : [reader.epoch]));
  const name = nameOf(newcomer);
  if (newcomer.epoch === undefined) {
    if (epochs.length > 0) {
      return stolenRefusal(
        `Receiver '${nameOf(present[0])}' with a higher epoch '${Math.max(...epochs)}' already exists. Receiver '${name}' without epoch cannot be created. Make sure you are creating receiver with increasing epoch value to ensure connectivity, or ensure all old epoch receivers are closed or disconnected.`,
      );
    }
    if (present.length >= plainReadersMax) return { refusal: tooManyReaders(present) };
    return { evicted: [], reason: stolenFrom(newcomer) };
  }
  const highest = Math.max(...epochs, Number.NEGATIVE_INFINITY);
  if (newcomer.epoch < highest) {
    return stolenRefusal(
      `Receiver '${nameOf(present[0])}' with a higher epoch '${highest}' already exists. Receiver '${name}' with epoch ${newcomer.epoch} cannot be created. Make sure you are creating receiver with increasing epoch value to ensure connectivity, or ensure all old epoch receivers are closed or disconnected.`,
    );
  }
  return { evicted: present, reason: stolenFrom(newcomer) };
}

function stolenRefusal(description: string): { refusal: AmqpError } {
  return { refusal: { condition: 'amqp:link:stolen', description } };
}

/** The error with which a reader leaves because of a newcomer. */
export function stolenFrom(newcomer: Contender): AmqpError {
  const name = nameOf(newcomer);
  return {
    condition: 'amqp:link:stolen',
    description: `New receiver '${name}' with higher epoch of '${newcomer.epoch ?? 0}' is created hence current receiver is getting disconnected. If you are recreating the receiver, make sure a higher epoch is used.`,
  };
}

function tooManyReaders(present: readonly Contender[]): AmqpError {
  const names = present.map(nameOf).join(', ');
  return {
    condition: 'amqp:resource-limit-exceeded',
    description: `Exceeded the maximum number of allowed receivers per partition in a consumer group which is ${plainReadersMax}. List of connected receivers - ${names}.`,
  };
}

function nameOf(reader: Contender | undefined): string {
  return reader?.consumerId ?? 'nil';
}
