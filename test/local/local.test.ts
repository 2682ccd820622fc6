/** `npm run local` as a process: its one line, what it starts, and that it ends without a trace. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventHubProducerClient } from '@azure/event-hubs';
import { Redis } from 'ioredis';
import { AUDIT_HUB, SIGN_IN_HUB } from '../../local/hubNames.ts';
import { apiAddress } from '../../local/stack/serviceProcess.ts';
import { openReceiver, SECRET } from '../delivery/receiver.ts';
import { fetch } from '../document/fetch.ts';
import { eventually } from '../e2e/waiting.ts';
import { operation, signIn } from '../replay/samples.ts';
import {
  descendants,
  isRunning,
  type Running,
  run,
  runWith,
  temporaryFolder,
  untilGone,
  WITHOUT_PROC,
} from './script.ts';

interface Line {
  readonly ready: true;
  readonly pid: number;
  readonly api: string;
  readonly ops: string;
  readonly eventHubs: string;
  readonly blob: string;
  readonly redis: string;
  readonly control: string;
}

async function lineOf({ out }: Running): Promise<Line> {
  return JSON.parse((await out.until(/^.*\n/))[0]) as Line;
}

async function send(connectionString: string, hub: string, ...records: unknown[]): Promise<void> {
  const producer = new EventHubProducerClient(connectionString, hub);
  await producer.sendBatch([{ body: { records } }]);
  await producer.close();
}

const answer = async (url: string) => (await (await fetch(url)).json()) as { items: { finding: { id: string } }[] };

test('one line says where everything is, and a kill loses no finding', { skip: WITHOUT_PROC }, async (t) => {
  const folder = temporaryFolder(t);
  const first = run(t, 'local', '--data', folder, '--partitions', '2');
  const line = await lineOf(first);
  const names = ['ready', 'pid', 'api', 'ops', 'eventHubs', 'blob', 'redis', 'control'];
  assert.deepEqual(Object.keys(line), names);
  assert.equal(line.pid, first.pid);
  assert.match(line.eventHubs, /^Endpoint=sb:\/\/127\.0\.0\.1:\d+;.*;UseDevelopmentEmulator=true;$/);
  assert.equal((await fetch(`${line.ops}/readyz`)).status, 200);
  const state = (await (await fetch(`${line.control}/state`)).json()) as { hubs: { partitions: unknown[] }[] };
  assert.deepEqual(
    state.hubs.map(({ partitions }) => partitions.length),
    [2, 2],
  );

  const time = new Date().toISOString();
  await send(line.eventHubs, AUDIT_HUB, operation({ upn: 'eve@partner.example', time, id: 'op-eve' }));
  await send(line.eventHubs, SIGN_IN_HUB, signIn({ upn: 'eve@partner.example', time, id: 'in-eve' }));
  const raised = await answer(`${line.api}/v1/changes?after=begin&wait=60`);
  assert.equal(raised.items.length, 1);

  const below = descendants(first.pid);
  first.kill('SIGKILL');
  await first.ended;
  const second = run(t, 'local', '--data', folder, '--partitions', '2');
  const again = await lineOf(second);
  assert.deepEqual(below.filter(isRunning), [], 'what the first one started is gone before the second one begins');
  const kept = await answer(`${again.api}/v1/changes?after=begin`);
  assert.deepEqual(
    kept.items.map(({ finding }) => finding.id),
    raised.items.map(({ finding }) => finding.id),
  );

  const started = descendants(second.pid);
  second.kill('SIGINT');
  assert.deepEqual(await second.ended, [0, null]);
  assert.deepEqual(started.filter(isRunning), []);
  assert.equal(second.out.all.trim().split('\n').length, 1, 'nothing but the line is on standard output');
});

test('without the service the servers run all the same, and their folder is for one at a time', async (t) => {
  const folder = temporaryFolder(t);
  const running = run(t, 'local', '--no-service', '--data', folder);
  const line = await lineOf(running);
  assert.deepEqual([line.api, line.ops], [null, null]);
  const redis = new Redis(line.redis);
  assert.equal(await redis.ping(), 'PONG');
  redis.disconnect();

  const other = run(t, 'local', '--no-service', '--data', folder);
  assert.deepEqual(await other.ended, [2, null]);
  assert.match(other.err.all, new RegExp(`in use by process ${running.pid}`));

  running.kill('SIGTERM');
  assert.deepEqual(await running.ended, [0, null]);
});

test('asked twice it ends at once, and the servers follow', { skip: WITHOUT_PROC }, async (t) => {
  const running = run(t, 'local', '--no-service', '--data', temporaryFolder(t));
  await lineOf(running);
  const below = descendants(running.pid);
  assert.ok(below.length >= 2);
  running.kill('SIGINT');
  running.kill('SIGTERM');
  assert.deepEqual(await running.ended, [1, null]);
  await untilGone(below);
});

test('a service that cannot start ends all of it with its own exit code', async (t) => {
  process.env['STATE_SHARDS'] = 'many';
  const running = run(t, 'local', '--data', temporaryFolder(t));
  delete process.env['STATE_SHARDS'];
  assert.deepEqual(await running.ended, [2, null]);
  assert.match(running.err.all, /STATE_SHARDS must be/);
  assert.equal(running.out.all, '');
});

test('an API that serves TLS is told by an address that speaks it', () => {
  assert.equal(
    apiAddress({ API_TLS_CERT_FILE: '/tls.crt', API_TLS_KEY_FILE: '/tls.key' }, 8080),
    'https://127.0.0.1:8080',
  );
  for (const env of [{}, { API_TLS_CERT_FILE: ' ' }]) assert.equal(apiAddress(env, 8080), 'http://127.0.0.1:8080');
});

test('every fault of the flags is told at once', async (t) => {
  const running = run(t, 'local', '--partitions', '0', '--no-servce', 'stray');
  assert.deepEqual(await running.ended, [2, null]);
  const lines = running.err.all.trim().split('\n');
  assert.deepEqual(lines, [
    'guestwatch: There is no flag --no-servce. Did you mean --no-service?',
    "guestwatch: 'stray' means nothing here: there are only flags.",
    "guestwatch: --partitions takes a whole number from 1 to 32, not '0'.",
  ]);
});

test('the help names every flag', async (t) => {
  const running = run(t, 'local', '--help');
  assert.deepEqual(await running.ended, [0, null]);
  for (const flag of ['--partitions N', '--no-service', '--data FOLDER', '--fresh', '--help'])
    assert.ok(running.out.all.includes(flag), flag);
});

test('webhooks and the event hub of findings that the environment names are those of its service', {
  skip: WITHOUT_PROC,
}, async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(temporaryFolder(t), 'webhooks.yaml');
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  fs.writeFileSync(file, JSON.stringify([{ name: 'soc', url: receiver.url, secrets: [SECRET], allowPrivate: true }]));
  const env = { WEBHOOKS_FILE: file, FINDINGS_EVENTHUB_NAME: 'findings' };
  const line = await lineOf(runWith(t, env, 'local', '--data', folder, '--partitions', '2'));
  const targets = async () => {
    const { items } = (await (await fetch(`${line.api}/v1/webhooks`)).json()) as unknown as {
      items: { name: string; lastSuccessAt: string | null }[];
    };
    return items;
  };
  await eventually(async () => (await targets()).length === 2, 'both are written down');
  const time = new Date().toISOString();
  await send(line.eventHubs, AUDIT_HUB, operation({ upn: 'eve@partner.example', time, id: 'op-eve' }));
  await send(line.eventHubs, SIGN_IN_HUB, signIn({ upn: 'eve@partner.example', time, id: 'in-eve' }));
  await receiver.until(1);
  await eventually(
    async () => (await targets()).every(({ lastSuccessAt }) => lastSuccessAt !== null),
    'the hub has taken the finding, too',
  );
  assert.deepEqual(
    (await targets()).map(({ name }) => name),
    ['eventhub:findings', 'soc'],
  );
});
