/** Checks shared access signatures: that they were made with the endpoint's key, cover the audience, and have not expired. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { pathOf } from './address.ts';

/** The one key that the endpoint accepts. */
export interface SasKey {
  readonly keyName: string;
  readonly key: string;
}

/** Why the token is refused, or undefined if it is good. `nowMs` is the real time: tokens are made by the clients' clocks. */
export function refuseToken(token: string, audience: string, key: SasKey, nowMs: number): string | undefined {
  const prefix = 'SharedAccessSignature ';
  if (!token.startsWith(prefix)) return 'MalformedToken: The token is no shared access signature.';
  const fields = new URLSearchParams(token.slice(prefix.length).replaceAll('+', '%2B'));
  const resource = fields.get('sr');
  const signature = fields.get('sig');
  const expiry = fields.get('se');
  if (resource === null || signature === null || expiry === null || !/^\d+$/.test(expiry)) {
    return 'MalformedToken: A shared access signature has the fields sr, sig, se and skn.';
  }
  if (fields.get('skn') !== key.keyName) return `InvalidSignature: There is no key named '${fields.get('skn')}'.`;
  // What is signed is the resource as it was encoded by the client; both usual encodings are tried.
  const signed = [encodeURIComponent(resource), encodeURIComponent(resource).toLowerCase()];
  if (!signed.some((text) => isSignature(signature, `${text}\n${expiry}`, key.key))) {
    return 'InvalidSignature: The token has an invalid signature.';
  }
  if (Number(expiry) * 1000 <= nowMs) {
    return `ExpiredToken: The token is expired. Expiration time: '${new Date(Number(expiry) * 1000).toISOString()}'.`;
  }
  if (!covers(pathOf(resource), pathOf(audience))) return `InvalidAudience: The token is for '${resource}'.`;
  return undefined;
}

/** Whether a claim on one path allows what lies at another: the same path or one below it. */
export function covers(claimed: string, path: string): boolean {
  const above = claimed.toLowerCase();
  const below = path.toLowerCase();
  return above === '' || below === above || below.startsWith(`${above}/`);
}

function isSignature(given: string, text: string, key: string): boolean {
  const expected = Buffer.from(createHmac('sha256', key).update(text).digest('base64'));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
