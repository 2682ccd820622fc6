/** What stands in the way is said in the same words by readiness, metrics and coverage, also of a process that reads nothing, and is gone from all when it is over. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventHubProducerClient } from '@azure/event-hubs';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { startProxy, type TcpProxy } from '../../local/proxy.ts';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { type Service, startService } from '../../src/service.ts';
import { fetch } from '../document/fetch.ts';
import { configOf, eventually, FAST, openServers, PARTITIONS, type Servers, type Stage } from '../e2e/support.ts';
import { operation, signIn } from '../oracle/examples.ts';

let redis: RedisServer;
let servers: Servers;
let hubs: TcpProxy;
let storage: TcpProxy;
let stage: Stage;
let service: Service;
/** Reads nothing, and is asked all the same. */
let onlooker: Service;

const SILENT_MS = 1_500;

before(async () => {
  redis = await startRedis({});
  servers = await openServers({ redis: { url: redis.url, environment: {} } });
  stage = servers.stage(0);
  const { azurite, endpoint } = servers;
  hubs = await startProxy({ target: { host: '127.0.0.1', port: endpoint.port } });
  storage = await startProxy({ target: { host: '127.0.0.1', port: azurite.port } });
  const environment = {
    ...stage.environment,
    EVENTHUB_CONNECTION_STRING: endpoint.connectionString.replace(`:${endpoint.port}`, `:${hubs.port}`),
    CHECKPOINT_STORAGE_CONNECTION_STRING: azurite.connectionString.replace(`:${azurite.port}`, `:${storage.port}`),
  };
  service = await startService(configOf(environment), {
    ...{ roles: ['consumer', 'api'], logger: pino({ level: 'silent' }) },
    tuning: { ...FAST, silentMs: SILENT_MS, renewalsMax: 2, attemptMs: 3_000 },
  });
  onlooker = await startService(configOf(environment), { roles: ['api'], logger: pino({ level: 'silent' }) });
  await service.ready;
});
after(async () => {
  hubs?.mend();
  storage?.mend();
  servers?.endpoint.faults.clear();
  await onlooker?.close();
  await service?.close();
  await servers?.stop();
  await hubs?.close();
  await storage?.close();
  await redis?.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what is asserted of them.
type Json = any;
const ask = async (url: string): Promise<{ status: number; body: Json }> => {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
};
const readyz = async (): Promise<Json[]> => (await ask(`${service.opsUrl}/readyz`)).body.reasons;
const livez = () => ask(`${service.opsUrl}/livez`);
const metrics = async (): Promise<string> => (await fetch(`${service.opsUrl}/metrics`)).text();
const once = (all: readonly string[]): string[] => [...new Set(all)].sort();

/** The reasons in the coverage of one; null where it cannot be had. */
async function coveredBy({ apiUrl }: Service): Promise<string[] | null> {
  const { status, body } = await ask(`${apiUrl}/v1/coverage`);
  if (status !== 200) return null;
  const partitions: Json[] = body.hubs.flatMap((hub: Json) => hub.partitions);
  const reasons = once(partitions.flatMap((one) => (one.stalled === null ? [] : [one.stalled.split(':')[0]])));
  assert.ok(reasons.length === 0 || body.silence === 'nothing_arrived');
  return reasons;
}

/** What each says of stalled partitions: reasons, each once. */
async function stalled(): Promise<
  Record<'ready' | 'measured', string[]> & Record<'covered' | 'elsewhere', string[] | null>
> {
  const text = await metrics();
  return {
    ready: once((await readyz()).filter(({ code }) => code === 'partition_stalled').map(({ reason }) => reason)),
    measured: once(
      [...text.matchAll(/^guestwatch_partition_stalled_reason\{.*reason="(\w+)"\} 1$/gm)].map(([, reason]) => reason!),
    ),
    covered: await coveredBy(service),
    elsewhere: await coveredBy(onlooker),
  };
}

let sent = 0;
/** A guest of its own, and what it did. */
async function sendOne(): Promise<void> {
  const upn = `guest${sent}@partner.example`;
  const time = new Date(Date.now() - 60_000).toISOString();
  const records = [
    signIn({ id: `s${sent}`, userPrincipalName: upn, userId: null }, { time }),
    operation({ id: null, userPrincipalName: upn }, { id: `o${sent}` }, { time }),
  ];
  await stage.send([{ body: Buffer.from(JSON.stringify({ records })), hub: stage.hubs[0]!, partition: '0' }]);
  sent += 1;
}

const NONE = { ready: [], measured: [], covered: [], elsewhere: [] };
async function allIsWellAgain(): Promise<void> {
  await eventually(async () => (await readyz()).length === 0, 'it is ready');
  await eventually(async () => JSON.stringify(await stalled()) === JSON.stringify(NONE), 'nothing is said any more');
  assert.equal((await livez()).status, 200);
  await eventually(
    async () => (await ask(`${service.apiUrl}/v1/findings?view=any&limit=1000`)).body.items?.length === sent,
    'nothing is lost',
  );
}

/** Brings something about, holds all of them to its reason, ends it. */
async function holds(reason: string, begin: () => Promise<() => Promise<unknown>>): Promise<void> {
  await allIsWellAgain();
  const end = await begin();
  try {
    await sendOne();
    let last = '';
    const said = async (): Promise<boolean> => {
      const { ready, measured, covered, elsewhere } = await stalled();
      last = JSON.stringify({ ready, measured, covered, elsewhere });
      const lists = [ready, measured, ...[covered, elsewhere].filter((list) => list !== null)];
      return lists.every((list) => list.includes(reason));
    };
    await eventually(said, () => `all say ${reason}; last they said ${last}`, 25_000);
    assert.equal((await livez()).status, 200, 'what it depends on is no reason to restart it');
  } finally {
    await end();
  }
  await allIsWellAgain();
}

async function withRedis(...command: [string, ...string[]]): Promise<void> {
  const client = new Redis(redis.url);
  try {
    await client.call(...command);
  } finally {
    client.disconnect();
  }
}

test('Redis has no memory left', { timeout: 120_000 }, () =>
  holds('redis_out_of_memory', async () => {
    await withRedis('CONFIG', 'SET', 'maxmemory', '1');
    return () => withRedis('CONFIG', 'SET', 'maxmemory', '0');
  }),
);

test('Redis is a replica, and takes no writes', { timeout: 120_000 }, () =>
  holds('redis_read_only', async () => {
    await withRedis('REPLICAOF', '127.0.0.1', '1');
    return () => withRedis('REPLICAOF', 'NO', 'ONE');
  }),
);

test('Redis is gone', { timeout: 120_000 }, () =>
  holds('redis_unreachable', async () => {
    await redis.kill9();
    return () => redis.restart();
  }),
);

test('Event Hubs is gone, for longer than it takes to make new clients', { timeout: 120_000 }, () =>
  holds('hub_unreachable', async () => {
    const refused = hubs.refuse();
    hubs.cut();
    await new Promise((resolve) => setTimeout(resolve, 4 * SILENT_MS));
    return async () => refused();
  }),
);

test('storage is gone: readiness says so, and what is read goes on', { timeout: 120_000 }, async () => {
  await allIsWellAgain();
  const refused = storage.refuse();
  storage.cut();
  await eventually(async () => (await readyz()).some(({ code }) => code === 'storage_unreachable'), 'it is said');
  await sendOne();
  await eventually(
    async () => (await ask(`${service.apiUrl}/v1/findings?view=any`)).body.items.length === sent,
    'it is read all the same',
  );
  assert.equal((await livez()).status, 200);
  refused();
  await allIsWellAgain();
});

test('a hub that answers and gives nothing, client after client, asks for a new process', {
  timeout: 120_000,
}, async () => {
  await allIsWellAgain();
  const hub = stage.hubs[1]!;
  // Named one by one, so that a producer who names none gets its event in.
  for (let i = 0; i < PARTITIONS; i++)
    servers.endpoint.faults.inject({ kind: 'freezeCredit', hub, partition: String(i) });
  const producer = new EventHubProducerClient(servers.endpoint.connectionString, hub);
  await producer.sendBatch([{ body: Buffer.from('{"records":[]}') }]);
  await producer.close();
  await eventually(async () => (await livez()).status === 503, 'it is dead', 30_000);
  const { body: said } = await livez();
  assert.deepEqual([said.status, said.reasons[0].code], ['dead', 'consumer_dead']);
  assert.match(said.reasons[0].detail, new RegExp(`^${hub}: \\d+ new clients`));
  assert.match(await metrics(), /^guestwatch_consumer_dead\{.*\} 1$/m);
  // Of a partition, too, that was empty when it was first met: since when something waits there, nobody has seen.
  assert.match(await metrics(), new RegExp(`^guestwatch_lag_seconds\\{hub="${hub}",.*\\} [0-9.]*[1-9]`, 'm'));
  const lags = async (): Promise<(number | null)[]> =>
    (await ask(`${service.apiUrl}/v1/coverage`)).body.hubs
      .find((one: { hub: string }) => one.hub === hub)
      .partitions.map(({ lag }: { lag: number | null }) => lag);
  await eventually(async () => (await lags()).includes(1), 'coverage tells what lies unread');
  servers.endpoint.faults.clear();
  await eventually(async () => (await livez()).status === 200, 'it lives again');
});
