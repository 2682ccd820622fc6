/** One POST meets all that a server, a name or a network may do. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type PostOptions, poster, type Resolve } from '../../src/delivery/post.ts';

/** A server of raw bytes, which does with a connection what it likes once a request has begun. */
async function withServer(
  behave: (socket: net.Socket, served: number) => void,
  run: (url: (host?: string) => URL, served: () => number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<net.Socket>();
  let served = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      served += 1;
      behave(socket, served);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await run(
      (host = '127.0.0.1') => new URL(`http://${host}:${port}/in`),
      () => served,
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function post(url: URL, options: Partial<PostOptions> = {}, times = 1) {
  const way = poster({ url, reach: 'private', now: Date.now, tuning: { connectMs: 500, answerMs: 300 }, ...options });
  try {
    let answer = await way.post('{}', {}, new AbortController().signal);
    for (let i = 1; i < times; i++) answer = await way.post('{}', {}, new AbortController().signal);
    return answer.kind === 'failed' ? answer.failure : answer.kind;
  } finally {
    way.close();
  }
}

const answering =
  (status: string, more = '') =>
  (socket: net.Socket) =>
    void socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n${more}\r\n`);

for (const [what, status, more, expected] of [
  ['2xx', '204 No Content', '', 'taken'],
  ['a redirect, which is not followed', '307 Temporary Redirect', 'location: http://127.0.0.1:1/\r\n', 'redirect'],
  ['410', '410 Gone', '', 'gone'],
  ['4xx', '401 Unauthorized', '', 'status'],
  ['5xx', '500 Internal Server Error', '', 'status'],
] as const) {
  test(`an answer is ${what}: ${expected}`, () =>
    withServer(answering(status, more), async (url, served) => {
      assert.equal(await post(url()), expected);
      assert.equal(served(), 1);
    }));
}

for (const [what, behave, expected] of [
  ['no answer at all', () => {}, 'timeout'],
  [
    'an answer that does not get to its end of headers',
    (socket: net.Socket) => socket.write('HTTP/1.1 204'),
    'timeout',
  ],
  ['a connection that is cut before a status', (socket: net.Socket) => socket.destroy(), 'connection'],
  ['bytes that are no HTTP', (socket: net.Socket) => socket.write('SSH-2.0-x\r\n\r\n'), 'connection'],
  [
    'headers without end',
    (socket: net.Socket) => socket.write(`HTTP/1.1 204 x\r\na: ${'x'.repeat(200_000)}`),
    'connection',
  ],
  [
    'a good status, and a body that is cut',
    (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx'),
    'taken',
  ],
  [
    'a good status, and a body without end',
    (socket: net.Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        if (!socket.destroyed) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`, more);
      };
      more();
    },
    'taken',
  ],
] as const) {
  test(`${what}: ${expected}`, () =>
    withServer(
      (socket) => void behave(socket),
      async (url) => assert.equal(await post(url()), expected),
    ));
}

test('an answer without end is cut off by its length, long before its time is over', () => {
  let closed: Promise<unknown> = Promise.resolve();
  return withServer(
    (socket) => {
      closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        if (!socket.destroyed) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`, more);
      };
      more();
    },
    async (url) => {
      const way = poster({ url: url(), reach: 'private', now: Date.now, tuning: { answerMs: 3_600_000 } });
      assert.equal((await way.post('{}', {}, new AbortController().signal)).kind, 'taken');
      await closed;
      way.close();
    },
  );
});

test('nobody listens: the connection failed; a name that is not there is not resolved', async () => {
  assert.equal(await post(new URL('http://127.0.0.1:1/')), 'connection');
  const nowhere: Resolve = async () => {
    throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
  };
  assert.equal(await post(new URL('http://nowhere.example/'), { resolve: nowhere }), 'name_not_resolved');
});

test('a server that speaks no TLS is not sent to in the clear', () =>
  withServer(answering('204 x'), async (url) => {
    const secure = new URL(url().href.replace('http:', 'https:'));
    assert.match(await post(secure), /tls|connection/);
  }));

const resolved =
  (...answers: string[][]): Resolve =>
  async () =>
    (answers.length > 1 ? answers.shift()! : answers[0]!).map((address) => ({ address, family: net.isIP(address) }));

test('a name that leads into one’s own network is refused, and nothing is sent', () =>
  withServer(answering('204 x'), async (url, served) => {
    const https = new URL('https://hooks.example/');
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1', '0.0.0.0'])
      assert.equal(await post(https, { reach: 'public', resolve: resolved([address]) }), 'address_refused', address);
    assert.equal(await post(url(), { reach: 'public' }), 'address_refused');
    assert.equal(served(), 0);
  }));

test('one address of an answer that is refused refuses the whole answer', () =>
  withServer(answering('204 x'), async (url, served) => {
    const mixed = resolved(['127.0.0.1', '0.0.0.0']);
    assert.equal(await post(url('hooks.example'), { resolve: mixed }), 'address_refused');
    assert.equal(served(), 0);
  }));

test('a name that is resolved otherwise the next time is looked at the next time', () =>
  withServer(
    (socket) => void socket.end('HTTP/1.1 500 x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
    async (url, served) => {
      // First an address that is allowed here, then one that is not: what was looked at is what is connected to.
      const rebinding = resolved(['127.0.0.1'], ['0.0.0.0']);
      assert.equal(await post(url('hooks.example'), { resolve: rebinding }, 2), 'address_refused');
      assert.equal(served(), 1);
    },
  ));

test('what was looked at is what is connected to, and the name is asked once', () =>
  withServer(answering('204 x'), async (url) => {
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    assert.equal(await post(url('no-such-name.example'), { resolve }), 'taken');
    assert.equal(asked, 1);
  }));

test('http is for private addresses: a public one is refused', async () => {
  const resolve = resolved(['8.8.8.8']);
  assert.equal(await post(new URL('http://hooks.example/'), { resolve }), 'address_refused');
});

test('what is broken off from our side is no failure', () =>
  withServer(
    () => {},
    async (url) => {
      const cut = new AbortController();
      const way = poster({ url: url(), reach: 'private', now: Date.now });
      const answer = way.post('{}', {}, cut.signal);
      cut.abort();
      assert.deepEqual(await answer, { kind: 'cut' });
      way.close();
    },
  ));
