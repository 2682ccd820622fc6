/** Who may call what: every call of the document, with every scope, and what those who are refused can learn. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { buildApp } from '../../src/api/app.ts';
import { SCOPES, type Scope } from '../../src/api/caller.ts';
import type { AccessPort, Caller, Grant } from '../../src/api/ports.ts';
import { fetch } from '../document/fetch.ts';
import { appOf, type Document } from './ask.ts';
import { listen } from './listen.ts';
import { memory } from './ports.ts';
import { findingOf } from './samples.ts';

interface Operation {
  readonly security?: readonly { readonly bearer: readonly Scope[] }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly requestBody?: unknown;
}

const caller = (name: string): Caller => ({ name, tenants: 'all' });
const grant = (name: string, scope: Scope | null, more: Partial<Grant> = {}): Grant => ({
  kind: 'granted',
  by: 'key',
  caller: caller(name),
  scope,
  endsAt: null,
  revoked: null,
  ...more,
});

/** A colon has no place in a key. */
const keyOf = (scope: Scope): string => scope.replace(':', '.');

/** Keys are called as their scopes; what else there is stands in `more`. */
const accessOf = (more: Readonly<Record<string, ReturnType<AccessPort['authenticate']>>> = {}): AccessPort => ({
  authenticate: (presented) => {
    if (Object.hasOwn(more, presented)) return more[presented]!;
    const scope = SCOPES.find((one) => keyOf(one) === presented);
    return scope === undefined ? { kind: 'refused', reason: 'unknown' } : grant(scope, scope);
  },
});

const bearer = (presented: string) => ({ authorization: `Bearer ${presented}` });
const RATES = { address: 100_000, caller: 100_000, failures: 100_000 };

/** Every call of the document: a new route is among them by itself. */
function callsOf(document: Document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase() as 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: path.replace(/\{\w+\}/g, 'x-1') + (isStream(operation) ? '?after=nowhere' : ''),
      operation: operation as unknown as Operation,
    })),
  );
}

/** One that would never end; asked for a place that there is not it does. */
const isStream = ({ responses }: { readonly responses: Readonly<Record<string, { content?: object }>> }): boolean =>
  'text/event-stream' in (responses['200']?.content ?? {});

test('every call of the document is for those whose scope includes what it says, and for nobody else', async () => {
  const { ask, document } = await appOf(memory().ports, {
    access: accessOf({ nothing: grant('nothing', null) }),
    rates: RATES,
  });
  const calls = callsOf(document);
  assert.ok(calls.length >= 14);
  for (const { method, path, url, operation } of calls) {
    const asked = operation.security?.[0]?.bearer[0];
    for (const presented of [null, 'wrong', 'nothing', ...SCOPES.map(keyOf)]) {
      const { statusCode } = await ask(url, { method, headers: presented === null ? {} : bearer(presented) });
      const given = SCOPES.findIndex((scope) => keyOf(scope) === presented);
      const what = `${method} ${path} with ${presented}`;
      if (asked === undefined) assert.equal(statusCode, 200, what);
      else if (presented === null || presented === 'wrong') assert.equal(statusCode, 401, what);
      else if (given < SCOPES.indexOf(asked)) assert.equal(statusCode, 403, what);
      else assert.ok(![401, 403].includes(statusCode), `${what}: ${statusCode}`);
    }
  }
});

test('reading is for all, and writing and what may hold anything is not', async () => {
  const { document } = await appOf(memory().ports);
  for (const { method, path, operation } of callsOf(document)) {
    const asked = operation.security?.[0]?.bearer[0] ?? null;
    const isFree = ['/openapi.json', '/docs'].includes(path);
    const isAdmin = /^\/v1\/(dead-letters|webhooks|deliveries)(\/|$)/.test(path);
    const expected = isFree ? null : isAdmin ? 'admin' : method === 'GET' ? 'findings:read' : 'findings:triage';
    assert.equal(asked, expected, `${method} ${path}`);
  }
});

test('a route that does not say what it asks of a caller cannot be added', () => {
  const app = buildApp(memory().ports, { version: '1' });
  assert.throws(() => app.get('/probe', async () => ({})), /GET \/probe does not say/);
  assert.throws(() => app.get('/probe', { schema: {} as never }, async () => ({})), /GET \/probe does not say/);
});

test('HEAD asks for what GET asks for, and an address that there is not asks for nothing', async () => {
  const { server } = await appOf(memory().ports, { access: accessOf(), rates: RATES });
  const status = async (method: 'HEAD' | 'OPTIONS' | 'PUT', url: string) =>
    (await server.inject({ method, url })).statusCode;
  assert.equal(await status('HEAD', '/v1/findings'), 401);
  assert.equal(await status('HEAD', '/v1/nothing'), 404);
  assert.equal(await status('OPTIONS', '/v1/findings'), 405);
});

test('whoever is refused learns the same, whatever was wrong', async () => {
  const access = accessOf({
    expired: { kind: 'refused', reason: 'expired' },
    invalid: Promise.resolve({ kind: 'refused', reason: 'invalid' }),
  });
  const { ask } = await appOf(memory().ports, { access, rates: RATES });
  const answers = new Set<string>();
  for (const authorization of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'bearer wrong',
    'Bearer expired',
    'Bearer invalid',
    'Bearer a b',
    'Bearer \u00fc',
    'Basic YTpi',
    `Bearer ${'x'.repeat(15_000)}`,
    'findings:read',
  ]) {
    const { statusCode, headers, data } = await ask(
      '/v1/findings',
      authorization === undefined ? {} : { headers: { authorization } },
    );
    assert.equal(statusCode, 401, authorization);
    assert.equal(headers['www-authenticate'], 'Bearer');
    const { requestId: _, ...told } = data;
    answers.add(JSON.stringify(told));
  }
  assert.equal(answers.size, 1);
  assert.equal((await ask('/v1/findings', { headers: { authorization: 'BEARER   findings.read  ' } })).statusCode, 200);
});

test('who may not call is told so before anything of the request is looked at', async () => {
  const { ask } = await appOf(memory().ports, { access: accessOf(), rates: RATES });
  const send = (presented: string) =>
    ask('/v1/dead-letters/retry?x=1', {
      method: 'POST',
      headers: { ...bearer(presented), 'content-type': 'application/json' },
      payload: '{',
    });
  assert.equal((await send('wrong')).statusCode, 401);
  assert.equal((await send('findings.triage')).statusCode, 403);
  assert.equal((await send('admin')).statusCode, 400);
});

test('where tokens cannot be checked just now, nobody is called wrong', async () => {
  const access = accessOf({ token: Promise.resolve({ kind: 'unchecked' }) });
  const { ask } = await appOf(memory().ports, { access });
  const { statusCode, headers } = await ask('/v1/findings', { headers: bearer('token') });
  assert.deepEqual([statusCode, headers['retry-after'], headers['www-authenticate']], [503, '5', undefined]);
});

test('an access that fails lets nobody in, and does not show why', async () => {
  const access: AccessPort = { authenticate: () => Promise.reject(new Error('SECRET')) };
  const { ask } = await appOf(memory().ports, { access });
  const { statusCode, body } = await ask('/v1/findings', { headers: bearer('admin') });
  assert.equal(statusCode, 500);
  assert.doesNotMatch(body, /SECRET/);
});

test('every port is asked on behalf of the caller whose key was sent', async () => {
  const { ports } = memory();
  const callers: unknown[] = [];
  const seen = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const method = Reflect.get(target, name, receiver) as (...args: unknown[]) => unknown;
        return typeof method !== 'function'
          ? method
          : (...args: unknown[]) => {
              callers.push(args[0]);
              return method.apply(target, args);
            };
      },
    });
  const watched = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, name === 'rule' ? port : seen(port)]),
  );
  const own = caller('own');
  const { ask } = await appOf(watched as never, { access: accessOf({ own: grant('own', 'admin', { caller: own }) }) });
  for (const path of [
    '/v1/findings',
    '/v1/findings/f-1',
    '/v1/changes',
    '/v1/guests',
    '/v1/coverage',
    '/v1/dead-letters',
  ])
    await ask(path, { headers: bearer('own') });
  assert.ok(callers.length >= 6);
  for (const one of callers) assert.equal(one, own);
});

for (const how of ['is taken back', 'ends']) {
  test(`a wait under a key that ${how} is cut off, and no other`, async () => {
    const { ports, feed } = memory();
    const controller = new AbortController();
    const endsAt = () => (how === 'ends' ? Date.now() + 200 : null);
    const access: AccessPort = {
      authenticate: (presented) =>
        grant(presented, 'findings:read', presented === 'own' ? { revoked: controller.signal, endsAt: endsAt() } : {}),
    };
    const { lines, logger } = listen();
    const app = buildApp(ports, { version: '1', access, logger });
    await app.listen({ port: 0, host: '127.0.0.1' });
    try {
      const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/changes?after=now&wait=60`;
      const wait = async (presented: string) => {
        const waiting = once(feed.events, 'waiting');
        const answer = fetch(url, { headers: bearer(presented) });
        answer.catch(() => {}); // Looked at below.
        await waiting;
        return { answer };
      };
      const other = await wait('other');
      if (how === 'ends') await assert.rejects(fetch(url, { headers: bearer('own') }));
      else {
        const own = await wait('own');
        const released = once(feed.events, 'released');
        controller.abort();
        await assert.rejects(own.answer);
        await released;
      }
      feed.append(JSON.stringify(findingOf('f-1')));
      assert.equal((await other.answer).status, 200);
      const ended = lines.filter(({ event }) => event === 'api_refused');
      assert.deepEqual(
        ended.map(({ code, reason, caller: name }) => [code, reason, name]),
        [['ended', how === 'ends' ? 'expired' : 'revoked', 'own']],
      );
    } finally {
      await app.close();
    }
  });
}

test('a key taken back while its request was on the way is of no use', async () => {
  const { ports } = memory();
  const app = buildApp(ports, {
    version: '1',
    access: accessOf({ own: grant('own', 'admin', { revoked: AbortSignal.abort() }) }),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/findings`;
    await assert.rejects(fetch(url, { headers: bearer('own') }));
  } finally {
    await app.close();
  }
});

test('too many requests of one caller, of one address, and of one address that fails, have to wait', async () => {
  const rates = { address: 9, caller: 4, failures: 2 };
  const { ask } = await appOf(memory().ports, { access: accessOf(), rates });
  const send = async (presented: string, remoteAddress: string) => {
    const { statusCode, headers } = await ask('/v1/findings', { headers: bearer(presented), remoteAddress });
    assert.equal(headers['retry-after'] !== undefined, statusCode === 429);
    if (statusCode === 429) assert.match(String(headers['retry-after']), /^([1-9]|[1-5]\d|60)$/);
    return statusCode;
  };
  const times = async (count: number, presented: string, address: string) => {
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push(await send(presented, address));
    return statuses;
  };
  assert.deepEqual(await times(5, 'admin', '192.0.2.1'), [200, 200, 200, 200, 429]);
  assert.deepEqual(await times(1, 'admin', '192.0.2.2'), [429], 'from another address, too');
  assert.deepEqual(await times(1, 'findings.read', '192.0.2.1'), [200], 'another caller may');
  assert.deepEqual(await times(3, 'wrong', '192.0.2.3'), [401, 401, 429]);
  assert.deepEqual(await times(1, 'findings.read', '192.0.2.3'), [200], 'who has a key is not held up by who has none');
  assert.deepEqual(await times(1, 'wrong', '192.0.2.4'), [401], 'from another address');
  assert.deepEqual(await times(3, 'wrong', '192.0.2.1'), [401, 401, 429]);
  assert.deepEqual(await times(1, 'findings.triage', '192.0.2.1'), [429], 'the tenth of the address');
  assert.equal((await ask('/openapi.json', { remoteAddress: '192.0.2.1' })).statusCode, 429, 'whatever is asked for');
});

test('addresses of one IPv6 network are one, and the same address written twice is one', async () => {
  const rates = { ...RATES, failures: 1 };
  const { ask } = await appOf(memory().ports, { access: accessOf(), rates });
  const status = async (remoteAddress: string) => (await ask('/v1/findings', { remoteAddress })).statusCode;
  assert.deepEqual([await status('2001:db8::1'), await status('2001:db8::2:3')], [401, 429]);
  assert.equal(await status('2001:db8:0:1::1'), 401);
  assert.deepEqual([await status('192.0.2.1'), await status('::ffff:192.0.2.1')], [401, 429]);
});

test('an address is what the proxies that are trusted say, and nobody else', async () => {
  const rates = { ...RATES, failures: 1 };
  for (const [trustedProxies, forwarded, expected] of [
    // Each pair is one caller or two.
    ['none', ['192.0.2.1', '192.0.2.2'], [401, 429]],
    ['nearest', ['192.0.2.1', '192.0.2.2'], [401, 401]],
    ['nearest', ['192.0.2.9, 192.0.2.1', '192.0.2.8, 192.0.2.1'], [401, 429]],
    [['127.0.0.0/8'], ['192.0.2.9, 192.0.2.1', '192.0.2.8, 192.0.2.1'], [401, 429]],
    [
      ['127.0.0.0/8', '192.0.2.1'],
      ['192.0.2.9, 192.0.2.1', '192.0.2.8, 192.0.2.1'],
      [401, 401],
    ],
    [['10.0.0.0/8'], ['192.0.2.1', '192.0.2.2'], [401, 429]],
  ] as const) {
    const { ask } = await appOf(memory().ports, { access: accessOf(), rates, trustedProxies });
    const statuses: number[] = [];
    for (const value of forwarded)
      statuses.push((await ask('/v1/findings', { headers: { 'x-forwarded-for': value } })).statusCode);
    assert.deepEqual(statuses, expected, JSON.stringify([trustedProxies, forwarded]));
  }
});

test('on loopback, without keys, nobody is asked and nobody counted', async () => {
  const { ask } = await appOf(memory().ports, { rates: { address: 1, caller: 1, failures: 1 } });
  for (let i = 0; i < 5; i++) assert.equal((await ask('/v1/dead-letters')).statusCode, 200);
});

test('every write and every refusal is one line that says who, what and how it went, and nothing that was sent', async () => {
  const { lines, logger } = listen();
  const rates = { ...RATES, caller: 3 };
  const access = accessOf({ 'gw_secret-key': grant('siem', 'admin'), reader: grant('reader', 'findings:read') });
  const { ask } = await appOf(memory().ports, { access, logger, rates });
  const retry = (presented: string, payload: string) =>
    ask('/v1/dead-letters/retry', {
      method: 'POST',
      headers: { ...bearer(presented), 'content-type': 'application/json', cookie: 'a=secret' },
      payload,
    });
  await retry('gw_secret-key', '{"ids":["secret"]}');
  await retry('gw_secret-key', '{"secret":1}');
  await retry('reader', '{}');
  await ask('/v1/findings/secret?secret=1', { headers: bearer('secret') });
  await ask('/v1/findings', { headers: bearer('gw_secret-key') });
  const last = await ask('/v1/findings', { headers: bearer('gw_secret-key') });
  assert.equal(last.statusCode, 429);
  const audit = lines.filter(({ event }) => /^api_(write|refused)$/.test(String(event)));
  const shown = audit.map(({ event, code, reason, caller: name, status, outcome }) => [
    event,
    code,
    reason,
    name,
    status,
    outcome,
  ]);
  assert.deepEqual(shown, [
    ['api_write', 'retryDeadLetters', undefined, 'siem', 200, 'done'],
    ['api_write', 'retryDeadLetters', undefined, 'siem', 400, 'failed'],
    ['api_refused', 'forbidden', 'scope', 'reader', 403, 'refused'],
    ['api_refused', 'unauthenticated', 'unknown', null, 401, 'refused'],
    ['api_refused', 'rate_limited', 'caller', 'siem', 429, 'refused'],
  ]);
  for (const line of audit) {
    assert.match(String(line['reqId']), /^[0-9a-f-]{36}$/);
    assert.match(String(line['route']), /^\/v1\//);
    assert.equal(line['target'], null);
  }
  assert.equal(audit.at(-1)?.['reqId'], last.headers['x-request-id']);
  assert.doesNotMatch(JSON.stringify(lines), /secret|gw_/i);
});

test('the target of a refusal is told by its id, unless it looks like a secret', async () => {
  const { lines, logger } = listen();
  const { ask } = await appOf(memory().ports, {
    access: accessOf({ none: grant('none', null) }),
    logger,
    rates: RATES,
  });
  const id = '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b';
  for (const target of [
    id,
    'gw_0123456789012345678901234567890123456789012',
    'eyJhbGciOi',
    'ann@partner.com',
    'x'.repeat(65),
  ])
    await ask(`/v1/findings/${target}`, { headers: bearer('none') });
  const targets = lines.filter(({ event }) => event === 'api_refused').map(({ target }) => target);
  assert.deepEqual(targets, [id, null, null, null, null]);
});

test('authentications and refusals are counted, by labels out of closed sets', async () => {
  const registry = new Registry();
  const { ask } = await appOf(memory().ports, { access: accessOf(), registry, rates: { ...RATES, failures: 2 } });
  for (const presented of ['admin', 'findings.read', 'a', 'b', 'c'])
    await ask('/v1/dead-letters', { headers: bearer(presented) });
  await ask('/v1/findings');
  const text = await registry.metrics();
  for (const line of [
    'guestwatch_authentications_total{outcome="key"} 2',
    'guestwatch_authentications_total{outcome="unknown"} 3',
    'guestwatch_authentications_total{outcome="missing"} 1',
    'guestwatch_refusals_total{code="forbidden",reason="scope"} 1',
    'guestwatch_refusals_total{code="unauthenticated",reason="unknown"} 2',
    'guestwatch_refusals_total{code="rate_limited",reason="failures"} 2',
  ])
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
});
