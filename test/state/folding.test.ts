/** What the state makes of batches, on a real Redis, against the second reading. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import { groupBy } from '../../src/detection/group.ts';
import type { State, StateOptions } from '../../src/state/state.ts';
import { readItems } from '../detection/product.ts';
import { type Dice, diceOf } from '../oracle/dice.ts';
import { arrangeEvents, hostileScenario, type ScenarioOptions } from '../oracle/hostile.ts';
import * as oracle from '../oracle/naive.ts';
import {
  allFindings,
  assertWholeFeed,
  contentsIn,
  feedOf,
  foldOf,
  keysOf,
  settle,
  sourcesOf,
  stateOptions,
  withStates,
} from './redis.ts';
import { batchOf } from './samples.ts';

let redis: RedisServer;
let cluster: RedisCluster;
before(async () => {
  [redis, cluster] = await Promise.all([startRedis({ appendOnly: false }), startRedisCluster({ appendOnly: false })]);
});
after(() => Promise.all([redis.stop(), cluster.stop()]));

const BASE = Date.now() - 49 * 3_600_000;

interface Hostile {
  readonly items: readonly oracle.SentItem[];
  readonly expected: unknown[];
}

function hostile(seed: number, count: number, options: ScenarioOptions = {}): Hostile {
  const scenario = hostileScenario(seed, count, { base: BASE, ...options });
  const items = arrangeEvents(scenario.records, scenario.arrangement);
  return { items, expected: oracle.inOneOrder(oracle.findings(oracle.readFacts(items))) };
}

/** Applies events in any order, in batches of any size, by any of the states, several at once. */
async function applyInAnyOrder(states: readonly State[], items: readonly oracle.SentItem[], dice: Dice): Promise<void> {
  const byPlace = groupBy(dice.shuffled(items), ({ hub, partition }) => `${hub}/${partition}`);
  const facts = (own: readonly oracle.SentItem[]): Fact[] => {
    const { operations, signIns } = readItems(own);
    return dice.shuffled([...operations, ...signIns]);
  };
  await Promise.all(
    [...byPlace.values()].map(async (own) => {
      for (let i = 0; i < own.length; ) {
        const part = own.slice(i, i + 1 + dice.below(dice.pick([1, 4, 40])));
        i += part.length;
        const place = { hub: part[0]!.hub!, hubCreatedAt: 1, partition: part[0]!.partition! };
        const last = Math.max(...part.map(({ sequenceNumber }) => sequenceNumber!));
        const outcome = await dice.pick(states).apply(batchOf(facts(part), last, place));
        assert.deepEqual(outcome, { kind: 'applied' });
      }
    }),
  );
  await settle(states);
}

async function assertSameFindings(options: StateOptions, seed: number, { items, expected }: Hostile): Promise<void> {
  await withStates(options, 3, async (states) => {
    await applyInAnyOrder(states, items, diceOf(seed));
    assert.deepEqual(await contentsIn(states[0]!), expected);
    const { operations, signIns } = readItems(items);
    assert.deepEqual(sourcesOf(await allFindings(states[0]!)), sourcesOf(foldOf([...operations, ...signIns])));
    await assertWholeFeed(states[0]!);

    assert.deepEqual(
      (await keysOf(states[0]!)).filter((key) => /^\d+ (ap:|fold)/.test(key)),
      [],
      'nothing waits that was folded',
    );

    const told = (await feedOf(states[0]!)).length;
    await applyInAnyOrder(states, items, diceOf(seed + 1));
    assert.equal((await feedOf(states[0]!)).length, told, 'facts that come again publish nothing');
    assert.deepEqual(await contentsIn(states[0]!), expected);
  });
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`hostile records in any order, in any batches, by three processes at once give the findings of the second reading (seed ${seed})`, async () => {
    await assertSameFindings(
      stateOptions(redis.url, { shards: seed % 2 === 0 ? 3 : 1 }),
      seed,
      hostile(seed, 300, { crowd: seed % 3 === 0 ? 'much' : 'some' }),
    );
  });
}

test('hostile records give the same findings on a Cluster', async () => {
  const url = `redis://127.0.0.1:${cluster.addresses[0]!.port}`;
  await assertSameFindings(stateOptions(url, { cluster: true, shards: 5 }), 7, hostile(7, 300));
});
