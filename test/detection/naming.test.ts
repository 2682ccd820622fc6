/** Whom a text names: however a record, a note or a piece of either writes it down. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedIn } from '../../src/detection/naming.ts';

const ID = '22222222-2222-2222-2222-222222222222';

test('a home UPN is found however it is written', () => {
  for (const text of [
    'ann@partner.example',
    'I asked Ann@Partner.Example.',
    'see mailto:ann@partner.example, or call',
    '{"userPrincipalName":"ann@partner.example"}',
    '{"userPrincipalName":"ann\\u0040partner.example"}',
    '{"properties":"{\\"upn\\":\\"ann_partner.example#EXT#\\\\u0040contoso.example\\"}"}',
    'ann_partner.example#EXT#@contoso.example',
    '{"upn":"ann_partner.example#ext#',
    'live.com#ann@partner.example',
  ])
    assert.ok(namedIn(text).homes.has('ann@partner.example'), text);
  assert.ok(namedIn('{"user":"A. Guest"}').homes.has('a. guest'));
});

test('an object id is found in any case, and the one that names no object is none', () => {
  assert.deepEqual([...namedIn(`by ${ID.toUpperCase()}, not 00000000-0000-0000-0000-000000000000`).objectIds], [ID]);
});

test('another name is not taken for one that it holds', () => {
  for (const text of ['joann@partner.example', 'ann@partner.example.org', 'ann-partner.example'])
    assert.ok(!namedIn(text).homes.has('ann@partner.example'), text);
});

test('a long text without an end of a word is gone through once', () => {
  const { homes } = namedIn('a'.repeat(1_000_000));
  assert.equal(homes.size, 0);
});
