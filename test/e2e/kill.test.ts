/** A service killed in mid-stream, at each step between a record's arrival and its finding: the next one makes good what it left undone. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { operation, signIn } from '../oracle/examples.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import { assertAll } from './laws.ts';
import { onStage, openServers, type Servers, STEPS, type Stage, type Step } from './support.ts';

const RECORDS = 160;

/** At which passing of the step the first service ends: late enough that others have gone through whole. */
const PASSING: Readonly<Record<Step, number>> = {
  'state.beforeApply': 7,
  'state.afterApply': 7,
  'consumer.afterApply': 7,
  'consumer.afterPosition': 20,
  'consumer.beforeCheckpoint': 3,
  'state.beforeStore': 25,
  'state.afterStore': 25,
};

// Two at once: most of the time each waits until what the killed process owned is free again.
describe('kill -9 in mid-stream', { concurrency: 2 }, () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: STEPS.length + 1 });
  });
  after(() => servers?.stop());

  for (const [number, step] of STEPS.entries()) {
    test(`at ${step}: a second service makes the same findings, each revision once`, { timeout: 180_000 }, () =>
      onStage(servers, number, (stage) => killAndGoOn(stage, step, number)),
    );
  }

  test(
    'a finding whose facts were safe but not folded is made without any new event, by a process that reads none',
    {
      timeout: 60_000,
    },
    () =>
      onStage(servers, STEPS.length, async (stage) => {
        const first = await stage.spawn({ stopAt: { step: 'state.afterApply', passing: 1 } });
        await first.printed('ready');
        const time = new Date(Date.now() - 3_600_000).toISOString();
        const body = Buffer.from(JSON.stringify({ records: [signIn({}, { time }), operation({}, {}, { time })] }));
        await stage.send([{ body, hub: stage.hubs[0]!, partition: '2' }]);
        await first.printed('at state.afterApply');
        await first.kill9();
        const second = await stage.start({ roles: ['api'] });
        const follower = stage.follow(second.apiUrl);
        await follower.until(1);
        const changes = await follower.close();
        assert.deepEqual(
          changes.map(({ reason, finding }) => [reason, finding.revision]),
          [['new', 1]],
        );
      }),
  );
});

async function killAndGoOn(stage: Stage, step: Step, seed: number): Promise<void> {
  const { records, arrangement } = hostileScenario(seed + 1, RECORDS, { base: Date.now() - 49 * 3_600_000 });
  const items = arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 4 });
  const half = Math.ceil(items.length / 2);
  const first = await stage.spawn({ stopAt: { step, passing: PASSING[step] } });
  await first.printed('ready');
  await stage.send(items.slice(0, half));
  await first.printed(`at ${step}`);
  await first.kill9();
  await stage.send(items.slice(half));
  const second = await stage.start();
  await assertAll(second.apiUrl, stage);
}
