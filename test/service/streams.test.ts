/** The feed over two processes on one Redis: cursors hold at both, in every form, and a loss in mid-stream is told. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { readConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { openState, type State } from '../../src/state/state.ts';
import { openSse, type SseStream } from '../api/sse.ts';
import { fetch } from '../document/fetch.ts';
import { ocsfFaults } from '../formats/ocsf/validate.ts';
import { applyFacts, stateOptions, withState } from '../state/redis.ts';
import { operation, signIn } from '../state/samples.ts';

const NOW = Date.now();
let redis: RedisServer;
let services: Service[];
let state: State;

before(async () => {
  redis = await startRedis({});
  const settings = readConfig({ REDIS_URL: redis.url, API_PORT: '0', OPS_PORT: '0' }, { roles: ['api'] });
  assert.ok('config' in settings);
  const { config } = settings;
  const start = () => startService(config, { roles: ['api'], logger: pino({ level: 'silent' }) });
  services = [await start(), await start()];
  state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
});
after(async () => {
  await state.close();
  for (const service of services) await service.close();
  await redis.stop();
});

const urlOf = (which: number): string => services[which]!.apiUrl!;
const streamAt = (which: number, query = '', headers = {}) => openSse(`${urlOf(which)}/v1/stream${query}`, headers);
// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what is asserted of them.
const changeIn = async (stream: SseStream): Promise<any> => JSON.parse((await stream.nextData())?.data ?? 'null');
let sequence = 0;
const revise = (name: string) => applyFacts(state, [operation(name, NOW)], sequence++);

test('a stream that its server ends is gone on with at another, from the last event', { timeout: 30_000 }, async () => {
  await applyFacts(state, [signIn('s', NOW), operation('a', NOW)], sequence++);
  const first = await streamAt(0, '?after=begin');
  assert.equal((await changeIn(first)).finding.revision, 1);
  await revise('b');
  const { cursor, finding } = await changeIn(first);
  assert.equal(finding.revision, 2);
  first.close();
  await revise('c');
  const second = await streamAt(1, '', { 'last-event-id': cursor });
  assert.equal((await changeIn(second)).finding.revision, 3);
  await revise('d');
  assert.equal((await changeIn(second)).finding.revision, 4);
  second.close();
});

test('one cursor reads on in every form of the feed', { timeout: 30_000 }, async () => {
  const changes = (await (await fetch(`${urlOf(0)}/v1/changes?limit=1`)).json()) as { cursor: string };
  const answer = await fetch(`${urlOf(1)}/v1/changes?limit=1&after=${changes.cursor}`, {
    headers: { accept: 'application/cloudevents-batch+json' },
  });
  assert.equal(answer.headers.get('content-type'), 'application/cloudevents-batch+json; charset=utf-8');
  const [event] = (await answer.json()) as [{ id: string; cursor: string; data: { revision: number } }];
  assert.equal(event.data.revision, 2);
  assert.equal(answer.headers.get('next-cursor'), event.cursor);
  const next = new URL(/<(.*)>; rel="next"/.exec(answer.headers.get('link') ?? '')![1]!, answer.url);
  const followed = (await (await fetch(next)).json()) as { items: { finding: { revision: number } }[] };
  assert.equal(followed.items[0]?.finding.revision, 3);

  const stream = await streamAt(0, '?format=ocsf', { 'last-event-id': event.cursor });
  const { finding } = await changeIn(stream);
  assert.deepEqual(ocsfFaults(finding), []);
  assert.equal(finding.unmapped.revision, 3);
  stream.close();
  // The name of a revision is the same in each form and from each process.
  const again = await streamAt(1, `?format=ocsf&after=${changes.cursor}`);
  assert.equal((await changeIn(again)).finding.metadata.uid, event.id);
  again.close();
});

test('a loss in mid-stream ends it with a place to go on from, from which nothing is missed', {
  timeout: 60_000,
}, async () => {
  const stream = await streamAt(0);
  await stream.next();
  await state.client.flushall();
  const sent = await stream.nextData();
  assert.equal(sent?.event, 'resync');
  assert.equal(await stream.next(), null);
  const resumed = await streamAt(1, '', { 'last-event-id': sent.id! });
  assert.equal(resumed.status, 200);
  // Whoever comes new knows of no loss, and writes.
  await withState(stateOptions(redis.url, { prefix: 'guestwatch' }), (fresh) =>
    applyFacts(fresh, [signIn('s2', NOW), operation('a2', NOW)]),
  );
  assert.equal((await changeIn(resumed)).finding.revision, 1);
  resumed.close();
});

test('a service that stops ends its streams at once', { timeout: 30_000 }, async () => {
  const stream = await streamAt(1);
  await stream.next();
  await services.pop()!.close();
  assert.match(await stream.rest(), /retry: \d+\n\n$/);
});
