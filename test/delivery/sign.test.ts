/** The signature is the standard's, and a secret is one of the standard's, or is refused without being shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook as Reference } from 'standardwebhooks';
import { secretOf, signed } from '../../src/delivery/sign.ts';
import { OTHER_SECRET, SECRET } from './receiver.ts';
import { keyOf } from './stage.ts';

const BODY = JSON.stringify({ text: 'Zoë ✓' });

test('the reference takes what is signed, with either of two secrets, and nothing that was changed', () => {
  const headers = signed('m-1', Date.now(), BODY, [keyOf(SECRET), keyOf(OTHER_SECRET)]);
  for (const secret of [SECRET, OTHER_SECRET]) assert.ok(new Reference(secret).verify(BODY, headers));
  const stranger = new Reference(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
  assert.throws(() => stranger.verify(BODY, headers));
  for (const changed of [{ 'webhook-id': 'm-2' }, { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) + 1) }])
    assert.throws(() => new Reference(SECRET).verify(BODY, { ...headers, ...changed }));
  assert.throws(() => new Reference(SECRET).verify(`${BODY} `, headers));
});

test('a signature is of the moment at which it was made', () => {
  const old = signed('m-1', Date.now() - 6 * 60_000, BODY, [keyOf(SECRET)]);
  assert.throws(() => new Reference(SECRET).verify(BODY, old), /old/i);
});

test('a secret is whsec_ and 24 to 64 bytes of base64, and what is none is not repeated', () => {
  assert.ok('key' in secretOf(SECRET));
  const bytes = (count: number) => `whsec_${Buffer.alloc(count, 5).toString('base64')}`;
  for (const good of [bytes(24), bytes(64)]) assert.ok('key' in secretOf(good), good);
  for (const bad of [bytes(23), bytes(65), bytes(32).slice(6), 'whsec_', 'whsec_%%%%', `${bytes(32)}=`, '']) {
    const read = secretOf(bad);
    assert.ok('mend' in read, bad);
    assert.ok(bad === '' || bad === 'whsec_' || !read.mend.includes(bad.slice(6)));
  }
});
