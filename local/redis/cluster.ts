/** Runs a Redis Cluster of three masters. */
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from '../ports.ts';
import { type RedisOptions, type RedisServer, startRedis } from './server.ts';

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** The nodes' addresses, for `new Cluster(…)`. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** Resolves when every node says that all slots are served. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

const clusterNodes = 3;
const slots = 16_384;
const clusterPollMs = 25;
const clusterReadyMs = 30_000;

export interface RedisClusterOptions extends Omit<RedisOptions, 'port'> {
  /** The ports of proxies before the nodes, which clients are told to use; the nodes themselves know the way to each other. */
  readonly announcedPorts?: readonly number[];
}

/**
 * Starts three masters that share all slots, and waits until each of them knows so. With a `dir` of an earlier cluster, in
 * which each node has a folder, that cluster comes back, on other ports if need be.
 */
export async function startRedisCluster({
  announcedPorts,
  ...options
}: RedisClusterOptions = {}): Promise<RedisCluster> {
  const ports = await freePorts(clusterNodes * 2);
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let i = 0; i < clusterNodes; i++) {
      const dir = options.dir === undefined ? {} : { dir: path.join(options.dir, String(i)) };
      const settings = {
        'cluster-enabled': 'yes',
        'cluster-node-timeout': '5000',
        // By default the bus listens 10,000 ports higher, where another server may be.
        'cluster-port': String(ports[clusterNodes + i]),
        ...(announcedPorts && { 'cluster-announce-port': String(announcedPorts[i]) }),
        ...options.settings,
      };
      nodes.push(await startRedis({ ...options, ...dir, port: ports[i]!, settings }));
    }
    await join(nodes, ports);
    await untilServing(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes,
    addresses: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    ready: () => untilServing(nodes),
    stop,
  };
}

/** Deals out the slots if the nodes have none yet, and introduces them to each other. */
async function join(nodes: readonly RedisServer[], ports: readonly number[]): Promise<void> {
  const withEach = (use: (client: Redis, i: number) => Promise<void>) =>
    Promise.all(nodes.map((node, i) => withClient(node, (client) => use(client, i))));
  await withEach(async (client, i) => {
    const isNew = (await client.cluster('INFO')).includes('cluster_slots_assigned:0');
    if (!isNew) return;
    // Different from the start: nodes with one epoch would settle that among themselves first, which takes seconds.
    await client.cluster('SET-CONFIG-EPOCH', i + 1);
    const first = Math.ceil((slots * i) / clusterNodes);
    const last = Math.ceil((slots * (i + 1)) / clusterNodes) - 1;
    await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
  });
  // Only then: a node that has met another is given no epoch any more.
  await withEach(async (client, i) => {
    for (let other = 0; other < clusterNodes; other++) {
      const address = ['127.0.0.1', String(ports[other]), String(ports[clusterNodes + other])];
      if (other !== i) await client.call('CLUSTER', 'MEET', ...address);
    }
  });
}

async function untilServing(nodes: readonly RedisServer[]): Promise<void> {
  const late = Date.now() + clusterReadyMs;
  for (const node of nodes) {
    await withClient(node, async (client) => {
      for (;;) {
        const info = await client.cluster('INFO');
        if (info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${slots}`)) return;
        if (Date.now() > late) throw new Error(`The Redis Cluster does not serve all slots:\n${info}`);
        // There is nothing to wait for: nodes tell nobody when they agree.
        await new Promise((resolve) => setTimeout(resolve, clusterPollMs));
      }
    });
  }
}

async function withClient<T>(node: RedisServer, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(node.url, { lazyConnect: true, maxRetriesPerRequest: 3 });
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
