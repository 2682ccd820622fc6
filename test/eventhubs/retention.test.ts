/** Retention: what goes, when, and what readers see of it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { openEndpoint, openProducer, partitionState, range, read, sendAll } from './harness.ts';

test('events older than the retention are gone', async (t) => {
  let now = 1_700_000_000_000;
  const endpoint = await openEndpoint(t, { now: () => now, retention: { ms: 1000 } });
  const producer = openProducer(t, endpoint);
  await sendAll(producer, ['old']);
  now += 1000;
  await sendAll(producer, ['new']);
  assert.equal(partitionState(endpoint).beginSequenceNumber, 0, 'an event as old as the retention stays');
  now += 1;
  assert.equal(partitionState(endpoint).beginSequenceNumber, 1);
  assert.equal((await producer.getPartitionProperties('0')).beginningSequenceNumber, 1);
  assert.deepEqual(
    (await read(t, endpoint).until(1)).map(({ body }) => body),
    ['new'],
  );
});

test('a partition keeps no more bytes than it may, but always its newest event', async (t) => {
  const endpoint = await openEndpoint(t, { retention: { bytes: 10_000 } });
  const producer = openProducer(t, endpoint);
  for (const n of range(10)) await sendAll(producer, [`${n}`.padEnd(3000)]);
  const state = partitionState(endpoint);
  assert.ok(state.bytes <= 10_000 && state.bytes > 6000, `${state.bytes} bytes`);
  assert.deepEqual([state.beginSequenceNumber, state.lastSequenceNumber], [7, 9]);
  await sendAll(producer, [''.padEnd(50_000)]);
  assert.equal(partitionState(endpoint).events, 1);
  const other = partitionState(endpoint, '1');
  assert.equal(other.beginSequenceNumber, 0, 'each partition counts for itself');
});

test('a reader that retention overtook goes on with the oldest event left', async (t) => {
  const endpoint = await openEndpoint(t);
  const producer = openProducer(t, endpoint);
  await sendAll(producer, range(3));
  const reading = read(t, endpoint);
  await reading.until(3);
  endpoint.faults.inject({ kind: 'freezeCredit' });
  endpoint.faults.inject({ kind: 'expire' });
  endpoint.faults.clear();
  await sendAll(producer, [3]);
  await reading.until(4);
  assert.deepEqual(reading.bodies, range(4));
});
