/** `/v1/webhooks` and `/v1/deliveries`: what may be asked, and what is answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf } from './ask.ts';
import { memory } from './ports.ts';
import { delivery, testDelivery, webhook } from './samples.ts';

const { ask, server } = await appOf(memory().ports);
const post = (url: string, payload = '{}', type = 'application/json') =>
  ask(url, { method: 'POST', headers: { 'content-type': type }, payload });

test('webhooks and deliveries are listed, and cursors are bound to their filters', async () => {
  assert.deepEqual((await ask('/v1/webhooks')).data['items'], [webhook]);
  const { data } = await ask('/v1/deliveries?limit=1');
  assert.deepEqual(data['items'], [delivery]);
  const next = await ask(`/v1/deliveries?cursor=${data['nextCursor']}`);
  assert.deepEqual(next.data['items'], [testDelivery]);
  const other = await ask(`/v1/deliveries?status=failed&cursor=${data['nextCursor']}`);
  assert.equal(other.data['type'], 'urn:guestwatch:problem:bad_cursor');
  assert.equal((await ask('/v1/deliveries?status=lost')).statusCode, 400);
});

test('a test answers with what came of it; one of many at once is put off, and an unknown webhook is not there', async () => {
  assert.deepEqual((await post('/v1/webhooks/soc/test')).data, testDelivery);
  assert.equal((await post('/v1/webhooks/busy/test')).statusCode, 503);
  assert.equal((await post('/v1/webhooks/nobody/test')).statusCode, 404);
});

test('a delivery is sent again; one that was delivered is not, and an unknown one is not there', async () => {
  assert.deepEqual((await post('/v1/deliveries/d-1/retry')).data, delivery);
  const delivered = await post('/v1/deliveries/d-2/retry');
  assert.deepEqual([delivered.statusCode, delivered.data['type']], [409, 'urn:guestwatch:problem:already_delivered']);
  assert.equal((await post('/v1/deliveries/d-3/retry')).statusCode, 404);
});

test('what sends something takes an empty JSON object and nothing else, so that no web page can ask for it', async () => {
  for (const url of ['/v1/webhooks/soc/test', '/v1/deliveries/d-1/retry']) {
    assert.equal((await post(url, 'x=1', 'application/x-www-form-urlencoded')).statusCode, 415);
    assert.equal((await post(url, '{"url":"https://elsewhere.example"}')).statusCode, 400);
    assert.equal((await ask(url)).statusCode, 405);
  }
});

test('every call of deliveries is for admins', async () => {
  const scopes: unknown[] = [];
  const { buildApp } = await import('../../src/api/app.ts');
  const fresh = buildApp(memory().ports, { version: '1' });
  fresh.addHook('onRoute', ({ url, schema }) => {
    if (/webhooks|deliveries/.test(url)) scopes.push(schema?.scope);
  });
  await fresh.ready();
  assert.ok(scopes.length >= 4);
  assert.ok(scopes.every((scope) => scope === 'admin'));
  await server.close();
});
