/** Names of accounts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asciiLower, homeUpn, isOutbound, objectIdOf } from '../../../src/detection/identity.ts';
import { TENANT } from './make.ts';

test('a home UPN is read out of the external form, whose last underscore before the mark was the at sign', () => {
  assert.equal(homeUpn('ann_partner.com#ext#@contoso.onmicrosoft.com'), 'ann@partner.com');
  assert.equal(homeUpn('Ann_Partner.com#EXT#@contoso.onmicrosoft.com'), 'Ann@Partner.com');
  assert.equal(homeUpn('ann_m_lee_partner.com#ext#@contoso.onmicrosoft.com'), 'ann_m_lee@partner.com');
  assert.equal(homeUpn('ann#ext#@contoso.onmicrosoft.com'), 'ann');
});

test('a leading provider is no part of a home UPN', () => {
  assert.equal(homeUpn('live.com#ann@outlook.com'), 'ann@outlook.com');
  assert.equal(homeUpn('guest#ann@partner.com'), 'ann@partner.com');
  assert.equal(homeUpn('Live.com#ann_outlook.com#EXT#@contoso.onmicrosoft.com'), 'ann@outlook.com');
  assert.equal(homeUpn('ann.live.com#x@y.z'), 'ann.live.com#x@y.z');
});

test('a guest invited on from tenant to tenant has one home', () => {
  assert.equal(homeUpn('ann_partner.com#ext#_fabrikam.com#ext#@contoso.com'), 'ann@partner.com');
});

test('text of which nothing would be left is its own home', () => {
  for (const upn of ['', '#ext#@contoso.com', 'live.com#', 'guest#', 'live.com##ext#@contoso.com']) {
    assert.equal(homeUpn(upn), upn);
  }
});

test('a plain UPN is its own home, underscores and all', () => {
  assert.equal(homeUpn('ann_lee@partner.com'), 'ann_lee@partner.com');
  const plain = fc.stringMatching(/^[a-z_.]{1,12}@[a-z]{1,8}\.[a-z]{2,3}$/);
  fc.assert(fc.property(plain, (upn) => assert.equal(homeUpn(upn), upn)));
});

test('the external form made of any home UPN leads back to it', () => {
  const local = fc.stringMatching(/^[a-z][a-z_.]{0,12}$/);
  const domain = fc.stringMatching(/^[a-z][a-z-]{0,8}\.(com|org)$/);
  const mark = fc.constantFrom('#EXT#', '#ext#', '#Ext#');
  fc.assert(
    fc.property(local, domain, mark, (name, at, ext) => {
      assert.equal(homeUpn(`${name}_${at}${ext}@contoso.onmicrosoft.com`), `${name}@${at}`);
    }),
  );
});

test('the empty and the all-zero id name no object', () => {
  assert.equal(objectIdOf(''), null);
  assert.equal(objectIdOf('00000000-0000-0000-0000-000000000000'), null);
  assert.equal(objectIdOf('ABC'), 'abc');
});

test('a sign-in is outbound only where it names another resource tenant', () => {
  assert.equal(isOutbound({ tenantId: TENANT, resourceTenantId: null }), false);
  assert.equal(isOutbound({ tenantId: TENANT, resourceTenantId: TENANT }), false);
  assert.equal(isOutbound({ tenantId: TENANT, resourceTenantId: 'other' }), true);
});

test('ASCII folding leaves every other letter alone', () => {
  assert.equal(asciiLower('GUEST \u0130\u212a\u00c4z'), 'guest \u0130\u212a\u00c4z');
});
