/** The probe of containers: 0 where the service says that it is ready, else 1. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from './support.ts';

/** A server that answers /readyz with a status; gives its port. */
async function answering(t: TestContext, status: number, body: string): Promise<number> {
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/readyz' ? status : 404).end(body),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('ready is 0 and says nothing', async (t) => {
  const io = fakeIo({ env: { OPS_PORT: String(await answering(t, 200, '{}')), OPS_HOST: '0.0.0.0' } });
  assert.equal(await run(['healthcheck'], io), 0);
  assert.equal(io.out() + io.err(), '');
});

test('not ready is 1, with the reason', async (t) => {
  const io = fakeIo({ env: { OPS_PORT: String(await answering(t, 503, '{"code":"redis_unreachable"}')) } });
  assert.equal(await run(['healthcheck'], io), 1);
  assert.match(io.err(), /not ready: .*redis_unreachable/);
});

test('no answer is 1, also on a port that browsers refuse to ask', async () => {
  const io = fakeIo({ env: { OPS_PORT: '1' } });
  assert.equal(await run(['healthcheck'], io), 1);
  assert.match(io.err(), /does not answer .*ECONNREFUSED/);
});

test('wrong settings and arguments are 2, and all of them told; other settings do not matter', async () => {
  const io = fakeIo({ env: { OPS_PORT: 'x', OPS_HOST: '::x', REDIS_URL: 'x' } });
  assert.equal(await run(['healthcheck', 'extra', '--flag'], io), 2);
  assert.equal(io.err().trim().split('\n').length, 4);
  const free = fakeIo({ env: { OPS_PORT: '0' } });
  assert.equal(await run(['healthcheck'], free), 2);
});
