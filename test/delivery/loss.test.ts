/** What is lost, trimmed or asleep: nothing is passed over in silence, and nobody writes over what came after. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS } from '../../src/delivery/delivery.ts';
import { feedOf } from '../../src/service/delivering.ts';
import { eventually } from '../e2e/waiting.ts';
import { redisOfFile } from '../state/redis.ts';
import { openReceiver, type Receiver } from './receiver.ts';
import { ALL, onStage, type Stage, webhookOf } from './stage.ts';

const redis = redisOfFile();
const UNHARMED = { isDown: false, pausedUntil: null, isGone: false };
const ATTEMPT = { at: new Date(0).toISOString(), ms: 1, status: 204, failure: null, detail: 'Answered 204.' };

async function withReceiver(run: (stage: Stage, receiver: Receiver) => Promise<void>): Promise<void> {
  const receiver = await openReceiver();
  try {
    await onStage(redis.url, (stage) => run(stage, receiver));
  } finally {
    await receiver.close();
  }
}

const tagOf = ({ state }: Stage): string => state.keys.deliveries;
async function dropDeliveries(stage: Stage): Promise<void> {
  const keys = await stage.state.client.keys(`${tagOf(stage)}*`);
  await stage.state.client.del(...keys);
}
/** A target that nobody works for, at the end of the feed. */
async function setDown(stage: Stage, name = 'soc'): Promise<string> {
  const place = await feedOf(stage.state, stage.feed).edge('now');
  await stage.deliveries.set(
    { name, address: 'a', about: '{}' },
    { place, takenUntil: stage.clock.ms },
    stage.clock.ms,
  );
  return place;
}
const stepOf = (n: number, finding = 'f', place: string | null = `p-${n}`) => ({
  place,
  at: n,
  delivery: {
    ...{ id: String(n).padStart(32, '0'), eventId: `e-${n}`, findingId: finding, revision: n, tenantId: 't' },
    ...{ reason: 'new', json: `{"n":${n}}` },
  },
});
const WANTED = { claimMs: 300, parallelMax: 8, count: 8, isOpen: true };
const claimed = async (stage: Stage, wanted = WANTED) => {
  const claim = await stage.deliveries.claim('soc', wanted, stage.clock.ms);
  assert.ok(claim.kind === 'claimed');
  return claim.deliveries;
};

test('a step of two that begin at the same place is taken in once, and the place moves with it', () =>
  onStage(redis.url, async (stage) => {
    const place = await setDown(stage);
    const take = () =>
      stage.deliveries.takeIn('soc', { place, erased: '' }, [stepOf(1), stepOf(2)], BOUNDS, stage.clock.ms);
    const both = await Promise.all([take(), take()]);
    assert.deepEqual(both.map(({ kind }) => kind).sort(), ['changed', 'taken']);
    const state = await stage.deliveries.state('soc');
    assert.deepEqual([state!.place, state!.waiting], ['p-2', 2]);
  }));

test('of one finding only the first is had; of others as many as there is room for', () =>
  onStage(redis.url, async (stage) => {
    const place = await setDown(stage);
    const steps = [stepOf(1, 'a'), stepOf(2, 'a'), stepOf(3, 'b'), stepOf(4, 'c')];
    await stage.deliveries.takeIn('soc', { place, erased: '' }, steps, BOUNDS, stage.clock.ms);
    const first = await claimed(stage, { ...WANTED, parallelMax: 2 });
    assert.equal(first.length, 2);
    assert.deepEqual(await claimed(stage, { ...WANTED, parallelMax: 2 }), []);
    const rest = await claimed(stage);
    assert.deepEqual(
      [...first, ...rest].map(({ eventId }) => eventId),
      ['e-1', 'e-3', 'e-4'],
    );
  }));

test('a claim that ran out is another’s, and what its first owner says of it is refused', () =>
  onStage(redis.url, async (stage) => {
    const place = await setDown(stage);
    await stage.deliveries.takeIn('soc', { place, erased: '' }, [stepOf(1), stepOf(2)], BOUNDS, stage.clock.ms);
    const [asleep] = await claimed(stage, { ...WANTED, claimMs: 1 });
    let awake: Awaited<ReturnType<typeof claimed>>[number] | undefined;
    await eventually(async () => {
      [awake] = await claimed(stage, { ...WANTED, claimMs: 60_000 });
      return awake !== undefined;
    }, 'it is due again');
    assert.equal(awake!.id, asleep!.id);
    assert.deepEqual(await stage.deliveries.hold('soc', [asleep!], 60_000), [asleep!.id]);
    assert.deepEqual(await stage.deliveries.hold('soc', [awake!], 60_000), []);
    const delivered = { kind: 'delivered', attempt: ATTEMPT } as const;
    const settle = (one: typeof awake) =>
      stage.deliveries.settle('soc', one!, delivered, UNHARMED, BOUNDS, stage.clock.ms);
    assert.equal((await settle(asleep)).kind, 'refused');
    assert.deepEqual(await claimed(stage), [], 'the next of the finding waits still');
    assert.equal((await settle(awake)).kind, 'settled');
    assert.equal((await settle(awake)).kind, 'refused');
    assert.equal((await claimed(stage))[0]!.eventId, 'e-2');
  }));

test('where as much waits as may, the place stays, and goes on when there is room: nothing is dropped', () =>
  withReceiver(async (stage, receiver) => {
    receiver.answer = 500;
    const bounds = { waitingMax: 2 };
    await stage.deliver([stage.target(webhookOf(receiver.url))], { bounds });
    for (const actor of ['a', 'b', 'c', 'd', 'e']) await stage.publish(actor);
    await eventually(async () => (await stage.deliveries.state('soc'))!.fullSince !== null, 'it is full');
    assert.equal((await stage.deliveries.state('soc'))!.waiting, 2);
    // It is looked for room as often as for what is due.
    for (const round of [1, 2, 3]) {
      stage.clock.ms += 3_600_000;
      await eventually(() => stage.told.outcomes.length >= 2 + 2 * round, 'both are tried again');
    }
    assert.equal(stage.told.full, 1, 'that it is full is told once');
    receiver.answer = 204;
    stage.clock.ms += 3_600_000;
    await eventually(() => new Set(receiver.got.map(({ event }) => event.subject)).size === 5, 'all have come');
    await eventually(async () => (await stage.deliveries.state('soc'))!.fullSince === null, 'there is room');
  }));

test('a receiver that takes a little at a time is told once to be full, until half of what waited has gone', () =>
  withReceiver(async (stage, receiver) => {
    let [taken, allowed] = [0, 0];
    receiver.answer = (_, response) => response.writeHead(taken < allowed ? 204 : 503).end(() => (taken += 1));
    await stage.deliver([stage.target(webhookOf(receiver.url))], { bounds: { waitingMax: 4 } });
    for (const actor of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await stage.publish(actor);
    const state = async () => (await stage.deliveries.state('soc'))!;
    await eventually(async () => (await state()).fullSince !== null, 'it is full');
    const delivered = () => stage.told.outcomes.filter((outcome) => outcome === 'delivered').length;
    for (const count of [1, 2, 3]) {
      allowed = taken + 1;
      await eventually(() => {
        stage.clock.ms += 3_600_000;
        return delivered() >= count;
      }, 'it takes one');
      await eventually(async () => (await state()).waiting === 4, 'and another comes in');
      assert.ok((await state()).fullSince !== null);
    }
    assert.equal(stage.told.full, 1);
    allowed = Number.POSITIVE_INFINITY;
    await eventually(async () => {
      stage.clock.ms += 3_600_000;
      return (await state()).waiting === 0;
    }, 'all have come');
    assert.deepEqual([(await state()).fullSince, stage.told.full], [null, 1]);
  }));

test('bytes are bounded as well, but one revision always has room', () =>
  onStage(redis.url, async (stage) => {
    const place = await setDown(stage);
    const bounds = { ...BOUNDS, waitingBytesMax: 10 };
    const taken = await stage.deliveries.takeIn(
      'soc',
      { place, erased: '' },
      [stepOf(1), stepOf(2)],
      bounds,
      stage.clock.ms,
    );
    assert.deepEqual(taken, { kind: 'taken', count: 1, place: 'p-1', isNewlyFull: true });
  }));

test('failed and delivered ones are bounded: the oldest give way, and it is counted', () =>
  onStage(redis.url, async (stage) => {
    const place = await setDown(stage);
    const steps = [1, 2, 3, 4, 5, 6].map((n) => stepOf(n, `f-${n}`));
    await stage.deliveries.takeIn('soc', { place, erased: '' }, steps, BOUNDS, stage.clock.ms);
    const bounds = { ...BOUNDS, deliveredMax: 1, failedMax: 2 };
    for (const [i, one] of (await claimed(stage)).entries()) {
      const settlement = { kind: i < 2 ? 'delivered' : 'failed', attempt: ATTEMPT } as const;
      await stage.deliveries.settle('soc', one, settlement, UNHARMED, bounds, stage.clock.ms);
    }
    const page = await stage.queries.deliveries.list(ALL, { webhook: 'soc', status: null, limit: 10, cursor: null });
    assert.ok(page.kind === 'page');
    assert.deepEqual(
      page.items.map(({ revision, status }) => `${revision} ${status}`),
      ['6 failed', '5 failed', '2 delivered'],
    );
    assert.equal((await stage.deliveries.state('soc'))!.dropped, 2);
  }));

test('places that are lost while others stand are noticed: all that the feed has is told, and nothing is skipped', () =>
  withReceiver(async (stage, receiver) => {
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    await dropDeliveries(stage);
    await stage.publish();
    await eventually(() => receiver.got.some(({ event }) => event.data.revision === 2), 'the second came');
    assert.deepEqual(stage.told.resyncs, ['lost']);
  }));

for (const isLeft of [false, true])
  test(`whichever key of the deliveries is evicted, ${isLeft ? 'or all but that one' : 'and only that one'}, all that waited comes, though nothing new does`, async () => {
    for (let i = 0; ; i++) {
      let isEnd = false;
      await withReceiver(async (stage, receiver) => {
        receiver.answer = 503;
        await stage.deliver([stage.target(webhookOf(receiver.url))], { lookMs: 50 });
        for (const actor of ['ann', 'ann', 'bob']) await stage.publish(actor);
        await eventually(
          async () => stage.told.outcomes.length === 2 && (await stage.deliveries.state('soc'))!.waiting === 3,
          'all wait, the first of each finding for another try',
        );
        const { client } = stage.state;
        const meta = `${tagOf(stage)}meta`;
        const keys = (await client.keys(`${tagOf(stage)}*`)).filter((key) => key !== meta).sort();
        isEnd = i >= keys.length;
        if (isEnd) return;
        // The server cannot be told which to evict; where nothing is noted of evictions, there may have been one.
        await client.del(meta, ...keys.filter((_, n) => (n === i) !== isLeft));
        receiver.answer = 204;
        const before = receiver.got.length;
        stage.clock.ms += 3_600_000;
        const came = () =>
          receiver.got
            .slice(before)
            .map(({ event, body }) => `${JSON.parse(body).data.guestUpn} ${event.data.revision}`);
        const wanted = ['ann@partner.example 1', 'ann@partner.example 2', 'bob@partner.example 1'];
        await eventually(
          () => wanted.every((one) => came().includes(one)),
          () => `without ${keys[i]} came ${came()}; ${stage.told.errors}`,
        );
        await eventually(
          async () => (await stage.deliveries.state('soc'))?.waiting === 0,
          () => `without ${keys[i]} some waits still`,
        );
      });
      if (isEnd) return;
    }
  });

test('places that were lost while nobody delivered are not taken for those of a new webhook', () =>
  withReceiver(async (stage, receiver) => {
    const first = await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await first.stop();
    await stage.publish();
    await dropDeliveries(stage);
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await receiver.until(1);
    assert.deepEqual(stage.told.resyncs, ['lost']);
  }));

test('of a feed that was lost all is told that is there now', () =>
  withReceiver(async (stage, receiver) => {
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    const { client, key } = stage.state.shards[0]!;
    // Another generation, and what was made again in it before anybody looked.
    const [[, fields]] = (await client.xrange(`${key}feed`, '-', '+')) as [[string, string[]]];
    const finding = JSON.parse(fields[fields.indexOf('finding') + 1]!);
    const again = JSON.stringify({ ...finding, id: 'again', updatedAt: new Date().toISOString() });
    await client.del(`${key}feed`);
    await client.hset(`${key}meta`, 'generation', 'f'.repeat(36));
    await client.xadd(`${key}feed`, '*', 'reason', 'rebuilt', 'tenant', finding.tenantId, 'finding', again);
    await client.publish(`${key}feed`, '');
    await receiver.until(2);
    assert.deepEqual(
      [receiver.got[1]!.event.subject, receiver.got[1]!.event.type],
      ['again', 'guestwatch.finding.rebuilt'],
    );
    assert.deepEqual(stage.told.resyncs, ['lost']);
  }));

test('of a feed that fell back what is certainly told already is passed over, and nothing else, whatever a process’s clock said', () =>
  withReceiver(async (stage, receiver) => {
    await stage.deliver([stage.target(webhookOf(receiver.url))]);
    await stage.publish();
    await receiver.until(1);
    const { client, key } = stage.state.shards[0]!;
    const [[, fields]] = (await client.xrange(`${key}feed`, '-', '+')) as [[string, string[]]];
    const finding = JSON.parse(fields[fields.indexOf('finding') + 1]!);
    const hoursBehind = new Date(Date.now() - 20 * 3_600_000).toISOString();
    const add = (id: string, at: string) => {
      const json = JSON.stringify({ ...finding, id, updatedAt: hoursBehind });
      return client.xadd(`${key}feed`, at, 'reason', 'rebuilt', 'tenant', finding.tenantId, 'finding', json);
    };
    await client.del(`${key}feed`);
    await client.hset(`${key}meta`, 'generation', 'f'.repeat(36));
    await add('told', `${Date.now() - 600_000}-0`);
    await add('behind', '*');
    await client.publish(`${key}feed`, '');
    await receiver.until(2);
    await eventually(async () => (await stage.deliveries.state('soc'))!.waiting === 0, 'nothing waits');
    assert.deepEqual(
      receiver.got.slice(1).map(({ event }) => event.subject),
      ['behind'],
    );
  }));

test('of a feed that was trimmed before all was read, the findings that stand and are newer are told', () =>
  withReceiver(async (stage, receiver) => {
    const target = stage.target(webhookOf(receiver.url));
    const first = await stage.deliver([target]);
    await stage.publish('ann');
    await receiver.until(1);
    await first.stop();
    await stage.publish('ann');
    await stage.publish('bob');
    await stage.publish('bob');
    // As if they had been past their time.
    const { client, key } = stage.state.shards[0]!;
    const entries = await client.xrange(`${key}feed`, '-', '+');
    const [last] = entries.at(-1)!;
    await client.hset(`${key}meta`, 'feedTrimmed', `${last} 000000`);
    await client.xtrim(`${key}feed`, 'MAXLEN', 0);
    await stage.deliver([target]);
    await eventually(
      () => receiver.got.length >= 3,
      () => `${receiver.got.length} came`,
    );
    const told = receiver.got
      .slice(1)
      .map(({ event, body }) => `${JSON.parse(body).data.guestUpn} ${event.data.revision}`);
    assert.deepEqual(told.sort(), ['ann@partner.example 2', 'bob@partner.example 2']);
    assert.deepEqual(stage.told.resyncs, ['trimmed']);
    await stage.publish('cyd');
    await receiver.until(4);
  }));

test('a webhook that no file has any more is kept for a week, and then nothing of it is left', () =>
  onStage(redis.url, async (stage) => {
    const place = await setDown(stage);
    await stage.deliveries.takeIn('soc', { place, erased: '' }, [stepOf(1), stepOf(2)], BOUNDS, stage.clock.ms);
    await stage.deliveries.forgetUnseen(stage.clock.ms);
    assert.ok(await stage.deliveries.state('soc'));
    await stage.deliveries.forgetUnseen(stage.clock.ms + 1);
    assert.equal(await stage.deliveries.state('soc'), null);
    assert.equal(await stage.deliveries.wasKnown('soc'), false);
    assert.deepEqual(await stage.state.client.keys(`${tagOf(stage)}*`), []);
  }));
