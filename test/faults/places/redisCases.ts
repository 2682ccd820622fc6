/** Each fault of Redis does what its name says, takes no more than it says, and leaves a Redis that works. For tests of each kind. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Redis } from 'ioredis';
import { diceOf } from '../../oracle/dice.ts';
import { openRedisPlace, type RedisKind, type RedisPlace } from './redis.ts';
import { KEYS, openWriter, present, type Writer } from './redisWriter.ts';

interface Scene {
  readonly place: RedisPlace;
  readonly writer: Writer;
}

/** What is seen of a fault. */
interface Expected {
  /** While it lasts. */
  readonly meanwhile?: (scene: Scene) => Promise<void>;
  /** How many of the keys written before are there after its end. */
  readonly kept: 'all' | 'fewer' | 'none';
  /** Whether what is written while it lasts is there after it. */
  readonly laterKept?: boolean;
}

async function slotMoved({ place }: Scene): Promise<void> {
  // At first each node has one.
  assert.ok((await slotRanges(place)) > 3);
}

const LATER = ['later:1', 'later:2', 'later:3', 'later:4', 'later:5', 'later:6'];

/** Some write, to whichever node was struck, is answered like this or not at all. */
const refusedWith =
  (pattern: RegExp) =>
  async ({ writer }: Scene): Promise<void> => {
    const errors = await writer.write(KEYS, 'another');
    assert.ok(
      errors.some((error) => pattern.test(error)),
      `expected ${pattern}, got ${errors[0]}`,
    );
  };
const GONE = /timed out|Connection is closed|ECONN|max retries|CLUSTERDOWN|Failed to refresh/i;
const gone = refusedWith(GONE);

const EXPECTED: Readonly<Record<string, Expected>> = {
  'redis.kill9': { meanwhile: gone, kept: 'all' },
  'redis.kill9.everysec': { meanwhile: gone, kept: 'fewer' },
  'redis.kill9.memory': { meanwhile: gone, kept: 'none' },
  'redis.stopped': { meanwhile: gone, kept: 'all' },
  'redis.paused': { meanwhile: refusedWith(/timed out|Failed to refresh/i), kept: 'all' },
  'redis.flushed': { kept: 'none', laterKept: true },
  'redis.restored': { kept: 'all', laterKept: false },
  'redis.evict': {
    kept: 'fewer',
    meanwhile: async ({ place }) => assert.ok((await sumOfInfo(place, 'evicted_keys')) > 0),
  },
  'redis.busy': { meanwhile: refusedWith(/BUSY/), kept: 'all' },
  'redis.oom': { meanwhile: refusedWith(/OOM/), kept: 'all' },
  'redis.readonly': {
    kept: 'all',
    meanwhile: async (scene) => {
      await refusedWith(/READONLY/)(scene);
      assert.equal((await scene.writer.client.get(KEYS[0]!))?.length, 200);
    },
  },
  'redis.disk-full': { meanwhile: refusedWith(/MISCONF/), kept: 'all' },
  'redis.file-full': { meanwhile: refusedWith(/MISCONF/), kept: 'all' },
  'redis.file-full.always': { meanwhile: gone, kept: 'all' },
  'redis.slow': { kept: 'all', laterKept: true },
  'redis.cut-answers': {
    kept: 'all',
    laterKept: true,
    meanwhile: async ({ place, writer }) => {
      await writer.client.get(KEYS[0]!);
      const script = writer.client.eval('return redis.call("incr", KEYS[1])', 1, 'counted');
      const isCut = await script.then(
        () => false,
        (error: Error) => GONE.test(error.message),
      );
      const count = Number(await place.look().get('counted'));
      // A client of a Cluster sends again what was cut.
      assert.ok(isCut ? count > 0 : count > 1, `cut: ${isCut}, done ${count} times`);
    },
  },
  'redis.failover': {
    kept: 'all',
    laterKept: true,
  },
  'redis.failover.behind': { kept: 'all', laterKept: false },
  'redis.failover.last-writes': { kept: 'all', laterKept: true },
  'redis.node-emptied': { kept: 'fewer', laterKept: true },
  'redis.slot-moved': { kept: 'all', laterKept: true, meanwhile: slotMoved },
  'redis.slot-moved.live': { kept: 'all', laterKept: true, meanwhile: slotMoved },
};

/** What takes something only from those who write at the wrong moment; tests of their own show it. */
const MAY_LOSE = new Set(['redis.failover.last-writes', 'redis.slot-moved.live']);
/** With it, each fault strikes where keys are. */
const SEED = 7;

const COMMON = [
  ...['redis.kill9', 'redis.kill9.everysec', 'redis.kill9.memory', 'redis.stopped', 'redis.paused'],
  ...['redis.flushed', 'redis.restored', 'redis.evict', 'redis.busy', 'redis.oom', 'redis.disk-full'],
  ...['redis.file-full', 'redis.file-full.always', 'redis.slow', 'redis.cut-answers'],
];
const NAMES: Readonly<Record<RedisKind, readonly string[]>> = {
  single: [...COMMON, 'redis.readonly'],
  replicated: [
    ...COMMON,
    ...['redis.readonly', 'redis.failover', 'redis.failover.behind', 'redis.failover.last-writes'],
  ],
  cluster: [...COMMON, 'redis.node-emptied', 'redis.slot-moved', 'redis.slot-moved.live'],
};

/** Tests each of them on its own and all together. */
export function testFaults(kind: RedisKind): void {
  describe(`the faults of a Redis that is ${kind}`, { timeout: 120_000 }, () => {
    let place: RedisPlace;
    let writer: Writer;
    before(async () => {
      place = await openRedisPlace(kind);
      writer = openWriter(place);
    });
    after(async () => {
      writer?.close();
      await place?.stop();
    });

    for (const name of NAMES[kind]) {
      test(name, async () => {
        // A reset starts every server anew; only slots do not come home by themselves.
        if (name.startsWith('redis.slot-moved')) await place.reset();
        await Promise.all(serversOf(place).map((server) => server.flushall()));
        await strike({ place, writer }, name);
      });
    }

    test('none is missing here, and none is here twice', () => {
      assert.deepEqual(place.faults.map((fault) => fault.name).sort(), [...NAMES[kind]].sort());
    });

    test('a reset leaves nothing of faults that were not ended', async () => {
      await place.reset();
      await writer.writeAtLast(KEYS[0]!);
      for (const name of [
        'redis.restored',
        'redis.oom',
        'redis.disk-full',
        'redis.file-full',
        'redis.slow',
        'redis.busy',
      ]) {
        await find(place, name).begin(diceOf(3));
      }
      for (const proxy of place.proxies) proxy.refuse();
      await place.reset();
      assert.deepEqual(await present(place), []);
      await writer.writeAtLast(KEYS[0]!);
      assert.deepEqual(await writer.write(KEYS), []);
      assert.equal(await sumOfInfo(place, 'maxmemory'), 0);
    });
  });
}

const serversOf = (place: RedisPlace): Redis[] => {
  const client = place.look();
  return 'nodes' in client ? client.nodes('master') : [client];
};

async function sumOfInfo(place: RedisPlace, field: string): Promise<number> {
  const infos = await Promise.all(serversOf(place).map((server) => server.info()));
  return infos.reduce(
    (sum, info) => sum + Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN),
    0,
  );
}

async function slotRanges(place: RedisPlace): Promise<number> {
  const lines = (await Promise.all(serversOf(place).map((server) => server.cluster('NODES')))).flatMap((text) =>
    String(text).split('\n'),
  );
  return lines.filter((line) => line.includes('myself')).flatMap((line) => line.split(' ').slice(8)).length;
}

/** A fault of a place. */
export const find = (place: RedisPlace, name: string) => place.faults.find((fault) => fault.name === name)!;

async function strike(scene: Scene, name: string): Promise<void> {
  const { place, writer } = scene;
  const { meanwhile, kept, laterKept } = EXPECTED[name]!;
  const fault = find(place, name);
  await writer.writeAtLast(KEYS[0]!);
  assert.deepEqual(await writer.write(KEYS), []);
  const end = await fault.begin(diceOf(SEED));
  await meanwhile?.(scene);
  if (laterKept !== undefined) for (const key of LATER) await writer.writeAtLast(key);
  await end();
  const left = (await present(place)).length;
  if (kept === 'all') assert.equal(left, KEYS.length);
  if (kept === 'fewer') assert.ok(left < KEYS.length, `${left} of ${KEYS.length} are left`);
  // Of a Cluster, one node is struck.
  if (kept === 'none') assert.ok(place.kind === 'cluster' ? left < KEYS.length : left === 0, `${left} are left`);
  const later = (await present(place, LATER)).length;
  if (laterKept === true) assert.equal(later, LATER.length);
  if (laterKept === false) assert.ok(later < LATER.length, 'what was written meanwhile is there');
  assert.equal(fault.losesState, kept !== 'all' || laterKept === false || MAY_LOSE.has(name));
  await writer.writeAtLast('works again', 'yes');
  assert.equal(await place.look().get('works again'), 'yes');
  for (const key of KEYS) await writer.writeAtLast(key);
}
