/** No spelling of an address of one's own network passes for a public one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, refusalOf } from '../../src/delivery/address.ts';

const PUBLIC = ['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'];
const OWN = [
  ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
  ...['169.254.169.254', '168.63.129.16', '::1', 'fc00::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  ...['::ffff:127.0.0.1', '::ffff:a00:1', '::ffff:0:10.0.0.1', '::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::7f00:1'],
  ...['2002:7f00:1::', '2002:c0a8:101::1'],
];
const NEVER = [
  ...['0.0.0.0', '0.1.2.3', '255.255.255.255', '224.0.0.1', '240.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
  ...['198.18.0.1', '192.0.0.1', '::', 'ff02::1', '2001:db8::1', '100::1', '2001::1', '3fff::1', '4000::1'],
  ...['5f00::1', '64:ff9b::e000:1', '::ffff:0.0.0.0', 'not an address', ''],
];

for (const [addresses, place] of [
  [PUBLIC, 'public'],
  [OWN, 'own'],
  [NEVER, 'never'],
] as const) {
  for (const address of addresses) {
    test(`${address || 'nothing'} is ${place}`, () => {
      assert.equal(placeOf(address), place);
      assert.equal(refusalOf(address, 'public') === null, place === 'public');
      assert.equal(refusalOf(address, 'private') === null, place !== 'never');
    });
  }
}
