/** The certificate that the API shows and its key: checked against each other, and followed as they are renewed. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type Content, follow, readContents } from './follow.ts';
import { AccessRefused } from './refused.ts';

export interface Pair {
  /** PEM: the certificate, and after it those that lead to its issuer. */
  readonly cert: string;
  /** PEM, without a passphrase. */
  readonly key: string;
  /** Older ones are broken. */
  readonly minVersion: 'TLSv1.2';
}

export interface CertificateEvents {
  /** The files have changed: another certificate is in force, or they have faults and the one before stays. */
  onReloaded(outcome: { readonly validTo: Date } | { readonly faults: readonly string[] }): void;
  /** The certificate in force is past its time. */
  onExpired(validTo: Date): void;
}

export interface CertificateOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly events: CertificateEvents;
}

export interface Certificate {
  /** The one in force. */
  readonly pair: Pair;
  /** Until when it is good. */
  readonly validTo: Date;
  /** Calls the listener with each pair that takes the place of the one before. */
  onRenewed(listener: (pair: Pair) => void): void;
  close(): void;
}

/** Rejects with AccessRefused where the files have faults. */
export async function openCertificate({ certFile, keyFile, events }: CertificateOptions): Promise<Certificate> {
  const first = await readContents([certFile, keyFile]);
  const read = pairIn(first);
  if ('faults' in read) throw new AccessRefused(read.faults);
  const listeners: ((pair: Pair) => void)[] = [];
  let { pair, validTo } = read;
  const warn = (validTo: Date): void => {
    if (validTo.getTime() <= Date.now()) events.onExpired(validTo);
  };
  warn(read.validTo);
  const end = follow([certFile, keyFile], first, (contents) => {
    const next = pairIn(contents);
    if ('faults' in next) return events.onReloaded(next);
    ({ pair, validTo } = next);
    for (const listener of listeners) listener(pair);
    events.onReloaded({ validTo: next.validTo });
    warn(next.validTo);
  });
  return {
    get pair() {
      return pair;
    },
    get validTo() {
      return validTo;
    },
    onRenewed: (listener) => void listeners.push(listener),
    close: end,
  };
}

type ReadPair = { readonly pair: Pair; readonly validTo: Date } | { readonly faults: readonly string[] };

/** The pair that the contents of the two files are, or every fault of both. */
export function pairIn([certContent, keyContent]: readonly Content[]): ReadPair {
  const faults: string[] = [];
  const certificate = parsed(
    'API_TLS_CERT_FILE',
    certContent!,
    faults,
    (text) => new X509Certificate(text),
    'a certificate',
  );
  const key = parsed('API_TLS_KEY_FILE', keyContent!, faults, privateKeyIn, 'a private key without a passphrase');
  if (certificate === null || key === null) return { faults };
  if (!certificate.value.checkPrivateKey(key.value))
    return {
      faults: [
        'API_TLS_KEY_FILE holds another key than the one that the certificate of API_TLS_CERT_FILE is for: put both of one pair in place.',
      ],
    };
  const pair = { cert: certificate.text, key: key.text, minVersion: 'TLSv1.2' } as const;
  try {
    // What is left to be refused, such as a key that is too short, or a broken chain behind the certificate.
    createSecureContext(pair);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'refused';
    return { faults: [`API_TLS_CERT_FILE cannot be used for TLS (${code}): make another certificate.`] };
  }
  return { pair, validTo: new Date(certificate.value.validTo) };
}

function parsed<T>(
  name: string,
  content: Content,
  faults: string[],
  parse: (text: string) => T,
  what: string,
): { readonly text: string; readonly value: T } | null {
  if ('code' in content) {
    faults.push(`${name} names a file that cannot be read (${content.code}): check the path and who may read it.`);
    return null;
  }
  try {
    if (!content.text.includes('-----BEGIN ')) throw new Error('no PEM');
    return { text: content.text, value: parse(content.text) };
  } catch {
    // Not even the library's word on it: it may quote the file.
    faults.push(`${name} must name a file that holds ${what} in PEM form.`);
    return null;
  }
}

const privateKeyIn = (text: string): KeyObject => createPrivateKey(text);
