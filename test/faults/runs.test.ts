/** A few runs of the suite, always the same: what each of them strikes is drawn from its seed. `npm run faults` has all others. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { run } from './run.ts';
import { describeSchedule, drawStrikes, drawTopology } from './schedule.ts';
import { Servers } from './world.ts';

/** One for each kind of Redis, with state lost, events gone, and processes killed between them. */
const SEEDS = [10, 16, 36];

const servers = new Servers();
after(() => servers.discard());

for (const seed of SEEDS) {
  test(`nothing is lost, told twice or kept silent, whatever strikes (seed ${seed})`, {
    timeout: 240_000,
  }, async () => {
    const { schedule, broken } = await run(servers, drawTopology(seed), drawStrikes);
    assert.equal(
      broken,
      null,
      broken === null ? '' : `${broken.law}\n${describeSchedule(schedule)}\n${broken.difference}`,
    );
  });
}

test('the same seed draws the same schedule, another another', () => {
  const menu = ['redis.a', 'redis.b', 'hubs.a', 'process.a', 'blob.a', 'network.hubs.a'];
  const drawn = (seed: number) => JSON.stringify([drawTopology(seed), drawStrikes(drawTopology(seed), menu)]);
  assert.equal(drawn(7), drawn(7));
  assert.notEqual(drawn(7), drawn(8));
});

test('what strikes one part does so one after the other', () => {
  const menu = ['redis.a', 'redis.b.c', 'network.redis.a', 'network.hubs.a', 'hubs.a', 'process.a', 'blob.a'];
  const partOf = (fault: string): string => (/^network\.[^.]+/.exec(fault) ?? fault.split('.'))[0]!;
  for (let seed = 0; seed < 300; seed++) {
    const freeAt = new Map<string, number>();
    for (const { fault, atMs, forMs } of drawStrikes(drawTopology(seed), menu)) {
      assert.ok(atMs >= (freeAt.get(partOf(fault)) ?? 0), `seed ${seed}: ${fault}`);
      freeAt.set(partOf(fault), atMs + forMs);
    }
  }
});
