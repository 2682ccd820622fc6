/** Delivery on a Redis Cluster, from a feed of several shards. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisCluster, startRedisCluster } from '../../local/redis.ts';
import { eventually } from '../e2e/waiting.ts';
import { openReceiver } from './receiver.ts';
import { ALL, onStage, webhookOf } from './stage.ts';

let cluster: RedisCluster;
before(async () => {
  cluster = await startRedisCluster({ appendOnly: false });
});
after(() => cluster?.stop());

test('on a Cluster all is as on one server: order, failure, a test, a list', async () => {
  const receiver = await openReceiver();
  try {
    await onStage(
      cluster.nodes[0]!.url,
      async (stage) => {
        await stage.deliver([stage.target(webhookOf(receiver.url))]);
        for (let i = 0; i < 3; i++) for (const actor of ['ann', 'bob']) await stage.publish(actor);
        await receiver.until(6);
        receiver.answer = 500;
        await stage.publish('cyd');
        await eventually(async () => (await stage.deliveries.state('soc'))!.waiting === 1, 'it waits');
        receiver.answer = 204;
        const answer = await stage.queries.webhooks.test(ALL, 'soc');
        assert.equal(answer.kind === 'tested' && answer.delivery.status, 'delivered');
        const query = { webhook: null, status: 'waiting', limit: 10, cursor: null } as const;
        const waiting = await stage.queries.deliveries.list(ALL, query);
        assert.equal(waiting.kind === 'page' && waiting.items.length, 1);
        assert.deepEqual(stage.told.errors, []);
      },
      { cluster: true, shards: 3 },
    );
  } finally {
    await receiver.close();
  }
});
