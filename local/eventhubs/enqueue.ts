/** Puts events into a partition's log and wakes its readers: for producers, and for whoever runs the endpoint in its own process. */
import { messageCodec } from './amqp.ts';
import type { Broker } from './broker.ts';
import type { Partition } from './hubs.ts';
import type { Incoming } from './log.ts';
import { cutEvent, partitionKeyOf } from './sections.ts';

/** Where an event stands that was put there without a producer. */
export interface Enqueued {
  readonly hubCreatedAt: number;
  readonly sequenceNumber: number;
  /** Milliseconds since 1970. */
  readonly enqueuedAt: number;
}

/** Appends the events together and wakes who reads there. Throws when the log cannot take them. */
export function enqueue(broker: Broker, hub: string, partition: Partition, events: readonly Incoming[]): void {
  partition.log.append(events);
  for (const link of broker.peers.links) {
    if (link.kind === 'reader' && link.hub === hub && link.partition === partition.id) link.wake();
  }
}

/** One encoded AMQP message as the log takes it; the key of the envelope holds where the message has none. Throws `DecodeError`. */
export function readEvent(bytes: Buffer, envelopeKey: string | undefined): Incoming {
  const parts = cutEvent(bytes);
  return { parts, partitionKey: partitionKeyOf(parts.annotations) ?? envelopeKey };
}

/** Enqueues bytes as the body of one event, past producers and all faults. Throws if there is no such place. */
export function enqueueBody(broker: Broker, hubName: string, partitionId: string, body: Buffer): Enqueued {
  const hub = broker.hubs.find(hubName);
  const partition = hub?.partitions.find(({ id }) => id === partitionId);
  if (hub === undefined || partition === undefined) throw new Error(`There is no ${hubName}/${partitionId}.`);
  const message = messageCodec.encode({ body: messageCodec.data_section(body) });
  enqueue(broker, hub.name, partition, [readEvent(message, undefined)]);
  const { last, lastEnqueuedTime } = partition.log;
  return { hubCreatedAt: hub.created, sequenceNumber: last, enqueuedAt: lastEnqueuedTime! };
}
