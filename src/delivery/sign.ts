/** Standard Webhooks: secrets as they are written down, and the headers by which a receiver knows who sent a body, when, and that it is whole. */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
/** The standard's own bounds for a secret, in bytes. */
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The key of a secret, or what a secret must be. Never shows the secret. */
export function secretOf(text: string): { readonly key: Buffer } | { readonly mend: string } {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : null;
  const key = encoded !== null && BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : null;
  if (key !== null && key.length >= SECRET_BYTES_MIN && key.length <= SECRET_BYTES_MAX) return { key };
  return {
    mend: `must be ${PREFIX} and ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} random bytes as base64, such as the output of: echo ${PREFIX}$(openssl rand -base64 32)`,
  };
}

/** The three headers. With two keys there are two signatures, and a receiver that knows one of them is content. */
export function signed(id: string, atMs: number, body: string, keys: readonly Buffer[]): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
