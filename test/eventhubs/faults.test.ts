/** Every fault kind, seen from clients of the real SDK. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { MessagingError } from '@azure/event-hubs';
import { type FaultRequest, FaultRequestError, type LocalEventHubs } from '../../local/eventhubs/endpoint.ts';
import {
  eventually,
  noRetries,
  openEndpoint,
  openProducer,
  partitionState,
  type Reading,
  range,
  read,
  retryOptions,
  sendAll,
} from './harness.ts';

const hubs = [
  { name: 'h', partitions: 2 },
  { name: 'other', partitions: 1 },
];

/** The SDK notices a lost link at the latest when its present wait for events ends. */
const maxWaitTimeInSeconds = 0.2;

async function openReading(t: TestContext, endpoint: LocalEventHubs, partition = '0', hub = 'h'): Promise<Reading> {
  await sendAll(openProducer(t, endpoint, { hub }), ['first'], partition);
  const reading = read(t, endpoint, { hub, partition, maxWaitTimeInSeconds });
  await reading.until(1);
  return reading;
}

function hasCode(code: string): (error: MessagingError) => boolean {
  return (error) => {
    assert.equal(error.code, code);
    return true;
  };
}

test('drop cuts every connection, or those alone that have to do with the hub', async (t) => {
  const endpoint = await openEndpoint(t, { hubs });
  const reading = await openReading(t, endpoint);
  const other = await openReading(t, endpoint, '0', 'other');
  assert.equal(endpoint.state().connections, 4);
  assert.equal(endpoint.faults.inject({ kind: 'drop', hub: 'other' }).struck, 2);
  await sendAll(openProducer(t, endpoint, { hub: 'other' }), ['second']);
  await other.until(2);
  assert.equal(endpoint.faults.inject({ kind: 'drop' }).struck, endpoint.state().connections);
  await sendAll(openProducer(t, endpoint), ['second']);
  await reading.until(2);
  assert.deepEqual(reading.bodies, ['first', 'second']);
  assert.deepEqual(other.bodies, ['first', 'second']);
  // A client of the SDK that is closed while it copes with a cut may never finish closing.
  await eventually(() => endpoint.state().hubs[1]!.partitions[0]!.readers.length === 1);
});

test('drop with a count cuts a delivery in two, and the reader that resumes gets it once', async (t) => {
  const endpoint = await openEndpoint(t);
  const bodies = range(10).map((n) => `${n}`.padEnd(100_000));
  await sendAll(openProducer(t, endpoint), bodies);
  endpoint.faults.inject({ kind: 'drop', partition: '0', count: 4 });
  const reading = read(t, endpoint, { maxWaitTimeInSeconds });
  await reading.until(10);
  assert.deepEqual(reading.bodies, bodies);
  assert.deepEqual(endpoint.faults.list(), []);
  assert.deepEqual(
    partitionState(endpoint).readers.map(({ delivered, next }) => [delivered, next]),
    [[6, 10]],
  );
});

test('detachForced ends links, which open again and go on', async (t) => {
  const endpoint = await openEndpoint(t);
  const reading = await openReading(t, endpoint);
  // A send that crosses the detach is lost without a word, and tried again after its time-out.
  const producer = openProducer(t, endpoint, { retries: { ...retryOptions, timeoutInMs: 300 } });
  await sendAll(producer, ['second']);
  await reading.until(2);
  assert.equal(endpoint.faults.inject({ kind: 'detachForced', partition: '0' }).struck, 3);
  assert.deepEqual(partitionState(endpoint).readers, []);
  assert.equal(endpoint.state().hubs[0]!.producers, 0);
  await sendAll(producer, ['third']);
  await sendAll(producer, ['fourth']);
  await reading.until(4);
  assert.deepEqual(reading.bodies, ['first', 'second', 'third', 'fourth']);
});

test('detachForced is what a client without retries is told', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), ['first']);
  const reading = read(t, endpoint, { retries: noRetries });
  await reading.until(1);
  await eventually(() => partitionState(endpoint).readers.some(({ delivered }) => delivered === 1));
  endpoint.faults.inject({ kind: 'detachForced' });
  const error = await reading.failed();
  assert.equal(error.code, 'DetachForcedError');
  assert.equal(error.retryable, true);
});

test('stolen ends readers, and leaves producers', async (t) => {
  const endpoint = await openEndpoint(t);
  const reading = await openReading(t, endpoint);
  assert.equal(endpoint.faults.inject({ kind: 'stolen', hub: 'h' }).struck, 1);
  hasCode('ReceiverDisconnectedError')(await reading.failed());
  assert.equal(endpoint.state().hubs[0]!.producers, 1);
});

test('serverBusy refuses so many sends, and a client that retries gets through', async (t) => {
  const endpoint = await openEndpoint(t);
  endpoint.faults.inject({ kind: 'serverBusy', hub: 'h', count: 3 });
  const hasty = openProducer(t, endpoint, { retries: noRetries });
  await assert.rejects(sendAll(hasty, ['x']), hasCode('ServerBusyError'));
  assert.deepEqual(endpoint.faults.list(), [{ kind: 'serverBusy', hub: 'h', count: 2 }]);
  await sendAll(openProducer(t, endpoint), ['y']);
  assert.deepEqual(endpoint.faults.list(), []);
  assert.equal(partitionState(endpoint).events, 1);
});

test('serverBusy refuses readers and management until it is cleared', async (t) => {
  const endpoint = await openEndpoint(t, { hubs });
  endpoint.faults.inject({ kind: 'serverBusy', hub: 'h' });
  hasCode('ServerBusyError')(await read(t, endpoint, { retries: noRetries }).failed());
  const producer = openProducer(t, endpoint, { retries: noRetries });
  await assert.rejects(producer.getEventHubProperties(), hasCode('ServerBusyError'));
  assert.equal((await openProducer(t, endpoint, { hub: 'other' }).getEventHubProperties()).name, 'other');
  endpoint.faults.clear();
  assert.equal((await producer.getEventHubProperties()).name, 'h');
});

test('a delayed send is stored at once and acknowledged late', async (t) => {
  const endpoint = await openEndpoint(t);
  endpoint.faults.inject({ kind: 'delay', ms: 500, count: 1 });
  let isAcknowledged = false;
  const sending = sendAll(openProducer(t, endpoint), ['x']).then(() => {
    isAcknowledged = true;
  });
  await eventually(() => partitionState(endpoint).events === 1);
  assert.equal(isAcknowledged, false);
  await sending;
});

test('a delayed delivery arrives after those that are not', async (t) => {
  const endpoint = await openEndpoint(t);
  const slow = await openReading(t, endpoint, '0');
  const quick = await openReading(t, endpoint, '1');
  const producer = openProducer(t, endpoint);
  await sendAll(producer, ['second'], '1');
  await quick.until(2);
  endpoint.faults.inject({ kind: 'delay', ms: 500, hub: 'h', partition: '0', count: 2 });
  const sending = sendAll(producer, ['second'], '0');
  await eventually(() => partitionState(endpoint, '0').events === 2);
  await sendAll(producer, ['third'], '1');
  await quick.until(3);
  assert.deepEqual(slow.bodies, ['first']);
  await slow.until(2);
  await sending;
});

test('frozen credit holds deliveries and sends back, and all go on when it ends', async (t) => {
  const endpoint = await openEndpoint(t);
  const frozen = await openReading(t, endpoint, '0');
  const free = await openReading(t, endpoint, '1');
  const producer = openProducer(t, endpoint);
  await sendAll(producer, ['second'], '0');
  await frozen.until(2);
  endpoint.faults.inject({ kind: 'freezeCredit', hub: 'h', partition: '0' });
  const held = sendAll(producer, ['third'], '0');
  await sendAll(producer, ['second'], '1');
  await free.until(2);
  assert.equal(partitionState(endpoint, '0').events, 2);
  endpoint.faults.clear();
  await held;
  await frozen.until(3);
  assert.deepEqual(frozen.bodies, ['first', 'second', 'third']);
});

test('while credit is frozen a new producer and a new reader open, and wait', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), ['first']);
  endpoint.faults.inject({ kind: 'freezeCredit' });
  const sending = sendAll(openProducer(t, endpoint), ['second']);
  const reading = read(t, endpoint);
  await eventually(() => endpoint.state().hubs[0]!.producers === 2);
  await eventually(() => partitionState(endpoint).readers.some(({ credit }) => credit > 0));
  assert.equal(partitionState(endpoint).events, 1);
  assert.deepEqual(reading.events, []);
  endpoint.faults.clear();
  await sending;
  await reading.until(2);
});

test('a fault with ms ends by itself', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), ['first']);
  endpoint.faults.inject({ kind: 'freezeCredit', ms: 50 });
  await read(t, endpoint).until(1);
  assert.deepEqual(endpoint.faults.list(), []);
});

test('cbs401 refuses a client, which gets in when it tries again', async (t) => {
  const endpoint = await openEndpoint(t);
  endpoint.faults.inject({ kind: 'cbs401', hub: 'h', count: 2 });
  await assert.rejects(sendAll(openProducer(t, endpoint, { retries: noRetries }), ['x']), hasCode('UnauthorizedError'));
  await sendAll(openProducer(t, endpoint), ['x']);
  assert.deepEqual(endpoint.faults.list(), []);
});

test('managementTimeout leaves questions unanswered, and the next is answered', async (t) => {
  const endpoint = await openEndpoint(t);
  const retries = { ...retryOptions, maxRetries: 0, timeoutInMs: 300 };
  const producer = openProducer(t, endpoint, { retries });
  await producer.getPartitionIds();
  endpoint.faults.inject({ kind: 'managementTimeout', count: 1 });
  await assert.rejects(producer.getPartitionIds(), hasCode('OperationTimeoutError'));
  assert.deepEqual(await producer.getPartitionIds(), ['0', '1']);
});

test('duplicate delivers an event twice under one number', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), ['a', 'b', 'c']);
  endpoint.faults.inject({ kind: 'duplicate', hub: 'h', count: 2 });
  const events = await read(t, endpoint).until(5);
  assert.deepEqual(
    events.map(({ body, sequenceNumber }) => [body, sequenceNumber]),
    [
      ['a', 0],
      ['a', 0],
      ['b', 1],
      ['b', 1],
      ['c', 2],
    ],
  );
});

test('expire takes events so far, of the partition asked for, up to the number asked for', async (t) => {
  const endpoint = await openEndpoint(t);
  for (const partition of ['0', '1']) await sendAll(openProducer(t, endpoint), range(5), partition);
  assert.equal(endpoint.faults.inject({ kind: 'expire', partition: '1', sequenceNumber: 2 }).struck, 3);
  const begins = () => endpoint.state().hubs[0]!.partitions.map(({ beginSequenceNumber }) => beginSequenceNumber);
  assert.deepEqual(begins(), [0, 3]);
  assert.equal(endpoint.faults.inject({ kind: 'expire' }).struck, 7);
  assert.deepEqual(begins(), [5, 5]);
});

test('a hub made anew begins at 0, and does not know the offsets of before', async (t) => {
  // A clock that stands still, so that the creation times differ by the endpoint's doing.
  const endpoint = await openEndpoint(t, { hubs, now: () => 1_700_000_000_000 });
  const producer = openProducer(t, endpoint);
  const createdOn = (await producer.getEventHubProperties()).createdOn;
  const reading = await openReading(t, endpoint);
  const { offset } = reading.events[0]!;
  await openReading(t, endpoint, '0', 'other');
  endpoint.faults.inject({ kind: 'recreateHub', hub: 'h' });
  assert.deepEqual(partitionState(endpoint).readers, []);
  assert.ok((await producer.getEventHubProperties()).createdOn > createdOn);
  const error = await read(t, endpoint, { startPosition: { offset } }).failed();
  assert.equal(error.code, 'ArgumentError');
  assert.match(error.message, /The last offset in the system is '-1'/);
  await sendAll(producer, ['anew']);
  const [event] = await read(t, endpoint, { partition: '0' }).until(1);
  assert.deepEqual([event!.sequenceNumber, event!.body], [0, 'anew']);
  assert.notEqual(event!.offset, offset);
  assert.equal(endpoint.state().hubs[1]!.partitions[0]!.events, 1);
});

test('a hub that grows keeps what it holds, and its readers', async (t) => {
  const endpoint = await openEndpoint(t, { hubs });
  const producer = openProducer(t, endpoint);
  const { createdOn, partitionIds } = await producer.getEventHubProperties();
  await sendAll(producer, ['before'], '0');
  const reading = read(t, endpoint, { partition: '0' });
  await reading.until(1);
  endpoint.faults.inject({ kind: 'growHub', hub: 'h' });
  const grown = await producer.getEventHubProperties();
  const added = String(partitionIds.length);
  assert.deepEqual([grown.createdOn, grown.partitionIds], [createdOn, [...partitionIds, added]]);
  await sendAll(producer, ['after'], '0');
  await sendAll(producer, ['first'], added);
  assert.deepEqual(
    (await reading.until(2)).map(({ body }) => body),
    ['before', 'after'],
  );
  const [event] = await read(t, endpoint, { partition: added }).until(1);
  assert.deepEqual([event!.sequenceNumber, event!.body], [0, 'first']);
});

test('a fault for one hub or partition leaves the others alone', async (t) => {
  const endpoint = await openEndpoint(t, { hubs });
  endpoint.faults.inject({ kind: 'serverBusy', hub: 'other' });
  endpoint.faults.inject({ kind: 'serverBusy', hub: 'h', partition: '1' });
  const producer = openProducer(t, endpoint, { retries: noRetries });
  await sendAll(producer, ['x'], '0');
  await assert.rejects(sendAll(producer, ['x'], '1'), hasCode('ServerBusyError'));
});

test('a fault that cannot be is refused with all that is wrong', async (t) => {
  const endpoint = await openEndpoint(t);
  const problemsOf = (request: unknown): readonly string[] => {
    try {
      endpoint.faults.inject(request as FaultRequest);
    } catch (error) {
      if (error instanceof FaultRequestError) return error.problems;
    }
    return [];
  };
  assert.deepEqual(problemsOf({ kind: 'drop', count: -1, ms: 5 }), [
    'count -1 is no whole number from 0 to 2147483647.',
    'drop takes no ms; it takes: hub, partition, count.',
  ]);
  assert.deepEqual(problemsOf({ kind: 'delay' }), ['delay needs ms.']);
  assert.deepEqual(problemsOf({ kind: 'stolen', hub: 'x' }), ['There is no hub x; there are: h.']);
  assert.deepEqual(problemsOf({ kind: 'stolen', hub: 'h', partition: 7 }), ['There is no partition 7 in h.']);
  assert.deepEqual(problemsOf([]), ['A fault is a JSON object with a kind.']);
});
