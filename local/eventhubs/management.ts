/** Answers management requests: what a hub or a partition holds. */
import { types } from './amqp.ts';
import { type Broker, isAllowed } from './broker.ts';
import { notFound, partitionOutOfRange, serverBusy, unauthorized } from './errors.ts';
import type { Hub, Partition } from './hubs.ts';
import type { Peer } from './peers.ts';
import type { Answer, Request } from './requests.ts';

/** What .NET calls its least date, which the service gives for "never". */
const neverMs = -62_135_596_800_000;
const stringCode = 0xa1;

/** Answers a READ, at once or late or never as the faults in force have it. */
export function answerRead(broker: Broker, peer: Peer, request: Request, reply: (answer: Answer) => void): void {
  const hubName = String(request.properties['name'] ?? '');
  if (broker.faults.take('managementTimeout', { hub: hubName })) return;
  const delay = broker.faults.take('delay', { hub: hubName });
  const answer = read(broker, peer, hubName, request);
  if (delay?.ms === undefined) reply(answer);
  else broker.timers.after(delay.ms, () => reply(answer));
}

function read(broker: Broker, peer: Peer, hubName: string, { properties }: Request): Answer {
  if (broker.faults.take('serverBusy', { hub: hubName })) return refusal(503, serverBusy);
  const hub = broker.hubs.find(hubName);
  if (!hub) return refusal(404, notFound(broker.host, hubName));
  if (!isAllowed(broker, peer, `${hubName}/$management`)) return refusal(401, unauthorized(`${hubName}/$management`));
  if (properties['operation'] !== 'READ') {
    return { status: 400, description: `The operation '${properties['operation']}' is not READ.` };
  }
  if (properties['type'] === 'com.microsoft:eventhub') return good(describeHub(hub));
  if (properties['type'] !== 'com.microsoft:partition') {
    return { status: 400, description: `The type '${properties['type']}' is neither an event hub nor a partition.` };
  }
  const partition = hub.partitions.find(({ id }) => id === String(properties['partition']));
  return partition ? good(describePartition(hub, partition)) : refusal(400, partitionOutOfRange(hub.partitions.length));
}

function good(body: NonNullable<Answer['body']>): Answer {
  return { status: 200, description: 'OK', body };
}

function refusal(status: number, error: { condition: string; description: string }): Answer {
  return { status, ...error };
}

function describeHub(hub: Hub): NonNullable<Answer['body']> {
  const ids = hub.partitions.map(({ id }) => id);
  return {
    name: hub.name,
    type: 'com.microsoft:eventhub',
    created_at: types.wrap_timestamp(hub.created),
    partition_count: types.wrap_int(ids.length),
    partition_ids: types.wrap_array(ids, stringCode, undefined),
  };
}

function describePartition(hub: Hub, { id, log }: Partition): NonNullable<Answer['body']> {
  log.expire();
  return {
    name: hub.name,
    type: 'com.microsoft:partition',
    partition: id,
    begin_sequence_number: types.wrap_long(log.begin),
    last_enqueued_sequence_number: types.wrap_long(log.last),
    last_enqueued_offset: log.lastOffset,
    last_enqueued_time_utc: types.wrap_timestamp(log.lastEnqueuedTime ?? neverMs),
    is_partition_empty: log.count === 0,
  };
}
