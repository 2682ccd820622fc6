/** The order of a stop, and how far positions and checkpoints may be at any moment. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createClient, cutForGood } from '../../src/consumer/connect.ts';
import { TUNING } from '../../src/consumer/options.ts';
import { eventually, FAST, HUB, idsOf, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

test('a stop awaits what is in flight, and its position and checkpoint are the last', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isApplying = false;
    state.tap = async (step) => {
      if (step !== 'apply') return;
      isApplying = true;
      await held;
    };
    const consumer = await stack.start();
    await stack.send(idsOf('a', 5).map(signIn));
    await eventually(() => isApplying, 'a batch in flight');
    let isStopped = false;
    const stopping = consumer.stop().then(() => {
      isStopped = true;
    });
    // The stop has asked the hub for nothing yet: the reader is still there, and so is its owner.
    assert.equal(stack.hubs.state().hubs[0]!.partitions[0]!.readers.length, 1);
    assert.notEqual(await stack.ownerOf(), '');
    assert.equal(isStopped, false);
    release();
    await stopping;
    assert.ok(state.ids().length > 0);
    const last = state.stored(HUB, '0')!.sequenceNumber;
    assert.equal(last, state.batches.at(-1)!.lastSequenceNumber);
    assert.equal(await stack.checkpoint(), last);
    assert.equal(await stack.ownerOf(), '');
    assert.equal(stack.hubs.state().hubs[0]!.partitions[0]!.readers.length, 0);
  });
});

test('a stop ends within its time though the state never answers', async () => {
  await withStack({}, async (stack) => {
    let isApplying = false;
    stack.state.tap = (step) => {
      if (step !== 'apply') return;
      isApplying = true;
      return new Promise(() => {});
    };
    const consumer = await stack.start({ tuning: { ...FAST, stopMs: 1_500, closeMs: 1_000 } });
    await stack.send([signIn('a')]);
    await eventually(() => isApplying, 'a batch in flight');
    await consumer.stop();
    assert.equal(await stack.ownerOf(), '');
    assert.equal(stack.state.stored(HUB, '0')?.sequenceNumber ?? -1, -1);
    assert.equal(await stack.checkpoint(), undefined);
  });
});

test('a stop that is asked for twice is one', async () => {
  await withStack({}, async (stack) => {
    const consumer = await stack.start();
    assert.equal(consumer.stop(), consumer.stop());
    await consumer.stop();
  });
});

test('at every moment facts lead, the position follows, and the checkpoint follows the position', async () => {
  await withStack({ partitions: 2 }, async (stack) => {
    const { state } = stack;
    const violations: string[] = [];
    await stack.start({
      tuning: { ...FAST, checkpointMs: 0, sliceBytesMax: 1_500 },
      hooks: {
        async beforeCheckpoint(place, position) {
          const stored = state.stored(HUB, place.partition)?.sequenceNumber ?? -1;
          if (position.sequenceNumber > stored) violations.push(`${position.sequenceNumber} > ${stored}`);
        },
      },
    });
    for (let round = 0; round < 10; round++) {
      await stack.send(idsOf(`a${round}`, 30).map(signIn), '0');
      await stack.send(idsOf(`b${round}`, 30).map(signIn), '1');
    }
    await state.when(() => state.ids().length === 600, 'all facts');
    await eventually(async () => (await stack.checkpoint('1')) === 299, 'the last checkpoint');
    assert.deepEqual(violations, []);
    assert.ok(state.batches.length > 60, 'large batches are cut into slices');
  });
});

test('events that hold nothing move the position seldom, no checkpoint passes it, and a stop writes the rest', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    state.hasEmptyEvents = true;
    const written: number[] = [];
    const consumer = await stack.start({
      tuning: { ...FAST, positionMs: 300_000, checkpointMs: 400 },
      hooks: {
        async beforeCheckpoint(_place, position) {
          written.push(position.sequenceNumber);
        },
      },
    });
    await stack.send([signIn('a')]);
    await state.when(() => state.stored(HUB, '0')?.sequenceNumber === 0, 'the position of the fact');
    await stack.send(Array.from({ length: 5 }, () => Buffer.from('{"records":[]}')));
    const partition = () => consumer.status().hubs[0]!.partitions[0]!;
    await eventually(() => partition().position?.sequenceNumber === 5, 'all is read');
    await eventually(() => written.length > 0, 'a checkpoint');
    assert.deepEqual(written, [0]);
    assert.equal(state.stored(HUB, '0')?.sequenceNumber, 0);
    await consumer.stop();
    assert.equal(state.stored(HUB, '0')?.sequenceNumber, 5);
    assert.equal(await stack.checkpoint(), 5);
  });
});

test('a checkpoint that cannot be written holds up nothing, and the next one makes up for it', async () => {
  await withStack({}, async (stack) => {
    let failures = 0;
    const consumer = await stack.start({
      tuning: { ...FAST, checkpointMs: 0 },
      hooks: {
        async beforeCheckpoint() {
          failures += 1;
          if (failures <= 2) throw new Error('The account is busy.');
        },
      },
    });
    await stack.send(idsOf('a', 3).map(signIn));
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
    await eventually(async () => (await stack.checkpoint()) === 2, 'the checkpoint');
    const { totals } = consumer.status().hubs[0]!.partitions[0]!;
    assert.equal(totals.checkpointFailures, 2);
    assert.equal(totals.restarts, 0);
  });
});

test('a client that was closed opens no connection any more, whatever is still asked of it', async () => {
  await withStack({}, async ({ hubs, options }) => {
    const tuning = { ...TUNING, attemptMs: 1_000 };
    const connections = () => hubs.state().connections;
    hubs.faults.inject({ kind: 'managementTimeout' });
    for (const isDropped of [true, false]) {
      const client = createClient(options, HUB, tuning, { retriesMax: 2 });
      const refused = assert.rejects(client.getEventHubProperties());
      await eventually(() => connections() === 1, 'it asks');
      if (isDropped) hubs.faults.inject({ kind: 'drop' });
      if (isDropped) await eventually(() => connections() === 0, 'it is about to ask again');
      cutForGood(client);
      await refused;
      await eventually(() => connections() === 0, 'it is cut');
      await assert.rejects(client.getEventHubProperties());
      assert.equal(connections(), 0);
    }
  });
});
