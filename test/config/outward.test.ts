/** Identity, proxy, authorities and TLS: which settings go together, and what is said where they do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type Config, type Environment, proxyFor, type ReadFile, readConfig } from '../../src/config.ts';

const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';
const CLIENT = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const BY_IDENTITY: Environment = {
  EVENTHUB_NAMESPACE: 'example.servicebus.windows.net',
  CHECKPOINT_STORAGE_URL: 'https://example.blob.core.windows.net',
};
const WORKLOAD = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_FEDERATED_TOKEN_FILE: '/token' };

function configOf(env: Environment): Config {
  const read = readConfig({ ...BY_IDENTITY, ...env });
  assert.ok('config' in read, inspect(read));
  return read.config;
}

function problemsOf(env: Environment, readFile?: ReadFile): [name: string, message: string][] {
  const read = readConfig({ ...BY_IDENTITY, ...env }, readFile && { readFile });
  return 'problems' in read ? read.problems.map(({ name, message }) => [name, message]) : [];
}
const namesOf = (env: Environment, readFile?: ReadFile): string[] => problemsOf(env, readFile).map(([name]) => name);

test('the identity is the workload’s where the platform has set one up, else the machine’s, and the developer’s only if asked for', () => {
  assert.deepEqual(configOf({}).identity, { kind: 'managed', clientId: null });
  assert.deepEqual(configOf({ AZURE_CLIENT_ID: CLIENT }).identity, { kind: 'managed', clientId: CLIENT });
  assert.deepEqual(configOf({ ...WORKLOAD, AZURE_IDENTITY: 'managed' }).identity, {
    kind: 'managed',
    clientId: CLIENT,
  });
  assert.deepEqual(configOf({ ...WORKLOAD, AZURE_IDENTITY: 'cli' }).identity, { kind: 'cli', tenantId: TENANT });
  const workload = { kind: 'workload', tenantId: TENANT, clientId: CLIENT, tokenFile: '/token' };
  assert.deepEqual(configOf(WORKLOAD).identity, { ...workload, authorityHost: null });
  const elsewhere = { ...WORKLOAD, AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/' };
  assert.deepEqual(configOf(elsewhere).identity, { ...workload, authorityHost: 'https://login.microsoftonline.us' });
});

test('a workload identity that is half set up is told by what is missing', () => {
  assert.deepEqual(namesOf({ AZURE_IDENTITY: 'workload' }), Object.keys(WORKLOAD));
  const [[name, message] = ['', '']] = problemsOf({ AZURE_FEDERATED_TOKEN_FILE: '/token', AZURE_CLIENT_ID: CLIENT });
  assert.equal(name, 'AZURE_TENANT_ID');
  assert.match(message, /azure\.workload\.identity\/use.*AZURE_IDENTITY to managed/);
});

test('names of the platform that other programs go by are looked at where something is reached by identity, and nowhere else', () => {
  const others = { AZURE_CLIENT_ID: 'x', AZURE_TENANT_ID: 'contoso.example', AZURE_AUTHORITY_HOST: 'http://x' };
  assert.deepEqual(namesOf(others).sort(), Object.keys(others).sort());
  const byKey = {
    ...{ EVENTHUB_NAMESPACE: '', CHECKPOINT_STORAGE_URL: '' },
    EVENTHUB_CONNECTION_STRING: 'Endpoint=sb://x.example/;SharedAccessKeyName=a;SharedAccessKey=b',
    CHECKPOINT_STORAGE_CONNECTION_STRING: 'AccountName=a;AccountKey=b',
  };
  assert.deepEqual(namesOf({ ...others, ...byKey }), []);
  assert.equal(configOf({ ...others, ...byKey }).identity, null);
});

test('a token is shown to Redis over TLS alone, and in place of a password', () => {
  assert.deepEqual(namesOf({ REDIS_ENTRA: 'on' }), ['REDIS_URL']);
  assert.deepEqual(namesOf({ REDIS_ENTRA: 'on', REDIS_URL: 'rediss://:secret@x.example:10000' }), ['REDIS_URL']);
  assert.equal(configOf({ REDIS_ENTRA: 'on', REDIS_URL: 'rediss://user@x.example:10000' }).redis.entra, true);
  assert.deepEqual(namesOf({ REDIS_TLS_SERVER_NAME: 'x.example' }), ['REDIS_TLS_SERVER_NAME']);
  for (const bad of ['127.0.0.1', 'https://x.example', 'x.example:443'])
    assert.deepEqual(namesOf({ REDIS_URL: 'rediss://x.example', REDIS_TLS_SERVER_NAME: bad }), [
      'REDIS_TLS_SERVER_NAME',
    ]);
});

test('another address for Event Hubs is one to connect to, and the emulator is not reached within WebSockets', () => {
  assert.equal(configOf({ EVENTHUB_ENDPOINT: 'sb://10.0.0.7:5671/' }).eventHubs.endpoint, 'sb://10.0.0.7:5671');
  for (const bad of ['10.0.0.7:5671', 'https://x.example', 'sb://x.example/hub', 'sb://'])
    assert.deepEqual(namesOf({ EVENTHUB_ENDPOINT: bad }), ['EVENTHUB_ENDPOINT'], bad);
  const emulator = 'Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;';
  const asked = { EVENTHUB_NAMESPACE: '', EVENTHUB_CONNECTION_STRING: emulator, EVENTHUB_TRANSPORT: 'websockets' };
  assert.deepEqual(namesOf(asked), ['EVENTHUB_TRANSPORT']);
});

test('the proxy is the one that the Azure libraries take, in capitals or not, and hosts are left out as they leave them out', () => {
  assert.equal(configOf({ HTTP_PROXY: 'http://last:1', ALL_PROXY: 'http://second:1' }).proxy?.url, 'http://second:1');
  const { proxy } = configOf({
    https_proxy: 'http://user:pw@first:8080',
    HTTP_PROXY: 'http://last:1',
    no_proxy: 'a.example, .b.example',
  });
  const through = 'http://user:pw@first:8080';
  assert.equal(proxyFor(proxy, 'c.example'), through);
  assert.equal(proxyFor(proxy, 'sub.a.example'), through);
  for (const host of ['a.example', 'b.example', 'sub.b.example']) assert.equal(proxyFor(proxy, host), null, host);
  assert.equal(proxyFor(null, 'c.example'), null);
  for (const bad of ['proxy:8080', 'socks5://proxy:1080', 'nonsense']) {
    const [[name, message] = ['', '']] = problemsOf({ HTTPS_PROXY: bad });
    assert.equal(name, 'HTTPS_PROXY');
    assert.ok(!message.includes(bad));
  }
});

test('a file of authorities that Node would pass over in silence is a fault', () => {
  const files: Record<string, string> = { '/pem': '-----BEGIN CERTIFICATE-----', '/other': 'nothing' };
  const readFile: ReadFile = (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  assert.deepEqual(namesOf({ NODE_EXTRA_CA_CERTS: '/pem' }, readFile), []);
  for (const path of ['/other', '/nowhere'])
    assert.deepEqual(namesOf({ NODE_EXTRA_CA_CERTS: path }, readFile), ['NODE_EXTRA_CA_CERTS']);
});
