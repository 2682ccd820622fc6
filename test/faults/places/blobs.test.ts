/** Each fault of blob storage is seen by the checkpoint store that services use, and is over after its end. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { PartitionOwnership } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import { diceOf } from '../../oracle/dice.ts';
import { type BlobPlace, openBlobPlace } from './blobs.ts';
import { networkFaults } from './network.ts';

const HUB = { fullyQualifiedNamespace: 'here', eventHubName: 'hub', consumerGroup: '$default' };
const PARTITIONS = ['0', '1', '2', '3'];
/** With them, each choice is made both ways. */
const SEEDS = Array.from({ length: 8 }, (_, i) => i * 7919);
/** What there is to see of a fault is seen at the first attempt. */
const once = { retryOptions: { maxTries: 1 } };

describe('the faults of blob storage', { timeout: 60_000 }, () => {
  let place: BlobPlace;
  let container: ContainerClient;
  let store: BlobCheckpointStore;
  let count = 0;
  before(async () => {
    place = await openBlobPlace();
  });
  after(() => place?.stop());
  afterEach(() => place.mend());
  beforeEach(async () => {
    container = new ContainerClient(place.connectionString, `container-${++count}`, once);
    await container.create();
    store = new BlobCheckpointStore(container);
    const claimed = await store.claimOwnership(PARTITIONS.map((partitionId) => ownership(partitionId, 'me')));
    assert.equal(claimed.length, PARTITIONS.length);
  });

  const ownership = (partitionId: string, ownerId: string): PartitionOwnership => ({ ...HUB, partitionId, ownerId });
  const list = (abortSignal = new AbortController().signal) =>
    store.listOwnership(HUB.fullyQualifiedNamespace, HUB.eventHubName, HUB.consumerGroup, { abortSignal });
  const owners = async () => (await list()).map(({ partitionId, ownerId }) => `${partitionId}: ${ownerId}`).sort();
  const ALL = PARTITIONS.map((partition) => `${partition}: me`);
  const begin = (name: string, seed = 1) =>
    [...place.faults(container.containerName), ...networkFaults('blobs', [place.proxy])]
      .find((fault) => fault.name === name)!
      .begin(diceOf(seed));

  test('blob.busy: 503, and nothing is done', async () => {
    const end = await begin('blob.busy');
    await assert.rejects(list(), /The server is busy/);
    await assert.rejects(store.claimOwnership([ownership('9', 'me')]), { statusCode: 503 });
    await end();
    assert.deepEqual(await owners(), ALL);
  });

  test('blob.silent: no answer, until the connection is cut', async () => {
    const end = await begin('blob.silent');
    const waiting = list().then(
      () => 'answered',
      () => 'cut',
    );
    for (let i = 0; i < 2; i++) await assert.rejects(list(AbortSignal.timeout(100)), /abort/i);
    await end();
    assert.equal(await waiting, 'cut');
    assert.deepEqual(await owners(), ALL);
  });

  test('blob.slow: answers come later', async () => {
    const end = await begin('blob.slow');
    const since = performance.now();
    assert.deepEqual(await owners(), ALL);
    assert.ok(performance.now() - since > 45);
    await end();
  });

  test('blob.cut-answers: what is written is written, though its writer is not told', async () => {
    const end = await begin('blob.cut-answers');
    await assert.rejects(store.claimOwnership([ownership('0', 'another')]));
    assert.deepEqual(await owners(), ['0: another', ...ALL.slice(1)]);
    await end();
    await store.claimOwnership([ownership('0', 'me')]);
    assert.deepEqual(await owners(), ALL);
  });

  test('network.blobs.*: requests work again after them', async () => {
    for (const { name, begin } of networkFaults('blobs', [place.proxy])) {
      await (await begin(diceOf(1)))();
      assert.deepEqual(await owners().catch(owners), ALL, name);
    }
  });

  test('blob.ownership-deleted: some or all owners are forgotten', async () => {
    const left = new Set<number>();
    for (const seed of SEEDS) {
      for (const partition of PARTITIONS) await store.claimOwnership([ownership(partition, 'me')]);
      await (await begin('blob.ownership-deleted', seed))();
      left.add((await owners()).length);
    }
    assert.deepEqual([...left].sort(), [0, 3]);
  });

  test('blob.ownership-foreign: a partition is said to be another one’s, who does not exist', async () => {
    const end = await begin('blob.ownership-foreign');
    assert.equal((await owners()).filter((owner) => owner.endsWith('someone-else')).length, 1);
    await end();
    assert.deepEqual((await owners()).length, 3);
  });

  test('blob.ownership-foreign: who has claimed the partition meanwhile keeps it', async () => {
    const end = await begin('blob.ownership-foreign');
    for (const partition of PARTITIONS) await store.claimOwnership([ownership(partition, 'me')]);
    await end();
    assert.deepEqual(await owners(), ALL);
  });

  test('blob.ownership-stripped: nobody can list owners until its end', async () => {
    const end = await begin('blob.ownership-stripped');
    await assert.rejects(list(), /Missing ownerid/);
    await end();
    assert.equal((await owners()).length, 3);
  });

  test('blob.ownership-planted: a blob that is no partition’s stands among the others until its end', async () => {
    const seen = new Set<string>();
    for (const seed of SEEDS) {
      const end = await begin('blob.ownership-planted', seed);
      seen.add(
        await owners().then(
          (all) => all.at(-1)!,
          () => 'none can be listed',
        ),
      );
      await end();
      assert.deepEqual(await owners(), ALL);
    }
    assert.deepEqual([...seen].sort(), ['none can be listed', 'planted: someone-else']);
  });

  test('blob.container-remade: the container is gone, and empty when it comes back', async () => {
    const end = await begin('blob.container-remade');
    await assert.rejects(list(), /container does not exist/);
    await end();
    assert.deepEqual(await owners(), []);
  });

  test('none of them needs a container that is there', async () => {
    await container.delete();
    for (const { name, losesState, losesEvents, begin } of place.faults(container.containerName)) {
      await (await begin(diceOf(1)))();
      assert.deepEqual([losesState, losesEvents, await container.exists()], [false, false, false], name);
    }
  });

  test('a mended place answers', async () => {
    for (const name of ['blob.busy', 'blob.silent', 'network.blobs.refuse']) await begin(name);
    place.mend();
    // Its connection was cut, which it is told when it asks.
    assert.deepEqual(await owners().catch(owners), ALL);
  });
});
