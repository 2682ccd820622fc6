/** A webhook through a proxy is sent to an address that was looked at, for the host of its URL, and the proxy's word is not its. */
import assert from 'node:assert/strict';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type PostOptions, poster } from '../../src/delivery/post.ts';
import { makeAuthority } from '../access/certificates.ts';
import { type ProxyServer, startProxyServer } from '../identity/ways.ts';

const HOST = 'hooks.example';
const authority = makeAuthority('own authority');
let proxy: ProxyServer;
let receiver: https.Server;
let port: number;

before(async () => {
  proxy = await startProxyServer('user:word');
  receiver = https.createServer(authority.issue(HOST), (_, response) => {
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  port = (receiver.address() as AddressInfo).port;
});
after(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  await proxy?.close();
});

async function post(host: string, addresses: readonly string[], options: Partial<PostOptions> = {}) {
  const way = poster({
    ...{ url: new URL(`https://${host}:${port}/in`), reach: 'private', now: Date.now, proxy: proxy.url },
    resolve: async () => addresses.map((address) => ({ address, family: 4 })),
    ...options,
  });
  try {
    const answer = await way.post('{}', {}, new AbortController().signal);
    return answer.kind === 'failed' ? `${answer.failure}: ${answer.detail}` : answer.kind;
  } finally {
    way.close();
  }
}

test('the proxy is asked for the address that was looked at, never for the name', async () => {
  proxy.asked.length = 0;
  // Nobody here believes the receiver's authority: that it is refused by its certificate shows that it was reached.
  assert.match(await post(HOST, ['127.0.0.1']), /^tls: /);
  assert.deepEqual(proxy.asked, [`127.0.0.1:${port}`]);
});

test('an address that may not be reached is not asked for', async () => {
  proxy.asked.length = 0;
  assert.match(await post(HOST, ['203.0.113.9', '127.0.0.1'], { reach: 'public' }), /^address_refused: /);
  assert.match(await post('127.0.0.1', [], { reach: 'public' }), /^address_refused: /);
  assert.match(await post(HOST, ['224.0.0.1']), /^address_refused: /);
  assert.deepEqual(proxy.asked, []);
});

test('what the proxy answers is its own word, and disables nothing', async () => {
  try {
    proxy.status = '410 Gone';
    assert.equal(await post(HOST, ['127.0.0.1']), 'connection: The proxy does not lead there (410).');
  } finally {
    proxy.status = null;
  }
  const stranger = proxy.url.replace('user:word', 'user:other');
  assert.equal(
    await post(HOST, ['127.0.0.1'], { proxy: stranger }),
    'connection: The proxy does not lead there (407).',
  );
});

test('a name that cannot be resolved is told as one', async () => {
  const resolve = async () => {
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  };
  assert.match(await post(HOST, [], { resolve }), /^name_not_resolved: /);
});

test('plain http stays within one’s own network, and is reached straight', async () => {
  proxy.asked.length = 0;
  await post(HOST, ['127.0.0.1'], { url: new URL(`http://${HOST}:${port}/in`) });
  assert.deepEqual(proxy.asked, []);
});
