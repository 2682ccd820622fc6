/** Redis gone while the service runs: it says so, loses nothing, and goes on where it was when Redis is back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import { ask } from './asking.ts';
import { assertAll, assertRows, findingsSettle } from './laws.ts';
import { eventually, onStage, openServers, type Running, type Servers } from './support.ts';

describe('Redis gone for a while', () => {
  let redis: RedisServer;
  let servers: Servers;

  before(async () => {
    redis = await startRedis();
    servers = await openServers({ redis: { url: redis.url, environment: {} } });
  });
  after(async () => {
    await servers?.stop();
    await redis?.stop();
  });

  test(
    'the service is not ready and says why, and afterwards nothing is lost and no revision told twice',
    {
      timeout: 180_000,
    },
    () =>
      onStage(servers, 0, async (stage) => {
        const { records, arrangement } = hostileScenario(71, 180, { base: Date.now() - 49 * 3_600_000 });
        const items = arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 4 });
        const third = Math.ceil(items.length / 3);
        const service = await stage.start();
        await service.ready;
        const follower = stage.follow(service.apiUrl);
        await stage.send(items.slice(0, third));
        await findingsSettle(service.apiUrl, stage.sent);

        // While events are coming in.
        const sending = stage.send(items.slice(third, 2 * third));
        await redis.kill9();
        await sending;
        await eventually(
          async () => (await notReady(service)).includes('redis_unreachable'),
          'it says that Redis is gone',
        );
        const { status, body } = await ask(service.apiUrl, '/v1/findings');
        assert.equal(status, 503, JSON.stringify(body));

        await redis.restart();
        await eventually(async () => (await notReady(service)).length === 0, 'it is ready again');
        await stage.send(items.slice(2 * third));
        await assertAll(service.apiUrl, stage, follower);
        await assertRows(service.apiUrl, stage.sent, 4);
      }),
  );
});

/** What stands in the way of the service's work, as it says itself. */
async function notReady({ opsUrl }: Running): Promise<string[]> {
  const { status, body } = await ask(opsUrl, '/readyz');
  const { reasons } = body as { reasons: readonly { code: string; detail: string }[] };
  assert.equal(status, reasons.length === 0 ? 200 : 503);
  assert.ok(reasons.every(({ detail }) => detail.length > 0));
  return reasons.map(({ code }) => code);
}
