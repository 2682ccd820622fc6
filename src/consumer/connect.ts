/** Makes the clients of Event Hubs and of the storage account. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type CheckpointStore,
  EventHubConsumerClient,
  type EventHubConsumerClientOptions,
  type PartitionOwnership,
  RetryMode,
} from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import { askStorage } from './askStorage.ts';
import { type Clock, endsWithin } from './clock.ts';
import { messageOf } from './errors.ts';
import type { ConsumerOptions, EventHubsAccess, StorageAccess, Tuning } from './options.ts';

/** Pauses and limits for storage: a checkpoint or an ownership that takes longer is of no use any more. */
const storageRetry = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000, tryTimeoutInMs: 5_000 };

/**
 * A client for one hub, not connected yet. Without a store it may ask, and read without an owner's right. Throws where the
 * connection string is none, or names another hub.
 */
export function createClient(
  options: Pick<ConsumerOptions, 'eventHubs' | 'consumerGroup'>,
  hub: string,
  tuning: Tuning,
  using: { readonly store?: CheckpointStore; readonly ownerId?: string; readonly retriesMax?: number } = {},
): EventHubConsumerClient {
  const { eventHubs: access, consumerGroup } = options;
  const clientOptions = {
    ...clientOptionsOf(tuning, using.ownerId ?? randomUUID(), using.retriesMax ?? 0),
    ...access.way,
  };
  const { store } = using;
  if ('connectionString' in access) {
    const { connectionString } = access;
    return store
      ? new EventHubConsumerClient(consumerGroup, connectionString, hub, store, clientOptions)
      : new EventHubConsumerClient(consumerGroup, connectionString, hub, clientOptions);
  }
  const { namespace, credential } = access;
  return store
    ? new EventHubConsumerClient(consumerGroup, namespace, hub, credential, store, clientOptions)
    : new EventHubConsumerClient(consumerGroup, namespace, hub, credential, clientOptions);
}

/**
 * Closes a client within so many milliseconds, and cuts what is left of it then: where its connection breaks while it closes,
 * the library waits for an answer that never comes. Never rejects.
 */
export async function closeClient(client: EventHubConsumerClient, clock: Clock, ms: number): Promise<void> {
  await endsWithin(clock, ms, client.close());
  cutForGood(client);
}

/** As far as the client library shows them: what it opens connections by, and each of these. */
interface LibraryContext {
  connection: LibraryConnection;
  refreshConnection(): void;
}

interface LibraryConnection {
  readonly _connection?: { readonly socket?: Socket | { end(): void } };
  open(): Promise<unknown>;
}

/**
 * Cuts what the client library has left open when its client was closed, and lets it open nothing any more: one that broke
 * just then is replaced, and a question that is still under way, or tried again, opens the next, though the client is
 * closed. That would hold a process up for minutes. The library gives no other way to it.
 */
export function cutForGood(client: EventHubConsumerClient): void {
  const { _context: context } = client as unknown as { readonly _context?: LibraryContext };
  if (context === undefined) return;
  const refresh = context.refreshConnection;
  context.refreshConnection = () => {
    refresh.call(context);
    seal(context.connection);
  };
  seal(context.connection);
}

function seal(connection: LibraryConnection): void {
  connection.open = () => Promise.reject(new Error('The client was closed.'));
  const socket = connection._connection?.socket;
  if (socket === undefined) return;
  // With an error, since only that makes the AMQP library let go of its timers.
  if ('destroy' in socket) socket.destroy(new Error('The client was closed.'));
  // Within WebSockets there is none to destroy: it is closed, and ends soon by its own limit.
  else socket.end();
}

function clientOptionsOf(tuning: Tuning, identifier: string, maxRetries: number): EventHubConsumerClientOptions {
  return {
    identifier,
    loadBalancingOptions: {
      // The other strategy takes one partition per look.
      strategy: 'greedy',
      updateIntervalInMs: tuning.balanceMs,
      partitionOwnershipExpirationIntervalInMs: tuning.ownershipMs,
    },
    // Nothing has to wait long where the first attempt is the only one, and more of them are a matter of starting.
    retryOptions: { timeoutInMs: tuning.attemptMs, maxRetries, retryDelayInMs: 500, mode: RetryMode.Fixed },
  };
}

/** The container of the checkpoints, not asked for yet. Throws where the connection string or URL is none. */
export function createContainer(access: StorageAccess, container: string): ContainerClient {
  const options = { retryOptions: storageRetry };
  return 'connectionString' in access
    ? new ContainerClient(access.connectionString, container, options)
    : new ContainerClient(`${access.url.replace(/\/$/, '')}/${container}`, access.credential, options);
}

/** The container of an account whose connection string may become another: it is then asked by the new one. */
export function containerNow(access: StorageAccess, first: ContainerClient, name: string): () => ContainerClient {
  if (!('connectionString' in access)) return () => first;
  let shown = access.connectionString;
  let client = first;
  return () => {
    const { connectionString } = access;
    if (connectionString !== shown) client = createContainer({ connectionString }, name);
    shown = connectionString;
    return client;
  };
}

/** The client library's own store, on the container as it is reached at each call; no call takes longer than so many milliseconds. */
export function storeOn(container: () => ContainerClient, limitMs: number): CheckpointStore {
  let client = container();
  let store = new BlobCheckpointStore(client);
  let failure = failureOfLists(client);
  const current = (): BlobCheckpointStore => {
    const now = container();
    if (now !== client) {
      store = new BlobCheckpointStore(now);
      failure = failureOfLists(now);
    }
    client = now;
    return store;
  };
  return {
    async listOwnership(namespace, hub, group) {
      try {
        return await askStorage(limitMs, (abortSignal) =>
          current().listOwnership(namespace, hub, group, { abortSignal }),
        );
      } catch (error) {
        throw messageOf(error).endsWith(`\n${failure()}`) ? failure() : error;
      }
    },
    async claimOwnership(claims) {
      // The library writes one after the other: each has its time, and what was won stays so where the next is not answered. That one
      // is asked for in the next round, which tells if it fails again.
      const won: PartitionOwnership[] = [];
      for (const claim of claims) {
        try {
          won.push(...(await askStorage(limitMs, (abortSignal) => current().claimOwnership([claim], { abortSignal }))));
        } catch (error) {
          if (won.length === 0) throw error;
          break;
        }
      }
      return won;
    },
    updateCheckpoint: (checkpoint) =>
      askStorage(limitMs, (abortSignal) => current().updateCheckpoint(checkpoint, { abortSignal })),
    listCheckpoints: (namespace, hub, group) =>
      askStorage(limitMs, (abortSignal) => current().listCheckpoints(namespace, hub, group, { abortSignal })),
  };
}

/**
 * Why a list of the container failed last. The store passes that on as text within an error of its own, of which nobody can
 * tell any more whether leave is missing or the account is away.
 */
function failureOfLists(client: ContainerClient): () => unknown {
  let last: unknown;
  const list = client.listBlobsFlat.bind(client);
  client.listBlobsFlat = (...asked) => {
    const blobs = list(...asked);
    const next = blobs.next.bind(blobs);
    blobs.next = () =>
      next().catch((error: unknown) => {
        last = error;
        throw error;
      });
    return blobs;
  };
  return () => last;
}

/** The host of the namespace, for messages. Never shows a key. */
export function hostOf(access: EventHubsAccess): string {
  if ('namespace' in access) return access.namespace;
  return /Endpoint=sb:\/\/([^/;]+)/i.exec(access.connectionString)?.[1] ?? 'an unknown host';
}
