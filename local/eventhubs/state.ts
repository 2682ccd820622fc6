/** Describes the endpoint at this moment: what each partition holds and who reads it. */
import type { Broker } from './broker.ts';
import type { Hub, Partition } from './hubs.ts';
import { Reader } from './reader.ts';

/** A reader of a partition. */
export interface ReaderState {
  readonly group: string;
  /** Owner level, null if the reader claims none. */
  readonly epoch: number | null;
  readonly consumerId: string | null;
  /** Deliveries that the client still allows. */
  readonly credit: number;
  /** Deliveries so far on this link, doubles included. */
  readonly delivered: number;
  /** Sequence number of the next event to deliver. */
  readonly next: number;
}

export interface PartitionState {
  readonly id: string;
  /** Sequence number of the oldest event kept; one more than the last if none is. */
  readonly beginSequenceNumber: number;
  /** Sequence number of the newest event ever enqueued, -1 if none was. */
  readonly lastSequenceNumber: number;
  readonly lastOffset: string;
  /** ISO 8601, null if nothing was ever enqueued. */
  readonly lastEnqueuedTime: string | null;
  /** Events kept. */
  readonly events: number;
  /** Bytes of stored messages kept. */
  readonly bytes: number;
  readonly readers: readonly ReaderState[];
}

export interface HubState {
  readonly name: string;
  /** When the hub was made, ISO 8601. */
  readonly created: string;
  readonly consumerGroups: readonly string[];
  /** Producer links open to the hub or one of its partitions. */
  readonly producers: number;
  readonly partitions: readonly PartitionState[];
}

/** The answer of `GET /state`. */
export interface EndpointState {
  readonly connections: number;
  readonly hubs: readonly HubState[];
}

/** The present state. Retention is applied first. */
export function describe(broker: Broker): EndpointState {
  return { connections: broker.peers.all.length, hubs: broker.hubs.all.map((hub) => describeHub(broker, hub)) };
}

function describeHub(broker: Broker, hub: Hub): HubState {
  const links = broker.peers.links.filter((link) => link.hub === hub.name);
  const readers = links.filter((link): link is Reader => link instanceof Reader);
  return {
    name: hub.name,
    created: new Date(hub.created).toISOString(),
    consumerGroups: hub.consumerGroups,
    producers: links.filter(({ kind }) => kind === 'producer').length,
    partitions: hub.partitions.map((partition) => describePartition(partition, readers)),
  };
}

function describePartition({ id, log }: Partition, readers: readonly Reader[]): PartitionState {
  log.expire();
  const time = log.lastEnqueuedTime;
  return {
    id,
    beginSequenceNumber: log.begin,
    lastSequenceNumber: log.last,
    lastOffset: log.lastOffset,
    lastEnqueuedTime: time === undefined ? null : new Date(time).toISOString(),
    events: log.count,
    bytes: log.bytes,
    readers: readers.filter(({ partition }) => partition === id).map(describeReader),
  };
}

function describeReader(reader: Reader): ReaderState {
  const { group, epoch, consumerId, credit, delivered, next } = reader;
  return { group, epoch: epoch ?? null, consumerId: consumerId ?? null, credit, delivered, next };
}
