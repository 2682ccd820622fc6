/** An issuer of tokens with a server for its keys, which can be rotated, broken and taken away. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Authority } from '../../src/access/entra.ts';

export const TENANT = '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11';
export const APPLICATION = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
export const AUDIENCE = 'api://guestwatch';
const V2 = `https://login.example/${TENANT}/v2.0`;
const V1 = `https://sts.example/${TENANT}/`;

export interface SigningKey {
  readonly kid: string;
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

export class Issuer {
  /** What the server publishes. */
  published: SigningKey[] = [];
  /** Requests for the keys. */
  fetches = 0;
  /** What is done in place of an answer; null answers. */
  broken: 'status' | 'nonsense' | 'cut' | null = null;
  /** Held while it is not null: answers wait for it. */
  held: Promise<void> | null = null;
  #server: Server | null = null;
  #made = 0;
  #port = 0;

  async start(): Promise<this> {
    this.published = [await this.newKey()];
    this.#server = createServer(async (request, response) => {
      this.fetches++;
      await this.held;
      if (this.broken === 'cut') return void request.socket.destroy();
      response.statusCode = this.broken === 'status' ? 503 : 200;
      response.end(
        this.broken === 'nonsense' ? '{"keys":1}' : JSON.stringify({ keys: this.published.map(({ jwk }) => jwk) }),
      );
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.#server!.closeAllConnections();
    this.#server!.close();
    await once(this.#server!, 'close');
  }

  get authority(): Authority {
    return { issuers: [V2, V1], keysUrl: `http://127.0.0.1:${this.#port}/keys` };
  }

  async newKey(): Promise<SigningKey> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = `key-${++this.#made}`;
    // As Entra ID publishes them: without `alg`.
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
  }

  /** A token that is good, but for what is changed; undefined takes a claim out. */
  async token(changes: JWTPayload = {}, key: SigningKey = this.published[0]!, header: object = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: V2,
      aud: AUDIENCE,
      tid: TENANT,
      azp: APPLICATION,
      oid: 'aaaaaaaa-0000-4000-8000-000000000001',
      roles: ['findings:read'],
      iat: now,
      nbf: now,
      exp: now + 600,
      ...changes,
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header })
      .sign(key.privateKey);
  }
}

export const issuers = { V1, V2 };
