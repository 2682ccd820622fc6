/** Consumers of the real SDK against the endpoint: where they start, what they are told, how they go on after a cut. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type EventPosition, earliestEventPosition, latestEventPosition } from '@azure/event-hubs';
import type { LocalEventHubs } from '../../local/eventhubs/endpoint.ts';
import { eventually, openEndpoint, openProducer, partitionState, range, read, sendAll } from './harness.ts';

/** Five events, one each second from this time on. */
const firstTime = 1_700_000_000_000;

async function openWithFive(t: TestContext): Promise<{ endpoint: LocalEventHubs; offsets: string[] }> {
  let now = firstTime;
  const endpoint = await openEndpoint(t, { now: () => now });
  const producer = openProducer(t, endpoint);
  const offsets: string[] = [];
  for (const n of range(5)) {
    await sendAll(producer, [n]);
    offsets.push(partitionState(endpoint).lastOffset);
    now += 1000;
  }
  return { endpoint, offsets };
}

/** The numbers that a reader gets from there, up to a mark sent once it reads. */
async function numbersFrom(t: TestContext, endpoint: LocalEventHubs, startPosition: EventPosition): Promise<unknown[]> {
  const reading = read(t, endpoint, { startPosition });
  await eventually(() => partitionState(endpoint).readers.some(({ credit }) => credit > 0));
  const mark = `mark before ${partitionState(endpoint).lastOffset}`;
  await sendAll(openProducer(t, endpoint), [mark]);
  while (reading.bodies.at(-1) !== mark) await reading.until(reading.events.length + 1);
  await reading.close();
  await eventually(() => partitionState(endpoint).readers.length === 0);
  return reading.bodies.filter((body) => typeof body === 'number');
}

test('a reader of the earliest position gets all there is', async (t) => {
  const { endpoint } = await openWithFive(t);
  assert.deepEqual(await numbersFrom(t, endpoint, earliestEventPosition), [0, 1, 2, 3, 4]);
});

test('a reader of the latest position gets only what comes later', async (t) => {
  const { endpoint } = await openWithFive(t);
  assert.deepEqual(await numbersFrom(t, endpoint, latestEventPosition), []);
});

test('a reader of an offset gets what lies behind it, and with isInclusive also what lies at it', async (t) => {
  const { endpoint, offsets } = await openWithFive(t);
  assert.deepEqual(await numbersFrom(t, endpoint, { offset: offsets[2]! }), [3, 4]);
  assert.deepEqual(await numbersFrom(t, endpoint, { offset: offsets[2]!, isInclusive: true }), [2, 3, 4]);
});

test('offsets neither are numbers nor sort as text in the order of the events', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), range(100));
  const offsets = (await read(t, endpoint).until(100)).map(({ offset }) => offset);
  assert.ok(offsets.every((offset) => Number.isNaN(Number(offset))));
  assert.notDeepEqual(offsets.toSorted(), offsets);
});

test('a reader of a sequence number gets what lies behind it, and with isInclusive also what lies at it', async (t) => {
  const { endpoint } = await openWithFive(t);
  assert.deepEqual(await numbersFrom(t, endpoint, { sequenceNumber: 3 }), [4]);
  assert.deepEqual(await numbersFrom(t, endpoint, { sequenceNumber: 3, isInclusive: true }), [3, 4]);
});

test('a reader of an enqueued time gets what came later, never what came at that time', async (t) => {
  const { endpoint } = await openWithFive(t);
  assert.deepEqual(await numbersFrom(t, endpoint, { enqueuedOn: firstTime + 2000, isInclusive: true }), [3, 4]);
  assert.deepEqual(await numbersFrom(t, endpoint, { enqueuedOn: new Date(firstTime + 1999) }), [2, 3, 4]);
  assert.deepEqual(await numbersFrom(t, endpoint, { enqueuedOn: firstTime + 60_000 }), []);
});

test('a position beyond the end is refused with the last one there is', async (t) => {
  const { endpoint, offsets } = await openWithFive(t);
  const ofSequence = await read(t, endpoint, { startPosition: { sequenceNumber: 5 } }).failed();
  assert.equal(ofSequence.code, 'ArgumentError');
  assert.match(ofSequence.message, /sequence number '5' is invalid. The last sequence number in the system is '4'/);
  const ofOffset = await read(t, endpoint, { startPosition: { offset: 'of:another' } }).failed();
  assert.equal(ofOffset.code, 'ArgumentError');
  assert.ok(ofOffset.message.includes(`The last offset in the system is '${offsets[4]}'`));
});

test('the offset of an expired event stands for the oldest that is left', async (t) => {
  const { endpoint, offsets } = await openWithFive(t);
  endpoint.faults.inject({ kind: 'expire', sequenceNumber: 2 });
  assert.deepEqual(await numbersFrom(t, endpoint, { offset: offsets[0]! }), [3, 4]);
});

test('each consumer group reads for itself', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 1, consumerGroups: ['other'] }] });
  await sendAll(openProducer(t, endpoint), ['x']);
  const readings = ['$Default', 'OTHER'].map((group) => read(t, endpoint, { group, ownerLevel: 1 }));
  await Promise.all(readings.map((reading) => reading.until(1)));
  assert.deepEqual(
    readings.map(({ errors }) => errors),
    [[], []],
  );
});

test('a reader that tracks it is told the partition’s end with each event', async (t) => {
  const { endpoint, offsets } = await openWithFive(t);
  const reading = read(t, endpoint, { trackLastEnqueuedEventProperties: true, maxBatchSize: 1 });
  await reading.until(1);
  assert.equal(reading.lastEnqueued?.sequenceNumber, 4);
  assert.equal(reading.lastEnqueued?.offset, offsets[4]);
  assert.equal(reading.lastEnqueued?.enqueuedOn?.getTime(), firstTime + 4000);
  assert.equal(reading.lastEnqueued?.retrievedOn?.getTime(), firstTime + 5000);
});

test('no more events are delivered than the client gave credit for', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), range(100));
  const reading = read(t, endpoint, { maxBatchSize: 10, prefetchCount: 10 });
  await reading.until(10);
  const [reader] = partitionState(endpoint).readers;
  assert.ok(reader!.delivered <= reading.events.length + 20, `${reader!.delivered} delivered`);
  await reading.until(100);
  assert.deepEqual(reading.bodies, range(100));
});

test('large events interleave with small ones and arrive whole', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint);
  const bodies = range(30).map((n) => Buffer.alloc(n % 3 === 0 ? 700_000 : 10, n));
  for (const body of bodies) await producer.sendBatch([{ body }], { partitionId: '0' });
  const events = await read(t, endpoint, { skipParsingBodyAsJson: true }).until(30);
  events.forEach((event, i) => {
    assert.ok(bodies[i]!.equals(event.body), `event ${i}`);
  });
});

test('a reader that was cut off goes on where it was, with nothing lost and nothing twice', async (t) => {
  const endpoint = await openEndpoint(t);
  await sendAll(openProducer(t, endpoint), range(20));
  // The SDK notices a cut connection only when its present wait for events is over.
  const reading = read(t, endpoint, { maxBatchSize: 5, maxWaitTimeInSeconds: 0.2 });
  await reading.until(20);
  assert.equal(endpoint.faults.inject({ kind: 'drop', hub: 'h', partition: '0' }).struck, 2);
  // Another producer: a send that is under way when its connection is cut waits for its time-out.
  await sendAll(
    openProducer(t, endpoint),
    range(20).map((n) => n + 20),
  );
  await reading.until(40);
  assert.deepEqual(reading.bodies, range(40));
});
