/** What only bare bytes on a socket can do: many requests at once, half of one, one that comes drop by drop, and crowds. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { appOf } from '../api/ask.ts';
import { memory } from '../api/ports.ts';
import { type Checker, checkerOf } from '../document/answers.ts';

let port = 0;
let checker: Checker;
let close: () => Promise<void>;

before(async () => {
  const { server, document } = await appOf(memory().ports);
  await server.listen({ port: 0, host: '127.0.0.1' });
  port = (server.server.address() as AddressInfo).port;
  checker = checkerOf(document);
  close = () => server.close();
});
after(() => close());

const RULE = 'GET /v1/rule HTTP/1.1\r\nhost: localhost\r\n\r\n';
const RETRY = 'POST /v1/dead-letters/retry HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A socket, and the answers on it, one after the other. */
async function open(): Promise<{ socket: Socket; next(): Promise<Answer> }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  let heard = '';
  const read = (): Answer | null => {
    const end = heard.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const [first = '', ...lines] = heard.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2) as [string, string]));
    const length = Number(headers['content-length'] ?? 0);
    const rest = Buffer.from(heard.slice(end + 4), 'latin1');
    if (rest.length < length) return null;
    heard = rest.subarray(length).toString('latin1');
    return { status: Number(first.split(' ')[1]), headers, body: rest.subarray(0, length).toString() };
  };
  socket.setEncoding('latin1').on('data', (text) => {
    heard += text;
    socket.emit('heard');
  });
  return {
    socket,
    async next() {
      for (;;) {
        const answer = read();
        if (answer !== null) return answer;
        assert.ok(!socket.destroyed, 'the socket was closed without an answer');
        await Promise.race([once(socket, 'heard'), once(socket, 'close')]);
      }
    },
  };
}

/** Asks on a socket of its own: whatever happens on others, this is answered. */
async function assertServes(): Promise<void> {
  const { socket, next } = await open();
  socket.write(RULE);
  const answer = await next();
  assert.equal(answer.status, 200);
  checker.check({ method: 'GET', url: '/v1/rule', ...answer });
  socket.destroy();
}

test('requests that come in one go are answered each, in order', async () => {
  const { socket, next } = await open();
  const paths = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? '/v1/rule' : '/v1/findings/f-9'));
  socket.write(paths.map((path) => RULE.replace('/v1/rule', path)).join(''));
  for (const url of paths) {
    const answer = await next();
    assert.equal(answer.status, url === '/v1/rule' ? 200 : 404);
    checker.check({ method: 'GET', url, ...answer });
  }
  socket.destroy();
});

test('half a request keeps nobody waiting, and is forgotten when its socket closes', async () => {
  const halves = await Promise.all(Array.from({ length: 50 }, open));
  for (const [n, { socket }] of halves.entries())
    socket.write(n % 2 === 0 ? RULE.slice(0, 20) : `${RETRY}content-length: 100\r\n\r\n{"ids"`);
  await assertServes();
  for (const { socket } of halves) socket.destroy();
  await assertServes();
});

test('a request that comes byte by byte is read like any other', async () => {
  const { socket, next } = await open();
  socket.setNoDelay();
  for (const byte of `${RETRY}content-length: 2\r\n\r\n{}`) {
    socket.write(byte);
    await new Promise(setImmediate);
  }
  const answer = await next();
  assert.equal(answer.status, 200);
  checker.check({ method: 'POST', url: '/v1/dead-letters/retry', ...answer });
  await assertServes();
  socket.destroy();
});

for (const [what, head, body, status] of [
  [
    'more than is allowed, in pieces without a length',
    `${RETRY}transfer-encoding: chunked\r\n\r\n`,
    `11000\r\n${'x'.repeat(0x11000)}\r\n`,
    413,
  ],
  ['pieces that are none', `${RETRY}transfer-encoding: chunked\r\n\r\n`, 'zz\r\n', 400],
  ['two lengths', `${RETRY}content-length: 2\r\ncontent-length: 3\r\n\r\n`, '{}', 400],
  ['a length and pieces', `${RETRY}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`, '0\r\n\r\n', 400],
  ['a header that is none', 'GET /v1/rule HTTP/1.1\r\nhost: localhost\r\nbroken\r\n\r\n', '', 400],
  ['a path of bare bytes', 'GET /v1/findings/\xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n', '', 400],
] as const) {
  test(`${what}: refused as a problem, and others are served`, async () => {
    const { socket, next } = await open();
    socket.write(Buffer.from(head + body, 'latin1'));
    const answer = await next();
    assert.equal(answer.status, status, answer.body);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    const { type } = JSON.parse(answer.body) as { type: string };
    assert.match(type, /^urn:guestwatch:problem:(bad_request|body_too_large)$/);
    await assertServes();
    socket.destroy();
  });
}

test('a crowd of connections is served, each of them', async () => {
  const crowd = await Promise.all(Array.from({ length: 500 }, open));
  for (const { socket } of crowd) socket.write(RULE);
  const answers = await Promise.all(crowd.map(({ next }) => next()));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  for (const { socket } of crowd) socket.destroy();
});
