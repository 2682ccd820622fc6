/** Access tokens: which are taken, which are refused, and what happens while the keys that sign them change or cannot be had. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import { type CryptoKey, exportJWK, exportSPKI, importJWK, type JWTPayload } from 'jose';
import { authorityOf, entraVerifier, type TokenVerifier } from '../../src/access/entra.ts';
import { APPLICATION, AUDIENCE, Issuer, issuers, TENANT } from './issuer.ts';

const OTHER = '99999999-64b3-4a86-a4b1-0a5d5a3f6c11';
const HOUR_MS = 3_600_000;
const issuer = await new Issuer().start();
after(() => issuer.stop());

interface Verifying {
  readonly verify: TokenVerifier;
  /** Moves the clock that never jumps. */
  pass(ms: number): void;
  readonly told: string[];
}

function verifying(from: Issuer = issuer): Verifying {
  let elapsed = 0;
  const told: string[] = [];
  const verify = entraVerifier(
    { tenantId: TENANT, audiences: [AUDIENCE, APPLICATION] },
    from.authority,
    { onUnreachable: (detail) => told.push(detail) },
    Date.now,
    () => elapsed,
  );
  const pass = (ms: number): void => {
    elapsed += ms;
  };
  return { verify, told, pass };
}

/** An issuer of its own, for what changes it. */
async function withIssuer(use: (own: Issuer) => Promise<void>): Promise<void> {
  const own = await new Issuer().start();
  try {
    await use(own);
  } finally {
    await own.stop();
  }
}

const { verify } = verifying();
const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;

test('a token of the tenant for the application is its caller, who sees that tenant', async () => {
  const exp = seconds(600);
  assert.deepEqual(await verify(await issuer.token({ exp })), {
    kind: 'granted',
    by: 'token',
    caller: { name: `entra:${APPLICATION}`, tenants: [TENANT] },
    scope: 'findings:read',
    endsAt: (exp + 60) * 1000,
    revoked: null,
  });
});

for (const [what, claims, scope, name] of [
  [
    'of version 1',
    { iss: issuers.V1, azp: undefined, appid: APPLICATION, aud: APPLICATION },
    'findings:read',
    APPLICATION,
  ],
  ['with several roles', { roles: ['admin', 'other', 'findings:read'] }, 'admin', APPLICATION],
  ['without a role of ours', { roles: ['Admin', 'Findings:Read'] }, null, APPLICATION],
  ['without any role', { roles: undefined }, null, APPLICATION],
  ['with roles that are no list', { roles: 'admin' }, null, APPLICATION],
  ['of a person', { scp: 'user_impersonation' }, 'findings:read', 'aaaaaaaa-0000-4000-8000-000000000001'],
  ['that has expired within the skew', { exp: seconds(-30) }, 'findings:read', APPLICATION],
  ['that begins within the skew', { nbf: seconds(30) }, 'findings:read', APPLICATION],
  ['for several audiences', { aud: ['api://other', AUDIENCE] }, 'findings:read', APPLICATION],
  ['that writes its tenant in capitals', { tid: TENANT.toUpperCase() }, 'findings:read', APPLICATION],
] as const) {
  test(`a token ${what} allows ${scope ?? 'nothing'}`, async () => {
    const found = await verify(await issuer.token(claims as JWTPayload));
    assert.ok(found.kind === 'granted', JSON.stringify(found));
    assert.equal(found.scope, scope);
    assert.equal(found.caller.name, `entra:${name}`);
  });
}

for (const [what, claims, reason] of [
  ['from another issuer', { iss: `https://login.example/${OTHER}/v2.0` }, 'invalid'],
  ['without issuer', { iss: undefined }, 'invalid'],
  ['for another audience', { aud: 'api://other' }, 'invalid'],
  ['without audience', { aud: undefined }, 'invalid'],
  ['past its time', { exp: seconds(-61) }, 'expired'],
  ['without end', { exp: undefined }, 'invalid'],
  ['before its time', { nbf: seconds(120) }, 'invalid'],
  ['without beginning', { nbf: undefined }, 'invalid'],
  ['without tenant', { tid: undefined }, 'invalid'],
  ['of another tenant', { tid: OTHER }, 'invalid'],
  ['whose tenant is no text', { tid: [TENANT] }, 'invalid'],
  ['that names no application, as an ID token does not', { azp: undefined }, 'invalid'],
  ['whose application is no id', { azp: 'x\n{"level":50}' }, 'invalid'],
  ['of a person without id', { scp: 'a', oid: undefined }, 'invalid'],
] as const) {
  test(`a token ${what} is refused`, async () => {
    assert.deepEqual(await verify(await issuer.token(claims as JWTPayload)), { kind: 'refused', reason });
  });
}

const part = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('only RS256 is taken: not none, and not HS256 with the public key for a secret', async () => {
  const key = issuer.published[0]!;
  const [, payload] = (await issuer.token()).split('.');
  const spki = await exportSPKI((await importJWK(key.jwk, 'RS256', { extractable: true })) as never);
  const forged: string[] = [`${part({ alg: 'none', kid: key.kid })}.${payload}.`];
  for (const secret of [spki, spki.trim(), JSON.stringify(key.jwk), key.jwk.n!]) {
    const signed = `${part({ alg: 'HS256', kid: key.kid })}.${payload}`;
    forged.push(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
  }
  for (const token of forged) assert.deepEqual(await verify(token), { kind: 'refused', reason: 'invalid' }, token);
});

test('the right key is no good by another algorithm', async () => {
  const key = issuer.published[0]!;
  const jwk = await exportJWK(key.privateKey);
  for (const alg of ['RS384', 'RS512', 'PS256']) {
    const privateKey = (await importJWK(jwk, alg)) as CryptoKey;
    const token = await issuer.token({}, { ...key, privateKey }, { alg });
    assert.deepEqual(await verify(token), { kind: 'refused', reason: 'invalid' }, alg);
  }
});

test('a token that was changed, signed by another, or says where its keys are, is refused', async () => {
  const [header, payload, signature] = (await issuer.token()).split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
  const stranger = { ...(await issuer.newKey()), kid: issuer.published[0]!.kid };
  for (const token of [
    `${header}.${part({ ...claims, roles: ['admin'] })}.${signature}`,
    `${header}.${payload}.${part('x')}`,
    await issuer.token({}, stranger),
    await issuer.token({}, stranger, { jwk: stranger.jwk }),
    await issuer.token({}, stranger, { jku: 'https://keys.example/' }),
    await issuer.token({}, issuer.published[0], { crit: ['exp'] }).catch(() => 'a.b.c'),
    'a.b.c',
    `${part({ alg: 'RS256' })}.${part('x'.repeat(8_000))}.${part('x')}`,
  ])
    assert.deepEqual(await verify(token), { kind: 'refused', reason: 'invalid' }, token);
});

test('keys are fetched once, and a key that is new is fetched when a token names it, but seldom', async () => {
  await withIssuer(async (own) => {
    const { verify: ask, pass } = verifying(own);
    const old = await own.token();
    assert.equal((await ask(old)).kind, 'granted');
    for (let i = 0; i < 20; i++) await ask(old);
    assert.equal(own.fetches, 1);
    own.published = [await own.newKey(), ...own.published];
    const renewed = await own.token();
    assert.deepEqual(await ask(renewed), { kind: 'refused', reason: 'invalid' }, 'within the cool-down');
    assert.equal(own.fetches, 1);
    pass(30_000);
    assert.equal((await ask(renewed)).kind, 'granted');
    assert.equal((await ask(old)).kind, 'granted');
    assert.equal(own.fetches, 2);
    const madeUp = { ...own.published[0]!, kid: 'made-up' };
    for (let i = 0; i < 20; i++) await ask(await own.token({}, madeUp));
    assert.equal(own.fetches, 2, 'names that nobody has are no way to reach the issuer');
  });
});

test('a key that was taken back is refused within the hour, without anyone waiting for it', async () => {
  await withIssuer(async (own) => {
    const { verify: ask, pass } = verifying(own);
    const old = await own.token();
    await ask(old);
    own.published = [await own.newKey()];
    pass(HOUR_MS + 1);
    assert.equal((await ask(old)).kind, 'granted', 'by what is known, while it is renewed');
    let found = await ask(old);
    while (found.kind === 'granted') found = await ask(old);
    assert.deepEqual(found, { kind: 'refused', reason: 'invalid' });
    assert.equal(own.fetches, 2);
  });
});

for (const how of ['status', 'nonsense', 'cut'] as const) {
  test(`an issuer that is away (${how}) keeps out only those whose key is not known, and is asked again seldom`, async () => {
    await withIssuer(async (own) => {
      const { verify: ask, pass, told } = verifying(own);
      const good = await own.token();
      own.broken = how;
      assert.deepEqual(await ask(good), { kind: 'unchecked' }, 'no key is known yet');
      assert.deepEqual(await ask(good), { kind: 'unchecked' });
      assert.equal(own.fetches, 1);
      assert.equal(told.length, 1);
      own.broken = null;
      pass(5_000);
      assert.equal((await ask(good)).kind, 'granted');
      own.broken = how;
      pass(2 * HOUR_MS);
      for (let i = 0; i < 5; i++) assert.equal((await ask(good)).kind, 'granted', 'the key is known');
      const unknown = await own.token({}, await own.newKey());
      assert.deepEqual(await ask(unknown), { kind: 'unchecked' }, 'nobody can say');
      pass(23 * HOUR_MS);
      assert.deepEqual(await ask(good), { kind: 'unchecked' }, 'a day without news');
      assert.deepEqual(await ask('a.b.c'), { kind: 'refused', reason: 'invalid' }, 'that needs no key');
    });
  });
}

test('who waits for keys that do not come keeps nobody else waiting', async () => {
  await withIssuer(async (own) => {
    const { verify: ask, pass } = verifying(own);
    const good = await own.token();
    await ask(good);
    pass(60_000);
    let release = (): void => {};
    own.held = new Promise((resolve) => {
      release = resolve;
    });
    const waiting = ask(await own.token({}, await own.newKey()));
    for (let i = 0; i < 5; i++) assert.equal((await ask(good)).kind, 'granted');
    release();
    assert.deepEqual(await waiting, { kind: 'refused', reason: 'invalid' });
  });
});

test('by itself it believes Entra ID, of both versions, and fetches keys over TLS alone', () => {
  const { issuers: own, keysUrl } = authorityOf(TENANT);
  assert.deepEqual(own, [`https://login.microsoftonline.com/${TENANT}/v2.0`, `https://sts.windows.net/${TENANT}/`]);
  assert.equal(keysUrl, `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`);
});
