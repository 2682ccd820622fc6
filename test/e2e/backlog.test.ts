/**
 * Four days of a hub in which nobody read it: what lies there is older than facts are kept, and is found all the same. The
 * sign-in waits for its operation, which was enqueued forty hours later, through as many sweeps as it takes to be read.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnService } from '../faults/process/service.ts';
import { operation, signIn } from '../oracle/examples.ts';
import { askFor, evidenceOf, findingsIn } from './asking.ts';
import { eventually, FAST, onStage, openServers, PARTITIONS, type Servers } from './support.ts';

const HOUR_MS = 3_600_000;
const STOPPED_MS = 100 * HOUR_MS;
const SIGNED_IN_MS = 92 * HOUR_MS;
const OPERATED_MS = 70 * HOUR_MS;
const ENQUEUED_MS = 52 * HOUR_MS;
/** In each round of it facts go that may. */
const MAINTENANCE_MS = 5_000;

const realNow = Date.now.bind(Date);
const ago = (ms: number): string => new Date(realNow() - ms).toISOString();
/** By how much the clock of the hub is behind. */
let behindMs = STOPPED_MS;
let servers: Servers;
before(async () => {
  servers = await openServers({ now: () => realNow() - behindMs });
});
after(async () => {
  Date.now = realNow;
  await servers?.stop();
});

interface Coverage {
  readonly clock: { readonly heldBackMs: number; readonly heldBy: string | null };
  readonly losses: readonly unknown[];
  readonly hubs: readonly {
    readonly partitions: readonly { readonly position: unknown; readonly gaps: unknown[] }[];
  }[];
}

test('a backlog of days: nothing goes before it is read, and afterwards all of it goes', { timeout: 180_000 }, () =>
  onStage(servers, 0, async (stage) => {
    const { enqueue, faults } = servers.endpoint;
    const [signIns, audit] = stage.hubs as [string, string];
    const bodyOf = (...records: object[]): Buffer => Buffer.from(JSON.stringify({ records }));
    const everywhere = (): void => {
      for (const hub of stage.hubs)
        for (let partition = 0; partition < PARTITIONS; partition++) enqueue(hub, String(partition), bodyOf({}));
    };
    const coverage = (url: string) => askFor<Coverage>(url, '/v1/coverage');
    const positions = async (url: string): Promise<number> =>
      (await coverage(url)).hubs.flatMap(({ partitions }) => partitions).filter(({ position }) => position !== null)
        .length;

    // The service of then, by the clock of then, read all that there was.
    Date.now = () => realNow() - STOPPED_MS;
    everywhere();
    const first = await stage.start();
    await eventually(async () => (await positions(first.apiUrl)) === 2 * PARTITIONS, 'a position of every partition');
    await first.close();
    Date.now = realNow;

    behindMs = SIGNED_IN_MS;
    enqueue(signIns, '0', bodyOf(signIn({}, { time: ago(SIGNED_IN_MS) })));
    behindMs = ENQUEUED_MS;
    enqueue(audit, '1', bodyOf(operation({}, {}, { time: ago(OPERATED_MS) })));
    behindMs = 0;
    everywhere();

    faults.inject({ kind: 'freezeCredit', hub: audit, partition: '1' });
    const second = await spawnService(stage.environment, { tuning: FAST });
    try {
      const guests = async () => (await askFor<{ items: unknown[] }>(second.apiUrl, '/v1/guests')).items.length;
      await eventually(async () => (await guests()) === 1, 'the sign-in is read');
      // Its window is read but for one partition, and all in it is older than facts are kept.
      for (let round = 0; round < 3; round++) {
        await delay(MAINTENANCE_MS);
        const { clock } = await coverage(second.apiUrl);
        assert.equal(clock.heldBy, `${audit}/1`);
        assert.ok(clock.heldBackMs > ENQUEUED_MS, String(clock.heldBackMs));
        assert.equal(await guests(), 1, 'the sign-in is kept');
        assert.deepEqual(await findingsIn(second.apiUrl, 'any'), []);
      }

      faults.clear();
      await eventually(async () => (await findingsIn(second.apiUrl, 'any')).length === 1, 'the finding');
      await eventually(async () => (await guests()) === 0, 'the sign-in has gone');
      const after = await coverage(second.apiUrl);
      assert.ok(after.clock.heldBackMs < HOUR_MS, String(after.clock.heldBackMs));
      assert.deepEqual(after.losses, []);
      assert.deepEqual(
        after.hubs.flatMap(({ partitions }) => partitions.flatMap(({ gaps }) => gaps)),
        [],
      );

      const [finding] = await findingsIn(second.apiUrl, 'any');
      assert.deepEqual([finding!.revision, finding!.late, finding!.eventCount], [1, true, 1]);
      const [evidence] = await evidenceOf(second.apiUrl, finding!.id);
      assert.equal(evidence!.signIns.length, 1, 'it owns what has gone');
      const { items } = await askFor<{ items: { reason: string }[] }>(second.apiUrl, '/v1/changes', { after: 'begin' });
      assert.deepEqual(
        items.map(({ reason }) => reason),
        ['new'],
      );
      const actor = String(finding!.actorUpn);
      const { operations } = await askFor<{ operations: unknown[] }>(second.apiUrl, '/v1/explain', { actor });
      assert.deepEqual(operations, [], 'the operation has gone');
    } finally {
      await second.kill9();
    }
  }),
);
