/** One server, or a primary with a replica: both behind one proxy. */
import fs from 'node:fs';
import path from 'node:path';
import { startProxy } from '../../../../local/proxy.ts';
import { startRedis } from '../../../../local/redis.ts';
import { type Arrangement, makeFolder, until } from './arrangement.ts';
import { RedisNode, SERVER } from './node.ts';

/** A primary, with a replica that reads through a line of its own. */
export interface Pair extends Arrangement {
  readonly primary: RedisNode;
  readonly replica: RedisNode;
  /** What the primary tells the replica is lost from now on, until the next promotion. */
  stall(): void;
  readonly isStalled: boolean;
  /**
   * Makes the replica the primary, whatever it knows; services are led there and all their connections are cut. The former
   * primary follows it, as soon as nothing holds it.
   */
  promote(): Promise<void>;
  /** Resolves when the replica knows all that the primary knew by then. */
  caughtUp(): Promise<void>;
}

const addressOf = ({ server }: RedisNode) => ({ host: '127.0.0.1', port: server.port });

export async function openSingle(): Promise<Arrangement> {
  const folder = makeFolder();
  const node = new RedisNode(await startRedis({ dir: path.join(folder, '0'), ...SERVER }));
  const proxy = await startProxy({ target: addressOf(node) });
  return {
    environment: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` },
    nodes: [node],
    serving: () => [node],
    proxies: [proxy],
    look: () => node.client,
    whole: async () => {},
    reset: async () => {
      proxy.mend();
      await renew(node);
    },
    stop: async () => {
      await proxy.close();
      await stopNode(node);
      fs.rmSync(folder, { recursive: true });
    },
  };
}

export async function openPair(): Promise<Pair> {
  const folder = makeFolder();
  let isStalled = false;
  const takeRole = (which: number) => async (): Promise<void> => {
    const node = nodes[which]!;
    if (node === primary) await node.client.replicaof('NO', 'ONE');
    else await node.client.replicaof('127.0.0.1', line.port);
  };
  const open = async (which: number): Promise<RedisNode> =>
    new RedisNode(await startRedis({ dir: path.join(folder, String(which)), ...SERVER }), takeRole(which));
  const nodes = await Promise.all([open(0), open(1)]);
  let [primary, replica] = nodes as [RedisNode, RedisNode];
  const proxy = await startProxy({ target: addressOf(primary) });
  const line = await startProxy({ target: addressOf(primary) });
  const take = (nextPrimary: RedisNode, nextReplica: RedisNode): void => {
    [primary, replica] = [nextPrimary, nextReplica];
    for (const one of [proxy, line]) one.retarget(addressOf(primary));
  };
  const linkUp = () =>
    until(async () => (await replica.info('master_link_status')) === 'up' && (await replica.isKeptWhole()));
  const caughtUp = async (): Promise<void> => {
    await linkUp();
    const offset = Number(await primary.info('master_repl_offset'));
    await until(async () => Number(await replica.info('slave_repl_offset')) >= offset);
  };
  await takeRole(1)();
  await linkUp();
  return {
    environment: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` },
    nodes,
    get primary() {
      return primary;
    },
    get replica() {
      return replica;
    },
    serving: () => [primary],
    proxies: [proxy],
    look: () => primary.client,
    get isStalled() {
      return isStalled;
    },
    stall() {
      isStalled = true;
      line.halfOpen();
    },
    async promote() {
      const former = primary;
      await replica.client.replicaof('NO', 'ONE');
      take(replica, former);
      line.mend();
      isStalled = false;
      proxy.cut();
      await former.mend(() => former.client.replicaof('127.0.0.1', line.port));
    },
    caughtUp,
    async whole() {
      if (!isStalled && !primary.isHeld && !replica.isHeld) await linkUp();
    },
    async reset() {
      proxy.mend();
      line.mend();
      isStalled = false;
      take(nodes[0]!, nodes[1]!);
      await Promise.all(nodes.map(renew));
      await linkUp();
    },
    async stop() {
      await Promise.all([proxy.close(), line.close()]);
      await Promise.all(nodes.map(stopNode));
      fs.rmSync(folder, { recursive: true });
    },
  };
}

/** Starts a server anew with nothing in it: no setting, role or count is left. */
async function renew(node: RedisNode): Promise<void> {
  node.forgetFaults();
  await node.server.kill9();
  for (const name of fs.readdirSync(node.server.dir)) {
    fs.rmSync(path.join(node.server.dir, name), { recursive: true, force: true });
  }
  await node.start();
}

export async function stopNode(node: RedisNode): Promise<void> {
  node.client.disconnect();
  await node.server.kill9();
}
