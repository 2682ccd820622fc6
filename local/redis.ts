/** Runs real redis-server processes: one alone, or a Cluster of three. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { type Child, startChild } from './child.ts';
import { freePorts } from './ports.ts';

export interface RedisOptions {
  /** A port that is free; any if absent. */
  readonly port?: number;
  /** Directory for its data; without it a temporary one, deleted by `stop`. */
  readonly dir?: string;
  /** Whether every write goes to an append-only file, which survives `kill9`. On by default. */
  readonly appendOnly?: boolean;
  /** Further settings by the names of redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  /** Ends it, letting it save, and deletes its directory if that was temporary. */
  stop(): Promise<void>;
  /** Ends it as a power cut would; its directory stays. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and directory, ending it first if it runs. */
  restart(): Promise<void>;
}

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

/** Starts a redis-server and waits until it answers. Rejects if there is none on the path, or with its last words. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const command = findRedis();
  const port = options.port ?? (await freePorts(1))[0]!;
  const isTemporary = options.dir === undefined;
  const dir = path.resolve(options.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'redis-')));
  fs.mkdirSync(dir, { recursive: true });
  const args = Object.entries({
    port: String(port),
    bind: '127.0.0.1',
    dir,
    // Snapshots would only blur what is lost without the append-only file.
    save: '',
    appendonly: options.appendOnly === false ? 'no' : 'yes',
    'maxmemory-policy': 'noeviction',
    ...options.settings,
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const start = () =>
    startChild({ name: 'redis-server', command, args, cwd: dir, ready: /Ready to accept connections/ });
  let child: Child = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    async stop() {
      await child.stop();
      if (isTemporary) fs.rmSync(dir, { recursive: true, force: true });
    },
    kill9: () => child.kill9(),
    async restart() {
      await child.stop();
      child = await start();
    },
  };
}

/**
 * Starts three masters that share all slots, and waits until each of them knows so. With a `dir` of an earlier cluster, in
 * which each node has a folder, that cluster comes back, on other ports if need be.
 */
export async function startRedisCluster(options: Omit<RedisOptions, 'port'> = {}): Promise<RedisCluster> {
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

/** Introduces the nodes to each other, and deals out the slots if they have none yet. */
async function join(nodes: readonly RedisServer[], ports: readonly number[]): Promise<void> {
  await Promise.all(
    nodes.map((node, i) =>
      withClient(node, async (client) => {
        const isNew = (await client.cluster('INFO')).includes('cluster_slots_assigned:0');
        if (isNew) {
          // Different from the start: nodes with one epoch would settle that among themselves first, which takes seconds.
          await client.cluster('SET-CONFIG-EPOCH', i + 1);
          const first = Math.ceil((slots * i) / clusterNodes);
          const last = Math.ceil((slots * (i + 1)) / clusterNodes) - 1;
          await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
        }
        for (let other = 0; other < clusterNodes; other++) {
          const address = ['127.0.0.1', String(ports[other]), String(ports[clusterNodes + other])];
          if (other !== i) await client.call('CLUSTER', 'MEET', ...address);
        }
      }),
    ),
  );
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

/** The path of redis-server. Throws, saying what to install, if there is none. */
function findRedis(): string {
  for (const dir of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(dir, 'redis-server');
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // Not in this directory.
    }
  }
  throw new Error(
    'There is no redis-server on the path. Install Redis 7.0 or newer: apt install redis-server, or brew install redis.',
  );
}
