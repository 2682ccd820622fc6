/** The log on disk: what a later endpoint finds of an earlier one, however that ended. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Journal } from '../../local/eventhubs/journal.ts';
import { closeAfter, openEndpoint, openProducer, partitionState, range, read, sendAll } from './harness.ts';

function temporaryDir(t: TestContext): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eventhubs-'));
  closeAfter(t, async () => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('a later endpoint on the same directory has the same hub, events, offsets and times', async (t) => {
  const dataDir = temporaryDir(t);
  let now = 1_700_000_000_000;
  const first = await openEndpoint(t, { dataDir, now: () => now++ });
  const producer = openProducer(t, first);
  await sendAll(producer, ['a', { b: 1 }, 'c']);
  const reading = read(t, first);
  const before = await reading.until(3);
  const stateBefore = first.state().hubs;
  await reading.close();
  await first.close();

  const second = await openEndpoint(t, { dataDir, now: () => now });
  const forComparison = (events: typeof before) =>
    events.map(({ body, offset, sequenceNumber, enqueuedTimeUtc }) => ({
      body,
      offset,
      sequenceNumber,
      enqueuedTimeUtc,
    }));
  assert.deepEqual(forComparison(await read(t, second).until(3)), forComparison(before));
  const withoutReaders = (hubs: typeof stateBefore) =>
    hubs.map((hub) => ({
      ...hub,
      producers: 0,
      partitions: hub.partitions.map((partition) => ({ ...partition, readers: [] })),
    }));
  assert.deepEqual(withoutReaders(second.state().hubs), withoutReaders(stateBefore));
});

test('numbers and offsets go on where they stopped', async (t) => {
  const dataDir = temporaryDir(t);
  const first = await openEndpoint(t, { dataDir });
  await sendAll(openProducer(t, first), range(3));
  const { lastOffset } = partitionState(first);
  await first.close();
  const second = await openEndpoint(t, { dataDir });
  await sendAll(openProducer(t, second), [3, 4]);
  const events = await read(t, second, { startPosition: { offset: lastOffset } }).until(2);
  assert.deepEqual(
    events.map(({ sequenceNumber, body }) => [sequenceNumber, body]),
    [
      [3, 3],
      [4, 4],
    ],
  );
});

test('what had expired stays expired', async (t) => {
  const dataDir = temporaryDir(t);
  const first = await openEndpoint(t, { dataDir });
  await sendAll(openProducer(t, first), range(5));
  first.faults.inject({ kind: 'expire', sequenceNumber: 2 });
  await first.close();
  const second = await openEndpoint(t, { dataDir });
  assert.deepEqual(
    (await read(t, second).until(2)).map(({ body }) => body),
    [3, 4],
  );
});

test('a hub made anew is empty, on disk too', async (t) => {
  const dataDir = temporaryDir(t);
  const first = await openEndpoint(t, { dataDir });
  await sendAll(openProducer(t, first), range(5));
  const created = first.state().hubs[0]!.created;
  first.faults.inject({ kind: 'recreateHub', hub: 'h' });
  const createdAnew = first.state().hubs[0]!.created;
  assert.ok(createdAnew > created);
  await first.close();
  const second = await openEndpoint(t, { dataDir });
  assert.equal(second.state().hubs[0]!.created, createdAnew);
  assert.equal(partitionState(second).lastSequenceNumber, -1);
});

test('a hub may come back with more partitions, but not with fewer', async (t) => {
  const dataDir = temporaryDir(t);
  const first = await openEndpoint(t, { dataDir });
  await sendAll(openProducer(t, first), ['x']);
  await first.close();
  const wider = await openEndpoint(t, { dataDir, hubs: [{ name: 'h', partitions: 4 }] });
  assert.deepEqual(
    wider.state().hubs[0]!.partitions.map(({ events }) => events),
    [1, 0, 0, 0],
  );
  await wider.close();
  const narrower = openEndpoint(t, { dataDir, hubs: [{ name: 'h', partitions: 3 }] });
  await assert.rejects(narrower, /with 4 partitions; it cannot be opened with 3/);
});

test('what an endpoint acknowledged survives its being killed', async (t) => {
  const dataDir = temporaryDir(t);
  const script = fileURLToPath(new URL('endpointProcess.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const [line] = await once(child.stdout, 'data');
  const producer = openProducer(t, { connectionString: String(line).trim() });
  for (const n of range(20)) await sendAll(producer, [n]);
  child.kill('SIGKILL');
  await gone;
  const endpoint = await openEndpoint(t, { dataDir });
  assert.deepEqual(
    (await read(t, endpoint).until(20)).map(({ body }) => body),
    range(20),
  );
});

test('a journal cut off at any byte gives back the records that are whole, and goes on after them', (t) => {
  const dir = temporaryDir(t);
  const file = path.join(dir, '0000000000000000.log');
  const event = (sequenceNumber: number) => ({
    sequenceNumber,
    position: sequenceNumber * 10,
    enqueuedTime: 1_700_000_000_000,
    headerBytes: 0,
    message: Buffer.from(`message ${sequenceNumber}`),
  });
  const { journal } = Journal.open(dir);
  const ends = range(3).map((n) => {
    journal.append([event(n)]);
    return fs.statSync(file).size;
  });
  journal.close();
  const whole = fs.readFileSync(file);
  for (let length = whole.length; length >= 0; length--) {
    fs.writeFileSync(file, whole.subarray(0, length));
    const reopened = Journal.open(dir);
    const kept = ends.filter((end) => end <= length).length;
    assert.deepEqual(
      reopened.recovered.events.map(({ sequenceNumber }) => sequenceNumber),
      range(kept),
    );
    const [place] = reopened.journal.append([event(kept)]);
    assert.equal(reopened.journal.read(place!).toString(), `message ${kept}`);
    reopened.journal.close();
    const again = Journal.open(dir);
    assert.equal(again.recovered.events.length, kept + 1);
    again.journal.close();
  }
});

test('a journal damaged in the middle ends before the damage', (t) => {
  const dir = temporaryDir(t);
  const { journal } = Journal.open(dir);
  const common = { position: 0, enqueuedTime: 1, headerBytes: 0, message: Buffer.from('some message') };
  journal.append(range(3).map((sequenceNumber) => ({ ...common, sequenceNumber })));
  journal.close();
  const file = path.join(dir, '0000000000000000.log');
  const bytes = fs.readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  fs.writeFileSync(file, bytes);
  const { recovered, journal: reopened } = Journal.open(dir);
  assert.equal(recovered.events.length, 1);
  reopened.close();
});

test('a journal goes on in a second file when the first is full, and deletes the first when nothing in it is kept', (t) => {
  const dir = temporaryDir(t);
  const { journal } = Journal.open(dir);
  const message = Buffer.alloc(1024 * 1024, 'x');
  for (const n of range(66)) {
    journal.append([{ sequenceNumber: n, position: n * message.length, enqueuedTime: 1, headerBytes: 0, message }]);
  }
  assert.equal(fs.readdirSync(dir).length, 2);
  journal.trim(10);
  assert.equal(fs.readdirSync(dir).length, 2);
  journal.trim(66);
  assert.equal(fs.readdirSync(dir).length, 1);
  journal.close();
  const { recovered, journal: reopened } = Journal.open(dir);
  assert.equal(recovered.begin, 66);
  assert.equal(recovered.events.at(-1)?.sequenceNumber, 65, 'it still knows how far the numbers had come');
  reopened.close();
});
