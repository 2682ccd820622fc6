/** The certificate and its key: every fault names its setting and the mend, and neither file is ever quoted. */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { pairIn } from '../../src/access/certificate.ts';
import { makeCertificate } from './certificates.ts';

const good = makeCertificate('good');
const other = makeCertificate('other');
const faultsOf = (cert: string | null, key: string | null): readonly string[] => {
  const contentOf = (text: string | null) => (text === null ? { code: 'EACCES' } : { text });
  const read = pairIn([contentOf(cert), contentOf(key)]);
  return 'faults' in read ? read.faults : [];
};

test('a certificate and its key are a pair, also with a chain behind it and text around it', () => {
  for (const cert of [good.cert, `${good.cert}${other.cert}`, `of good\n${good.cert}`])
    assert.deepEqual(faultsOf(cert, good.key), []);
  const read = pairIn([{ text: good.cert }, { text: good.key }]);
  assert.ok('pair' in read);
  assert.equal(read.pair.minVersion, 'TLSv1.2');
  assert.ok(read.validTo.getTime() > Date.now());
});

const locked = createPrivateKey(good.key).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'a',
}) as string;

for (const [what, cert, key, said] of [
  [
    'files that cannot be read',
    null,
    null,
    [/^API_TLS_CERT_FILE .*cannot be read \(EACCES\)/, /^API_TLS_KEY_FILE .*cannot be read/],
  ],
  [
    'files that are no PEM',
    'SECRET',
    'SECRET',
    [/^API_TLS_CERT_FILE must .*certificate in PEM/, /^API_TLS_KEY_FILE must .*private key/],
  ],
  ['files that are the wrong way round', good.key, good.cert, [/^API_TLS_CERT_FILE must/, /^API_TLS_KEY_FILE must/]],
  ['a certificate that is cut', good.cert.slice(0, 200), good.key, [/^API_TLS_CERT_FILE must/]],
  ['a key with a passphrase', good.cert, locked, [/^API_TLS_KEY_FILE must .*without a passphrase/]],
  ['a key of another certificate', good.cert, other.key, [/^API_TLS_KEY_FILE holds another key .*API_TLS_CERT_FILE/]],
] as const) {
  test(`${what}: every fault is told by its setting, without a word of the file`, () => {
    const faults = faultsOf(cert, key);
    assert.equal(faults.length, said.length, faults.join(' '));
    for (const [i, expected] of said.entries()) assert.match(faults[i]!, expected);
    assert.doesNotMatch(faults.join(' '), /SECRET|BEGIN|MI[A-Z]/);
  });
}
