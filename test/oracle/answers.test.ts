// Holds the comparison to forgetting what is no contents, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentsOfAnswer, inOneOrder } from './answers.ts';
import { EXT_UPN, factsOf, operation, signIn } from './examples.ts';
import { findings } from './findings.ts';

const FOUND = findings(factsOf([signIn(), operation(), operation({ userPrincipalName: EXT_UPN }, { id: 'o2' })]));

/** As the service would answer: more around it, another order. */
function answered() {
  return FOUND.map(({ evidence, ...rest }) => {
    const items = evidence.map((e) => ({
      ...e,
      operation: { ...e.operation, source: { hub: 'h' } },
      signIns: e.signIns.map((s) => ({ ...s, source: { hub: 'h' } })),
      latency: { decidedAt: 'now' },
    }));
    return contentsOfAnswer({ ...rest, id: 'x', revision: 3, late: true, createdAt: 'now' }, items.reverse());
  }).reverse();
}

test('the same contents in another order are the same', () => {
  assert.equal(FOUND.length, 2);
  assert.deepEqual(inOneOrder(answered()), inOneOrder(FOUND));
});

test('another value anywhere is not', () => {
  const [first, ...rest] = answered();
  assert.notDeepEqual(inOneOrder([{ ...first, clientIp: '192.0.2.1' }, ...rest]), inOneOrder(FOUND));
  assert.notDeepEqual(inOneOrder([{ ...first, unknown: null }, ...rest]), inOneOrder(FOUND));
  assert.notDeepEqual(inOneOrder(rest), inOneOrder(FOUND));
});
