/** What the state makes of batches, on a real Redis, against the second reading. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import type { Finding } from '../../src/detection/finding.ts';
import { readFinding, withMembers } from '../../src/state/findingStore.ts';
import type { State } from '../../src/state/state.ts';
import { readItems, wholeContents } from '../detection/product.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import * as oracle from '../oracle/naive.ts';
import { stateOptions, withState } from './redis.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis({});
});
after(() => redis.stop());

const BASE = Date.now() - 49 * 3_600_000;

async function allFindings(state: State): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const shard of state.shards) {
    const members = await shard.client.zrangebylex(`${shard.key}list`, '-', '+');
    for (const member of members) {
      const id = member.split('|')[1]!;
      const stored = await readFinding(shard.client, shard.key, id);
      found.push((await withMembers(shard.client, shard.key, stored!, [], true)).finding);
    }
  }
  return found;
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`hostile records applied event by event give the findings of the second reading (seed ${seed})`, async () => {
    const scenario = hostileScenario(seed, 300, { base: BASE });
    const items = arrangeEvents(scenario.records, scenario.arrangement);
    await withState(stateOptions(redis.url, { shards: seed % 2 === 0 ? 3 : 1 }), async (state) => {
      await Promise.all(
        items.map(async (item, i) => {
          const { operations, signIns } = readItems([item]);
          const facts: Fact[] = [...operations, ...signIns];
          const place = { hub: item.hub!, hubCreatedAt: 1, partition: item.partition! };
          const outcome = await state.apply({
            place,
            lastSequenceNumber: item.sequenceNumber!,
            facts,
            nonInteractive: [],
            deadLetters: [],
          });
          assert.equal(outcome.kind, 'applied', `event ${i}`);
        }),
      );
      await state.folder.idle();
      const expected = oracle.inOneOrder(oracle.findings(oracle.readFacts(items)));
      const found = await allFindings(state);
      assert.deepEqual(oracle.inOneOrder(found.map((finding) => wholeContents(finding))), expected);
    });
  });
}
