/** The operations port: alive, ready or why not, and the metrics. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { buildOps } from '../../src/ops/ops.ts';
import type { NotReady, ReadinessPort } from '../../src/ops/ports.ts';

const opsOf = (check: ReadinessPort['check'], registry = new Registry()) =>
  buildOps({ liveness: { check: () => [] }, readiness: { check }, metrics: registry });
const reasonsOf = (body: string) => (JSON.parse(body).reasons as NotReady[]).map(({ code }) => code);

test('who answers is alive, ready or not', async () => {
  const ops = opsOf(() => Promise.reject(new Error('SECRET')));
  const { statusCode, body } = await ops.inject('/livez');
  assert.equal(statusCode, 200);
  assert.equal(body, '{"status":"alive"}');
});

test('who can only be helped by a new process is not alive, and says why', async () => {
  const reasons: NotReady[] = [
    { code: 'consumer_dead', detail: 'logs: 5 new clients in a row have brought no event.' },
  ];
  const ops = buildOps({
    liveness: { check: () => reasons },
    readiness: { check: async () => [] },
    metrics: new Registry(),
  });
  const { statusCode, body } = await ops.inject('/livez');
  assert.equal(statusCode, 503);
  assert.deepEqual(JSON.parse(body), { status: 'dead', reasons });
});

test('ready is who has no reason not to be', async () => {
  const reasons: NotReady[] = [];
  const ops = opsOf(async () => reasons);
  assert.equal((await ops.inject('/readyz')).statusCode, 200);
  reasons.push({ code: 'redis_unreachable', detail: 'Redis does not answer; see REDIS_URL.' });
  const { statusCode, body, headers } = await ops.inject('/readyz');
  assert.equal(statusCode, 503);
  assert.equal(headers['cache-control'], 'no-store');
  assert.deepEqual(JSON.parse(body), { status: 'not_ready', reasons });
});

test('readiness that fails is not ready, and does not show why', async () => {
  const ops = opsOf(() => Promise.reject(new Error('SECRET')));
  const { statusCode, body } = await ops.inject('/readyz');
  assert.equal(statusCode, 503);
  assert.deepEqual(reasonsOf(body), ['check_failed']);
  assert.doesNotMatch(body, /SECRET/);
});

test('readiness that takes too long is given up and is not ready', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  let given: AbortSignal | undefined;
  let begun!: () => void;
  const checking = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const ops = opsOf((signal) => {
    given = signal;
    begun();
    return new Promise(() => {});
  });
  const answer = ops.inject('/readyz');
  await checking;
  mock.timers.tick(2_000);
  const { statusCode, body } = await answer;
  assert.equal(statusCode, 503);
  assert.deepEqual(reasonsOf(body), ['check_timed_out']);
  assert.ok(given?.aborted);
});

test('metrics are those of the registry, in its own media type', async () => {
  const registry = new Registry();
  new Counter({ name: 'some_total', help: 'Some.', registers: [registry] }).inc(3);
  const { body, headers } = await opsOf(async () => [], registry).inject('/metrics');
  assert.match(body, /^some_total 3$/m);
  assert.equal(headers['content-type'], registry.contentType);
});

test('there is nothing else on this port, and what goes wrong shows nothing', async () => {
  const ops = opsOf(async () => []);
  for (const url of ['/', '/v1/findings', '/docs', '/%ff']) {
    const { statusCode, headers } = await ops.inject(url);
    assert.ok(statusCode === 404 || statusCode === 400, url);
    assert.match(String(headers['content-type']), /^application\/problem\+json/, url);
  }
  const failed = buildOps({
    liveness: { check: () => [] },
    readiness: { check: async () => [] },
    metrics: { contentType: 'text/plain', metrics: () => Promise.reject(new Error('SECRET')) },
  });
  const { statusCode, body } = await failed.inject('/metrics');
  assert.equal(statusCode, 500);
  assert.doesNotMatch(body, /SECRET/);
});
