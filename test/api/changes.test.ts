/** The feed by polling: what there is at once, what comes while one waits, and what ends the wait. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock, type TestContext, test } from 'node:test';
import { Registry } from 'prom-client';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';
import { findingOf } from './samples.ts';

const revision = (n: number): string => JSON.stringify(findingOf('f-1', { revision: n }));
const revisions = (data: Record<string, unknown>) =>
  (data['items'] as { finding: { revision: number } }[]).map(({ finding }) => finding.revision);

/** Virtual time: nothing here waits for a clock. */
function freeze(t: TestContext): void {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
}

test('reading on from each cursor gives every revision once and in order', async () => {
  const { ports, feed } = memory();
  for (let n = 1; n <= 5; n++) feed.append(revision(n));
  const { ask } = await appOf(ports);
  const seen: number[] = [];
  let after: unknown = 'begin';
  for (let page = 0; page < 4; page++) {
    const { data } = await ask(`/v1/changes?limit=2&after=${after}`);
    seen.push(...revisions(data));
    after = data['cursor'];
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
});

test('each change carries the cursor after it, and the stored text byte for byte', async () => {
  const { ports, feed } = memory();
  feed.append(revision(1));
  const { ask } = await appOf(ports);
  const { body } = await ask('/v1/changes');
  assert.equal(body, `{"items":[{"cursor":"1","reason":"new","finding":${revision(1)}}],"cursor":"1"}`);
});

test('after now gives nothing of before, and a cursor to go on from', async () => {
  const { ports, feed } = memory();
  feed.append(revision(1));
  const { ask } = await appOf(ports);
  const { data } = await ask('/v1/changes?after=now');
  assert.deepEqual(data, { items: [], cursor: '1' });
  feed.append(revision(2));
  assert.deepEqual(revisions((await ask(`/v1/changes?after=${data['cursor']}`)).data), [2]);
});

test('a cursor that is trimmed or ahead is answered with how to resynchronise', async () => {
  const { ports, feed } = memory();
  feed.append(revision(1));
  feed.trimmed = 1;
  const { ask } = await appOf(ports);
  for (const after of ['0', '9']) {
    const { statusCode, data } = await ask(`/v1/changes?wait=60&after=${after}`);
    assert.equal(statusCode, 410);
    assert.equal(data['type'], 'urn:guestwatch:problem:resync');
    assert.match(String(data['detail']), /after=now.*list/);
  }
});

test('a cursor that cannot be read is refused in its place', async () => {
  const { ask } = await appOf(memory().ports);
  const { statusCode, data } = await ask('/v1/changes?after=nonsense');
  assert.equal(statusCode, 400);
  assert.equal((data['errors'] as { name: string }[])[0]?.name, 'after');
});

test('what is there is given at once, whatever the wait', async () => {
  const { ports, feed } = memory();
  feed.append(revision(1));
  const { ask } = await appOf(ports);
  assert.deepEqual(revisions((await ask('/v1/changes?wait=60')).data), [1]);
  assert.equal(feed.listeners, 0);
});

test('a change wakes all that wait for it', async () => {
  const { ports, feed } = memory();
  const { ask } = await appOf(ports);
  const waiting = Array.from({ length: 20 }, async () => {
    const begun = once(feed.events, 'waiting');
    const answer = ask('/v1/changes?after=now&wait=60');
    await begun;
    return { answer };
  });
  const answers = await Promise.all(waiting);
  assert.equal(feed.listeners, 20);
  feed.append(revision(1));
  for (const { answer } of answers) assert.deepEqual(revisions((await answer).data), [1]);
  assert.equal(feed.listeners, 0);
});

test('waking for nothing goes on waiting', async () => {
  const { ports, feed } = memory();
  const { ask } = await appOf(ports);
  const begun = once(feed.events, 'waiting');
  const answer = ask('/v1/changes?wait=60');
  await begun;
  const again = once(feed.events, 'waiting');
  feed.wakeForNothing();
  await again;
  feed.append(revision(1));
  assert.deepEqual(revisions((await answer).data), [1]);
});

test('a wait in which nothing comes ends empty, with a cursor', async (t) => {
  const { ports, feed } = memory();
  const { ask } = await appOf(ports);
  freeze(t);
  const begun = once(feed.events, 'waiting');
  const answer = ask('/v1/changes?wait=30');
  await begun;
  mock.timers.tick(29_999);
  assert.equal(feed.listeners, 1);
  mock.timers.tick(1);
  assert.deepEqual((await answer).data, { items: [], cursor: '0' });
  assert.equal(feed.listeners, 0);
});

test('a cursor that is lost while one waits is answered with how to resynchronise', async () => {
  const { ports, feed } = memory();
  const { ask } = await appOf(ports);
  const begun = once(feed.events, 'waiting');
  const answer = ask('/v1/changes?wait=60');
  await begun;
  feed.trimmed = 5;
  feed.wakeForNothing();
  assert.equal((await answer).statusCode, 410);
});

test('closing answers all that wait at once, with what there is, and leaves nothing behind', async () => {
  const { ports, feed } = memory();
  const { ask, server } = await appOf(ports);
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const begun = once(feed.events, 'waiting');
  const answer = ask('/v1/changes?wait=60');
  await begun;
  const closed = server.close();
  const { statusCode, data } = await answer;
  assert.equal(statusCode, 200);
  assert.deepEqual(data['items'], []);
  await closed;
  assert.equal(feed.listeners, 0);
  assert.equal(timers(), before);
});

test('for a client that went away nothing is held and nothing more is read', async () => {
  const { ports, feed } = memory();
  const registry = new Registry();
  const { server } = await appOf(ports, { registry });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const begun = once(feed.events, 'waiting');
  const request = get({ port, host: '127.0.0.1', path: '/v1/changes?wait=60' });
  request.on('error', () => {});
  await begun;
  assert.match(await registry.metrics(), /guestwatch_http_requests_waiting 1/);
  const released = once(feed.events, 'released');
  request.destroy();
  await released;
  await server.close();
  assert.match(await registry.metrics(), /guestwatch_http_requests_waiting 0/);
  assert.equal(feed.listeners, 0);
  assert.equal(feed.reads, 1);
});

test('more than so many may not wait, and those that do are not disturbed', async () => {
  const { ports, feed } = memory();
  const { ask } = await appOf(ports, { waitingMax: 1 });
  const begun = once(feed.events, 'waiting');
  const first = ask('/v1/changes?wait=60');
  await begun;
  const second = await ask('/v1/changes?wait=60');
  assert.equal(second.statusCode, 503);
  assert.ok(second.headers['retry-after']);
  assert.equal((await ask('/v1/changes')).statusCode, 200, 'who does not wait is served');
  feed.append(revision(1));
  assert.deepEqual(revisions((await first).data), [1]);
});
