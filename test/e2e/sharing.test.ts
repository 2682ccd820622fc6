/** Several processes on the same hubs and the same state: together they make what one would, and whoever follows the feed misses nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import { assertAll, assertRows, coverageOf } from './laws.ts';
import { eventually, onStage, openServers, type Servers, type Stage } from './support.ts';

const RECORDS = 240;

function itemsFor(stage: Stage, seed: number): SentItem[] {
  const { records, arrangement } = hostileScenario(seed, RECORDS, { base: Date.now() - 49 * 3_600_000 });
  return arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 4 });
}

/** The same items in so many parts. */
function parts<T>(items: readonly T[], count: number): T[][] {
  const size = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Waits until so many processes read partitions. */
const readBy = (url: string, count: number): Promise<void> =>
  eventually(async () => {
    const { hubs } = await coverageOf(url);
    return new Set(hubs.flatMap(({ partitions }) => partitions.map(({ reader }) => reader))).size === count;
  }, `${count} processes read`);

describe('several processes', () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 2 });
  });
  after(() => servers?.stop());

  test(
    'two services share the partitions; one is killed and another comes, and a follower who moves on has each revision once',
    {
      timeout: 180_000,
    },
    () =>
      onStage(servers, 0, async (stage) => {
        const [first, second] = await Promise.all([stage.spawn(), stage.spawn()]);
        const follower = stage.follow(first.apiUrl);
        const [one = [], two = [], three = [], four = []] = parts(itemsFor(stage, 31), 4);
        await stage.send(one);
        await readBy(second.apiUrl, 2);
        const sending = stage.send(two);
        await follower.until(5);
        await first.kill9();
        await sending;
        await stage.send(three);
        follower.moveTo(second.apiUrl);
        await follower.until(follower.changes.length + 1);
        const third = await stage.spawn();
        follower.moveTo(third.apiUrl);
        await stage.send(four);
        await readBy(third.apiUrl, 2);
        await assertAll(third.apiUrl, stage, follower);
        await assertRows(second.apiUrl, stage.sent, 4);
        assert.equal(await second.stop(), 0);
        assert.equal(await third.stop(), 0);
      }),
  );

  test(
    'consumers and the API can be processes of their own, and a consumer that is killed is no one else’s matter',
    {
      timeout: 180_000,
    },
    () =>
      onStage(servers, 1, async (stage) => {
        const [first, second, api] = await Promise.all([
          stage.spawn({ roles: ['consumer'] }),
          stage.spawn({ roles: ['consumer'] }),
          stage.start({ roles: ['api'] }),
        ]);
        const follower = stage.follow(api.apiUrl);
        const [one = [], two = [], three = []] = parts(itemsFor(stage, 32), 3);
        await stage.send(one);
        await readBy(api.apiUrl, 2);
        const sending = stage.send(two);
        await follower.until(5);
        await second.kill9();
        await sending;
        await stage.send(three);
        await assertAll(api.apiUrl, stage, follower);
        await assertRows(api.apiUrl, stage.sent, 4);
        assert.equal(await first.stop(), 0);
      }),
  );
});
