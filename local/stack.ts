/** The servers that the service needs, all on this machine: starts them, and closes them the other way round. */
import path from 'node:path';
import { type Azurite, startAzurite } from './azurite.ts';
import { type LocalEventHubs, startEventHubs } from './eventhubs/endpoint.ts';
import { AUDIT_HUB, SIGN_IN_HUB } from './hubNames.ts';
import { type RedisServer, startRedis } from './redis.ts';
import type { DataFolder } from './stack/dataFolder.ts';
import { onFreePorts, PREFERRED_PORTS, type PreferredPorts } from './stack/freePorts.ts';
import { forgetOwners } from './stack/owners.ts';

export interface StackOptions {
  readonly folder: DataFolder;
  /** Of each hub. */
  readonly partitions: number;
  readonly preferred?: PreferredPorts;
  /** A hub that findings are sent to, where the service is to have one. */
  readonly findingsHub?: string | undefined;
  /** Told of each server that answers, where it is and how long that took. */
  readonly onServer?: (name: 'redis' | 'blob' | 'eventHubs', where: string, ms: number) => void;
}

/** Where everything is. */
export interface Endpoints {
  /** Connection string of the namespace. */
  readonly eventHubs: string;
  /** Connection string of the storage account. */
  readonly blob: string;
  readonly redis: string;
  /** Where the endpoint's faults and state are. */
  readonly control: string;
}

export interface Stack extends Endpoints {
  /** Resolves with a server's name where that ends by itself. */
  readonly broken: Promise<string>;
  /** Closes all of it; the data stay. */
  close(): Promise<void>;
}

/**
 * Starts all servers at once, since none of them needs another, and resolves when all answer. If one does not, the others are
 * closed and its error is handed on. The data folder stays the caller's.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const [redis, azurite, eventHubs] = await allOrNone(
    [redisOf(options), (server) => server.stop()],
    [azuriteOf(options), (server) => server.stop()],
    [eventHubsOf(options), (server) => server.close()],
  );
  let closing = false;
  const close = async () => {
    closing = true;
    await eventHubs.close();
    await azurite.stop();
    await redis.stop();
  };
  const broken = azurite.gone.then(() => (closing ? new Promise<never>(() => {}) : 'Azurite'));
  const { connectionString, controlUrl } = eventHubs;
  return {
    eventHubs: connectionString,
    blob: azurite.connectionString,
    redis: redis.url,
    control: controlUrl,
    broken,
    close,
  };
}

async function redisOf({ folder, preferred = PREFERRED_PORTS, onServer }: StackOptions): Promise<RedisServer> {
  const since = performance.now();
  const server = await onFreePorts([preferred.redis], (port) => {
    folder.notePort(port);
    return startRedis({ port, dir: path.join(folder.path, 'redis') });
  });
  onServer?.('redis', server.url, performance.now() - since);
  return server;
}

async function azuriteOf({ folder, preferred = PREFERRED_PORTS, onServer }: StackOptions): Promise<Azurite> {
  const since = performance.now();
  const server = await onFreePorts([preferred.blob], (port) => {
    folder.notePort(port);
    return startAzurite({ port, dataDir: path.join(folder.path, 'azurite') });
  });
  try {
    if (folder.isKept) await forgetOwners(server.connectionString);
  } catch (error) {
    await server.stop();
    throw error;
  }
  onServer?.('blob', `http://127.0.0.1:${server.port}`, performance.now() - since);
  return server;
}

async function eventHubsOf(options: StackOptions): Promise<LocalEventHubs> {
  const { folder, partitions, preferred = PREFERRED_PORTS, findingsHub, onServer } = options;
  const since = performance.now();
  const own = findingsHub === undefined ? [] : [findingsHub];
  const hubs = [...new Set([SIGN_IN_HUB, AUDIT_HUB, ...own])].map((name) => ({ name, partitions }));
  const dataDir = path.join(folder.path, 'eventhubs');
  const server = await onFreePorts([preferred.eventHubs, preferred.control], (port, controlPort) =>
    startEventHubs({ port, controlPort, hubs, dataDir }),
  );
  onServer?.('eventHubs', `sb://127.0.0.1:${server.port}`, performance.now() - since);
  return server;
}

type Starting<T> = readonly [starting: Promise<T>, close: (server: T) => Promise<void>];

/** Waits for all, and where one fails closes the others before it says so: nothing is left behind that nobody knows of. */
async function allOrNone<A, B, C>(a: Starting<A>, b: Starting<B>, c: Starting<C>): Promise<[A, B, C]> {
  const starting = [a, b, c] as readonly Starting<unknown>[];
  const results = await Promise.allSettled(starting.map(([server]) => server));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(results.map((result, i) => result.status === 'fulfilled' && starting[i]![1](result.value)));
    throw failed.reason;
  }
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as [A, B, C];
}
