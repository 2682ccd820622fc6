/** A machine whose clock is days ahead passes over nothing and gives nothing up: the clock of Redis is its witness. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { operation, signIn, TENANT } from '../oracle/examples.ts';
import { askFor, findingsIn } from './asking.ts';
import { rowsOf } from './laws.ts';
import { eventually, onStage, openServers, type Servers } from './support.ts';

const HOUR_MS = 3_600_000;
/** Further than facts are kept, and than a first start goes back. */
const AHEAD_MS = 72 * HOUR_MS;

const realNow = Date.now;
let servers: Servers;
before(async () => {
  servers = await openServers({ now: () => realNow.call(Date) });
});
after(async () => {
  Date.now = realNow;
  await servers?.stop();
});

test('a first start by a clock that is three days ahead reads all, and keeps it', { timeout: 60_000 }, () =>
  onStage(servers, 0, async (stage) => {
    const time = new Date(realNow() - HOUR_MS).toISOString();
    const body = Buffer.from(JSON.stringify({ records: [signIn({}, { time }), operation({}, {}, { time })] }));
    await stage.send([{ body, hub: stage.hubs[0]!, partition: '0' }]);
    Date.now = () => realNow.call(Date) + AHEAD_MS;
    const { apiUrl } = await stage.start();
    await eventually(async () => (await findingsIn(apiUrl, 'any')).length === 1, 'the finding', 20_000);
    const { at } = await askFor<{ at: string }>(apiUrl, '/v1/coverage');
    assert.ok(Math.abs(Date.parse(at) - realNow()) < 10_000, at);
    assert.equal((await rowsOf(apiUrl, { tenantId: TENANT, view: 'strict' })).rows.length, 1);
  }),
);
