/** A service that has no secret: it speaks to everything by its identity, over TLS of an authority of its own, straight or through a proxy. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { freePort } from '../../local/ports.ts';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import type { Environment } from '../../src/config.ts';
import { makeAuthority } from '../access/certificates.ts';
import { type ServiceProcess, StartFailed, spawnService } from '../faults/process/service.ts';
import { CLIENT, OBJECT, ofApp, ofMachine, startTokens, TENANT, type TokenServer } from '../identity/tokens.ts';
import { type ProxyServer, startProxyServer, startTlsFront, startWebSocketFront, type Way } from '../identity/ways.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import { findingsSettle } from './laws.ts';
import { eventually, FAST, openServers, type Servers, type Stage } from './support.ts';

const HUBS = 'https://eventhubs.azure.net';
const BLOBS = 'https://storage.azure.com';
const REDIS = 'https://redis.azure.com';
/** Its tokens live so long that one is renewed while a test looks on. */
const REDIS_LIFE_S = 8;
const UNREACHABLE = 3;

describe('a service without a secret', () => {
  const closers: (() => Promise<unknown> | undefined)[] = [];
  let folder: string;
  let servers: Servers;
  let stage: Stage;
  let redis: RedisServer;
  let azurite: Azurite;
  let issuer: TokenServer;
  let machine: TokenServer;
  let front: Way;
  let webSockets: Way;
  let proxy: ProxyServer;
  let running: ServiceProcess | null = null;
  let secure: Environment;
  let federated = 'federated-1';
  /** What the hubs say to a token that is good. */
  let hubRefusal: string | undefined;
  let isKnownToRedis = true;

  const given = (audience: string) => [...issuer.given, ...machine.given].filter((one) => one.audience === audience);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'identity-'));
    const authority = makeAuthority('own authority');
    const certificate = authority.issue('localhost');
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const caFile = file('ca.pem', authority.cert);
    const certFile = file('cert.pem', certificate.cert);
    const keyFile = file('key.pem', certificate.key);
    mountToken();
    const tlsPort = await freePort();
    redis = await startRedis({
      appendOnly: false,
      settings: {
        ...{ 'tls-port': String(tlsPort), 'tls-cert-file': certFile, 'tls-key-file': keyFile },
        ...{ 'tls-ca-cert-file': caFile, 'tls-auth-clients': 'no' },
      },
    });
    closers.push(() => redis.stop());
    const onGiven = async (audience: string, token: string): Promise<void> => {
      if (audience !== REDIS || !isKnownToRedis) return;
      await asAdmin((admin) => admin.call('ACL', 'SETUSER', OBJECT, 'on', `>${token}`, '~*', '&*', '+@all'));
    };
    issuer = await startTokens({ tls: certificate, assertion: () => federated, onGiven });
    machine = await startTokens({ onGiven });
    closers.push(
      () => issuer.close(),
      () => machine.close(),
    );
    azurite = await startAzurite({ port: await freePort(), tls: { certFile, keyFile } });
    closers.push(() => azurite.stop());
    servers = await openServers({
      redis: { url: redis.url, environment: {} },
      refuseIdentity: (token) =>
        given(HUBS).some((one) => one.token === token) ? hubRefusal : 'InvalidToken: nobody here has given it.',
    });
    closers.push(() => servers.stop());
    front = await startTlsFront(certificate, servers.endpoint.port);
    webSockets = await startWebSocketFront(certificate, servers.endpoint.port);
    proxy = await startProxyServer('user:word');
    closers.push(
      () => front.close(),
      () => webSockets.close(),
      () => proxy.close(),
    );
    stage = servers.stage(0);
    secure = {
      ...stage.environment,
      ...{ EVENTHUB_CONNECTION_STRING: '', CHECKPOINT_STORAGE_CONNECTION_STRING: '', NODE_EXTRA_CA_CERTS: caFile },
      ...{ EVENTHUB_NAMESPACE: 'example.servicebus.windows.net', EVENTHUB_ENDPOINT: `sb://localhost:${front.port}` },
      CHECKPOINT_STORAGE_URL: `https://127.0.0.1:${azurite.port}/devstoreaccount1`,
      ...{ REDIS_URL: `rediss://localhost:${tlsPort}`, REDIS_ENTRA: 'on' },
    };
  });
  after(async () => {
    for (const closer of closers.reverse()) await closer();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await running?.kill9();
    running = null;
    for (const server of [issuer, machine]) {
      server.refusal = null;
      server.lives.clear();
    }
    hubRefusal = undefined;
    isKnownToRedis = true;
  });

  /** As Kubernetes mounts it: the name leads over a link that is swapped. */
  function mountToken(): void {
    const version = `..${federated}`;
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, 'token'), federated);
    symlinkSync(version, join(folder, '..next'));
    renameSync(join(folder, '..next'), join(folder, '..data'));
    if (federated === 'federated-1') symlinkSync('..data/token', join(folder, 'token'));
  }

  async function asAdmin<T>(act: (admin: Redis) => Promise<T>): Promise<T> {
    const admin = new Redis(redis.url);
    try {
      return await act(admin);
    } finally {
      admin.disconnect();
    }
  }

  const workload = (): Environment => ({
    ...secure,
    ...{ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_AUTHORITY_HOST: issuer.origin },
    AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token'),
  });

  async function start(environment: Environment): Promise<ServiceProcess> {
    running = await spawnService(environment, { tuning: FAST });
    await running.ready;
    return running;
  }

  /** Sends some records, and resolves when all is found that is to be found in all that was sent. */
  let seed = 70;
  async function itFinds(service: ServiceProcess): Promise<void> {
    const scenario = hostileScenario(seed++, 40, { base: Date.now() - 24 * 3_600_000 });
    await stage.send(arrangeEvents(scenario.records, scenario.arrangement, { hubs: stage.hubs }));
    await findingsSettle(service.apiUrl, stage.sent);
  }

  async function failsToStart(environment: Environment, ...said: readonly RegExp[]): Promise<void> {
    await assert.rejects(spawnService(environment, { tuning: FAST }), (error) => {
      assert.ok(error instanceof StartFailed, String(error));
      assert.equal(error.code, UNREACHABLE);
      for (const words of said) assert.match(error.message, words);
      for (const { token } of [...issuer.given, ...machine.given])
        assert.ok(!error.message.includes(token), 'a token is in the log');
      return true;
    });
  }

  /** The connections that Redis has of the identity, by their ids. */
  const connections = async (): Promise<string[]> =>
    String(await asAdmin((admin) => admin.call('CLIENT', 'LIST')))
      .split('\n')
      .filter((line) => line.includes(`user=${OBJECT}`))
      .map((line) => /^id=(\d+)/.exec(line)![1]!);

  test('a workload identity opens hubs, storage and Redis, and its token for Redis is renewed on the connections that stand', {
    timeout: 180_000,
  }, async () => {
    issuer.lives.set(REDIS, REDIS_LIFE_S);
    const service = await start(workload());
    for (const audience of [HUBS, BLOBS, REDIS]) assert.ok(given(audience).length > 0, audience);
    await itFinds(service);
    const standing = await connections();
    const first = given(REDIS).length;
    await eventually(() => given(REDIS).length > first, 'another token is asked for');
    const old = given(REDIS).slice(0, -1);
    await asAdmin(async (admin) => {
      for (const { token } of old) await admin.call('ACL', 'SETUSER', OBJECT, `<${token}`);
    });
    await itFinds(service);
    assert.ok((await connections()).some((id) => standing.includes(id)));
  });

  test('a token of the platform that is swapped is shown from then on', { timeout: 180_000 }, async () => {
    issuer.lives.set(REDIS, REDIS_LIFE_S);
    const service = await start(workload());
    federated = 'federated-2';
    mountToken();
    const before = given(REDIS).length;
    await eventually(() => given(REDIS).length > before, 'another token is given out');
    await itFinds(service);
  });

  test('through a proxy, with AMQP within WebSockets, nothing goes another way', { timeout: 180_000 }, async () => {
    const environment = { ...workload(), EVENTHUB_TRANSPORT: 'websockets', HTTPS_PROXY: proxy.url };
    const service = await start({ ...environment, EVENTHUB_ENDPOINT: `sb://localhost:${webSockets.port}` });
    await itFinds(service);
    const asked = new Set(proxy.asked);
    for (const place of [`localhost:${issuer.port}`, `localhost:${webSockets.port}`, `127.0.0.1:${azurite.port}`])
      assert.ok(asked.has(place), `${place} in ${[...asked]}`);
  });

  for (const [what, of, asked] of [
    ['of an app', ofApp, `app ${CLIENT}`],
    ['of a machine', ofMachine, `machine ${CLIENT}`],
  ] as const) {
    test(`a managed identity ${what} opens the same`, { timeout: 180_000 }, async () => {
      const before = machine.given.length;
      const service = await start({ ...secure, ...of(machine), AZURE_CLIENT_ID: CLIENT });
      await itFinds(service);
      assert.deepEqual([...new Set(machine.given.slice(before).map((one) => one.asked))], [asked]);
    });
  }

  describe('without leave it ends, and names what gives it', () => {
    const cases: readonly [what: string, said: RegExp, take: () => void][] = [
      [
        'the hubs do not know its role',
        /Azure Event Hubs Data Receiver/,
        () => {
          hubRefusal = "Unauthorized access. 'Listen' claim(s) are required to perform this operation.";
        },
      ],
      [
        'Redis has no access policy for it',
        /data access policy/,
        () => {
          isKnownToRedis = false;
        },
      ],
      [
        'Entra ID has no federated credential for it',
        /AADSTS70021.*AZURE_CLIENT_ID.*federated credential/s,
        () => {
          issuer.refusal = 'AADSTS70021: No matching federated identity record found for presented assertion.';
        },
      ],
    ];
    for (const [what, said, take] of cases) {
      test(`when ${what}`, { timeout: 120_000 }, async () => {
        await asAdmin((admin) => admin.call('ACL', 'DELUSER', OBJECT));
        take();
        await failsToStart(workload(), said);
      });
    }

    test('when an identity is asked for that the machine does not have', { timeout: 120_000 }, () =>
      failsToStart({ ...secure, ...ofApp(machine), AZURE_CLIENT_ID: TENANT }, /managed identity.*AZURE_CLIENT_ID/s),
    );

    test('when its authority is not believed', { timeout: 120_000 }, () =>
      failsToStart({ ...workload(), NODE_EXTRA_CA_CERTS: '' }, /gets no token.*NODE_EXTRA_CA_CERTS/s),
    );
  });
});
