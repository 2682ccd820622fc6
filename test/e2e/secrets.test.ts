/** Secrets that stand in files: the one that is put there is shown from the next connection on, and the one before opens nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import { Redis } from 'ioredis';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { freePort } from '../../local/ports.ts';
import { makeAuthority } from '../access/certificates.ts';
import { fetch } from '../document/fetch.ts';
import { type ServiceProcess, spawnService } from '../faults/process/service.ts';
import { startTlsFront } from '../identity/ways.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import { findingsSettle } from './laws.ts';
import { eventually, FAST, openServers, type Servers, type Stage } from './support.ts';

const [FIRST, SECOND] = ['a key of the first', 'a key of the second'].map((text) =>
  Buffer.from(text).toString('base64'),
);
const USER = 'reader';
const CONTAINER = 'stage-0';

describe('a secret that is replaced in its file', () => {
  const closers: (() => Promise<unknown> | undefined)[] = [];
  const sent: SentItem[] = [];
  /** The only key that the hubs take. */
  const sas = { keyName: 'listen', key: FIRST! };
  let folder: string;
  let servers: Servers;
  let stage: Stage;
  let azurite: Azurite;
  let admin: Redis;
  let service: ServiceProcess;
  let seed = 90;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    const authority = makeAuthority('own authority');
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    servers = await openServers({ sas });
    closers.push(() => servers.stop());
    // A namespace and no emulator: only that is reached as one in Azure is.
    const front = await startTlsFront(authority.issue('localhost'), servers.endpoint.port);
    closers.push(() => front.close());
    await openStorage(FIRST!, await freePort());
    closers.push(() => azurite.stop());
    stage = servers.stage(0);
    admin = new Redis(stage.environment['REDIS_URL']!);
    closers.push(async () => admin.disconnect());
    await admin.call('ACL', 'SETUSER', USER, 'on', `>${FIRST}`, '~*', '&*', '+@all');
    put('redis', redisUrl(FIRST!));
    put('hubs', hubsString(FIRST!));
    put('storage', azurite.connectionString);
    const {
      EVENTHUB_CONNECTION_STRING: _,
      CHECKPOINT_STORAGE_CONNECTION_STRING: _s,
      REDIS_URL: _r,
      ...rest
    } = stage.environment;
    service = await spawnService(
      {
        ...{ ...rest, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), EVENTHUB_ENDPOINT: `sb://localhost:${front.port}` },
        EVENTHUB_CONNECTION_STRING_FILE: join(folder, 'hubs'),
        CHECKPOINT_STORAGE_CONNECTION_STRING_FILE: join(folder, 'storage'),
        REDIS_URL_FILE: join(folder, 'redis'),
      },
      { tuning: FAST },
    );
    closers.push(() => service.kill9());
    await service.ready;
    await itFinds();
  });
  after(async () => {
    for (const closer of closers.reverse()) await closer();
    rmSync(folder, { recursive: true, force: true });
  });

  const redisUrl = (password: string): string =>
    stage.environment['REDIS_URL']!.replace('//', `//${USER}:${encodeURIComponent(password)}@`);
  const hubsString = (key: string): string =>
    `Endpoint=sb://example.servicebus.windows.net/;SharedAccessKeyName=${sas.keyName};SharedAccessKey=${key}`;

  async function openStorage(key: string, port: number): Promise<void> {
    azurite = await startAzurite({ port, key, dataDir: join(folder, 'blobs') });
  }

  /** In one step, as whatever mounts secrets does. */
  function put(name: string, text: string): void {
    writeFileSync(join(folder, `${name}.next`), `${text}\n`);
    renameSync(join(folder, `${name}.next`), join(folder, name));
  }

  function send(): void {
    const scenario = hostileScenario(seed++, 20, { base: Date.now() - 24 * 3_600_000 });
    for (const item of arrangeEvents(scenario.records, scenario.arrangement, { hubs: stage.hubs }))
      sent.push({ ...item, ...servers.endpoint.enqueue(item.hub!, item.partition!, item.body) });
  }

  /** Sends some records, and resolves when all is found that is to be found in all that was sent. */
  async function itFinds(): Promise<void> {
    send();
    await findingsSettle(service.apiUrl, sent);
  }

  const isSaid = async (code: string): Promise<boolean> => {
    const answers = await Promise.all(['/readyz', '/metrics'].map((path) => fetch(`${service.opsUrl}${path}`)));
    const [ready, metrics] = await Promise.all(answers.map((answer) => answer.text()));
    return ready!.includes(code) || new RegExp(`^guestwatch_\\w+\\{[^}]*"${code}"[^}]*\\} 1$`, 'm').test(metrics!);
  };
  const taken = (name: string): number =>
    service.lines.filter(({ event, setting }) => event === 'secret_taken' && setting === name).length;

  test('opens the hubs again, when the key before has been taken back', { timeout: 180_000 }, async () => {
    sas.key = SECOND!;
    servers.endpoint.faults.inject({ kind: 'drop' });
    await eventually(() => isSaid('hub_unauthorized'), 'the first key is refused');
    put('hubs', hubsString(SECOND!));
    await itFinds();
    assert.equal(taken('EVENTHUB_CONNECTION_STRING_FILE'), 1);
  });

  test('opens Redis again', { timeout: 180_000 }, async () => {
    await admin.call('ACL', 'SETUSER', USER, `<${FIRST}`, `>${SECOND}`);
    await admin.call('CLIENT', 'KILL', 'USER', USER);
    await eventually(() => isSaid('redis_unauthorized'), 'the first password is refused');
    put('redis', redisUrl(SECOND!));
    await itFinds();
    assert.equal(taken('REDIS_URL_FILE'), 1);
  });

  test('opens storage again, and checkpoints go on', { timeout: 180_000 }, async () => {
    await azurite.stop();
    await openStorage(SECOND!, azurite.port);
    send();
    await eventually(() => isSaid('storage_unauthorized'), 'the first key is refused');
    put('storage', azurite.connectionString);
    await itFinds();
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
    const last = new Map(sent.map(({ hub, partition, sequenceNumber }) => [`${hub}/${partition}`, sequenceNumber!]));
    let found = new Map<string, number>();
    await eventually(
      async () => {
        found = new Map();
        for await (const { name, metadata } of container.listBlobsFlat({ includeMetadata: true })) {
          const [, hub, , kind, partition] = name.split('/');
          if (kind === 'checkpoint') found.set(`${hub}/${partition}`, Number(metadata?.['sequencenumber']));
        }
        return [...last].every(([place, sequenceNumber]) => found.get(place) === sequenceNumber);
      },
      () => `checkpoints reach the end: ${JSON.stringify([[...last], [...found]])}`,
    );
    assert.equal(taken('CHECKPOINT_STORAGE_CONNECTION_STRING_FILE'), 1);
  });

  test('that leads elsewhere, or is empty, is told, and changes nothing', { timeout: 180_000 }, async () => {
    const refused = (): string[] =>
      service.lines.filter(({ event }) => event === 'secret_refused').map(({ msg }) => String(msg));
    put('redis', redisUrl(SECOND!).replace(/:\d+\//, ':1/'));
    await admin.call('CLIENT', 'KILL', 'USER', USER);
    await eventually(() => refused().length === 1, 'it is told');
    await itFinds();
    put('redis', '');
    await admin.call('CLIENT', 'KILL', 'USER', USER);
    await eventually(() => refused().length === 2, 'it is told');
    await itFinds();
  });
});
