/** An owner that was away for a while asks whether the partition is still its own before it receives again. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { eventually, FAST, signIn, stopAzurite, withStack } from './stack.ts';

after(stopAzurite);

test('an owner that another has followed during a slow batch receives no further event', async () => {
  await withStack({}, async (stack) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    // Nothing else looks at the owners: neither the rounds, nor a checkpoint, nor the calls without events.
    const tuning = { ...FAST, checkpointMs: 300_000, balanceMs: 60_000, receiveWaitMs: 60_000, ownershipFreshMs: 0 };
    const consumer = await stack.start({
      tuning,
      hooks: {
        async afterApply() {
          isHeld = true;
          await held;
        },
      },
    });
    await stack.send([signIn('slow')]);
    await eventually(() => isHeld, 'the slow batch');
    const [found] = await stack.checkpoints.listOwnership(...stack.names);
    assert.equal((await stack.checkpoints.claimOwnership([{ ...found!, ownerId: 'the-other' }])).length, 1);
    await stack.send([signIn('later')]);
    release();
    await eventually(() => consumer.status().hubs[0]!.partitions[0]!.totals.ownersLost === 1, 'the loss is noticed');
    await consumer.stop();
    assert.deepEqual(stack.state.ids(), ['slow']);
    assert.equal(await stack.ownerOf(), 'the-other');
  });
});

test('a wall clock that is put back in the middle of a round of the client library leaves nobody’s partition unread', async (t) => {
  await withStack({ partitions: 2 }, async (stack) => {
    await stack.start({ tuning: { ...FAST, silentMs: 2_000 } });
    const owners = async () => (await stack.checkpoints.listOwnership(...stack.names)).map(({ ownerId }) => ownerId);
    await eventually(async () => stack.state.begun.length === 2, 'both partitions are read');
    const [own] = await owners();
    const [, found] = await stack.checkpoints.listOwnership(...stack.names);
    assert.equal((await stack.checkpoints.claimOwnership([{ ...found!, ownerId: 'the-other' }])).length, 1);
    const [now, list] = [Date.now, BlobCheckpointStore.prototype.listOwnership];
    let looks = 0;
    t.mock.method(
      BlobCheckpointStore.prototype,
      'listOwnership',
      function (this: BlobCheckpointStore, ...of: Parameters<typeof list>) {
        looks += 1;
        // In the round that is under way; right again at the next look, which is ours.
        Date.now = looks === 1 ? () => now() - 3_600_000 : now;
        return list.call(this, ...of);
      },
    );
    try {
      await eventually(() => looks >= 2, 'someone looks after the library');
    } finally {
      t.mock.restoreAll();
      Date.now = now;
    }
    await eventually(async () => (await owners()).every((owner) => owner === own), 'what the other left is taken over');
  });
});
