/** The processes that the fault suite strikes: what is done to one happens to it, and what it does wrong is noticed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { startRedis } from '../../local/redis.ts';
import { ask, askFor } from '../e2e/asking.ts';
import { assertAll } from '../e2e/laws.ts';
import { eventually, FAST, onStage, openServers, type Servers, type Stage } from '../e2e/support.ts';
import { diceOf } from '../oracle/dice.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import { type Crew, LAYOUTS, type Layout, openCrew } from './process/crew.ts';
import { type ServiceProcess, spawnService } from './process/service.ts';

const HOUR_MS = 3_600_000;

function itemsFor(stage: Stage, seed: number, count: number): SentItem[] {
  const { records, arrangement } = hostileScenario(seed, count, { base: Date.now() - 49 * HOUR_MS });
  return arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 2 });
}

describe('a service as a process', { concurrency: 2 }, () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 6 });
  });
  after(() => servers?.stop());

  const onProcess = (stage: number, run: (process: ServiceProcess, stage: Stage) => Promise<void>): Promise<void> =>
    onStage(servers, stage, async (own) => {
      const process = await spawnService(own.environment, { tuning: FAST });
      try {
        await process.ready;
        await run(process, own);
      } finally {
        await process.kill9();
      }
    });

  test('one that read and answered leaves nothing behind when it stops', { timeout: 180_000 }, () =>
    onProcess(0, async (process, stage) => {
      await stage.send(itemsFor(stage, 1, 60));
      await assertAll(process.apiUrl, stage);
      const report = await process.stop();
      assert.deepEqual({ code: report.code, left: report.left?.resources }, { code: 0, left: [] });
      assert.equal((await process.gone).wasAsked, true);
      assert.ok(process.memory().peak > 50_000_000);
    }),
  );

  test('a timer and a server that it leaves open are found', { timeout: 180_000 }, () =>
    onProcess(1, async (process) => {
      await process.plant('timer');
      await process.plant('socket');
      const report = await process.stop();
      assert.equal(report.code, 0);
      assert.deepEqual([...report.left!.resources].sort(), ['TCPServerWrap', 'Timeout']);
    }),
  );

  test(
    'frozen it answers nothing, thawed it goes on; its wall clock can be put wrong and right',
    { timeout: 180_000 },
    () =>
      onProcess(2, async (process) => {
        const isAlive = () =>
          fetch(`${process.opsUrl}/livez`, { signal: AbortSignal.timeout(500) }).then(
            ({ ok }) => ok,
            () => false,
          );
        assert.equal(await isAlive(), true);
        process.freeze();
        assert.equal(await isAlive(), false);
        process.thaw();
        await eventually(isAlive, 'it answers again');

        await process.stepClock(-2 * HOUR_MS);
        const { at } = await askFor<{ at: string }>(process.apiUrl, '/v1/coverage');
        assert.ok(Math.abs(Date.parse(at) - Date.now() + 2 * HOUR_MS) < 5_000, at);
        // The service may know better than a clock that is ahead; its log is not asked.
        await process.stepClock(2 * HOUR_MS);
        assert.equal((await process.stop()).code, 0);
        const { time, heardAt } = process.lines.find(({ msg }) => msg === 'stopping')!;
        assert.ok(Math.abs(Date.parse(String(time)) - heardAt - 2 * HOUR_MS) < 5_000, String(time));
      }),
  );

  test('it is killed where it was told to stand, and goes on where it does not come by', { timeout: 180_000 }, () =>
    onProcess(3, async (process, stage) => {
      assert.equal(await process.killAt('state.afterApply', 1, 300), false);
      const struck = process.killAt('state.beforeStore', 2, 30_000);
      await stage.send(itemsFor(stage, 2, 60));
      assert.equal(await struck, true);
      assert.equal(process.isGone, true);
      const { signal, wasAsked } = await process.gone;
      assert.deepEqual({ signal, wasAsked }, { signal: 'SIGKILL', wasAsked: true });
    }),
  );

  test('its heap fills up, and V8 ends it', { timeout: 180_000 }, () =>
    onProcess(4, async (process) => {
      await process.exhaust();
      const { signal, wasAsked, lastWords } = await process.gone;
      assert.deepEqual({ signal, wasAsked }, { signal: 'SIGABRT', wasAsked: true });
      assert.match(lastWords, /heap out of memory/);
    }),
  );

  test('it stops in mid-batch where it is told to, with nothing left', { timeout: 180_000 }, () =>
    onProcess(5, async (process, stage) => {
      const stopping = process.stopAt('state.afterApply', 3, 30_000);
      await stage.send(itemsFor(stage, 3, 60));
      const report = await stopping;
      assert.deepEqual({ code: report?.code, left: report?.left?.resources }, { code: 0, left: [] });
    }),
  );
});

describe('a crew', { concurrency: 1 }, () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 4 });
  });
  after(() => servers?.stop());

  const onCrew = (stage: number, layout: Layout, run: (crew: Crew, stage: Stage) => Promise<void>): Promise<void> =>
    onStage(servers, stage, async (own) => {
      const crew = await openCrew({ environment: own.environment, layout, tuning: FAST });
      try {
        await crew.ready();
        await run(crew, own);
      } finally {
        await crew.killAll();
      }
    });

  for (const plant of ['exit', 'throw'] as const) {
    test(`a process that ends by itself (${plant}) is a failure, with its last words`, { timeout: 180_000 }, () =>
      onCrew(plant === 'exit' ? 0 : 1, LAYOUTS.one, async (crew) => {
        const [process] = crew.processes;
        await process!.plant(plant);
        await process!.gone;
        assert.deepEqual(
          crew.failures.map(({ name, code }) => [name, code]),
          [['consumer+api+delivery-0.1', plant === 'exit' ? 9 : 1]],
        );
        if (plant === 'throw') assert.match(crew.failures[0]!.lastWords, /planted/);
        assert.deepEqual(crew.processes, []);
        await assert.rejects(crew.ready(), /ended with/);
      }),
    );
  }

  test(
    'every fault is brought about and made good, and the answers are those of the naive reading',
    {
      timeout: 420_000,
    },
    () =>
      onCrew(2, LAYOUTS.twoApart, async (crew, stage) => {
        const dice = diceOf(3);
        const items = itemsFor(stage, 13, 300);
        // Killed at each of the steps it is elsewhere, where nothing else is looked at.
        const faults = crew.faults.filter(
          ({ name }) => !name.startsWith('process.killAt.') || name.endsWith('.afterApply'),
        );
        const size = Math.ceil(items.length / faults.length);
        for (const [i, fault] of faults.entries()) {
          const sending = stage.send(items.slice(i * size, (i + 1) * size));
          const end = await fault.begin(dice);
          await sending;
          await end();
        }
        await crew.ready();
        await assertAll(crew.urls()[0]!, stage);
        const reports = await crew.stopAll();
        assert.deepEqual(
          reports.filter(({ code, left }) => code !== 0 || left?.resources.length !== 0),
          [],
        );
        assert.deepEqual(crew.failures, []);
        assert.ok(crew.log.some(({ msg }) => msg === 'ready'));
        const struck = new Set(crew.events.filter(({ process }) => process !== '').map(({ fault }) => fault));
        assert.equal(struck.size, faults.length);
      }),
  );

  test('what cannot start because something is not there is started again until it is', { timeout: 180_000 }, () =>
    onStage(servers, 3, async (stage) => {
      const port = await freePort();
      const environment = { ...stage.environment, REDIS_URL: `redis://127.0.0.1:${port}` };
      const crew = await openCrew({ environment, layout: LAYOUTS.one, tuning: FAST });
      assert.deepEqual(crew.processes, []);
      const redis = await startRedis({ port });
      try {
        await crew.ready();
        assert.deepEqual(crew.failures, []);
        assert.equal((await ask(crew.urls()[0]!, '/v1/findings')).status, 200);
      } finally {
        await crew.killAll();
        await redis.stop();
      }
    }),
  );
});
