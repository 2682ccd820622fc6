/** Shared access keys: who gets in with which token. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test, { type TestContext } from 'node:test';
import type { MessagingError } from '@azure/event-hubs';
import { noRetries, openEndpoint, openProducer, partitionState, read, sendAll } from './harness.ts';

const sas = { keyName: 'sender', key: 'c2VjcmV0' };
const hourSeconds = 3600;

function unauthorized(error: MessagingError): boolean {
  assert.equal(error.code, 'UnauthorizedError');
  return true;
}

/** A client with a signature made in advance, as one is handed to somebody without the key. */
function openWithSignature(
  t: TestContext,
  port: number,
  token: { resource: string; expiry: number; key?: string },
  name = 'h',
) {
  const resource = encodeURIComponent(token.resource);
  const signature = createHmac('sha256', token.key ?? sas.key)
    .update(`${resource}\n${token.expiry}`)
    .digest('base64');
  const text = `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${token.expiry}&skn=${sas.keyName}`;
  const connectionString = `Endpoint=sb://127.0.0.1:${port};SharedAccessSignature=${text};UseDevelopmentEmulator=true;`;
  return openProducer(t, { connectionString }, { hub: name, retries: noRetries });
}

function inAnHour(): number {
  return Math.floor(Date.now() / 1000) + hourSeconds;
}

test('the endpoint’s own key opens producers, consumers and management', async (t) => {
  const endpoint = await openEndpoint(t, { sas });
  const producer = openProducer(t, endpoint);
  await sendAll(producer, ['x']);
  await read(t, endpoint).until(1);
  assert.equal((await producer.getEventHubProperties()).name, 'h');
});

test('another key opens nothing', async (t) => {
  const endpoint = await openEndpoint(t, { sas });
  const wrong = { connectionString: endpoint.connectionString.replace(sas.key, 'd3Jvbmc=') };
  const producer = openProducer(t, wrong, { retries: noRetries });
  await assert.rejects(producer.sendBatch([{ body: 'x' }]), unauthorized);
  await assert.rejects(producer.getEventHubProperties(), unauthorized);
  unauthorized(await read(t, wrong, { retries: noRetries }).failed());
});

test('another key name opens nothing', async (t) => {
  const endpoint = await openEndpoint(t, { sas });
  const wrong = { connectionString: endpoint.connectionString.replace(sas.keyName, 'stranger') };
  await assert.rejects(openProducer(t, wrong, { retries: noRetries }).sendBatch([{ body: 'x' }]), unauthorized);
});

test('any key opens an endpoint that was given none', async (t) => {
  const endpoint = await openEndpoint(t);
  const other = { connectionString: endpoint.connectionString.replace(/SharedAccessKey=[^;]*/, 'SharedAccessKey=any') };
  await sendAll(openProducer(t, other), ['x']);
  assert.equal(partitionState(endpoint).events, 1);
});

test('a signature opens what it was made for, until it expires', async (t) => {
  const endpoint = await openEndpoint(t, {
    sas,
    hubs: [
      { name: 'h', partitions: 1 },
      { name: 'hh', partitions: 1 },
    ],
  });
  const { port } = endpoint;
  const hub = `sb://127.0.0.1:${port}/h`;
  await sendAll(openWithSignature(t, port, { resource: hub, expiry: inAnHour() }), ['x']);
  await sendAll(openWithSignature(t, port, { resource: `sb://127.0.0.1:${port}/`, expiry: inAnHour() }), ['x']);
  for (const token of [
    { resource: hub, expiry: inAnHour() - 2 * hourSeconds },
    { resource: `${hub}h`, expiry: inAnHour() },
    { resource: hub, expiry: inAnHour(), key: 'other' },
  ]) {
    await assert.rejects(openWithSignature(t, port, token).sendBatch([{ body: 'x' }]), unauthorized);
  }
  const ofAnother = openWithSignature(t, port, { resource: hub, expiry: inAnHour() }, 'hh');
  await assert.rejects(ofAnother.sendBatch([{ body: 'x' }]), unauthorized);
  assert.equal(partitionState(endpoint).events, 2);
});
