/** The servers beside the endpoint: Azurite, Redis and the finding of ports. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { ContainerClient } from '@azure/storage-blob';
import { Cluster, Redis } from 'ioredis';
import { startAzurite } from '../../local/azurite.ts';
import { freePort, freePorts } from '../../local/ports.ts';
import { startRedis, startRedisCluster } from '../../local/redis.ts';
import { closeAfter, range } from './harness.ts';

function temporaryDir(t: TestContext): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'servers-'));
  closeAfter(t, async () => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function isListening(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

test('a busy port is stepped over', async (t) => {
  const busy = net.createServer();
  busy.listen(0, '127.0.0.1');
  await once(busy, 'listening');
  closeAfter(t, async () => busy.close());
  const { port } = busy.address() as net.AddressInfo;
  const found = await freePort(port);
  assert.ok(found > port);
  assert.equal(await freePort(found), found, 'a free port is given as it is');
  assert.ok((await freePort(port, new Set([found]))) > found, 'a port promised to another is stepped over too');
  assert.equal(new Set(await freePorts(5)).size, 5);
});

test('Azurite keeps blobs in its directory from one start to the next', async (t) => {
  const dataDir = temporaryDir(t);
  const port = await freePort();
  const first = await startAzurite({ port, dataDir });
  closeAfter(t, () => first.stop());
  await new ContainerClient(first.connectionString, 'kept').create();
  await first.stop();
  assert.equal(await isListening(port), false);
  const second = await startAzurite({ port, dataDir });
  closeAfter(t, () => second.stop());
  assert.equal(await new ContainerClient(second.connectionString, 'kept').exists(), true);
});

test('a port that is taken is told with the server’s own words', async (t) => {
  const azurite = await startAzurite({ port: await freePort() });
  closeAfter(t, () => azurite.stop());
  await assert.rejects(
    startAzurite({ port: azurite.port }),
    /Azurite ended with \d+ before it was ready[\s\S]*EADDRINUSE/,
  );
});

test('Redis with an append-only file has its data after a kill, without one it does not', async (t) => {
  for (const [appendOnly, expected] of [
    [true, '1'],
    [false, null],
  ] as const) {
    const redis = await startRedis({ appendOnly });
    closeAfter(t, () => redis.stop());
    await withRedis(redis.url, (client) => client.set('a', '1'));
    await redis.kill9();
    assert.equal(await isListening(redis.port), false);
    await redis.restart();
    assert.equal(await withRedis(redis.url, (client) => client.get('a')), expected);
  }
});

test('Redis refuses to evict, and takes further settings', async (t) => {
  const redis = await startRedis({ settings: { maxmemory: '64mb' } });
  closeAfter(t, () => redis.stop());
  const info = await withRedis(redis.url, (client) => client.info('memory'));
  assert.match(info, /maxmemory_policy:noeviction/);
  assert.match(info, /maxmemory:67108864/);
});

test('a temporary directory of Redis goes when it stops', async () => {
  const redis = await startRedis();
  assert.ok(fs.existsSync(redis.dir));
  await redis.stop();
  assert.equal(fs.existsSync(redis.dir), false);
});

test('a Redis Cluster of three serves all slots, and comes back on its directory', async (t) => {
  const dir = temporaryDir(t);
  const first = await startRedisCluster({ dir });
  closeAfter(t, () => first.stop());
  const keys = range(30).map((n) => `key-${n}`);
  let client = new Cluster([...first.addresses]);
  for (const key of keys) await client.set(key, key);
  assert.equal(client.nodes('master').length, 3);
  client.disconnect();
  await first.nodes[0]!.kill9();
  await first.nodes[0]!.restart();
  await first.ready();
  await first.stop();
  const second = await startRedisCluster({ dir });
  closeAfter(t, () => second.stop());
  client = new Cluster([...second.addresses]);
  for (const key of keys) assert.equal(await client.get(key), key);
  client.disconnect();
});

test('without redis-server on the path it is said what to install', async (t) => {
  const before = process.env['PATH'];
  process.env['PATH'] = temporaryDir(t);
  try {
    await assert.rejects(startRedis(), /no redis-server on the path. Install Redis 7.0 or newer/);
  } finally {
    process.env['PATH'] = before;
  }
});

test('a server does not hear a Ctrl-C, and ends when the process that started it is killed', {
  timeout: 30_000,
}, async () => {
  const port = await freePort();
  const script = `
    import { startChild } from ${JSON.stringify(new URL('../../local/child.ts', import.meta.url).href)};
    process.on('SIGINT', () => console.log('interrupted'));
    await startChild({
      name: 'server', command: process.execPath, ready: /ready/,
      args: ['-e', 'require("net").createServer().listen(${port}, "127.0.0.1", () => console.log("ready"))'],
    });
    console.log('started');`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  // In a group of its own, as a command in a terminal is.
  const parent = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const says = async (word: string) => {
    for await (const [chunk] of on(parent.stdout, 'data')) if (String(chunk).includes(word)) return;
  };
  await says('started');
  process.kill(-parent.pid!, 'SIGINT');
  await says('interrupted');
  assert.equal(await isListening(port), true);
  process.kill(parent.pid!, 'SIGKILL');
  while (await isListening(port));
});
