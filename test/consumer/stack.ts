/** Real parts for the consumer's tests: the local endpoint, Azurite, the client library's producer, and consumers on them. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EventHubProducerClient, RetryMode } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type EventHubsOptions, type LocalEventHubs, startEventHubs } from '../../local/eventhubs/endpoint.ts';
import { freePort } from '../../local/ports.ts';
import { type Consumer, type ConsumerOptions, startConsumer, type Tuning } from '../../src/consumer/consumer.ts';
import { readEvent } from '../../src/detection/event.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import type { LogSink } from '../../src/log.ts';
import { MemoryState } from './memoryState.ts';

export const HUB = 'signins';
const table = nameTable(BUILT_IN_RULE);
const tenant = '11111111-1111-4111-8111-111111111111';

/** The same limits as in earnest, on a smaller scale. */
export const FAST: Partial<Tuning> = {
  ...{ balanceMs: 200, renewMs: 400, ownershipMs: 4_000, ownershipFreshMs: 500 },
  ...{ receiveWaitMs: 150, positionMs: 50, checkpointMs: 150, pollMs: 250, silentMs: 20_000 },
  ...{ retryFirstMs: 10, retryMaxMs: 100, restartFirstMs: 50, restartMaxMs: 400 },
  ...{ attemptMs: 3_000, stopMs: 6_000, closeMs: 2_000 },
};

/** The library's own producer waits half a minute between attempts where nothing else is said. */
const quick = {
  timeoutInMs: 10_000,
  maxRetries: 3,
  retryDelayInMs: 50,
  maxRetryDelayInMs: 200,
  mode: RetryMode.Exponential,
};

let azurite: Promise<Azurite> | undefined;

/** One Azurite for each test file; containers keep its tests apart. */
export function sharedAzurite(): Promise<Azurite> {
  azurite ??= freePort().then((port) => startAzurite({ port }));
  return azurite;
}

export async function stopAzurite(): Promise<void> {
  await (await azurite)?.stop();
  azurite = undefined;
}

export interface Line {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Stack {
  readonly hubs: LocalEventHubs;
  readonly state: MemoryState;
  readonly lines: Line[];
  readonly faults: unknown[];
  /** Sends events in order, as the client library does: to a partition, 0 if none is named, or with null to any. */
  send(bodies: readonly unknown[], partitionId?: string | null): Promise<void>;
  start(options?: Partial<ConsumerOptions>): Promise<Consumer>;
  /** Sequence number of the checkpoint in the blob; undefined without one. */
  checkpoint(partition?: string): Promise<number | undefined>;
  ownerOf(partition?: string): Promise<string | undefined>;
  readonly checkpoints: BlobCheckpointStore;
  readonly container: ContainerClient;
  readonly options: ConsumerOptions;
  /** Namespace, hub and group as records in the store have them. */
  readonly names: readonly [string, string, string];
  close(): Promise<void>;
}

export interface StackOptions extends Partial<EventHubsOptions> {
  readonly partitions?: number;
}

export async function openStack({ partitions = 1, ...given }: StackOptions = {}): Promise<Stack> {
  const { connectionString: storage } = await sharedAzurite();
  const hubs = await startEventHubs({ port: 0, hubs: [{ name: HUB, partitions }], ...given });
  const state = new MemoryState();
  const lines: Line[] = [];
  const faults: unknown[] = [];
  const consumers: Consumer[] = [];
  const containerName = `t-${randomUUID()}`;
  const container = new ContainerClient(storage, containerName);
  const checkpoints = new BlobCheckpointStore(container);
  const options: ConsumerOptions = {
    eventHubs: { connectionString: hubs.connectionString },
    hubs: [HUB],
    consumerGroup: '$Default',
    storage: { connectionString: storage },
    container: containerName,
    startBackMs: 48 * 3_600_000,
    state,
    read: (body, origin) => readEvent(body, origin, table),
    logger: loggerTo(lines),
    onFault: (error) => faults.push(error),
    tuning: FAST,
  };
  // The library leaves the port out.
  const names = ['127.0.0.1', HUB, '$Default'] as const;
  return {
    ...{ hubs, state, lines, faults, checkpoints, container, options, names },
    send: (bodies, partitionId = '0') => send(hubs.connectionString, bodies, partitionId),
    async start(changes = {}) {
      const consumer = await startConsumer({ ...options, ...changes });
      consumers.push(consumer);
      return consumer;
    },
    async checkpoint(partition = '0') {
      const list = await checkpoints.listCheckpoints(...names);
      return list.find(({ partitionId }) => partitionId === partition)?.sequenceNumber;
    },
    async ownerOf(partition = '0') {
      const list = await checkpoints.listOwnership(...names);
      return list.find(({ partitionId }) => partitionId === partition)?.ownerId;
    },
    async close() {
      state.tap = () => {};
      hubs.faults.clear();
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await eventually(() => hubs.state().connections === 0, 'all connections are closed');
      // A socket that is reset while its client still says good-bye leaves that with a timer of two minutes.
      await delay(50);
      await hubs.close();
    },
  };
}

/** With a producer of its own each time: one that opens its link again forgets a timer, which keeps the process alive. */
async function send(connectionString: string, bodies: readonly unknown[], partitionId: string | null): Promise<void> {
  const producer = new EventHubProducerClient(connectionString, HUB, { retryOptions: quick });
  try {
    for (let i = 0; i < bodies.length; i += 400) {
      const batch = await producer.createBatch(partitionId === null ? {} : { partitionId });
      for (const body of bodies.slice(i, i + 400)) {
        if (!batch.tryAdd({ body })) throw new Error('The batch is full.');
      }
      await producer.sendBatch(batch);
    }
  } finally {
    await producer.close();
  }
}

/** A guest's sign-in with this id, as an event of one record: one fact. */
export function signIn(id: string): Buffer {
  const properties = { id, userType: 'Guest', userPrincipalName: 'g_x.com#EXT#@c.com', status: { errorCode: 0 } };
  const record = {
    // Long ago: the hub's clock is not always ours, and nothing may lie in its future.
    time: '2026-01-01T00:00:00Z',
    ...{ category: 'SignInLogs', operationName: 'Sign-in activity', tenantId: tenant, resultType: '0', properties },
  };
  return Buffer.from(JSON.stringify({ records: [record] }));
}

/** Ids `PREFIX-000`, `PREFIX-001` and so on. */
export function idsOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(3, '0')}`);
}

/** Runs a test on a stack of its own, and closes that whatever happens. */
export async function withStack(options: StackOptions, run: (stack: Stack) => Promise<void>): Promise<void> {
  const stack = await openStack(options);
  try {
    await run(stack);
    assert.deepEqual(stack.state.violations, []);
  } finally {
    await stack.close();
  }
}

/** Waits for something that tells no one when it changes. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not happen within ${ms} ms: ${what}`);
    await delay(20);
  }
}

function loggerTo(lines: Line[]): LogSink {
  const level = (name: string) => (fields: object, message: string) => {
    lines.push({ level: name, fields: { ...fields }, message });
    if (process.env['CONSUMER_TEST_LOG']) console.error(name, message, fields);
  };
  return { info: level('info'), warn: level('warn'), error: level('error'), fatal: level('fatal') };
}
