/** Certificates for 127.0.0.1, of their own or of an authority, written out by hand: a machine may have no tool that makes them. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const bytes =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const time = (date: Date): Buffer => der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`));

const ECDSA_WITH_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const DAY_MS = 86_400_000;

export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** One that signs itself, valid from yesterday on. */
export const makeCertificate = (name: string, until?: Date): MadeCertificate =>
  made({ name, ...(until && { until }), names: [] }, null);

/** An authority of one's own: what it issues is believed by whoever believes its certificate, and by nobody else. */
export interface MadeAuthority {
  readonly cert: string;
  /** For 127.0.0.1 and these names. */
  issue(...names: readonly string[]): MadeCertificate;
}

export function makeAuthority(name: string): MadeAuthority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { cert } = made({ name, names: [], isAuthority: true, pair }, null);
  return { cert, issue: (...names) => made({ name: names[0] ?? '127.0.0.1', names }, { name, key: pair.privateKey }) };
}

interface Asked {
  readonly name: string;
  readonly until?: Date;
  /** Host names beside the address. */
  readonly names: readonly string[];
  readonly isAuthority?: boolean;
  readonly pair?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

const named = (name: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));

function made(asked: Asked, issuer: { readonly name: string; readonly key: KeyObject } | null): MadeCertificate {
  const { name, until = new Date(Date.now() + DAY_MS), names, isAuthority = false } = asked;
  const { publicKey, privateKey } = asked.pair ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const places = [der(0x87, Buffer.from([127, 0, 0, 1])), ...names.map((host) => der(0x82, Buffer.from(host)))];
  const extensions = [
    sequence(SUBJECT_ALT_NAME, der(0x04, sequence(...places))),
    ...(isAuthority
      ? [
          sequence(
            BASIC_CONSTRAINTS,
            der(0x01, Buffer.from([0xff])),
            der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
          ),
        ]
      : []),
  ];
  const certified = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_WITH_SHA256,
    named(issuer?.name ?? name),
    sequence(time(new Date(Date.now() - DAY_MS)), time(until)),
    named(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', certified, issuer?.key ?? privateKey));
  const lines = sequence(certified, ECDSA_WITH_SHA256, signature)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
