/** The control port over HTTP: the same faults and state as in the process. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { faultKinds } from '../../local/eventhubs/faultKinds.ts';
import { openEndpoint, openProducer, partitionState, read, sendAll } from './harness.ts';

async function ask(url: string, method: string, body?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('GET /state tells what the process is told, as JSON', async (t) => {
  const endpoint = await openEndpoint(t, { hubs: [{ name: 'h', partitions: 1, consumerGroups: ['g'] }] });
  await sendAll(openProducer(t, endpoint), ['a', 'b']);
  const reading = read(t, endpoint, { group: 'g', ownerLevel: 3, maxBatchSize: 10, prefetchCount: 10 });
  await reading.until(2);
  // A reader that grants credit while it is asked is another state: it soon has granted all that it grants.
  for (let looks = 1; ; looks++) {
    const { status, body } = await ask(`${endpoint.controlUrl}/state`, 'GET');
    assert.equal(status, 200);
    if (isDeepStrictEqual(body, endpoint.state())) break;
    if (looks === 100) assert.deepEqual(body, endpoint.state());
  }
  const [hub] = endpoint.state().hubs;
  assert.deepEqual(hub!.consumerGroups, ['$Default', 'g']);
  const [reader] = partitionState(endpoint).readers;
  assert.equal(reader!.group, 'g');
  assert.equal(reader!.epoch, 3);
  assert.equal(reader!.delivered, 2);
  assert.ok(reader!.credit > 0);
  assert.equal(typeof reader!.consumerId, 'string');
});

test('faults are injected, listed and cleared over HTTP', async (t) => {
  const { controlUrl } = await openEndpoint(t);
  const url = `${controlUrl}/faults`;
  const fault = { kind: 'serverBusy', hub: 'h', count: 3 };
  assert.deepEqual(await ask(url, 'POST', JSON.stringify(fault)), { status: 200, body: { struck: 0 } });
  assert.deepEqual(await ask(url, 'GET'), { status: 200, body: { faults: [fault] } });
  assert.deepEqual(await ask(url, 'DELETE'), { status: 204, body: undefined });
  assert.deepEqual(await ask(url, 'GET'), { status: 200, body: { faults: [] } });
});

test('a bad fault is answered with 400, what is wrong, and what there is', async (t) => {
  const { controlUrl } = await openEndpoint(t);
  for (const [text, problem] of [
    ['{"kind":"explode"}', /kind "explode" is none of: drop, detachForced, stolen/],
    ['{"kind":"drop","colour":"red"}', /drop takes no colour/],
    ['{', /The body is no JSON/],
    ['', /The body is no JSON/],
    ['null', /A fault is a JSON object/],
    [`"${'x'.repeat(70_000)}"`, /larger than 65536 bytes/],
  ] as const) {
    const { status, body } = await ask(`${controlUrl}/faults`, 'POST', text);
    assert.equal(status, 400, text);
    const { problems, kinds } = body as { problems: string[]; kinds: unknown };
    assert.match(problems.join(' '), problem);
    assert.deepEqual(kinds, faultKinds);
  }
});

test('an unknown path is answered with those there are', async (t) => {
  const { controlUrl } = await openEndpoint(t);
  const { status, body } = await ask(`${controlUrl}/nowhere`, 'GET');
  assert.equal(status, 404);
  assert.match((body as { problems: string[] }).problems[0]!, /GET \/state/);
});
