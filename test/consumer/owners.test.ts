/** Several consumers on one hub: they share its partitions, and none writes or reads over another. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually, FAST, HUB, idsOf, type Stack, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

function reading(consumer: { status(): { hubs: readonly { partitions: readonly { state: string }[] }[] } }): number {
  return consumer.status().hubs[0]!.partitions.filter(({ state }) => state === 'reading').length;
}

test('two consumers share the partitions, and each event is applied', async () => {
  await withStack({ partitions: 4 }, async (stack) => {
    const first = await stack.start();
    await eventually(() => reading(first) === 4, 'the first has all');
    let sent: string[] = [];
    const sendSome = async (prefix: string) => {
      for (const partition of ['0', '1', '2', '3']) {
        const ids = idsOf(`${prefix}${partition}`, 25);
        sent = [...sent, ...ids];
        await stack.send(ids.map(signIn), partition);
      }
    };
    await sendSome('a');
    const second = await stack.start();
    await sendSome('b');
    await eventually(() => reading(first) === 2 && reading(second) === 2, 'two partitions each');
    await sendSome('c');
    await stack.state.when(() => stack.state.ids().length === sent.length, 'all facts');
    assert.deepEqual(stack.state.ids(), sent.sort());
    await eventually(() => reading(first) === 2 && reading(second) === 2, 'still two partitions each');
    assert.deepEqual(stack.faults, []);
  });
});

test('what a stopped consumer had begins at once elsewhere', async () => {
  await withStack({ partitions: 2 }, async (stack) => {
    // So long that only an ownership that was given up can be taken within the test.
    const tuning = { ...FAST, ownershipMs: 300_000 };
    const first = await stack.start({ tuning });
    await eventually(() => reading(first) === 2, 'the first has both');
    await first.stop();
    assert.equal(await stack.ownerOf('0'), '');
    assert.equal(await stack.ownerOf('1'), '');
    const second = await stack.start({ tuning });
    await eventually(() => reading(second) === 2, 'the second has both');
  });
});

/** Writes another consumer's name over the ownership, as one does that took the partition. */
async function usurp(stack: Stack, ownerId: string, partition = '0'): Promise<void> {
  const list = await stack.checkpoints.listOwnership(...stack.names);
  const found = list.find(({ partitionId }) => partitionId === partition)!;
  const claimed = await stack.checkpoints.claimOwnership([{ ...found, ownerId }]);
  assert.equal(claimed.length, 1);
}

test('an owner that lost its partition during a slow batch writes no checkpoint, and does not take it back', async () => {
  await withStack({}, async (stack) => {
    const { state } = stack;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const tuning = { ...FAST, checkpointMs: 0, ownershipMs: 300_000 };
    const first = await stack.start({
      tuning,
      hooks: {
        async afterApply(_place, last) {
          if (last < 4) return;
          isHeld = true;
          await held;
        },
      },
    });
    await stack.send(idsOf('a', 4).map(signIn));
    await eventually(async () => (await stack.checkpoint()) === 3, 'a checkpoint of the first owner');
    await stack.send([signIn('slow')]);
    await eventually(() => isHeld, 'the slow batch');
    await usurp(stack, 'the-other');
    await eventually(() => first.status().hubs[0]!.partitions[0]!.totals.ownersLost === 1, 'the loss is noticed');
    release();
    await eventually(() => stack.hubs.state().hubs[0]!.partitions[0]!.readers.length === 0, 'its link is gone');
    await stack.send(idsOf('b', 3).map(signIn));
    await eventually(() => rounds(stack, 3), 'some more rounds');
    assert.equal(await stack.checkpoint(), 3);
    assert.equal(await stack.ownerOf(), 'the-other');
    assert.equal(stack.hubs.state().hubs[0]!.partitions[0]!.readers.length, 0);
    assert.equal(state.stored(HUB, '0')?.sequenceNumber, 3);
    assert.equal(first.status().hubs[0]!.partitions[0]!.state, 'unowned');
  });
});

/** Some rounds of looking at the owners have passed: each asks the hub, which is seen by nothing but time. */
const roundsBegun = new WeakMap<Stack, number>();
function rounds(stack: Stack, count: number): boolean {
  const begun = roundsBegun.get(stack) ?? performance.now();
  roundsBegun.set(stack, begun);
  return performance.now() - begun > count * FAST.balanceMs!;
}

test('an owner that has been asleep asks who owns the partition before it writes a checkpoint', async () => {
  await withStack({}, async (stack) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const checkpoints: number[] = [];
    // Nothing else looks at the owners: not the rounds, nor the calls without events.
    const tuning = { ...FAST, checkpointMs: 0, balanceMs: 60_000, receiveWaitMs: 60_000, ownershipFreshMs: 0 };
    const consumer = await stack.start({
      tuning,
      hooks: {
        async beforeCheckpoint(_place, { sequenceNumber }) {
          checkpoints.push(sequenceNumber);
          await held;
        },
      },
    });
    await stack.send([signIn('a')]);
    await eventually(() => checkpoints.length === 1, 'a checkpoint on its way');
    await usurp(stack, 'the-other');
    release();
    await eventually(() => consumer.status().hubs[0]!.partitions[0]!.totals.ownersLost === 1, 'the loss is noticed');
    await consumer.stop();
    assert.equal(await stack.checkpoint(), undefined);
    assert.equal(await stack.ownerOf(), 'the-other');
  });
});

test('a partition taken over in the middle of a flood changes hands once, and comes back only by being given', async () => {
  await withStack({ partitions: 2 }, async (stack) => {
    const first = await stack.start();
    await eventually(() => reading(first) === 2, 'the first has both');
    let isFlooding = true;
    let count = 0;
    const flood = (async () => {
      while (isFlooding) {
        const ids = idsOf(`f${count}`, 20);
        count += 1;
        await stack.send(ids.map(signIn), '0');
        await stack.send(
          ids.map((id) => signIn(`${id}x`)),
          '1',
        );
      }
    })();
    const second = await stack.start();
    await eventually(() => reading(first) === 1 && reading(second) === 1, 'one partition each');
    isFlooding = false;
    await flood;
    await stack.state.when(() => stack.state.ids().length === count * 40, 'all facts');
    // The loser's one claim ended, and no other did: nothing was taken back and forth.
    const partitions = [first, second].flatMap((each) => each.status().hubs[0]!.partitions);
    assert.equal(
      partitions.reduce((sum, { totals }) => sum + totals.restarts, 0),
      1,
    );
  });
});

test('a consumer that dies is followed by another when its ownership has grown old', async () => {
  await withStack({}, async (stack) => {
    await stack.send(idsOf('a', 3).map(signIn));
    await stack.container.createIfNotExists();
    const [fullyQualifiedNamespace, eventHubName, consumerGroup] = stack.names;
    const names = { fullyQualifiedNamespace, eventHubName, consumerGroup };
    await stack.checkpoints.claimOwnership([{ ...names, partitionId: '0', ownerId: 'the-dead' }]);
    const consumer = await stack.start({ tuning: { ...FAST, ownershipMs: 1_500 } });
    assert.equal(reading(consumer), 0);
    await stack.state.when(() => stack.state.ids().length === 3, 'three facts');
  });
});
