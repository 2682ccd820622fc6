/** Everything that a run plays on: real servers with something that can be cut before each of them, and all faults by name. */
import { startProxy } from '../../local/proxy.ts';
import type { Environment } from '../../src/config.ts';
import type { Fault } from './fault.ts';
import { type BlobPlace, openBlobPlace } from './places/blobs.ts';
import { type HubsPlace, openHubsPlace } from './places/hubs.ts';
import { networkFaults } from './places/network.ts';
import { openRedisPlace, type RedisKind, type RedisPlace } from './places/redis.ts';
import type { Topology } from './schedule.ts';
import { type Hook, openHook } from './watch/webhook.ts';

/** Servers that one run after another plays on. */
export class Servers {
  readonly #redis = new Map<RedisKind, Promise<RedisPlace>>();
  #blobs: Promise<BlobPlace> | undefined;

  redis(kind: RedisKind): Promise<RedisPlace> {
    const known = this.#redis.get(kind) ?? openRedisPlace(kind);
    this.#redis.set(kind, known);
    return known;
  }

  blobs(): Promise<BlobPlace> {
    const open = this.#blobs ?? openBlobPlace();
    this.#blobs = open;
    return open;
  }

  /** Lets go of what a run may have left in a state that no other should find. */
  async discard(): Promise<void> {
    const open = await Promise.allSettled([...this.#redis.values(), ...(this.#blobs ? [this.#blobs] : [])]);
    this.#redis.clear();
    this.#blobs = undefined;
    await Promise.all(open.map((place) => (place.status === 'fulfilled' ? place.value.stop() : undefined)));
  }
}

export interface World {
  readonly redis: RedisPlace;
  readonly blobs: BlobPlace;
  readonly container: string;
  readonly hubs: HubsPlace;
  /** What its webhook was sent. */
  readonly hook: Hook;
  /** What a service is given. */
  readonly environment: Environment;
  readonly faults: readonly Fault[];
  /** Closes what is the run's own. */
  close(): Promise<void>;
}

let opened = 0;

/** `hubBytesMax` as of `openHubsPlace`. */
export async function openWorld(
  servers: Servers,
  { redis: kind, partitions }: Pick<Topology, 'redis' | 'partitions'>,
  hubBytesMax?: number,
): Promise<World> {
  const redis = await servers.redis(kind);
  const blobs = await servers.blobs();
  await redis.reset();
  blobs.mend();
  const container = `run-${process.pid}-${++opened}`;
  const hubs = await openHubsPlace(partitions, hubBytesMax);
  const hook = await openHook();
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: hubs.port } });
  return {
    ...{ redis, blobs, container, hubs, hook },
    environment: {
      ...redis.environment,
      EVENTHUB_CONNECTION_STRING: hubs.endpoint.connectionString.replace(`:${hubs.port};`, `:${proxy.port};`),
      EVENTHUB_NAMES: hubs.names.join(','),
      CHECKPOINT_STORAGE_CONNECTION_STRING: blobs.connectionString,
      CHECKPOINT_CONTAINER: container,
      API_PORT: '0',
      OPS_PORT: '0',
      WEBHOOKS_FILE: hook.file,
    },
    faults: [
      ...redis.faults,
      ...networkFaults('redis', redis.proxies),
      ...blobs.faults(container),
      ...networkFaults('blobs', [blobs.proxy]),
      ...hubs.faults,
      ...networkFaults('hubs', [proxy]),
    ],
    async close() {
      await proxy.close();
      await hook.close();
      await hubs.stop();
    },
  };
}
