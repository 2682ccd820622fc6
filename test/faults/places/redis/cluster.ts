/** A Cluster of three nodes, each behind a proxy of its own, which is the address that it tells clients. */
import fs from 'node:fs';
import { Cluster } from 'ioredis';
import { startProxy } from '../../../../local/proxy.ts';
import { type RedisCluster, startRedisCluster } from '../../../../local/redis.ts';
import { type Arrangement, makeFolder, until } from './arrangement.ts';
import { CHANGED_SETTINGS, RedisNode, SERVER } from './node.ts';
import { stopNode } from './servers.ts';
import { Slots } from './slotTable.ts';

const NODES = 3;
/** After how long nodes take each other for dead; twice as long, until they take back that one was. */
const nodeTimeoutMs = 1_000;

export interface ClusterPlace extends Arrangement {
  readonly slots: Slots;
}

export async function openCluster(): Promise<ClusterPlace> {
  const folder = makeFolder();
  // They lead nowhere until it is known where to.
  const proxies = await Promise.all(
    Array.from({ length: NODES }, () => startProxy({ target: { host: '127.0.0.1', port: 1 } })),
  );
  const cluster = await startRedisCluster({
    dir: folder,
    announcedPorts: proxies.map(({ port }) => port),
    ...SERVER,
    settings: { ...SERVER.settings, 'cluster-node-timeout': String(nodeTimeoutMs) },
  });
  for (const [i, { port }] of cluster.addresses.entries()) proxies[i]!.retarget({ host: '127.0.0.1', port });
  const nodes = cluster.nodes.map((server) => new RedisNode(server));
  const ids = await Promise.all(nodes.map(({ client }) => client.cluster('MYID')));
  const looker = lookAt(
    cluster,
    proxies.map(({ port }) => port),
  );
  const slots = new Slots(nodes, ids);
  return {
    environment: {
      REDIS_URL: `redis://127.0.0.1:${proxies[0]!.port}`,
      REDIS_CLUSTER: 'on',
      STATE_SHARDS: String(NODES),
    },
    ...{ nodes, proxies, slots },
    serving: () => nodes,
    look: () => looker,
    async whole() {
      if (nodes.some(({ isHeld }) => isHeld)) return;
      await cluster.ready();
      await slots.agreed();
    },
    async reset() {
      for (const proxy of proxies) proxy.mend();
      await Promise.all(nodes.map(clean));
      await cluster.ready();
      await slots.bringHome();
      await Promise.all(nodes.map(shorten));
      await cluster.ready();
    },
    async stop() {
      looker.disconnect();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await Promise.all(nodes.map(stopNode));
      fs.rmSync(folder, { recursive: true });
    },
  };
}

/** A client that takes the nodes' own ports for those that they announce. */
function lookAt({ addresses }: RedisCluster, announced: readonly number[]): Cluster {
  const natMap = Object.fromEntries(announced.map((port, i) => [`127.0.0.1:${port}`, addresses[i]!]));
  const looker = new Cluster([...addresses], {
    natMap,
    clusterRetryStrategy: () => 20,
    // While it is not connected to a node that has just started, it asks any other, which sends it back there.
    ...{ retryDelayOnFailover: 20, retryDelayOnMoved: 20, maxRedirections: 500 },
    redisOptions: { maxRetriesPerRequest: null },
  });
  looker.on('error', () => {});
  return looker;
}

/** Empties a node that runs and ends what faults have set; one that does not run or does not answer is started. */
async function clean(node: RedisNode): Promise<void> {
  if (node.isHeld) {
    node.forgetFaults();
    await node.server.kill9();
    node.deleteData();
    await node.start();
  }
  fs.rmSync(`${node.server.dir}/dump.rdb`, { recursive: true, force: true });
  await node.set(CHANGED_SETTINGS);
  await node.client.flushall();
  await node.client.script('FLUSH');
  await node.client.config('RESETSTAT');
}

/**
 * Makes the append-only file short again, or a node that is used for long would take ever longer to start. Then it is started
 * anew: after a write that was cut short by a full disk, Redis 7.0 cuts the file to where the one before the rewrite ended,
 * which leaves a hole that it cannot read.
 */
async function shorten(node: RedisNode): Promise<void> {
  await node.client.bgrewriteaof();
  await until(() => node.isKeptWhole());
  await node.end('kill9');
  await node.start();
}
