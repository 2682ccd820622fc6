/** Who may call, over a real state: what is another tenant's does not exist, keys come and go under a running service, and TLS. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import { writeEntry } from '../../src/access/entry.ts';
import { hashOf, type Key, newKey, SCOPES, type Scope } from '../../src/access/key.ts';
import { readConfig, StartFault } from '../../src/config.ts';
import { type Service, type ServiceOptions, startService } from '../../src/service.ts';
import { openState, type State } from '../../src/state/state.ts';
import { makeCertificate } from '../access/certificates.ts';
import { AUDIENCE, TENANT as ENTRA_TENANT, Issuer } from '../access/issuer.ts';
import { fetch } from '../document/fetch.ts';
import { applyFacts, stateOptions } from '../state/redis.ts';
import { operation, signIn } from '../state/samples.ts';

const ALPHA = ENTRA_TENANT;
const BETA = 'bbbbbbbb-0000-4000-8000-000000000002';
const NOBODYS = 'cccccccc-0000-4000-8000-000000000003';
const WHO = { [ALPHA]: 'alpha', [BETA]: 'beta' } as const;

const folder = await mkdtemp(join(tmpdir(), 'access-'));
const keysFile = join(folder, 'keys.yaml');
/** By scope and tenant. */
const secrets = new Map<string, string>();
const entries: Key[] = [];
for (const scope of SCOPES) {
  for (const [whose, tenants] of [
    ['alpha', [ALPHA]],
    ['beta', [BETA]],
    ['all', 'all'],
  ] as const) {
    const secret = newKey();
    secrets.set(`${scope} ${whose}`, secret);
    entries.push({
      name: `${scope.replace(':', '-')}-${whose}`,
      sha256: hashOf(secret),
      scopes: [scope],
      tenants,
      expiresAt: null,
    });
  }
}
const writeKeys = (keys: readonly Key[]): Promise<void> =>
  replaceKeys(keys.map((key) => `${writeEntry(key)}\n`).join(''));

/** In one step, as a secret is renewed: half a file would be one with faults. */
async function replaceKeys(text: string): Promise<void> {
  await writeFile(`${keysFile}.new`, text);
  await rename(`${keysFile}.new`, keysFile);
}

let redis: RedisServer;
let state: State;
let service: Service;
let issuer: Issuer;
const logged = new EventEmitter();
const lines: string[] = [];
const logger = pino(
  { level: 'trace' },
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      logged.emit(JSON.parse(String(chunk)).msg);
      done();
    },
  }),
);

async function start(env: object, options: Partial<ServiceOptions> = {}): Promise<Service> {
  const settings = readConfig({ REDIS_URL: redis.url, API_PORT: '0', OPS_PORT: '0', ...env }, { roles: ['api'] });
  assert.ok('config' in settings);
  return startService(settings.config, { roles: ['api'], logger, ...options });
}

before(async () => {
  redis = await startRedis({});
  issuer = await new Issuer().start();
  await writeKeys(entries);
  service = await start(
    { API_KEYS_FILE: keysFile, ENTRA_TENANT_ID: ALPHA, ENTRA_AUDIENCE: AUDIENCE },
    { authority: issuer.authority },
  );
  state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
  const now = Date.now();
  for (const [i, tenantId] of [ALPHA, BETA].entries()) {
    const who = WHO[tenantId as keyof typeof WHO];
    const objectId = `${who === 'alpha' ? 'a' : 'b'}aaaaaaa-1111-4111-8111-111111111111`;
    await applyFacts(
      state,
      [
        signIn(`${who} s`, now - 3_600_000, {
          tenantId,
          objectId,
          upn: `guest@${who}.example`,
          ip: `198.51.100.${i + 1}`,
        }),
        operation(`${who} o`, now - 1_800_000, {
          tenantId,
          actorObjectId: objectId,
          actorUpn: `guest_${who}.example#ext#@${who}.onmicrosoft.example`,
        }),
        // One that the strict rule finds, too.
        operation(`${who} o2`, now - 1_700_000, {
          tenantId,
          actorObjectId: objectId,
          actorUpn: `guest@${who}.example`,
        }),
      ],
      i,
    );
    const bytes = Buffer.from(JSON.stringify({ tenantId, category: 'AuditLogs', note: who }));
    await state.apply({
      place: { hub: 'logs', hubCreatedAt: 1, partition: '0' },
      ...{ firstSequenceNumber: i + 2, lastSequenceNumber: i + 2 },
      facts: [],
      nonInteractive: [],
      deadLetters: [
        { reason: 'no_time', sequenceNumber: i + 2, enqueuedAt: now, receivedAt: now, recordIndex: 0, bytes },
      ],
    });
  }
});
after(async () => {
  await state.close();
  await service.close();
  await issuer.stop();
  await redis.stop();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function send(presented: string, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${service.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${presented}`,
      ...(body && { 'content-type': 'application/json', 'if-match': '"1"' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    await answer.body?.cancel();
    return { status: answer.status, text: '' };
  }
  return { status: answer.status, text: await answer.text() };
}
const secretOf = (scope: Scope, whose: 'alpha' | 'beta' | 'all'): string => secrets.get(`${scope} ${whose}`)!;
const get = async (presented: string, path: string) => JSON.parse((await send(presented, 'GET', path)).text);

interface Call {
  readonly method: string;
  readonly path: string;
  readonly scope: Scope | null;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  /** A body out of the examples of its members. */
  readonly body: object | undefined;
}

interface Operation {
  readonly security: readonly { readonly bearer: readonly Scope[] }[];
  readonly parameters: Call['parameters'];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly $ref: string } } };
  };
}

async function calls(): Promise<Call[]> {
  const document = await get('', '/openapi.json');
  const exampleOf = ({ $ref }: { readonly $ref: string }): object => {
    const { properties } = document.components.schemas[$ref.split('/').pop()!];
    const members = Object.entries(properties as Record<string, { examples?: unknown[] }>).flatMap(
      ([name, { examples }]) => (examples === undefined || name === 'cursor' ? [] : [[name, examples[0]]]),
    );
    return Object.fromEntries(members);
  };
  return Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, parameters, requestBody }]) => ({
      path,
      parameters,
      method: method.toUpperCase(),
      scope: security[0]?.bearer[0] ?? null,
      body: requestBody && exampleOf(requestBody.content['application/json'].schema),
    })),
  );
}

/** Everything that an answer of a tenant could be known by. */
const marks = (tenantId: keyof typeof WHO, ids: readonly string[]): string[] => [
  tenantId,
  `${WHO[tenantId]}.`,
  `"${WHO[tenantId]}`,
  ...ids,
];

/** Ids in an answer, of whatever kind. */
const idsIn = (text: string): string[] => [...text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id!);

/** An answer without what no two answers share. */
const comparable = ({ status, text }: Answer, ...given: readonly string[]): string =>
  given
    .reduce((shown, value) => shown.replaceAll(value, 'GIVEN'), `${status} ${text}`)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"requestId":"[^"]+"/, '');

test('of another tenant nothing exists: not in lists, by id, by name, in counts or in the words of an error', async () => {
  const all = await calls();
  assert.ok(all.length >= 14);
  // Whatever can be made is made on behalf of the first tenant.
  for (const { method, path, body } of all)
    if (method === 'POST' && !path.includes('{')) await send(secretOf('admin', 'alpha'), method, path, body ?? {});
  const reads = all.filter(({ method, path }) => method === 'GET' && !path.includes('{') && path.startsWith('/v1/'));
  const urlOf = ({ path, parameters }: Call, own: string): string => {
    const query = new URLSearchParams();
    for (const { name, in: place, required } of parameters)
      if (place === 'query' && required) query.set(name, `guest@${own}.example`);
    return `${path}?${query}`;
  };
  const ids: string[] = [];
  for (const call of reads) {
    const { text } = await send(secretOf('admin', 'alpha'), 'GET', urlOf(call, 'alpha'));
    if (!call.path.startsWith('/v1/rule')) ids.push(...idsIn(text));
  }
  const [finding] = (await get(secretOf('findings:read', 'alpha'), '/v1/findings')).items;
  assert.ok(ids.includes(finding.id), 'the control: the first tenant has a finding');
  const known = [...new Set([...ids, 'guest@alpha.example', finding.actorObjectId])];

  for (const scope of SCOPES) {
    const beta = secretOf(scope, 'beta');
    const alpha = secretOf(scope, 'alpha');
    let seen = 0;
    for (const call of all.filter(({ path }) => path.startsWith('/v1/'))) {
      const { method, path, body } = call;
      const allowed = SCOPES.indexOf(scope) >= SCOPES.indexOf(call.scope!);
      const what = `${method} ${path} with ${scope}`;
      for (const url of path.includes('{')
        ? known.map((id) => path.replace(/\{\w+\}/, encodeURIComponent(id)))
        : [urlOf(call, 'alpha')]) {
        const answer = await send(beta, method, url, body ?? (method === 'GET' ? undefined : {}));
        assert.equal(answer.status === 403, !allowed, `${what}: ${answer.status}`);
        // What was asked for may be repeated; more than that nobody told.
        const asked = [...known, 'guest@alpha.example'].filter((id) => url.includes(encodeURIComponent(id)));
        const told = asked.reduce((text, id) => text.replaceAll(id, ''), answer.text);
        for (const mark of marks(ALPHA, ids)) assert.ok(!told.includes(mark), `${what} tells ${mark}: ${told}`);
        if (path.includes('{')) {
          const id = known.find((one) => url.includes(encodeURIComponent(one)))!;
          const madeUp = await send(
            beta,
            method,
            url.replace(encodeURIComponent(id), 'f'.repeat(32)),
            body ?? (method === 'GET' ? undefined : {}),
          );
          assert.equal(comparable(answer, id), comparable(madeUp, 'f'.repeat(32)), `${what}: like what never was`);
        }
      }
      if (allowed && method === 'GET' && !path.includes('{')) {
        if (call.parameters.some(({ name }) => name === 'tenantId')) {
          const named = (tenantId: string) => `${urlOf(call, 'beta')}&tenantId=${tenantId}`;
          const [other, nobodys] = [await send(beta, method, named(ALPHA)), await send(beta, method, named(NOBODYS))];
          assert.equal(comparable(other, ALPHA), comparable(nobodys, NOBODYS), `${what}: a tenant that is named`);
        }
        if ((await send(alpha, method, urlOf(call, 'alpha'))).text.includes('alpha.')) seen++;
      }
    }
    assert.ok(seen >= 4, 'the control: its own callers see it');
  }
  const [after] = (await get(secretOf('findings:read', 'alpha'), '/v1/findings?suppressed=include')).items;
  assert.equal(after.id, finding.id);
  assert.equal(after.status, finding.status, 'and none of it was written to');
});

test('who may see all tenants is asked which one is meant, and who may see one is not', async () => {
  const refused = await get(secretOf('findings:read', 'all'), '/v1/rule/rows');
  assert.match(refused.detail, new RegExp(`${ALPHA}.*${BETA}`));
  assert.equal((await get(secretOf('findings:read', 'beta'), '/v1/rule/rows')).tenantId, BETA);
});

test("cursors of one caller's list lead another through its own tenants alone", async () => {
  const page = await get(secretOf('findings:read', 'all'), '/v1/findings?limit=1');
  assert.ok(page.nextCursor !== null);
  for (const cursor of [
    page.nextCursor,
    (await get(secretOf('findings:read', 'alpha'), '/v1/findings?limit=1')).nextCursor,
  ]) {
    if (cursor === null) continue;
    const { text } = await send(secretOf('findings:read', 'beta'), 'GET', `/v1/findings?limit=1&cursor=${cursor}`);
    assert.doesNotMatch(text, /alpha/);
  }
  const { cursor } = await get(secretOf('findings:read', 'alpha'), '/v1/changes?limit=1');
  assert.doesNotMatch(
    (await send(secretOf('findings:read', 'beta'), 'GET', `/v1/changes?after=${cursor}`)).text,
    /alpha/,
  );
});

test('a letter of no tenant is for keys of all tenants', async () => {
  const now = Date.now();
  await state.apply({
    place: { hub: 'logs', hubCreatedAt: 1, partition: '0' },
    ...{ firstSequenceNumber: 9, lastSequenceNumber: 9 },
    facts: [],
    nonInteractive: [],
    deadLetters: [
      {
        reason: 'not_json',
        sequenceNumber: 9,
        enqueuedAt: now,
        receivedAt: now,
        recordIndex: null,
        bytes: Buffer.from('{"alpha'),
      },
    ],
  });
  const tenantsOf = async (whose: 'alpha' | 'beta' | 'all') =>
    new Set(
      (await get(secretOf('admin', whose), '/v1/dead-letters')).items.map(
        ({ tenantId }: { tenantId: string | null }) => tenantId,
      ),
    );
  assert.ok((await tenantsOf('all')).has(null));
  assert.deepEqual([await tenantsOf('alpha'), await tenantsOf('beta')], [new Set([ALPHA]), new Set([BETA])]);
});

test('tokens and keys are taken side by side, and a token sees its own tenant', async () => {
  const { items } = await get(await issuer.token(), '/v1/findings');
  assert.deepEqual(new Set(items.map(({ tenantId }: { tenantId: string }) => tenantId)), new Set([ALPHA]));
  assert.equal((await send(await issuer.token({ tid: BETA }), 'GET', '/v1/findings')).status, 401);
  assert.equal((await send(await issuer.token({ roles: [] }), 'GET', '/v1/findings')).status, 403);
  assert.equal((await send(await issuer.token(), 'GET', '/v1/dead-letters')).status, 403);
});

test('a key taken out of the file ends what is open under it and is refused from then on; others go on', async () => {
  const secret = newKey();
  const extra: Key = {
    name: 'extra',
    sha256: hashOf(secret),
    scopes: ['findings:read'],
    tenants: 'all',
    expiresAt: null,
  };
  const reloaded = once(logged, 'new keys in force');
  await writeKeys([...entries, extra]);
  await reloaded;
  const path = '/v1/changes?after=now&wait=60';
  const open = fetch(`${service.apiUrl}${path}`, { headers: { authorization: `Bearer ${secret}` } });
  const stream = await fetch(`${service.apiUrl}/v1/stream`, { headers: { authorization: `Bearer ${secret}` } });
  const cut = Promise.all([assert.rejects(open), assert.rejects(stream.text())]);
  const refused = once(logged, 'new keys refused: those before stay in force');
  await replaceKeys('- broken');
  await refused;
  assert.equal((await send(secret, 'GET', '/v1/findings')).status, 200);
  const gone = once(logged, 'new keys in force');
  await writeKeys(entries);
  await gone;
  await cut;
  assert.equal((await send(secret, 'GET', '/v1/findings')).status, 401);
  assert.equal((await send(secretOf('admin', 'all'), 'GET', '/v1/findings')).status, 200);
  const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
  assert.match(metrics, /guestwatch_access_reloads_total\{file="keys",outcome="refused"\} 1/);
  assert.match(metrics, /guestwatch_access_reloads_total\{file="keys",outcome="taken"\} 2/);
});

test('a file of keys with faults keeps the service from starting, and all of them are told', async () => {
  const bad = join(folder, 'bad.yaml');
  await writeFile(bad, '- 1\n- 2\n');
  await assert.rejects(start({ API_KEYS_FILE: bad }), (error) => {
    assert.ok(error instanceof StartFault);
    assert.equal(error.kind, 'settings');
    assert.deepEqual(
      error.faults.map((fault) => /line \d/.exec(fault)?.[0]),
      ['line 1', 'line 2'],
    );
    return true;
  });
});

test('with keys any address may be listened on, and plain HTTP there is warned of', async () => {
  const warned = once(
    logged,
    'API_HOST can be reached by others and serves no TLS: keys cross the network in clear. Set API_TLS_CERT_FILE and API_TLS_KEY_FILE, or TRUST_PROXY where a proxy in front serves TLS.',
  );
  const open = await start({ API_KEYS_FILE: keysFile, API_HOST: '0.0.0.0' });
  await warned;
  const url = `http://127.0.0.1:${new URL(open.apiUrl!).port}/v1/findings`;
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await fetch(url, { headers: { authorization: `Bearer ${secretOf('admin', 'all')}` } })).status, 200);
  await open.close();
});

test('TLS is served, of version 1.2 at least; a new certificate is shown to new connections, and old ones go on', async () => {
  const files = { API_TLS_CERT_FILE: join(folder, 'tls.crt'), API_TLS_KEY_FILE: join(folder, 'tls.key') };
  const put = async ({ cert, key }: { cert: string; key: string }) => {
    await writeFile(files.API_TLS_CERT_FILE, cert);
    await writeFile(files.API_TLS_KEY_FILE, key);
  };
  const first = makeCertificate('first');
  const second = makeCertificate('second', new Date(Date.now() - 3_600_000));
  await put(first);
  const secure = await start({ ...files, API_KEYS_FILE: keysFile });
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const url = new URL(secure.apiUrl!);
  assert.equal(url.protocol, 'https:');
  const ask = (options: RequestOptions): Promise<{ status: number; name: string; port: number }> =>
    new Promise((resolve, reject) => {
      const sent = request(new URL('/v1/findings', url), options, (answer) => {
        const socket = answer.socket as TLSSocket;
        const told = {
          status: answer.statusCode!,
          name: String(socket.getPeerCertificate().subject?.CN),
          port: socket.localPort!,
        };
        answer.resume().on('end', () => resolve(told));
      });
      sent.on('error', reject).end();
    });
  try {
    const before = await ask({ agent: kept, ca: first.cert });
    assert.deepEqual([before.status, before.name], [401, 'first']);
    const old = connect({
      port: Number(url.port),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await once(old, 'error');
    const refused = once(logged, 'new certificate refused: the one before stays in use');
    await writeFile(files.API_TLS_KEY_FILE, 'nothing');
    await refused;
    assert.equal((await ask({ agent: false, ca: first.cert })).name, 'first');
    const renewed = once(logged, 'new certificate in use');
    const warned = once(logged, 'API_TLS_CERT_FILE: the certificate is past its time: renew it');
    await put(second);
    await renewed;
    await warned;
    const still = await ask({ agent: kept, ca: first.cert });
    assert.deepEqual([still.status, still.port], [401, before.port], 'the connection that was open');
    assert.equal((await ask({ agent: false, rejectUnauthorized: false })).name, 'second');
  } finally {
    kept.destroy();
    await secure.close();
  }
});

test('nothing of all this left a secret in the log', () => {
  const text = lines.join('');
  assert.ok(lines.length > 100);
  assert.doesNotMatch(text, /gw_|eyJ|BEGIN|Bearer|alpha\.example/);
});

test('a key that runs out soon is named in the log and counted down to, and nothing else of it is told', async () => {
  const file = join(folder, 'expiring.yaml');
  const days = (count: number): number => Date.now() + count * 86_400_000;
  const soon = { ...entries[0]!, name: 'ends soon', expiresAt: days(3) };
  const later = { ...entries[1]!, name: 'ends later', expiresAt: days(30) };
  await writeFile(file, [soon, later].map((key) => `${writeEntry(key)}\n`).join(''));
  const before = lines.length;
  const own = await start({ API_KEYS_FILE: file });
  const secondsOf = async ({ opsUrl }: Service): Promise<number> => {
    const text = await (await globalThis.fetch(`${opsUrl}/metrics`)).text();
    return Number(/^guestwatch_access_key_next_expiry_seconds (.+)$/m.exec(text)![1]!.replace('+Inf', 'Infinity'));
  };
  try {
    const told = lines.slice(before).filter((line) => line.includes('runs out soon'));
    assert.equal(told.length, 1);
    const { key, expiresAt, level } = JSON.parse(told[0]!);
    assert.deepEqual([key, Date.parse(expiresAt), level], ['ends soon', soon.expiresAt, 40]);
    assert.ok(!told[0]!.includes(soon.sha256));
    const seconds = await secondsOf(own);
    assert.ok(seconds > 2 * 86_400 && seconds <= 3 * 86_400, String(seconds));
    assert.equal(await secondsOf(service), Number.POSITIVE_INFINITY, 'where no key runs out');
  } finally {
    await own.close();
  }
});
