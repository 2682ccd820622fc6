/** Tries hub, consumer group and storage at the start, and says what is wrong by the setting that mends it. */
import type { EventHubConsumerClient } from '@azure/event-hubs';
import type { ContainerClient } from '@azure/storage-blob';
import { askStorage } from './askStorage.ts';
import { closeClient, createClient, createContainer, hostOf } from './connect.ts';
import {
  ConsumerStartError,
  codeOf,
  firstLineOf,
  HUB_LEAVE,
  isOfIdentity,
  messageOf,
  storageLeaveFor,
} from './errors.ts';
import type { ConsumerOptions, ResolvedOptions } from './options.ts';

const EVENT_HUBS = ['EVENTHUB_CONNECTION_STRING', 'EVENTHUB_NAMESPACE'];
const IDENTITY = ['AZURE_IDENTITY', 'AZURE_CLIENT_ID'];
const STORAGE = ['CHECKPOINT_STORAGE_CONNECTION_STRING', 'CHECKPOINT_STORAGE_URL'];
/** A probing reader waits so long for an event before it is taken to be let in. */
const probeWaitSeconds = 0.2;

/** The container, made if it was missing. Rejects with `ConsumerStartError`. */
export async function openContainer({ storage, container, tuning }: ResolvedOptions): Promise<ContainerClient> {
  let client: ContainerClient;
  try {
    client = createContainer(storage, container);
  } catch (error) {
    throw new ConsumerStartError(
      'setting_invalid',
      STORAGE,
      `${STORAGE.join(' or ')} is not valid: ${messageOf(error)}`,
      error,
    );
  }
  try {
    await askStorage(tuning.attemptMs, (abortSignal) => client.createIfNotExists({ abortSignal }));
    return client;
  } catch (error) {
    throw storageError(error, client, storage);
  }
}

export interface Probed {
  readonly name: string;
  readonly partitionIds: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** The hub, once it has let us ask and read. Rejects with `ConsumerStartError`. */
export async function probeHub(options: ResolvedOptions, hub: string): Promise<Probed> {
  const { clock, tuning } = options;
  let client: EventHubConsumerClient;
  try {
    client = createClient(options, hub, tuning, { retriesMax: 1 });
  } catch (error) {
    const detail = messageOf(error).replace(/SharedAccessKey=[^;"]*/g, 'SharedAccessKey=…');
    throw new ConsumerStartError('setting_invalid', EVENT_HUBS, `EVENTHUB_CONNECTION_STRING is not valid: ${detail}`);
  }
  try {
    const { partitionIds, createdOn } = await client.getEventHubProperties();
    await probeGroup(client, partitionIds[0]!);
    return { name: hub, partitionIds, createdAt: createdOn.getTime() };
  } catch (error) {
    throw hubError(error, options, hub);
  } finally {
    await closeClient(client, clock, tuning.closeMs);
  }
}

class GroupError extends Error {}

/** Only a reader finds out whether the group is there; without an owner's right it disturbs no one. It ends with the client. */
function probeGroup(client: EventHubConsumerClient, partition: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.subscribe(
      partition,
      {
        async processEvents() {
          resolve();
        },
        async processError(error) {
          // That others read there, with more right or in number, shows that there is something to read.
          const isThere = ['ReceiverDisconnectedError', 'QuotaExceededError'].includes(codeOf(error));
          if (isThere) resolve();
          else reject(new GroupError(messageOf(error), { cause: error }));
        },
      },
      {
        startPosition: { offset: '@latest' },
        maxWaitTimeInSeconds: probeWaitSeconds,
        maxBatchSize: 1,
        prefetchCount: 1,
      },
    );
  });
}

function hubError(thrown: unknown, options: ConsumerOptions, hub: string): ConsumerStartError {
  const isGroup = thrown instanceof GroupError;
  const error = isGroup ? thrown.cause : thrown;
  const host = hostOf(options.eventHubs);
  const detail = messageOf(error);
  switch (codeOf(error)) {
    case 'MessagingEntityNotFoundError':
      return isGroup
        ? new ConsumerStartError(
            'consumer_group_not_found',
            ['EVENTHUB_CONSUMER_GROUP'],
            `The hub "${hub}" has no consumer group "${options.consumerGroup}". Make it, or set EVENTHUB_CONSUMER_GROUP to one that is there.`,
            error,
          )
        : new ConsumerStartError(
            'hub_not_found',
            ['EVENTHUB_NAMES'],
            `There is no hub "${hub}" at ${host}. Make it, or correct EVENTHUB_NAMES.`,
            error,
          );
    case 'UnauthorizedError':
    case 'amqp:unauthorized-access':
      return new ConsumerStartError(
        isByIdentity(options.eventHubs) ? 'event_hubs_role_missing' : 'event_hubs_unauthorized',
        EVENT_HUBS,
        `Event Hubs at ${host} refuses us on the hub "${hub}": ${firstLineOf(detail)} ${HUB_LEAVE}`,
        error,
      );
    case 'identity_unavailable':
      return new ConsumerStartError('identity_unavailable', IDENTITY, `EVENTHUB_NAMESPACE: ${detail}`, error);
    default:
      return new ConsumerStartError(
        'event_hubs_unreachable',
        EVENT_HUBS,
        `Event Hubs at ${host} cannot be reached for the hub "${hub}": ${detail} Check the address in EVENTHUB_CONNECTION_STRING or EVENTHUB_NAMESPACE, and that port 5671 is open to it, or set EVENTHUB_TRANSPORT to websockets.`,
        error,
      );
  }
}

const isByIdentity = (access: ConsumerOptions['eventHubs'] | ConsumerOptions['storage']): boolean =>
  'credential' in access && 'getToken' in access.credential;

function storageError(
  error: unknown,
  { url }: ContainerClient,
  storage: ConsumerOptions['storage'],
): ConsumerStartError {
  const place = new URL(url);
  const where = `${place.origin}${place.pathname}`;
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (isOfIdentity(error))
    return new ConsumerStartError(
      'identity_unavailable',
      IDENTITY,
      `CHECKPOINT_STORAGE_URL: ${messageOf(error)}`,
      error,
    );
  const detail = firstLineOf(messageOf(error));
  const leave = storageLeaveFor(error);
  if (leave !== null) {
    return new ConsumerStartError(
      isByIdentity(storage) ? 'storage_role_missing' : 'storage_unauthorized',
      STORAGE,
      `The storage account refuses us at ${where}: ${detail} ${leave}`,
      error,
    );
  }
  if (status === 400) {
    return new ConsumerStartError(
      'setting_invalid',
      ['CHECKPOINT_CONTAINER', ...STORAGE],
      `The storage account does not take ${where}: ${detail} Check CHECKPOINT_CONTAINER (3 to 63 lower-case letters, digits and dashes).`,
      error,
    );
  }
  return new ConsumerStartError(
    'storage_unreachable',
    STORAGE,
    `The storage account cannot be reached at ${where}: ${detail} Check the address in CHECKPOINT_STORAGE_CONNECTION_STRING or CHECKPOINT_STORAGE_URL, and that it is open to us.`,
    error,
  );
}
