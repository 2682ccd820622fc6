/** The servers that a row is measured on, and all that has to be closed afterwards. */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startAzurite } from '../../local/azurite.ts';
import { freePort } from '../../local/ports.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../../local/redis.ts';
import { HubProcess, type Service } from './process.ts';
import { hasReached } from './processes/protocol.ts';

export const PARTITIONS = 4;
/** How often is looked whether the service is done: from outside, so that it costs the service nothing. */
const LOOK_MS = 20;

/** Opens things in order and closes them the other way round, whatever happens. */
export class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];

  async open<T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    this.#closers.push(() => opened.close());
    return opened;
  }

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).reverse()) await closer();
  }
}

export async function inLab<T>(use: (closers: Closers) => Promise<T>): Promise<T> {
  const closers = new Closers();
  try {
    return await use(closers);
  } finally {
    await closers.close();
  }
}

export type OpenRedis = RedisServer & { readonly client: Redis };

/** What is recommended for the memory of Redis, as docker-compose.yml has it. */
export const PACKING = { 'hash-max-listpack-value': '256' };

export async function openRedis(closers: Closers, settings: RedisOptions['settings'] = {}): Promise<OpenRedis> {
  const server = await startRedis({ appendOnly: false, settings });
  closers.add(() => server.stop());
  const client = new Redis(server.url);
  closers.add(async () => client.disconnect());
  return Object.assign(server, { client });
}

export async function openBlobs(closers: Closers): Promise<string> {
  const azurite = await startAzurite({ port: await freePort() });
  closers.add(() => azurite.stop());
  return azurite.connectionString;
}

/** A hub's process with hubs of so many partitions, or of those that are said by name. */
export const openHub = (
  closers: Closers,
  hubs: readonly string[] | Readonly<Record<string, number>>,
): Promise<HubProcess> =>
  closers.open(
    HubProcess.open(
      Array.isArray(hubs)
        ? hubs.map((name: string) => ({ name, partitions: PARTITIONS }))
        : Object.entries(hubs).map(([name, partitions]) => ({ name, partitions: Number(partitions) })),
    ),
  );

/** Settings for a service on one hub. */
export const settings = (hub: HubProcess, name: string, redis: string, blobs: string, container = name) => ({
  EVENTHUB_CONNECTION_STRING: hub.connectionString,
  EVENTHUB_NAMES: name,
  REDIS_URL: redis,
  CHECKPOINT_STORAGE_CONNECTION_STRING: blobs,
  CHECKPOINT_CONTAINER: container,
});

/** Resolves when positions have reached these events and nobody is owed a fold. */
export async function untilDone(client: Redis, hub: string, lasts: Readonly<Record<string, number>>): Promise<void> {
  for (;;) {
    const stored = Object.entries(await client.hgetall('{guestwatch:p}positions'));
    const own = stored.flatMap(([, json]) => positionIn(json, hub));
    if (hasReached(Object.fromEntries(own), lasts) && (await client.zcard('{guestwatch:0}fold')) === 0) return;
    await pause(LOOK_MS);
  }
}

/** Seconds of CPU that Redis has used so far. */
export async function redisCpuSeconds(client: Redis): Promise<number> {
  const told = await client.info('cpu');
  const seconds = (kind: string): number => Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(told)?.[1]);
  return seconds('user') + seconds('sys');
}

/** Resolves when each of some processes has its equal part of the partitions. */
export async function untilShared(services: readonly Service[]): Promise<void> {
  const owned = async ({ opsUrl }: Service): Promise<number> => {
    const told = await (await fetch(`${opsUrl}/metrics`)).text();
    return told.match(/^guestwatch_partition_owned\{[^}]*\} 1$/gm)?.length ?? 0;
  };
  for (;;) {
    const shares = await Promise.all(services.map(owned));
    if (shares.every((share) => share === PARTITIONS / services.length)) return;
    await pause(10 * LOOK_MS);
  }
}

function positionIn(json: string, hub: string): [string, number][] {
  const record = JSON.parse(json) as {
    readonly hub: string;
    readonly partition: string;
    readonly sequenceNumber: number;
  };
  return record.hub === hub ? [[record.partition, record.sequenceNumber]] : [];
}
