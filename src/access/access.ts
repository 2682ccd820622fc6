/** Who may call: API keys out of a file that is followed, and access tokens of Entra ID; one of them, or both. */
import { type Authority, authorityOf, type EntraOptions, entraVerifier, type TokenVerifier } from './entra.ts';
import { Expiring, nextExpiry } from './expiring.ts';
import { type Content, follow, readContent } from './follow.ts';
import type { Grant, Refused, Unchecked } from './grant.ts';
import { KeyRing } from './keyRing.ts';
import { readKeys } from './keysFile.ts';
import { AccessRefused } from './refused.ts';
import type { FetchKeys, SigningKeysEvents } from './signingKeys.ts';

export interface AccessEvents extends SigningKeysEvents {
  /** The file has changed: its keys are in force, or it has faults, whole sentences, and those before stay. */
  onReloaded(outcome: { readonly keys: number } | { readonly faults: readonly string[] }): void;
  /** A key runs out within two weeks, at a time (ms since the Unix epoch); told at once, and once a day. */
  onExpiring(key: { readonly name: string; readonly expiresAt: number }): void;
}

export interface AccessOptions {
  readonly keysFile: string | null;
  readonly entra: EntraOptions | null;
  /** Left out: that of the tenant. For tests, which have an issuer of their own; no setting leads here. */
  readonly authority?: Authority;
  /** Left out: its keys are fetched straight. */
  readonly fetchKeys?: FetchKeys;
  readonly events: AccessEvents;
}

export interface Access {
  /** What this key or token allows. */
  authenticate(presented: string): Grant | Refused | Promise<Grant | Refused | Unchecked>;
  /** In how many milliseconds the next key of the file runs out; null where none does. */
  nextExpiryMs(): number | null;
  close(): void;
}

/** How often it is looked whether a key runs out soon. */
const EXPIRING_LOOK_MS = 3_600_000;

/** Three parts, as a signed token has. */
const TOKEN_FORM = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Rejects with AccessRefused where the file of keys has faults. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { keysFile, events } = options;
  const ring = new KeyRing();
  const end = keysFile === null ? () => {} : await followKeys(keysFile, ring, events);
  const verify = verifierOf(options);
  return {
    authenticate(presented) {
      const found = ring.find(presented, Date.now());
      const isKey = found.kind === 'granted' || found.reason !== 'unknown';
      return isKey || verify === null || !TOKEN_FORM.test(presented) ? found : verify(presented);
    },
    nextExpiryMs() {
      const now = Date.now();
      const next = nextExpiry(ring.keys, now);
      return next === null ? null : next - now;
    },
    close: end,
  };
}

function verifierOf({ entra, authority, fetchKeys, events }: AccessOptions): TokenVerifier | null {
  if (entra === null) return null;
  const issuer = authority ?? authorityOf(entra.tenantId, entra.authorityHost);
  return entraVerifier(entra, issuer, events, Date.now, () => performance.now(), fetchKeys);
}

async function followKeys(path: string, ring: KeyRing, events: AccessEvents): Promise<() => void> {
  const first = await readContent(path);
  const read = keysIn(first);
  if ('faults' in read) throw new AccessRefused(read.faults);
  const expiring = new Expiring();
  const tell = (): void => {
    for (const { name, expiresAt } of expiring.due(ring.keys, Date.now()))
      events.onExpiring({ name, expiresAt: expiresAt! });
  };
  ring.replace(read.keys);
  tell();
  const telling = setInterval(tell, EXPIRING_LOOK_MS);
  const end = follow([path], [first], ([content]) => {
    const next = keysIn(content!);
    if ('keys' in next) ring.replace(next.keys);
    events.onReloaded('keys' in next ? { keys: next.keys.length } : next);
    tell();
  });
  return () => {
    clearInterval(telling);
    end();
  };
}

function keysIn(content: Content): ReturnType<typeof readKeys> {
  if ('code' in content)
    return {
      faults: [`API_KEYS_FILE names a file that cannot be read (${content.code}): check the path and who may read it.`],
    };
  const read = readKeys(content.text);
  return 'keys' in read ? read : { faults: read.faults.map((fault) => `API_KEYS_FILE: ${fault}`) };
}
