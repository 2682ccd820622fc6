/** Answers attaches: says what a new link is for, refuses those that may not be, and sets up the others. */
import { type Address, parseAddress } from './address.ts';
import { type AmqpError, limitMessageSize, listOf, type Receiver, type Sender, textOf } from './amqp.ts';
import { type Broker, isAllowed } from './broker.ts';
import { answerPutToken } from './cbs.ts';
import { notFound, partitionOutOfRange, serverBusy, unauthorized } from './errors.ts';
import { type Hub, isSameName, type Partition } from './hubs.ts';
import { answerRead } from './management.ts';
import { admit } from './ownership.ts';
import type { Peer } from './peers.ts';
import { Producer } from './producer.ts';
import { Reader } from './reader.ts';
import { serveRequests } from './requests.ts';
import { startIn } from './startPosition.ts';

const filterName = 'apache.org:selector-filter:string';
const epochName = 'com.microsoft:epoch';
const readerNameName = 'com.microsoft:receiver-name';
const runtimeMetricName = 'com.microsoft:enable-receiver-runtime-metric';

/** A link on which the client sends: a producer, or requests. */
export function attachFromClient(broker: Broker, peer: Peer, receiver: Receiver): void {
  const text = receiver.target?.address ?? '';
  const address = parseAddress(text);
  if (address?.kind === 'cbs' || address?.kind === 'management') {
    accept(receiver, receiver.source?.address, text);
    serveRequests(receiver, peer, (request, reply) => {
      if (address.kind === 'cbs') reply(answerPutToken(broker, peer, request));
      else answerRead(broker, peer, request, reply);
    });
    return;
  }
  const place = placeOf(broker, peer, address, 'send', text);
  if ('condition' in place) {
    receiver.close(place);
    return;
  }
  accept(receiver, receiver.source?.address, text);
  limitMessageSize(receiver);
  const producer = new Producer(broker, peer, receiver, place.hub, place.partition?.id);
  peer.links.set(receiver, producer);
  producer.wake();
}

/** A link on which the client receives: a reader, or answers to requests. */
export function attachToClient(broker: Broker, peer: Peer, sender: Sender): void {
  const text = sender.source?.address ?? '';
  const address = parseAddress(text);
  if (address?.kind === 'cbs' || address?.kind === 'management') {
    accept(sender, text, sender.target?.address);
    peer.replies.set(sender.name, sender);
    if (sender.target?.address) peer.replies.set(sender.target.address, sender);
    return;
  }
  const refusal = attachReader(broker, peer, sender, address, text);
  if (refusal) sender.close(refusal);
}

function attachReader(
  broker: Broker,
  peer: Peer,
  sender: Sender,
  address: Address | undefined,
  text: string,
): AmqpError | undefined {
  const place = placeOf(broker, peer, address, 'read', text);
  if ('condition' in place) return place;
  const { hub, partition, group } = place as Required<Place>;
  partition.log.expire();
  const start = startIn(partition.log, textOf(sender.source.filter?.[filterName]));
  if (typeof start !== 'number') return start;
  const epoch = sender.properties?.[epochName];
  const contender = {
    epoch: epoch === undefined || epoch === null ? undefined : Number(epoch),
    consumerId: textOf(sender.properties?.[readerNameName]) ?? sender.target?.address,
  };
  const present = readersOf(broker, hub, partition).filter((reader) => isSameName(reader.group, group));
  const admission = admit(present, contender);
  if ('refusal' in admission) return admission.refusal;
  for (const reader of admission.evicted) broker.peers.detach(reader, admission.reason);

  accept(sender, text, sender.target?.address);
  const hasRuntimeMetric = listOf(sender.desired_capabilities).includes(runtimeMetricName);
  const options = { ...contender, hub: hub.name, group, partition: partition.id, start, hasRuntimeMetric };
  const reader = new Reader(broker, peer, sender, partition.log, options);
  peer.links.set(sender, reader);
  return undefined;
}

function readersOf(broker: Broker, hub: Hub, partition: Partition): Reader[] {
  return broker.peers.links.filter(
    (link): link is Reader => link instanceof Reader && link.hub === hub.name && link.partition === partition.id,
  );
}

interface Place {
  readonly hub: Hub;
  readonly partition?: Partition;
  readonly group?: string;
}

/** What the address names, if it is there, the client may have it and no fault forbids it now. */
function placeOf(
  broker: Broker,
  peer: Peer,
  address: Address | undefined,
  kind: 'send' | 'read',
  text: string,
): Place | AmqpError {
  if (address?.kind !== kind) return notFound(broker.host, text);
  const hub = broker.hubs.find(address.hub);
  if (!hub) return notFound(broker.host, address.path);
  if (!isAllowed(broker, peer, address.path)) return unauthorized(address.path);
  const wanted = address.kind === 'read' ? address.group : undefined;
  const group = wanted === undefined ? undefined : hub.consumerGroups.find((name) => isSameName(name, wanted));
  if (wanted !== undefined && group === undefined) return notFound(broker.host, address.path);
  const partition = hub.partitions.find(({ id }) => id === address.partition);
  if (address.partition !== undefined && !partition) return partitionOutOfRange(hub.partitions.length);
  if (kind === 'read' && broker.faults.take('serverBusy', { hub: hub.name, partition: partition?.id }))
    return serverBusy;
  return { hub, ...(partition ? { partition } : {}), ...(group === undefined ? {} : { group }) };
}

/** Echoes the addresses in the attach; one without them would be a refusal. */
function accept(link: Sender | Receiver, source: string | undefined, target: string | undefined): void {
  link.set_source(source === undefined ? ({} as { address: string }) : { address: source });
  link.set_target(target === undefined ? ({} as { address: string }) : { address: target });
}
