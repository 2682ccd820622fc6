/** A service that cannot start ends, with a code that tells a wrong setting from something that is not there, and names what to mend. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import type { Environment } from '../../src/config.ts';
import { compiled } from '../compiled.ts';
import { openServers, type Servers, type Stage, watch } from './support.ts';

const KEY = 'c2VjcmV0LW9mLXRoZS1lbmRwb2ludA==';
const WRONG_KEY = 'YW5vdGhlci1zZWNyZXQtYWx0b2dldGhlcg==';
const SETTING = 2;
const UNREACHABLE = 3;

interface Ended {
  readonly code: number | null;
  readonly words: string;
}

/** Runs the service until it ends by itself. */
async function serve(environment: Environment): Promise<Ended> {
  const child = spawn(process.execPath, [(await compiled()).main, 'serve'], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = watch(child);
  const late = setTimeout(() => child.kill('SIGKILL'), 90_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  return { code, words: output.lastWords.join('\n') };
}

describe('a service that cannot start', { concurrency: 2 }, () => {
  let servers: Servers;
  let stage: Stage;
  let evicting: RedisServer;
  let silent: net.Server;
  let free: number;

  before(async () => {
    servers = await openServers({ sas: { keyName: 'reader', key: KEY } });
    stage = servers.stage(0);
    evicting = await startRedis({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
    silent = net.createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    free = await freePort();
  });
  after(async () => {
    silent?.close();
    await evicting?.stop();
    await servers?.stop();
  });

  const eventHubs = (changes: { port?: number; key?: string }): Environment => {
    const port = changes.port ?? servers.endpoint.port;
    const key = changes.key ?? KEY;
    return {
      EVENTHUB_CONNECTION_STRING: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=reader;SharedAccessKey=${key};UseDevelopmentEmulator=true;`,
    };
  };
  const storage = (from: string | RegExp, to: string): Environment => ({
    CHECKPOINT_STORAGE_CONNECTION_STRING: servers.azurite.connectionString.replace(from, to),
  });

  const cases: readonly [what: string, code: number, setting: string, change: () => Environment][] = [
    ['Redis is not there', UNREACHABLE, 'REDIS_URL', () => ({ REDIS_URL: `redis://127.0.0.1:${free}` })],
    [
      'what is at its address does not answer as Redis',
      UNREACHABLE,
      'REDIS_URL',
      () => ({ REDIS_URL: `redis://127.0.0.1:${(silent.address() as net.AddressInfo).port}` }),
    ],
    ['Redis may evict', SETTING, 'REDIS_URL', () => ({ REDIS_URL: evicting.url })],
    ['Event Hubs is not there', UNREACHABLE, 'EVENTHUB_CONNECTION_STRING', () => eventHubs({ port: free })],
    ['the key of Event Hubs is wrong', SETTING, 'EVENTHUB_CONNECTION_STRING', () => eventHubs({ key: WRONG_KEY })],
    ['the hub is not there', SETTING, 'EVENTHUB_NAMES', () => ({ EVENTHUB_NAMES: `${stage.hubs[0]},elsewhere` })],
    ['the group is not there', SETTING, 'EVENTHUB_CONSUMER_GROUP', () => ({ EVENTHUB_CONSUMER_GROUP: 'nobody' })],
    [
      'storage is not there',
      UNREACHABLE,
      'CHECKPOINT_STORAGE_CONNECTION_STRING',
      () => storage(/:\d+\/devstoreaccount1/, `:${free}/devstoreaccount1`),
    ],
    [
      'the key of storage is wrong',
      SETTING,
      'CHECKPOINT_STORAGE_CONNECTION_STRING',
      () => storage(/AccountKey=[^;]*/, `AccountKey=${WRONG_KEY}`),
    ],
  ];
  for (const [what, code, setting, change] of cases) {
    const ending = code === UNREACHABLE ? 'as something that is not there' : 'as a wrong setting';
    test(`ends ${ending} and names ${setting} when ${what}`, { timeout: 120_000 }, async () => {
      const ended = await serve({ ...stage.environment, ...eventHubs({}), ...change() });
      assert.equal(ended.code, code, ended.words);
      assert.ok(ended.words.includes(setting), ended.words);
      assert.ok(!ended.words.includes(KEY) && !ended.words.includes(WRONG_KEY), 'a key is in the log');
    });
  }
});
