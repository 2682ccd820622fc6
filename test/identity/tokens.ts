/** Who hands out tokens to identities: as Entra ID does for a federated token, and as a machine's own address does. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import type { MadeCertificate } from '../access/certificates.ts';

export const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';
export const CLIENT = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
export const OBJECT = '2c0e7a6d-1b7d-4c9a-9f7e-5c1c5a0c9b11';

export interface TokenServer {
  readonly origin: string;
  readonly port: number;
  /** For what tokens were given out, each with how it was asked for. */
  readonly given: { readonly audience: string; readonly token: string; readonly asked: string }[];
  /** Seconds that a token lives, by its audience. */
  readonly lives: Map<string, number>;
  /** In place of a token: the code and words of Entra ID. */
  refusal: string | null;
  close(): Promise<void>;
}

interface Options {
  /** Without one it speaks plain HTTP, as machines do to themselves. */
  readonly tls?: MadeCertificate;
  /** What a federated token must be. */
  readonly assertion?: () => string;
  /** Told of each token before it is given out, as a server is that has to know it. */
  readonly onGiven?: (audience: string, token: string) => Promise<void>;
}

const LIFE_S = 3_600;
const HEADER = 'header-of-the-platform';

export async function startTokens({
  tls,
  assertion = () => '',
  onGiven = async () => {},
}: Options): Promise<TokenServer> {
  const given: TokenServer['given'] = [];
  const lives = new Map<string, number>();
  const state = { refusal: null as string | null };
  let origin = '';

  const give = async (audience: string, asked: string) => {
    const life = lives.get(audience) ?? LIFE_S;
    const token = await tokenFor(audience, life, given.length);
    await onGiven(audience, token);
    given.push({ audience, token, asked });
    const expiresOn = Math.floor(Date.now() / 1000) + life;
    return {
      token_type: 'Bearer',
      access_token: token,
      expires_in: life,
      ext_expires_in: life,
      expires_on: expiresOn,
      resource: audience,
    };
  };

  const answer = async (request: http.IncomingMessage): Promise<[status: number, body: unknown]> => {
    const url = new URL(request.url ?? '/', origin);
    if (url.pathname === `/${TENANT}/v2.0/.well-known/openid-configuration`) return [200, configuration(origin)];
    if (state.refusal !== null) return [400, { error: 'invalid_client', error_description: state.refusal }];
    if (url.pathname === `/${TENANT}/oauth2/v2.0/token`) {
      const form = new URLSearchParams(await textOf(request));
      const isGood = form.get('client_id') === CLIENT && form.get('client_assertion') === assertion();
      const words = 'AADSTS70021: No matching federated identity record found for presented assertion.';
      if (!isGood) return [401, { error: 'invalid_client', error_description: words }];
      return [200, await give(audienceOf(form.get('scope') ?? ''), 'workload')];
    }
    const isOwn =
      url.pathname.replace(/\/$/, '') === '/metadata/identity/oauth2/token' &&
      request.headers['metadata'] !== undefined;
    const isApp = url.pathname === '/msi/token' && request.headers['x-identity-header'] === HEADER;
    if (!isOwn && !isApp) return [404, { error: 'not_found' }];
    const client = url.searchParams.get('client_id');
    if (client !== null && client !== CLIENT)
      return [400, { error: 'invalid_request', error_description: 'Identity not found' }];
    return [
      200,
      await give(
        (url.searchParams.get('resource') ?? '').replace(/\/+$/, ''),
        `${isApp ? 'app' : 'machine'} ${client ?? 'own'}`,
      ),
    ];
  };

  const listener: http.RequestListener = (request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  };
  const server =
    tls === undefined ? http.createServer(listener) : https.createServer({ cert: tls.cert, key: tls.key }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  origin = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return {
    ...{ origin, port, given, lives },
    get refusal() {
      return state.refusal;
    },
    set refusal(words) {
      state.refusal = words;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What an app's platform says of where to ask. */
export const ofApp = ({ origin }: TokenServer): Record<string, string> => ({
  IDENTITY_ENDPOINT: `${origin}/msi/token`,
  IDENTITY_HEADER: HEADER,
});

/** What stands in for a machine's own address. */
export const ofMachine = ({ origin }: TokenServer): Record<string, string> => ({
  AZURE_POD_IDENTITY_AUTHORITY_HOST: origin,
});

const audienceOf = (scope: string): string =>
  scope
    .split(' ')
    .find((one) => one.endsWith('/.default'))
    ?.replace(/\/+\.default$/, '') ?? '';

const configuration = (origin: string) => ({
  issuer: `${origin}/${TENANT}/v2.0`,
  authorization_endpoint: `${origin}/${TENANT}/oauth2/v2.0/authorize`,
  token_endpoint: `${origin}/${TENANT}/oauth2/v2.0/token`,
  jwks_uri: `${origin}/${TENANT}/discovery/v2.0/keys`,
});

async function tokenFor(audience: string, lifeS: number, number: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, iss: `https://sts.windows.net/${TENANT}/`, tid: TENANT, oid: OBJECT, appid: CLIENT };
  return new SignJWT({ ...claims, iat: now, nbf: now - 60, exp: now + lifeS, jti: String(number) })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(createHash('sha256').update('a signature that nobody here checks').digest());
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
