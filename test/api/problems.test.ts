/** Every problem of the closed set occurs, says where and how to mend it, and shows nothing of the inside. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { mock, test } from 'node:test';
import { buildApp } from '../../src/api/app.ts';
import { PROBLEM_NAMES, PROBLEMS, type ProblemName } from '../../src/api/problem.ts';
import { fetch } from '../document/fetch.ts';
import { appOf } from './ask.ts';
import { failing, memory, unreachable } from './ports.ts';

const { ask, server } = await appOf(memory().ports);
const typeOf = (data: Record<string, unknown>) => String(data['type']).replace('urn:guestwatch:problem:', '');

/** Asserts that an answer is this problem. */
function is(name: ProblemName, { statusCode, headers, data }: Awaited<ReturnType<typeof ask>>): void {
  assert.equal(typeOf(data), name);
  assert.equal(statusCode, PROBLEMS[name][0]);
  assert.equal(data['status'], statusCode);
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-request-id'], data['requestId']);
}

test('a path that is not UTF-8 is malformed', async () => {
  is('bad_request', await ask('/v1/findings/%ff'));
});

test('an address that there is not is not found', async () => {
  for (const url of [
    '/',
    '/v1',
    '/v1/',
    '/v2/findings',
    '/v1/findings/f-1/evidence/x',
    '/V1/findings',
    '//v1/findings',
  ])
    is('not_found', await ask(url));
});

test('a method that there is not is refused with those that there are, before its body is looked at', async () => {
  for (const url of ['/v1/findings', '/v1/findings/f-1/evidence', '/v1/guests/a%2fb?x=1', '/openapi.json', '/docs']) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const answer = await ask(url, { method, payload: '<x/>', headers: { 'content-type': 'text/xml' } });
      is('method_not_allowed', answer);
      assert.equal(answer.headers['allow'], 'GET, HEAD');
    }
  }
});

test('HEAD answers as GET does, without the body', async () => {
  const { headers, statusCode } = await ask('/v1/findings/f-1', { method: 'HEAD' });
  assert.equal(statusCode, 200);
  assert.equal(headers['etag'], '"3"');
});

test('a URL is bounded, and so is each segment of its path', async () => {
  is('url_too_long', await ask(`/v1/findings?actorUpn=${'x'.repeat(8_192)}`));
  is('url_too_long', await ask(`/nowhere/${'x'.repeat(8_192)}`));
  is('url_too_long', await ask(`/v1/findings/${'x'.repeat(513)}`));
  is('not_found', await ask(`/v1/findings/${'x'.repeat(512)}`));
});

test('a body is bounded also where none is wanted', async () => {
  is('body_too_large', await ask('/v1/findings', { payload: 'x'.repeat(65_537) }));
  assert.equal((await ask('/v1/findings', { payload: 'x' })).statusCode, 200);
});

test('where bodies are wanted they are bounded, JSON, and well-formed', async () => {
  const app = buildApp(memory().ports, { version: '1' });
  app.post('/probe', { schema: { scope: null } }, async () => ({}));
  const post = async (payload: string, type: string) => {
    const answer = await app.inject({ method: 'POST', url: '/probe', payload, headers: { 'content-type': type } });
    return Object.assign(answer, { data: answer.json() });
  };
  is('unsupported_media_type', await post('<x/>', 'text/xml'));
  is('bad_request', await post('{', 'application/json'));
  is('bad_request', await post('{"__proto__":{}}', 'application/json'));
  is('bad_request', await post('', 'application/json'));
  is('body_too_large', await post(`"${'x'.repeat(65_536)}"`, 'application/json'));
});

test('a name that was rebound to the loopback address reaches nothing', async () => {
  for (const host of ['attacker.example', 'localhost.attacker.example', '127.0.0.1.attacker.example', '10.0.0.1:8080'])
    is('misdirected_host', await ask('/v1/findings', { headers: { host } }));
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '127.1.2.3', '[::1]:8080', 'LOCALHOST'])
    assert.equal((await ask('/v1/findings', { headers: { host } })).statusCode, 200, host);
  const open = await appOf(memory().ports, {
    access: { authenticate: () => ({ kind: 'refused', reason: 'unknown' }) },
  });
  const far = { host: 'guestwatch.example' };
  assert.equal((await open.ask('/openapi.json', { headers: far })).statusCode, 200, 'where callers are told apart');
  assert.equal((await open.ask('/v1/findings', { headers: far })).statusCode, 401, 'by their keys');
});

const everyRead = [
  '/v1/findings',
  '/v1/findings/f-1',
  '/v1/findings/f-1/evidence',
  '/v1/changes',
  '/v1/changes?wait=60',
  '/v1/rule/rows',
  '/v1/guests',
  '/v1/guests/a',
  '/v1/explain?actor=a',
  '/v1/coverage',
  '/v1/dead-letters',
  '/v1/findings/f-1/history',
  '/v1/suppressions',
  '/v1/suppressions/p-1',
  '/v1/suppressions/p-1/findings',
];

const failingPorts = (error: Error) => {
  const port = failing(error);
  return {
    findings: port,
    feed: port,
    rule: port,
    rows: port,
    guests: port,
    explain: port,
    coverage: port,
    deadLetters: port,
    suppressions: port,
    webhooks: port,
    deliveries: port,
  };
};

test('while the state cannot be reached every read says so, and when to try again', async () => {
  const { ask } = await appOf(failingPorts(unreachable()));
  for (const url of everyRead) {
    const answer = await ask(url);
    is('unavailable', answer);
    assert.equal(answer.headers['retry-after'], '5');
    assert.doesNotMatch(answer.body, /SECRET|ECONN|10\.1/);
  }
});

test('a fault of the service never shows its message, whatever the error claims to be', async () => {
  const claims = [
    {},
    { statusCode: 404 },
    { statusCode: 400, code: 'SECRET' },
    { code: 'constructor' },
    { statusCode: 200 },
  ];
  for (const claim of claims) {
    const { ask } = await appOf(failingPorts(Object.assign(new Error('SECRET'), claim)));
    for (const url of [...everyRead, '/v1/rule']) {
      const answer = await ask(url);
      is('internal', answer);
      assert.doesNotMatch(answer.body, /SECRET/);
    }
  }
});

test('an answer that is not of its schema is a fault, not an answer', async () => {
  const { ports } = memory();
  const { ask } = await appOf({ ...ports, coverage: { now: async () => ({ at: 'x' }) as never } });
  is('internal', await ask('/v1/coverage'));
});

test('what a port knows beyond the schema does not leave the service', async () => {
  const { ports } = memory();
  const more = async (...given: Parameters<typeof ports.guests.get>) => {
    const found = await ports.guests.get(...given);
    return found.kind === 'guest' ? { ...found, guest: { ...found.guest, internal: 'SECRET' } } : found;
  };
  const { ask } = await appOf({ ...ports, guests: { ...ports.guests, get: more } });
  assert.doesNotMatch((await ask('/v1/guests/ann@partner.com')).body, /SECRET/);
});

test('a store that does not answer is given up in time', async (t) => {
  const { ports } = memory();
  const { ask } = await appOf({ ...ports, coverage: { now: () => new Promise(() => {}) } });
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const answer = ask('/v1/coverage');
  // Not until the port is asked does the clock of the answer run.
  await new Promise(setImmediate);
  mock.timers.tick(15_000);
  is('unavailable', await answer);
});

test('answers carry what a browser needs to leave them alone, and open nothing to other origins', async () => {
  const { headers } = await ask('/v1/findings', { headers: { origin: 'https://attacker.example' } });
  assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.equal(headers['cache-control'], 'no-store');
});

/** What a bare socket is answered to these bytes. */
async function say(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text) => {
    heard += text;
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return heard;
}

test('what is no request, or has too much of a head, is told so as a problem', async () => {
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const cases = [
    ['bad_request', 'NONSENSE\r\n\r\n'],
    ['bad_request', 'GET /v1/findings HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n'],
    ['headers_too_large', `GET /v1/findings HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['method_not_allowed', 'PROPFIND /v1/findings HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'],
    ['misdirected_host', 'GET /v1/findings HTTP/1.0\r\n\r\n'],
  ] as const;
  for (const [name, bytes] of cases) {
    const [head = '', body = ''] = (await say(port, bytes)).split('\r\n\r\n');
    assert.match(head, new RegExp(`^HTTP/1.1 ${PROBLEMS[name][0]} `), bytes.slice(0, 40));
    assert.match(head.toLowerCase(), /content-type: application\/problem\+json/);
    assert.equal(typeOf(JSON.parse(body)), name);
  }
  const expecting = 'GET /v1/findings HTTP/1.1\r\nhost: localhost\r\nexpect: a-miracle\r\nconnection: close\r\n\r\n';
  assert.match(await say(port, expecting), /^HTTP\/1.1 200 /);
  await server.close();
});

test('a request that comes while the app closes is answered like any other', async () => {
  const app = buildApp(memory().ports, { version: '1' });
  let answered!: (answer: Response) => void;
  const answer = new Promise<Response>((resolve) => {
    answered = resolve;
  });
  app.addHook('preClose', async () => answered(await fetch(`${address}/v1/rule`)));
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  await app.close();
  const { status, headers } = await answer;
  assert.equal(status, 200);
  assert.equal(headers.get('connection'), 'close');
});

test('a request that is not sent in time is told so as a problem', () => {
  const said: string[] = [];
  const socket = { writable: true, end: (text: string) => said.push(text), destroy() {} };
  server.server.emit('clientError', Object.assign(new Error('x'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
  assert.match(said[0] ?? '', /^HTTP\/1.1 408 [\s\S]*urn:guestwatch:problem:request_timeout/);
});

test('the set of problems is closed: each has a status, a title and a meaning of its own', () => {
  const titles = new Set(PROBLEM_NAMES.map((name) => PROBLEMS[name][1]));
  assert.equal(titles.size, PROBLEM_NAMES.length);
});
