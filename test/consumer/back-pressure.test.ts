/** What happens when events are bad, or the state fails: nothing is lost, nothing is passed over, nothing runs ahead. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EventHubProducerClient } from '@azure/event-hubs';
import { eventually, HUB, idsOf, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

test('poison amid good events goes to the dead letters, and the partition goes on', async () => {
  await withStack({}, async (stack) => {
    await stack.start();
    const junk = Buffer.alloc(200_000, 0xff);
    await stack.send([signIn('a'), Buffer.from('not json'), junk, Buffer.from('{"records":3}'), signIn('b')]);
    await sendValues(stack.hubs.connectionString);
    await stack.send([signIn('c')]);
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
    const letters = stack.state.batches.flatMap(({ deadLetters }) => deadLetters);
    const told = letters.map(({ reason, sequenceNumber, bytes, bytesTotal }) => ({
      reason,
      sequenceNumber,
      kept: bytes.byteLength,
      bytesTotal,
    }));
    assert.deepEqual(
      told.map(({ sequenceNumber }) => sequenceNumber),
      [1, 2, 3, 5, 6],
    );
    assert.equal(told[1]?.kept, 65_536);
    assert.equal(told[1]?.bytesTotal, 200_000);
    assert.deepEqual(
      told.slice(3).map(({ reason }) => reason),
      ['no_bytes', 'no_bytes'],
    );
    assert.match(Buffer.from(letters[3]!.bytes).toString(), /records/);
    await stack.state.when(() => stack.state.stored(HUB, '0')?.sequenceNumber === 7, 'the position at the end');
  });
});

/** A value section with an object and a sequence section, which no service of ours would send. */
async function sendValues(connectionString: string): Promise<void> {
  const producer = new EventHubProducerClient(connectionString, HUB);
  try {
    const events = [
      { body: { records: 'in a value' }, bodyType: 'value' as const },
      { body: [['a'], ['b']], bodyType: 'sequence' as const },
    ];
    for (const event of events) await producer.sendBatch([event as never], { partitionId: '0' });
  } finally {
    await producer.close();
  }
}

test('a reader that throws costs its event, not the partition', async () => {
  await withStack({}, async (stack) => {
    const { read } = stack.options;
    await stack.start({
      read: (body, origin) => {
        if (origin.sequenceNumber === 1) throw new TypeError('A fault of ours.');
        return read(body, origin);
      },
    });
    await stack.send(['a', 'b', 'c'].map(signIn));
    await stack.state.when(() => stack.state.stored(HUB, '0')?.sequenceNumber === 2, 'the end');
    assert.deepEqual(stack.state.ids(), ['a', 'c']);
    assert.deepEqual(
      stack.state.batches.flatMap((batch) => batch.deadLetters.map(({ reason }) => reason)),
      ['reader_failed'],
    );
    assert.equal(stack.faults.length, 1);
  });
});

test('while the state fails the partition is stalled and says why; then it goes on, and nothing is lost', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let failures = 0;
    state.tap = (step) => {
      if (step !== 'apply') return;
      failures += 1;
      throw Object.assign(new Error('Connection is closed.'), { code: 'state_unavailable' });
    };
    const consumer = await stack.start();
    await stack.send(idsOf('a', 50).map(signIn));
    await eventually(() => failures >= 5, 'several attempts');
    await stack.send(idsOf('b', 50).map(signIn));
    const [partition] = consumer.status().hubs[0]!.partitions;
    assert.equal(partition?.state, 'stalled');
    assert.equal(partition?.stalled?.code, 'state_unavailable');
    assert.equal(state.stored(HUB, '0')?.sequenceNumber ?? -1, -1);
    assert.equal(partition?.totals.restarts, 0);
    state.tap = () => {};
    await state.when(() => state.ids().length === 100, 'all facts');
    await eventually(() => consumer.status().hubs[0]!.partitions[0]!.state === 'reading', 'reading again');
    assert.deepEqual(stack.faults, []);
  });
});

test('a batch whose error says retryable is tried again, not passed over', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    const failed = new Set<number>();
    state.tap = (step, _place, batch) => {
      if (step !== 'apply' || failed.has(batch!.lastSequenceNumber)) return;
      failed.add(batch!.lastSequenceNumber);
      throw Object.assign(new Error('Busy.'), { name: 'MessagingError', code: 'ServerBusyError', retryable: true });
    };
    await stack.start();
    for (const id of idsOf('a', 5)) {
      await stack.send([signIn(id)]);
      await state.when(() => state.ids().includes(id), `the fact ${id}`);
    }
    assert.equal(failed.size, 5);
    await state.when(() => state.stored(HUB, '0')?.sequenceNumber === 4, 'the end');
  });
});

test('whatever escapes a handler stops the partition, which starts again soon: no batch is passed over', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let thrown = 0;
    const consumer = await stack.start({
      hooks: {
        // The hook stands for a fault in our own code; what it throws claims to be retryable.
        async afterPosition() {
          if (state.ids().length < 3 || thrown > 0) return;
          thrown += 1;
          throw Object.assign(new Error('Out of the blue.'), { retryable: true });
        },
      },
      // A stop that waits for the ownership to grow old would take longer than this test may.
      tuning: { ...stack.options.tuning, ownershipMs: 300_000 },
    });
    await stack.send(idsOf('a', 3).map(signIn));
    await state.when(() => state.ids().length === 3, 'three facts');
    await eventually(() => thrown === 1, 'the fault');
    await stack.send(idsOf('b', 3).map(signIn));
    await state.when(() => state.ids().length === 6, 'the facts after the fault');
    assert.equal(consumer.status().hubs[0]!.partitions[0]!.totals.restarts, 1);
    assert.equal(stack.faults.length, 1);
  });
});

test('lost state throws the claim away, and reading begins again where the state then says', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    await stack.start();
    await stack.send(idsOf('a', 6).map(signIn));
    await state.when(() => state.ids().length === 6, 'six facts');
    state.batches.length = 0;
    state.lost.set('0', { kind: 'lost', after: 2, position: state.stored(HUB, '0')!, detail: 'A mark is too low.' });
    await stack.send([signIn('a-006')]);
    await state.when(() => state.ids().length === 4, 'the facts from the mark on');
    assert.deepEqual(state.ids(), idsOf('a', 7).slice(3));
    const { beginning } = state.begun.at(-1)!;
    assert.deepEqual([beginning.cause, beginning.after?.sequenceNumber], ['lost', 2]);
  });
});
