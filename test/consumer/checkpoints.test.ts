/** Checkpoints in the store: whoever writes them, and however late a write arrives, none takes a newer one back. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import { Checkpoints } from '../../src/consumer/checkpoints.ts';
import { eventually, FAST, idsOf, type Stack, sharedAzurite, signIn, stopAzurite, withStack } from './stack.ts';
import { openStorageFront, type StorageFront } from './storageFront.ts';

after(stopAzurite);

/** A stack whose consumers reach storage through a front; the test itself goes past it. */
async function withFront(run: (stack: Stack, front: StorageFront) => Promise<void>): Promise<void> {
  const front = await openStorageFront((await sharedAzurite()).connectionString);
  try {
    await withStack({}, (stack) => run(stack, front));
  } finally {
    await front.close();
  }
}

/** Writes a checkpoint without asking anything, as another owner may. */
function writeAs({ checkpoints, names }: Stack, sequenceNumber: number): Promise<void> {
  const [fullyQualifiedNamespace, eventHubName, consumerGroup] = names;
  const place = { fullyQualifiedNamespace, eventHubName, consumerGroup, partitionId: '0' };
  return checkpoints.updateCheckpoint({ ...place, sequenceNumber, offset: `of-${sequenceNumber}` });
}

function blobOf({ container, names }: Stack) {
  return container.getBlockBlobClient(`${names.join('/').toLowerCase()}/checkpoint/0`);
}

const tuning = { ...FAST, checkpointMs: 0 };

test('an old write that arrives late does not take the checkpoint of the next owner back', async () => {
  await withFront(async (stack, front) => {
    const storage = { connectionString: front.connectionString };
    const consumer = await stack.start({ tuning: { ...tuning, ownershipMs: 300_000 }, storage });
    await stack.send([signIn('a')]);
    await eventually(async () => (await stack.checkpoint()) === 0, 'a checkpoint of the first owner');
    const keeping = front.keepNext();
    await stack.send([signIn('b')]);
    const letGo = await keeping;
    const [found] = await stack.checkpoints.listOwnership(...stack.names);
    assert.equal((await stack.checkpoints.claimOwnership([{ ...found!, ownerId: 'the-next' }])).length, 1);
    await writeAs(stack, 7);
    assert.equal(await letGo(), 412);
    await eventually(() => consumer.status().hubs[0]!.partitions[0]!.totals.ownersLost === 1, 'the loss is noticed');
    await consumer.stop();
    assert.equal(await stack.checkpoint(), 7);
    assert.equal(consumer.status().hubs[0]!.partitions[0]!.totals.checkpointFailures, 0);
  });
});

test('a checkpoint is one call, and one whose answer is lost is known again as our own', async () => {
  await withFront(async (stack, front) => {
    const consumer = await stack.start({ tuning, storage: { connectionString: front.connectionString } });
    for (const [i, id] of idsOf('a', 3).entries()) {
      await stack.send([signIn(id)]);
      await eventually(() => totalsOf(consumer).checkpointWrites === i + 1, `checkpoint ${i}`);
      assert.equal(await stack.checkpoint(), i);
    }
    assert.deepEqual(front.calls, ['HEAD', 'PUT', 'PUT', 'PUT']);
    const cut = front.cutNext();
    await stack.send([signIn('b')]);
    await cut;
    await eventually(() => totalsOf(consumer).checkpointWrites === 4, 'the checkpoint counts as written');
    assert.equal(await stack.checkpoint(), 3);
    assert.deepEqual(front.calls.slice(4), ['PUT', 'PUT', 'HEAD']);
    await stack.send([signIn('c')]);
    await eventually(() => totalsOf(consumer).checkpointWrites === 5, 'the next');
    assert.deepEqual(front.calls.slice(7), ['PUT']);
    assert.equal(totalsOf(consumer).checkpointFailures, 0);
  });
});

function totalsOf(consumer: Awaited<ReturnType<Stack['start']>>) {
  return consumer.status().hubs[0]!.partitions[0]!.totals;
}

test('what stands lower, beyond the end of the hub or unreadable is written over by its owner, and so is nothing', async () => {
  await withStack({}, async (stack) => {
    const consumer = await stack.start({ tuning });
    await stack.send([signIn('first')]);
    await eventually(async () => (await stack.checkpoint()) === 0, 'the first checkpoint');
    const cases: [string, () => Promise<unknown>][] = [
      ['lower', () => writeAs(stack, 0)],
      ['beyond', () => writeAs(stack, 900)],
      ['unreadable', () => blobOf(stack).setMetadata({ foreign: 'yes' })],
      ['deleted', () => blobOf(stack).delete()],
    ];
    for (const [i, [what, change]] of cases.entries()) {
      await change();
      await stack.send([signIn(what)]);
      await eventually(() => totalsOf(consumer).checkpointWrites === i + 2, what);
      assert.equal(await stack.checkpoint(), i + 1);
    }
    assert.equal(totalsOf(consumer).checkpointFailures, 0);
  });
});

test('one that another owner of the same hub has brought further stands until the position has passed it', async () => {
  await withStack({}, async (stack) => {
    const wished: number[] = [];
    const consumer = await stack.start({
      tuning,
      hooks: {
        async beforeCheckpoint(_place, { sequenceNumber }) {
          wished.push(sequenceNumber);
          if (sequenceNumber !== 1) return;
          await stack.send([signIn('c'), signIn('d')]);
          await writeAs(stack, 3);
        },
      },
    });
    await stack.send([signIn('a')]);
    await eventually(async () => (await stack.checkpoint()) === 0, 'the first checkpoint');
    await stack.send([signIn('b')]);
    await stack.state.when(
      () => stack.state.stored('signins', '0')?.sequenceNumber === 3,
      'the position has come there',
    );
    await stack.send([signIn('e')]);
    await eventually(async () => (await stack.checkpoint()) === 4, 'it has passed');
    assert.deepEqual(wished, [0, 1, 4]);
    const { checkpointWrites, checkpointFailures } = totalsOf(consumer);
    assert.deepEqual([checkpointWrites, checkpointFailures], [2, 0]);
  });
});

test('they lie where the client library keeps them, as it writes them, and a write on another version is none', async () => {
  const { connectionString } = await sharedAzurite();
  const container = new ContainerClient(connectionString, `t-${randomUUID()}`, { retryOptions: { maxTries: 1 } });
  const names = ['NS.example.com', 'Hub', '$Default'] as const;
  const [fullyQualifiedNamespace, eventHubName, consumerGroup] = names;
  const place = { fullyQualifiedNamespace, eventHubName, consumerGroup, partitionId: '0' };
  const library = new BlobCheckpointStore(container);
  const ours = new Checkpoints(() => container, 10_000);
  const at = (sequenceNumber: number) => ({ sequenceNumber, offset: `of-${sequenceNumber}` });
  await assert.rejects(ours.read(names, '0'), { statusCode: 404 });
  await assert.rejects(ours.write(names, '0', at(1), null), { statusCode: 404 });
  await container.create();
  assert.deepEqual(await ours.read(names, '0'), { checkpoint: null, etag: null });
  assert.equal(await ours.write(names, '0', at(1), '"0x1"'), null);
  const first = await ours.write(names, '0', at(1), null);
  assert.deepEqual(await ours.read(names, '0'), { checkpoint: at(1), etag: first });
  assert.deepEqual(await library.listCheckpoints(...names), [{ ...place, ...at(1) }]);
  assert.equal(await ours.write(names, '0', at(2), null), null);
  const second = await ours.write(names, '0', at(2), first);
  assert.equal(await ours.write(names, '0', at(3), first), null);
  assert.deepEqual(await ours.read(names, '0'), { checkpoint: at(2), etag: second });
  await library.updateCheckpoint({ ...place, ...at(4) });
  assert.equal(await ours.write(names, '0', at(3), second), null);
  assert.deepEqual((await ours.read(names, '0')).checkpoint, at(4));
  await library.updateCheckpoint({ ...place, partitionId: '1', ...at(4) });
  const blobs = [];
  for await (const { name, metadata } of container.listBlobsFlat({ includeMetadata: true }))
    blobs.push([name, metadata]);
  const metadata = { sequencenumber: '4', offset: 'of-4' };
  assert.deepEqual(
    blobs,
    ['0', '1'].map((id) => [`ns.example.com/hub/$default/checkpoint/${id}`, metadata]),
  );
});
