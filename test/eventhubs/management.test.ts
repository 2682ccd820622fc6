/** What the SDK is told about hubs and partitions, and what it is told of those that are not there. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { MessagingError } from '@azure/event-hubs';
import { noRetries, openEndpoint, openProducer, partitionState, range, read, sendAll } from './harness.ts';

const now = 1_700_000_000_000;

test('a hub tells its name, creation and partitions', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'My-Hub', partitions: 12 }], now: () => now });
  const properties = await openProducer(t, endpoint, { hub: 'my-hub' }).getEventHubProperties();
  assert.equal(properties.name, 'My-Hub');
  assert.equal(properties.createdOn.getTime(), now);
  assert.deepEqual(properties.partitionIds, range(12).map(String));
});

test('a hub of one partition tells it as a list too', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 1 }] });
  assert.deepEqual(await openProducer(t, endpoint).getPartitionIds(), ['0']);
});

test('an empty partition says so', async (t) => {
  const endpoint = await openEndpoint(t);
  const properties = await openProducer(t, endpoint).getPartitionProperties('1');
  assert.equal(properties.isEmpty, true);
  assert.equal(properties.beginningSequenceNumber, 0);
  assert.equal(properties.lastEnqueuedSequenceNumber, -1);
  assert.equal(properties.lastEnqueuedOffset, '-1');
  assert.equal(properties.lastEnqueuedOnUtc.toISOString(), '0001-01-01T00:00:00.000Z');
});

test('a partition tells where it begins and ends', async (t) => {
  const endpoint = await openEndpoint(t, { now: () => now });
  const producer = openProducer(t, endpoint);
  await sendAll(producer, range(300));
  endpoint.faults.inject({ kind: 'expire', partition: '0', sequenceNumber: 199 });
  const properties = await producer.getPartitionProperties('0');
  assert.deepEqual(properties, {
    beginningSequenceNumber: 200,
    eventHubName: 'h',
    isEmpty: false,
    lastEnqueuedOffset: partitionState(endpoint).lastOffset,
    lastEnqueuedOnUtc: new Date(now),
    lastEnqueuedSequenceNumber: 299,
    partitionId: '0',
  });
});

test('a partition that lost everything still knows how far it had come', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint);
  await sendAll(producer, range(3));
  endpoint.faults.inject({ kind: 'expire' });
  const properties = await producer.getPartitionProperties('0');
  assert.equal(properties.isEmpty, true);
  assert.equal(properties.beginningSequenceNumber, 3);
  assert.equal(properties.lastEnqueuedSequenceNumber, 2);
});

const notThere = (error: MessagingError): boolean => {
  assert.equal(error.code, 'MessagingEntityNotFoundError');
  assert.equal(error.retryable, false);
  assert.match(error.message, /The messaging entity 'sb:\/\/127\.0\.0\.1:\d+\/.+' could not be found/);
  return true;
};

test('a hub that is not there is not found by management, producers and consumers alike', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint, { hub: 'nowhere', retries: noRetries });
  await assert.rejects(producer.getEventHubProperties(), notThere);
  await assert.rejects(producer.sendBatch([{ body: 'x' }]), notThere);
  notThere(await read(t, endpoint, { hub: 'nowhere', retries: noRetries }).failed());
});

test('a consumer group that is not there is not found', async (t) => {
  const endpoint = await openEndpoint(t);
  notThere(await read(t, endpoint, { group: 'nobody' }).failed());
});

test('a partition that is not there is out of range for management, producers and consumers alike', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint, { retries: noRetries });
  const outOfRange = (error: MessagingError) => {
    assert.equal(error.code, 'ArgumentOutOfRangeError');
    return true;
  };
  await assert.rejects(producer.getPartitionProperties('2'), outOfRange);
  await assert.rejects(producer.sendBatch([{ body: 'x' }], { partitionId: '2' }), outOfRange);
  outOfRange(await read(t, endpoint, { partition: '2', retries: noRetries }).failed());
});
