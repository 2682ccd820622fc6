/** The refusals of the service, by their conditions and in its words, since clients tell some of them apart by the text. */
import type { AmqpError } from './amqp.ts';

/** The hub or consumer group that `path` names does not exist. The SDK looks for this very sentence. */
export function notFound(host: string, path: string): AmqpError {
  return {
    condition: 'amqp:not-found',
    description: `The messaging entity 'sb://${host}/${path}' could not be found. It is not among the hubs and consumer groups that this endpoint was started with.`,
  };
}

export function partitionOutOfRange(partitionCount: number): AmqpError {
  return {
    condition: 'com.microsoft:argument-out-of-range',
    description: `The specified partition is invalid for an EventHub partition sender or receiver. It should be between 0 and ${partitionCount - 1}. Parameter name: PartitionId`,
  };
}

export function unauthorized(path: string): AmqpError {
  return {
    condition: 'amqp:unauthorized-access',
    description: `Unauthorized access. No claim on '${path}' was put on this connection, or it has expired.`,
  };
}

export function invalidOffset(offset: string, lastOffset: string): AmqpError {
  return argumentError(`The supplied offset '${offset}' is invalid. The last offset in the system is '${lastOffset}'`);
}

export function invalidSequenceNumber(sequenceNumber: number, last: number): AmqpError {
  return argumentError(
    `The supplied sequence number '${sequenceNumber}' is invalid. The last sequence number in the system is '${last}'`,
  );
}

export function invalidFilter(filter: string): AmqpError {
  return argumentError(`The filter '${filter}' is not a valid amqp filter for EventHub entities`);
}

function argumentError(description: string): AmqpError {
  return { condition: 'com.microsoft:argument-error', description };
}

export function messageTooLarge(bytes: number, bytesMax: number): AmqpError {
  return {
    condition: 'amqp:link:message-size-exceeded',
    description: `The received message (size:${bytes} bytes) exceeds the limit (${bytesMax} bytes) currently allowed on the link.`,
  };
}

export function undecodable(reason: string): AmqpError {
  return { condition: 'amqp:decode-error', description: reason };
}

export function internal(reason: string): AmqpError {
  return { condition: 'amqp:internal-error', description: reason };
}

export const serverBusy: AmqpError = {
  condition: 'com.microsoft:server-busy',
  description:
    'The request was terminated because the namespace is being throttled. Please wait 4 seconds and try again. Error code : 50002.',
};

export const detachForced: AmqpError = {
  condition: 'amqp:link:detach-forced',
  description: 'The link is force detached. Code: publisher(link). Details: the broker is moving the entity.',
};

export const connectionForced: AmqpError = {
  condition: 'amqp:connection:forced',
  description: 'The connection was closed by container because the endpoint is stopping.',
};
