/** The same on a Redis Cluster of three nodes, with the tenants dealt out over three shards. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisCluster, startRedisCluster } from '../../local/redis.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import { assertAll, assertCounts, assertFindings, assertRows, assertSources, VIEWS } from './laws.ts';
import { onStage, openServers, type Servers, type Stage } from './support.ts';

const RECORDS = 600;

function itemsFor(stage: Stage, seed: number): SentItem[] {
  const { records, arrangement } = hostileScenario(seed, RECORDS, { base: Date.now() - 49 * 3_600_000, tenants: 3 });
  return arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 5 });
}

describe('on a Redis Cluster of three nodes and three shards', () => {
  let cluster: RedisCluster;
  let servers: Servers;

  before(async () => {
    cluster = await startRedisCluster({ appendOnly: false });
    const environment = { REDIS_CLUSTER: 'on', STATE_SHARDS: '3' };
    servers = await openServers({ stages: 2, redis: { url: cluster.nodes[0]!.url, environment } });
  });
  after(async () => {
    await servers?.stop();
    await cluster?.stop();
  });

  /** How many keys each node holds. */
  const keysByNode = (): Promise<number[]> =>
    Promise.all(cluster.nodes.map(({ url }) => withRedis(url, (redis) => redis.dbsize())));

  // A Cluster has no databases, so what one test leaves there has to go.
  afterEach(async () => {
    await Promise.all(cluster.nodes.map(({ url }) => withRedis(url, (redis) => redis.flushall())));
  });

  test('the answers are those of the naive reading, and the state lies on several nodes', { timeout: 120_000 }, () =>
    onStage(servers, 0, async (stage) => {
      const service = await stage.start();
      const follower = stage.follow(service.apiUrl);
      await stage.send(itemsFor(stage, 51));
      await assertAll(service.apiUrl, stage, follower);
      for (const view of VIEWS) await assertFindings(service.apiUrl, stage.sent, view);
      await assertSources(service.apiUrl, stage.sent);
      await assertRows(service.apiUrl, stage.sent, 6);
      await assertCounts(service.opsUrl, stage.sent);
      assert.ok((await keysByNode()).filter((keys) => keys > 0).length > 1);
    }),
  );

  test('a service killed between reading and storing leaves nothing undone', { timeout: 120_000 }, () =>
    onStage(servers, 1, async (stage) => {
      const items = itemsFor(stage, 52);
      const half = Math.ceil(items.length / 2);
      const first = await stage.spawn({ stopAt: { step: 'state.beforeStore', passing: 20 } });
      const follower = stage.follow(first.apiUrl);
      await first.printed('ready');
      await stage.send(items.slice(0, half));
      await first.printed('at state.beforeStore');
      await first.kill9();
      await stage.send(items.slice(half));
      const second = await stage.start();
      follower.moveTo(second.apiUrl);
      await assertAll(second.apiUrl, stage, follower);
    }),
  );
});

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
