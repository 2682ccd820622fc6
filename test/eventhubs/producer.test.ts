/** Producers of the real SDK against the endpoint. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { AmqpAnnotatedMessage } from '@azure/core-amqp';
import type { MessagingError } from '@azure/event-hubs';
import {
  noRetries,
  openBufferedProducer,
  openEndpoint,
  openProducer,
  partitionState,
  range,
  read,
  sendAll,
} from './harness.ts';

test('an event arrives with body, properties and ids as it was sent', async (t) => {
  const endpoint = await openEndpoint(t);
  const sent = {
    body: { user: 'Ünïcode', list: [1, 2.5, null] },
    contentType: 'application/json',
    correlationId: 'c-1',
    messageId: 'm-1',
    properties: { text: 'x', number: 7, fraction: 0.5, yes: true, none: null, when: new Date(1_700_000_000_123) },
  };
  await openProducer(t, endpoint).sendBatch([sent], { partitionId: '0' });
  const [event] = await read(t, endpoint).until(1);
  assert.deepEqual(event!.body, sent.body);
  assert.equal(event!.contentType, sent.contentType);
  assert.equal(event!.correlationId, sent.correlationId);
  assert.equal(event!.messageId, sent.messageId);
  assert.deepEqual(event!.properties, { ...sent.properties, when: 1_700_000_000_123 });
});

test('every section of a message comes back as it was sent, whatever its kind of body', async (t) => {
  const endpoint = await openEndpoint(t);
  const bodies: Pick<AmqpAnnotatedMessage, 'body' | 'bodyType'>[] = [
    { bodyType: 'data', body: Buffer.from([0, 255, 10]) },
    { bodyType: 'value', body: 'just text' },
    { bodyType: 'value', body: { a: 1 } },
    { bodyType: 'sequence', body: [[1, 'two', true]] },
  ];
  const sections = {
    header: { durable: true, priority: 7, timeToLive: 60_000, deliveryCount: 0, firstAcquirer: false },
    messageAnnotations: { 'x-custom': 'kept', 'x-number': 12 },
    properties: { messageId: 'm', to: 'somewhere', subject: 's', replyTo: 'r', groupId: 'g', groupSequence: 3 },
    applicationProperties: { k: 'v' },
    footer: { sum: 'abc' },
  };
  for (const body of bodies) {
    await openProducer(t, endpoint).sendBatch([{ ...sections, ...body } as AmqpAnnotatedMessage], { partitionId: '0' });
  }
  const events = await read(t, endpoint, { skipParsingBodyAsJson: true }).until(bodies.length);
  events.forEach((event, i) => {
    const raw = event.getRawAmqpMessage();
    assert.equal(raw.bodyType, bodies[i]!.bodyType);
    assert.deepEqual(event.body, bodies[i]!.body);
    assert.equal(raw.header?.priority, 7);
    assert.equal(raw.header?.timeToLive, 60_000);
    assert.equal(raw.messageAnnotations?.['x-custom'], 'kept');
    assert.equal(raw.messageAnnotations?.['x-number'], 12);
    assert.equal(raw.properties?.subject, 's');
    assert.equal(raw.properties?.groupSequence, 3);
    assert.deepEqual(raw.applicationProperties, { k: 'v' });
    assert.deepEqual(raw.footer, { sum: 'abc' });
  });
});

test('the service’s own annotations cannot be forged by a producer', async (t) => {
  const endpoint = await openEndpoint(t, { now: () => 1_700_000_000_000 });
  const messageAnnotations = { 'x-opt-sequence-number': 99, 'x-opt-offset': 'forged', 'x-opt-enqueued-time': 1 };
  const forged: AmqpAnnotatedMessage = { bodyType: 'data', body: Buffer.from('x'), messageAnnotations };
  await openProducer(t, endpoint).sendBatch([forged], { partitionId: '0' });
  const [event] = await read(t, endpoint).until(1);
  assert.equal(event!.sequenceNumber, 0);
  assert.equal(event!.offset, partitionState(endpoint).lastOffset);
  assert.equal(event!.enqueuedTimeUtc.getTime(), 1_700_000_000_000);
});

test('a batch arrives whole and in order, numbered without gaps', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint);
  const batch = await producer.createBatch({ partitionId: '1' });
  for (const n of range(500)) assert.ok(batch.tryAdd({ body: n }));
  await producer.sendBatch(batch);
  const events = await read(t, endpoint, { partition: '1' }).until(500);
  assert.deepEqual(
    events.map(({ body }) => body),
    range(500),
  );
  assert.deepEqual(
    events.map(({ sequenceNumber }) => sequenceNumber),
    range(500),
  );
  assert.equal(new Set(events.map(({ offset }) => offset)).size, 500);
});

test('an event for a partition lands there and nowhere else', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), ['a', 'b'], '1');
  assert.equal(partitionState(endpoint, '0').events, 0);
  assert.equal(partitionState(endpoint, '1').events, 2);
});

test('events of one key share a partition, and the buffered producer agrees on which', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 7 }] });
  const producer = openProducer(t, endpoint);
  const buffered = openBufferedProducer(t, endpoint);
  const keys = range(20).map((n) => `tenant-${n}-ü`);
  for (const partitionKey of keys) {
    await producer.sendBatch([{ body: partitionKey }, { body: partitionKey }], { partitionKey });
    // It chooses by the key, then sends to the partition without it.
    await buffered.enqueueEvent({ body: partitionKey }, { partitionKey });
  }
  await buffered.flush();
  const seen = new Map<string, Set<string>>();
  let count = 0;
  for (const { id, events } of endpoint.state().hubs[0]!.partitions) {
    for (const event of await read(t, endpoint, { partition: id }).until(events)) {
      seen.set(event.body, (seen.get(event.body) ?? new Set()).add(id));
      count += 1;
    }
  }
  assert.equal(count, keys.length * 3);
  for (const key of keys) assert.equal(seen.get(key)?.size, 1, key);
  assert.ok(new Set([...seen.values()].flatMap((ids) => [...ids])).size > 3, 'the keys spread over partitions');
});

test('events without key and partition go round', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 3 }] });
  const producer = openProducer(t, endpoint);
  for (const n of range(6)) await producer.sendBatch([{ body: n }]);
  assert.deepEqual(
    endpoint.state().hubs[0]!.partitions.map(({ events }) => events),
    [2, 2, 2],
  );
});

test('a message of more than 1 MiB is refused as too large and leaves nothing behind', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint, { retries: noRetries });
  const tooLarge = { body: Buffer.alloc(1_048_576) };
  await assert.rejects(producer.sendBatch([tooLarge], { partitionId: '0' }), (error: MessagingError) => {
    assert.equal(error.code, 'MessageTooLargeError');
    return true;
  });
  assert.equal(partitionState(endpoint).events, 0);
  const fits = { body: Buffer.alloc(1_048_576 - 1024) };
  await producer.sendBatch([fits], { partitionId: '0' });
  assert.equal(partitionState(endpoint).events, 1);
});

test('a batch knows the limit of 1 MiB, and one filled to it is taken', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint);
  const batch = await producer.createBatch({ partitionId: '0' });
  assert.equal(batch.maxSizeInBytes, 1_048_576);
  while (batch.tryAdd({ body: Buffer.alloc(10_000) }));
  await producer.sendBatch(batch);
  const events = await read(t, endpoint, { skipParsingBodyAsJson: true }).until(batch.count);
  assert.ok(events.every(({ body }) => Buffer.isBuffer(body) && body.length === 10_000));
});

test('several hubs are kept apart', async (t) => {
  const hubs = [
    { name: 'one', partitions: 1 },
    { name: 'two', partitions: 3 },
  ];
  const endpoint = await openEndpoint(t, { hubs });
  await sendAll(openProducer(t, endpoint, { hub: 'two' }), ['for two']);
  assert.deepEqual(
    endpoint.state().hubs.map(({ partitions }) => partitions[0]!.events),
    [0, 1],
  );
  assert.deepEqual(
    (await read(t, endpoint, { hub: 'two' }).until(1)).map(({ body }) => body),
    ['for two'],
  );
});
