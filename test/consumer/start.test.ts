/** Where reading begins, against the real client library. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Position } from '../../src/consumer/ports.ts';
import { eventually, FAST, HUB, idsOf, type Stack, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

const hourMs = 3_600_000;

test('a first start reads everything enqueued within the time back, and nothing older', async () => {
  let now = Date.now() - 72 * hourMs;
  await withStack({ now: () => now }, async (stack) => {
    await stack.send(idsOf('old', 3).map(signIn));
    now = Date.now() - 47 * hourMs;
    await stack.send(idsOf('new', 3).map(signIn));
    await stack.start();
    await stack.state.when(() => stack.state.ids().length >= 3, 'three facts');
    assert.deepEqual(stack.state.ids(), idsOf('new', 3));
    assert.equal(stack.state.begun[0]?.beginning.cause, 'first');
    assert.equal(typeof stack.state.begun[0]?.beginning.since, 'number');
  });
});

test('a partition that was quiet for longer than the time back has a position all the same', async () => {
  let now = Date.now() - 72 * hourMs;
  await withStack({ partitions: 2, now: () => now }, async (stack) => {
    await stack.send(idsOf('old', 3).map(signIn));
    now = Date.now();
    const consumer = await stack.start();
    await stack.state.when(() => stack.state.stored(HUB, '1') !== undefined, 'a position of the empty partition');
    await stack.state.when(() => stack.state.stored(HUB, '0') !== undefined, 'a position of the old partition');
    assert.equal(stack.state.stored(HUB, '0')?.sequenceNumber, 2);
    assert.equal(stack.state.stored(HUB, '1')?.sequenceNumber, -1);
    await stack.send([signIn('first-ever')], '1');
    await stack.state.when(() => stack.state.ids().includes('first-ever'), 'the first event of the empty partition');
    assert.deepEqual(stack.state.ids(), ['first-ever']);
    await consumer.stop();
  });
});

test('reading goes on right after the position; a checkpoint beyond it is a loss, and is told once', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 10).map(signIn));
    stack.state.store(HUB, '0', await positionOf(stack, 5));
    await stack.container.createIfNotExists();
    const [fullyQualifiedNamespace, eventHubName, consumerGroup] = stack.names;
    const checkpointAt = (sequenceNumber: number) => {
      const names = { fullyQualifiedNamespace, eventHubName, consumerGroup };
      const offset = String(sequenceNumber);
      return stack.checkpoints.updateCheckpoint({ ...names, partitionId: '0', sequenceNumber, offset });
    };
    await checkpointAt(5);
    const first = await stack.start();
    await stack.state.when(() => stack.state.stored(HUB, '0')?.sequenceNumber === 9, 'the end');
    assert.deepEqual(stack.state.ids(), idsOf('a', 10).slice(6));
    await first.stop();
    assert.equal(stack.state.begun.length, 0);
    assert.equal(await stack.checkpoint(), 9);

    // As after the return of a backup: the position, and whatever it counts on, are of an earlier time.
    stack.state.store(HUB, '0', await positionOf(stack, 3));
    stack.state.batches.length = 0;
    const second = await stack.start();
    await stack.state.when(() => stack.state.stored(HUB, '0')?.sequenceNumber === 9, 'the end again');
    assert.deepEqual(stack.state.ids(), idsOf('a', 10).slice(4));
    await second.stop();
    await checkpointAt(12);
    const third = await stack.start();
    await stack.send([signIn('last')]);
    await stack.state.when(() => stack.state.ids().includes('last'), 'an event after it');
    await third.stop();
    const told = stack.state.begun.map(({ beginning }) => [
      ...[beginning.cause, beginning.after?.sequenceNumber, beginning.checkpoint],
    ]);
    assert.deepEqual(told, [['lost', 3, 9]]);
  });
});

test('a checkpoint without a position is a loss: all within the time back is read again', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 10).map(signIn));
    const first = await stack.start();
    await stack.state.when(() => stack.state.ids().length === 10, 'ten facts');
    await first.stop();
    assert.equal(await stack.checkpoint(), 9);
    stack.state.forget();
    stack.state.batches.length = 0;
    await stack.start();
    await stack.state.when(() => stack.state.ids().length === 10, 'ten facts again');
    const { beginning } = stack.state.begun.at(-1)!;
    assert.equal(beginning.cause, 'lost');
    assert.equal(beginning.checkpoint, 9);
  });
});

test('a checkpoint that cannot be read is a sign of a position, and stops nothing', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 3).map(signIn));
    await stack.container.createIfNotExists();
    const name = `${stack.names.join('/').toLowerCase()}/checkpoint/0`;
    await stack.container.getBlockBlobClient(name).upload('', 0, { metadata: { foreign: 'yes' } });
    await stack.start();
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
    assert.equal(stack.state.begun[0]?.beginning.cause, 'lost');
  });
});

test('events that passed out of the hub before they were read are named, and the rest is read', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 10).map(signIn));
    stack.state.store(HUB, '0', await positionOf(stack, 2));
    stack.hubs.faults.inject({ kind: 'expire', hub: HUB, partition: '0', sequenceNumber: 6 });
    await stack.start();
    await stack.state.when(() => stack.state.ids().length === 3, 'what is left');
    assert.deepEqual(stack.state.ids(), idsOf('a', 10).slice(7));
    assert.deepEqual(
      stack.state.gaps.map(({ gap }) => [gap.after, gap.before]),
      [[2, 7]],
    );
  });
});

test('events that pass out of the hub in front of a reader are named', async () => {
  await withStack({}, async (stack) => {
    await stack.start();
    await stack.send([signIn('before')]);
    await stack.state.when(() => stack.state.ids().length === 1, 'the first fact');
    stack.hubs.faults.inject({ kind: 'freezeCredit', hub: HUB, partition: '0' });
    // Named, the partition would hold up the producer as well.
    await stack.send(idsOf('gone', 4).map(signIn), null);
    stack.hubs.faults.inject({ kind: 'expire', hub: HUB, partition: '0' });
    await stack.send([signIn('later')], null);
    stack.hubs.faults.clear();
    await stack.state.when(() => stack.state.ids().includes('later'), 'the fact after the gap');
    assert.deepEqual(
      stack.state.gaps.map(({ gap }) => [gap.after, gap.before]),
      [[0, 5]],
    );
    assert.equal(typeof stack.state.gaps[0]?.gap.beforeEnqueuedAt, 'number');
  });
});

test('a hub that ends before the position is a new one', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 3).map(signIn));
    stack.state.store(HUB, '0', await positionOf(stack, 500));
    await stack.start();
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
    assert.equal(stack.state.begun[0]?.beginning.cause, 'new_hub');
    assert.equal(stack.state.begun[0]?.beginning.previous?.sequenceNumber, 500);
  });
});

test('a hub made anew while it is read is read from its first event, also where its numbers are higher by then', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 3).map(signIn));
    const consumer = await stack.start();
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
    await eventually(async () => (await stack.checkpoint()) === 2, 'a checkpoint of the old hub');
    stack.hubs.faults.inject({ kind: 'recreateHub', hub: HUB });
    await stack.send(idsOf('b', 8).map(signIn));
    await stack.state.when(() => stack.state.ids().length === 11, 'the facts of both hubs');
    assert.equal(stack.state.begun.at(-1)?.beginning.cause, 'new_hub');
    await stack.state.when(() => stack.state.stored(HUB, '0')?.sequenceNumber === 7, 'the position in the new hub');
    assert.equal(stack.state.stored(HUB, '0')?.hubCreatedAt, Date.parse(stack.hubs.state().hubs[0]!.created));
    await consumer.stop();
    assert.deepEqual(stack.state.gaps, []);
    assert.equal(await stack.checkpoint(), 7);
  });
});

test('a partition that the hub gets while it is read is read as well, by one of those who are there', async () => {
  await withStack({}, async (stack) => {
    await stack.send([signIn('a')]);
    const consumers = [await stack.start(), await stack.start()];
    await stack.state.when(() => stack.state.ids().length === 1, 'the fact of the first');
    stack.hubs.faults.inject({ kind: 'growHub', hub: HUB });
    await stack.send([signIn('b'), signIn('c')], '1');
    await stack.state.when(() => stack.state.ids().length === 3, 'the facts of the new one');
    await eventually(async () => (await stack.checkpoint('1')) === 1, 'a checkpoint of the new one');
    assert.equal(stack.state.stored(HUB, '1')?.sequenceNumber, 1);
    const reading = consumers.flatMap((consumer) => consumer.status().hubs[0]!.partitions);
    assert.ok(
      reading.some(({ partition, lagEvents }) => partition === '1' && lagEvents === 0),
      JSON.stringify(reading),
    );
    assert.deepEqual(stack.state.gaps, []);
  });
});

test('a hub made anew before anything was read of it is no first start: what it held is gone unread', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let begin = () => {};
    const held = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let isHeld = false;
    state.tap = async (step) => {
      if (step !== 'load') return;
      isHeld = true;
      await held;
    };
    await stack.start();
    await eventually(() => isHeld, 'the first claim');
    stack.hubs.faults.inject({ kind: 'recreateHub', hub: HUB });
    begin();
    await state.when(() => state.begun.length > 0, 'the beginning');
    assert.deepEqual(
      state.begun.map(({ beginning }) => beginning.cause),
      ['new_hub'],
    );
  });
});

test('a hub made anew during a slow batch is read from its first event', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    // Nothing is asked in the course of this test: only the link can tell.
    await stack.start({
      tuning: { ...FAST, pollMs: 300_000 },
      hooks: {
        async afterApply() {
          isHeld = true;
          await held;
        },
      },
    });
    await stack.send([signIn('slow')]);
    await eventually(() => isHeld, 'the slow batch');
    stack.hubs.faults.inject({ kind: 'recreateHub', hub: HUB });
    await stack.send(idsOf('b', 4).map(signIn));
    release();
    await state.when(() => state.ids().length === 5, 'the facts of both hubs');
    await state.when(() => state.stored(HUB, '0')?.sequenceNumber === 3, 'the position in the new hub');
    assert.deepEqual(state.gaps, []);
  });
});

/** Has a consumer read so many events up to their checkpoint, and stop. */
async function readAndStop(stack: Stack, count: number): Promise<void> {
  await stack.send(idsOf('a', count).map(signIn));
  const consumer = await stack.start();
  await stack.state.when(() => stack.state.ids().length === count, `${count} facts`);
  await eventually(async () => (await stack.checkpoint()) === count - 1, 'a checkpoint');
  await consumer.stop();
}

test('where the state is lost and the hub no longer holds what came within the time back, that is a gap', async () => {
  await withStack({}, async (stack) => {
    await readAndStop(stack, 6);
    stack.hubs.faults.inject({ kind: 'expire', hub: HUB, partition: '0', sequenceNumber: 3 });
    stack.state.forget();
    await stack.start();
    await stack.state.when(() => stack.state.gaps.length > 0, 'a gap');
    const { gap } = stack.state.gaps[0]!;
    assert.deepEqual([gap.after, gap.before, gap.isFirst], [null, 4, false]);
    assert.ok(gap.afterEnqueuedAt! < gap.beforeEnqueuedAt!);
  });
});

test('so is what leaves the hub after reading has begun again, and before the first event comes', async () => {
  await withStack({}, async (stack) => {
    await readAndStop(stack, 6);
    stack.state.forget();
    const begun = stack.state.begun.length;
    stack.hubs.faults.inject({ kind: 'freezeCredit', hub: HUB, partition: '0' });
    await stack.start();
    await stack.state.when(() => stack.state.begun.length > begun, 'reading begins again');
    stack.hubs.faults.inject({ kind: 'expire', hub: HUB, partition: '0', sequenceNumber: 3 });
    stack.hubs.faults.clear();
    await stack.state.when(() => stack.state.gaps.length > 0, 'a gap');
    const { gap } = stack.state.gaps[0]!;
    assert.deepEqual([gap.after, gap.before, gap.isFirst], [null, 4, false]);
  });
});

test('what is older than was asked for is no gap, however much of it there is', async () => {
  const stepMs = 3_600_000;
  let now = Date.now() - 60 * stepMs;
  await withStack({ now: () => now }, async (stack) => {
    for (const id of idsOf('a', 4)) {
      await stack.send([signIn(id)]);
      now += 20 * stepMs;
    }
    await stack.start();
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
    assert.deepEqual(stack.state.gaps, []);
  });
});

test('where it no longer holds anything of it, all of that is a gap', async () => {
  await withStack({}, async (stack) => {
    await readAndStop(stack, 3);
    stack.hubs.faults.inject({ kind: 'expire', hub: HUB, partition: '0' });
    stack.state.forget();
    await stack.start();
    await stack.state.when(() => stack.state.gaps.length > 0, 'a gap');
    const { gap } = stack.state.gaps[0]!;
    assert.deepEqual([gap.after, gap.before], [null, 3]);
  });
});

test('a first start at a hub that does not reach back as far is no loss', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 4).map(signIn));
    stack.hubs.faults.inject({ kind: 'expire', hub: HUB, partition: '0', sequenceNumber: 1 });
    await stack.start();
    await stack.state.when(() => stack.state.ids().length === 2, 'two facts');
    assert.deepEqual(
      stack.state.gaps.map(({ gap }) => [gap.before, gap.isFirst]),
      [[2, true]],
    );
  });
});

async function positionOf(stack: Stack, sequenceNumber: number): Promise<Position> {
  const hubCreatedAt = Date.parse(stack.hubs.state().hubs[0]!.created);
  return { sequenceNumber, offset: 'opaque', enqueuedAt: Date.now(), hubCreatedAt };
}
