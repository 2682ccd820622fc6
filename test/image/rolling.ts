/** Two replicas of the image, replaced one after the other while events keep coming: nothing may lack, and nothing may be told twice. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { assertAll, assertRows, coverageOf } from '../e2e/laws.ts';
import { eventually, openServers, type Stage } from '../e2e/support.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import { type Container, start } from './container.ts';
import { step } from './step.ts';

/** More than are sent while two replicas are replaced, on the slowest machine too. */
const RECORDS_MAX = 3_000;
/** Items that are sent at once, and the time between them. */
const PIECE = 3;
const PIECE_MS = 400;
const MOMENTS = 4;
/** The service's own, SHUTDOWN_DEADLINE: a replica that is replaced in an orderly way takes less. */
const DEADLINE_MS = 25_000;

export async function roll(): Promise<void> {
  const servers = await openServers();
  try {
    await replace(servers.stage(0));
  } finally {
    await servers.stop();
  }
}

async function replace(stage: Stage): Promise<void> {
  let number = 0;
  const replica = async (): Promise<Container> => {
    const one = await start(`guestwatch-check-${process.pid}-replica-${++number}`, {
      ...stage.environment,
      LOG_LEVEL: 'info',
    });
    await one.ready();
    return one;
  };
  const [first, second] = await step('two replicas share the partitions', async () => {
    const both = [await replica(), await replica()] as const;
    await eventually(async () => (await readersAt(both[0].apiUrl)) === 2, 'both read', 120_000);
    return both;
  });
  const follower = stage.follow(first.apiUrl);
  const traffic = keepSending(stage);
  const next: Container[] = [];
  for (const [which, old] of [first, second].entries()) {
    await step(`replica ${which + 1} is replaced under load: the old one drains and ends with 0`, async () => {
      await traffic.sends();
      const fresh = await replica();
      next.push(fresh);
      const { code, ms, log } = await old.stop();
      assert.equal(code, 0, log);
      assert.ok(log.includes('"msg":"stopped"') && ms < DEADLINE_MS, `${ms} ms\n${log}`);
      follower.moveTo(fresh.apiUrl);
      await traffic.sends();
    });
  }
  await traffic.end();
  const [third, fourth] = next as [Container, Container];
  await step('findings, feed and dead letters are the pure fold of what was sent, each revision once', async () => {
    await assertAll(fourth.apiUrl, stage, follower);
    await assertRows(third.apiUrl, stage.sent, MOMENTS);
  });
  await step('the new replicas end with 0 as well', async () => {
    assert.deepEqual(
      (await Promise.all([third.stop(), fourth.stop()])).map(({ code }) => code),
      [0, 0],
    );
  });
}

async function readersAt(url: string): Promise<number> {
  const { hubs } = await coverageOf(url);
  return new Set(hubs.flatMap(({ partitions }) => partitions.map(({ reader }) => reader))).size;
}

/** Sends piece by piece until it is told to end; `sends` resolves when another piece has gone. */
function keepSending(stage: Stage) {
  const { records, arrangement } = hostileScenario(7, RECORDS_MAX, { base: Date.now() - 49 * 3_600_000 });
  const items = arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 4 });
  const ending = new AbortController();
  const sent = new EventEmitter();
  const all = (async () => {
    for (let i = 0; i < items.length && !ending.signal.aborted; i += PIECE) {
      await stage.send(items.slice(i, i + PIECE));
      sent.emit('piece');
      await pause(PIECE_MS, undefined, { signal: ending.signal }).catch(() => {}); // Told to end.
    }
    assert.ok(ending.signal.aborted, 'the traffic lasted as long as the replacing');
  })();
  return {
    sends: () => Promise.race([once(sent, 'piece'), all]),
    async end() {
      ending.abort();
      await all;
    },
  };
}
