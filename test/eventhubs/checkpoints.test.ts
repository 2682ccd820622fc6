/** `EventHubConsumerClient` with checkpoints in Azurite: resuming, and sharing partitions. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before, type TestContext } from 'node:test';
import { EventHubConsumerClient, earliestEventPosition } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import type { LocalEventHubs } from '../../local/eventhubs/endpoint.ts';
import { freePort } from '../../local/ports.ts';
import { closeAfter, eventually, openEndpoint, openProducer, range, retryOptions, sendAll } from './harness.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite({ port: await freePort() });
});
after(() => azurite.stop());

async function newContainer(): Promise<ContainerClient> {
  const container = new ContainerClient(azurite.connectionString, `checkpoints-${randomUUID()}`);
  await container.create();
  return container;
}

interface Consumer {
  readonly bodies: unknown[];
  readonly errors: string[];
  readonly partitions: Set<string>;
  close(): Promise<void>;
}

/** A consumer that writes a checkpoint after every batch. */
function consume(t: TestContext, endpoint: LocalEventHubs, container: ContainerClient): Consumer {
  const client = new EventHubConsumerClient(
    '$Default',
    endpoint.connectionString,
    'h',
    // A checkpoint store of its own for each client, as each process has one.
    new BlobCheckpointStore(new ContainerClient(azurite.connectionString, container.containerName)),
    {
      retryOptions,
      loadBalancingOptions: {
        strategy: 'greedy',
        updateIntervalInMs: 200,
        partitionOwnershipExpirationIntervalInMs: 5000,
      },
    },
  );
  const bodies: unknown[] = [];
  const errors: string[] = [];
  const partitions = new Set<string>();
  const subscription = client.subscribe(
    {
      processInitialize: async ({ partitionId }) => {
        partitions.add(partitionId);
      },
      processEvents: async (events, context) => {
        if (events.length === 0) return;
        bodies.push(...events.map(({ body }) => body));
        await context.updateCheckpoint(events.at(-1)!);
      },
      processClose: async (_reason, { partitionId }) => {
        partitions.delete(partitionId);
      },
      processError: async (error) => {
        errors.push(String((error as { code?: string }).code ?? error));
      },
    },
    { startPosition: earliestEventPosition, maxBatchSize: 10, maxWaitTimeInSeconds: 0.2 },
  );
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await subscription.close();
    await client.close();
  };
  closeAfter(t, close);
  return { bodies, errors, partitions, close };
}

function sorted(bodies: readonly unknown[]): unknown[] {
  return bodies.toSorted((a, b) => (a as number) - (b as number));
}

test('a consumer that comes back begins after its checkpoints', async (t) => {
  const endpoint = await openEndpoint(t);
  const container = await newContainer();
  const producer = openProducer(t, endpoint);
  await sendAll(producer, range(10), '0');
  await sendAll(producer, range(10), '1');
  const first = consume(t, endpoint, container);
  await eventually(() => first.bodies.length === 20);
  await first.close();
  await sendAll(producer, [10, 11], '0');
  await sendAll(producer, [10, 11], '1');
  const second = consume(t, endpoint, container);
  await eventually(() => second.bodies.length >= 4);
  assert.deepEqual(sorted(second.bodies), [10, 10, 11, 11]);
  assert.deepEqual(second.errors, []);
});

test('two consumers share the partitions, each read by one, and nothing is lost', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 4 }] });
  const container = await newContainer();
  const producer = openProducer(t, endpoint);
  const first = consume(t, endpoint, container);
  await eventually(() => first.partitions.size === 4);
  const second = consume(t, endpoint, container);
  const readers = () => endpoint.state().hubs[0]!.partitions.flatMap((partition) => partition.readers);
  const readBy = (consumer: Consumer) => consumer.partitions.size;
  await eventually(() => readBy(first) === 2 && readBy(second) === 2 && readers().length === 4);
  assert.deepEqual(
    readers().map(({ epoch }) => epoch),
    [0, 0, 0, 0],
  );
  assert.equal(new Set(readers().map(({ consumerId }) => consumerId)).size, 2);
  for (const n of range(4))
    await sendAll(
      producer,
      range(5).map((i) => n * 5 + i),
      String(n),
    );
  await eventually(() => new Set([...first.bodies, ...second.bodies]).size === 20);
  assert.ok(first.bodies.length > 0 && second.bodies.length > 0);
  await first.close();
  for (const n of range(4)) await sendAll(producer, [20 + n], String(n));
  await eventually(() => new Set([...first.bodies, ...second.bodies]).size === 24);
});

test('checkpoints of a hub that was made anew are refused, as by the service', async (t) => {
  const endpoint = await openEndpoint(t);
  const container = await newContainer();
  await sendAll(openProducer(t, endpoint), range(10), '0');
  const first = consume(t, endpoint, container);
  await eventually(() => first.bodies.length === 10);
  await first.close();
  endpoint.faults.inject({ kind: 'recreateHub', hub: 'h' });
  const second = consume(t, endpoint, container);
  await eventually(() => second.errors.includes('ArgumentError'));
});
