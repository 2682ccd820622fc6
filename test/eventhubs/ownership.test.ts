/** Epochs and the number of readers: who may read a partition, and who has to leave. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { LocalEventHubs } from '../../local/eventhubs/endpoint.ts';
import { plainReadersMax } from '../../local/eventhubs/ownership.ts';
import {
  eventually,
  openEndpoint,
  openProducer,
  partitionState,
  type Reading,
  type ReadOptions,
  read,
  sendAll,
} from './harness.ts';

/** A reader that is known to read, since it got the event that the partition holds. */
async function readingReader(t: TestContext, endpoint: LocalEventHubs, options: ReadOptions = {}): Promise<Reading> {
  const reading = read(t, endpoint, options);
  await reading.until(1);
  return reading;
}

async function openWithEvent(t: TestContext): Promise<LocalEventHubs> {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 1, consumerGroups: ['other'] }] });
  await sendAll(openProducer(t, endpoint), ['first']);
  return endpoint;
}

function isStolen(error: { code?: string; retryable?: boolean; message: string }): void {
  assert.equal(error.code, 'ReceiverDisconnectedError');
  assert.equal(error.retryable, false);
}

test('a reader of a higher epoch puts out the one that reads', async (t) => {
  const endpoint = await openWithEvent(t);
  const old = await readingReader(t, endpoint, { ownerLevel: 1 });
  await readingReader(t, endpoint, { ownerLevel: 2 });
  const error = await old.failed();
  isStolen(error);
  assert.match(error.message, /New receiver '.+' with higher epoch of '2' is created hence current receiver/);
  assert.deepEqual(
    partitionState(endpoint).readers.map(({ epoch }) => epoch),
    [2],
  );
});

test('of readers of one epoch the newest wins', async (t) => {
  const endpoint = await openWithEvent(t);
  const old = await readingReader(t, endpoint, { ownerLevel: 1 });
  const anew = await readingReader(t, endpoint, { ownerLevel: 1 });
  isStolen(await old.failed());
  await sendAll(openProducer(t, endpoint), ['second']);
  await anew.until(2);
  assert.deepEqual(anew.errors, []);
});

test('a reader of a lower epoch does not get in', async (t) => {
  const endpoint = await openWithEvent(t);
  const old = await readingReader(t, endpoint, { ownerLevel: 5 });
  const error = await read(t, endpoint, { ownerLevel: 4 }).failed();
  isStolen(error);
  assert.match(error.message, /with a higher epoch '5' already exists/);
  await sendAll(openProducer(t, endpoint), ['second']);
  await old.until(2);
  assert.deepEqual(old.errors, []);
});

test('a reader without epoch does not get in beside one with', async (t) => {
  const endpoint = await openWithEvent(t);
  await readingReader(t, endpoint, { ownerLevel: 1 });
  isStolen(await read(t, endpoint).failed());
  assert.equal(partitionState(endpoint).readers.length, 1);
});

test('a reader with an epoch puts out all without', async (t) => {
  const endpoint = await openWithEvent(t);
  const plain = [await readingReader(t, endpoint), await readingReader(t, endpoint)];
  await readingReader(t, endpoint, { ownerLevel: 1 });
  for (const reading of plain) isStolen(await reading.failed());
});

test('once a reader with an epoch has gone, one without gets in', async (t) => {
  const endpoint = await openWithEvent(t);
  const owner = await readingReader(t, endpoint, { ownerLevel: 9 });
  await owner.close();
  await eventually(() => partitionState(endpoint).readers.length === 0);
  await readingReader(t, endpoint);
});

test('epochs of one consumer group mean nothing to another', async (t) => {
  const endpoint = await openWithEvent(t);
  const one = await readingReader(t, endpoint, { ownerLevel: 1 });
  const other = await readingReader(t, endpoint, { ownerLevel: 1, group: 'other' });
  assert.deepEqual([one.errors, other.errors], [[], []]);
  assert.equal(partitionState(endpoint).readers.length, 2);
});

test('only five readers without epoch share a partition and consumer group', async (t) => {
  const endpoint = await openWithEvent(t);
  for (let n = 0; n < plainReadersMax; n++) await readingReader(t, endpoint);
  const error = await read(t, endpoint).failed();
  assert.equal(error.code, 'QuotaExceededError');
  assert.match(error.message, /maximum number of allowed receivers per partition in a consumer group which is 5/);
  await readingReader(t, endpoint, { group: 'other' });
});
