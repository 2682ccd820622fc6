/** Access tokens of Entra ID: those of one tenant, for one application, signed by the tenant's keys. */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Grant, Refused, Unchecked } from './grant.ts';
import { mostOf } from './key.ts';
import { type FetchKeys, type SigningKeysEvents, SigningKeysUnreachable, signingKeys } from './signingKeys.ts';

export interface EntraOptions {
  /** Lower case. */
  readonly tenantId: string;
  /** What tokens for this service name as `aud`: the application's id, or its URI. */
  readonly audiences: readonly string[];
  /** Who issues tokens, `https://HOST`; null or left out for the public cloud. */
  readonly authorityHost?: string | null;
}

/** Who issues tokens. Everything that a token says of where its keys are is ignored. */
export interface Authority {
  readonly issuers: readonly string[];
  readonly keysUrl: string;
}

const PUBLIC_CLOUD = 'https://login.microsoftonline.com';
/** Older tokens are issued under another name, which is that of the public cloud but where one is known. */
const OLDER = new Map([['https://login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn']]);

/** Of both versions of tokens: which of them a client gets is a property of the application's registration. */
export function authorityOf(tenantId: string, host: string | null = null): Authority {
  const authority = host ?? PUBLIC_CLOUD;
  return {
    issuers: [`${authority}/${tenantId}/v2.0`, `${OLDER.get(authority) ?? 'https://sts.windows.net'}/${tenantId}/`],
    keysUrl: `${authority}/${tenantId}/discovery/v2.0/keys`,
  };
}

/** Entra ID signs with nothing else; a closed list keeps `none`, and a public key taken for a shared secret, out. */
const ALGORITHMS = ['RS256'];
/** Clocks of machines that are kept in time differ by less. */
const SKEW_SECONDS = 60;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type TokenVerifier = (token: string) => Promise<Grant | Refused | Unchecked>;

/** `elapsed` never jumps; milliseconds. */
export function entraVerifier(
  { tenantId, audiences }: EntraOptions,
  { issuers, keysUrl }: Authority,
  events: SigningKeysEvents,
  now: () => number,
  elapsed: () => number,
  fetchKeys: FetchKeys = () => null,
): TokenVerifier {
  const keys = signingKeys(keysUrl, events, elapsed, fetchKeys(keysUrl));
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys.keyOf, {
        algorithms: ALGORITHMS,
        issuer: [...issuers],
        audience: [...audiences],
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'nbf', 'tid'],
      });
      return grantOf(payload, tenantId);
    } catch (error) {
      if (error instanceof SigningKeysUnreachable) return { kind: 'unchecked' };
      if (error instanceof errors.JWTExpired) return { kind: 'refused', reason: 'expired' };
      if (error instanceof errors.JOSEError) return { kind: 'refused', reason: 'invalid' };
      throw error;
    }
  };
}

function grantOf(claims: JWTPayload, tenantId: string): Grant | Refused {
  const { tid, roles } = claims;
  const name = nameOf(claims);
  if (typeof tid !== 'string' || tid.toLowerCase() !== tenantId || name === null)
    return { kind: 'refused', reason: 'invalid' };
  const held = Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
  return {
    kind: 'granted',
    by: 'token',
    // A token says nothing of other tenants: who may see those is named in the file of keys.
    caller: { name, tenants: [tenantId] },
    scope: mostOf(held),
    endsAt: (claims.exp! + SKEW_SECONDS) * 1000,
    revoked: null,
  };
}

/**
 * A person by the object id, an application by its client id. Every access token names the application that asked for it, and no
 * ID token does: one of those, which anyone gets who may sign in, is no leave to call.
 */
function nameOf({ azp, appid, oid, scp }: JWTPayload): string | null {
  const application = azp ?? appid;
  const who = typeof scp === 'string' ? oid : application;
  return isId(application) && isId(who) ? `entra:${who.toLowerCase()}` : null;
}

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
