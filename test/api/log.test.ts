/** What is logged and measured of a request, and what never is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { appOf } from './ask.ts';
import { listen } from './listen.ts';
import { failing, memory } from './ports.ts';

test('an answer is one line: route pattern, method, status and duration', async () => {
  const { lines, logger } = listen();
  const { ask } = await appOf(memory().ports, { logger });
  const { headers } = await ask('/v1/findings/f-1/evidence?limit=1');
  const [line, ...others] = lines.filter(({ reqId }) => reqId === headers['x-request-id']);
  assert.deepEqual(others, []);
  assert.equal(line?.['route'], '/v1/findings/:id/evidence');
  assert.equal(line?.['method'], 'GET');
  assert.equal(line?.['status'], 200);
  assert.equal(typeof line?.['durationMs'], 'number');
});

test('nothing that a caller sends and nothing that is answered stands in the log', async () => {
  const { lines, logger } = listen();
  const { ask } = await appOf(memory().ports, { logger });
  for (const url of [
    '/v1/findings?actorUpn=secret@partner.com&actorIp=secret',
    '/v1/findings?secret=secret',
    '/v1/guests/secret',
    '/v1/explain?actor=secret',
    '/secret',
    '/v1/guests/secret%ff',
    `/v1/guests/secret${'x'.repeat(600)}`,
  ]) {
    for (const method of ['GET', 'POST'] as const)
      await ask(url, { method, headers: { authorization: 'Bearer secret', cookie: 'a=secret', 'x-a': 'secret' } });
  }
  const text = JSON.stringify(lines);
  assert.doesNotMatch(text, /secret|203\.0\.113\.7|partner\.com/i);
});

test('a fault is logged with its cause under the request id, without what the cause carries', async () => {
  const { lines, logger } = listen();
  const error = Object.assign(new TypeError('no such script'), { command: { args: ['ann@partner.com'] } });
  const { ask } = await appOf({ ...memory().ports, findings: failing(error) }, { logger });
  const { data } = await ask('/v1/findings');
  const line = lines.find(({ msg }) => msg === 'answer failed');
  assert.equal(line?.['reqId'], data['requestId']);
  assert.match(JSON.stringify(line), /no such script/);
  assert.doesNotMatch(JSON.stringify(lines), /partner\.com/);
});

test('durations are measured by route pattern and status, and no request makes a label', async () => {
  const registry = new Registry();
  const { ask } = await appOf(memory().ports, { registry });
  for (const url of ['/v1/findings/f-1', '/v1/findings/f-2', '/v1/findings?x=1', '/a', '/b', '/c'])
    for (const method of ['GET', 'DELETE'] as const) await ask(url, { method });
  const text = await registry.metrics();
  const labels = new Set([...text.matchAll(/_count\{(.*?)\}/g)].map(([, label]) => label));
  assert.deepEqual(
    [...labels].sort(),
    [
      'route="/openapi.json",status="200"',
      'route="/v1/findings",status="400"',
      'route="/v1/findings/:id",status="200"',
      'route="/v1/findings/:id",status="404"',
      'route="none",status="404"',
      'route="none",status="405"',
    ].sort(),
  );
});
