/** An explanation gives the match's own answer, and says it in one sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainOperation, explainSignIn } from '../../src/detection/explain.ts';
import { GuestIndex } from '../../src/detection/guests.ts';
import { viewsOf } from '../../src/detection/label.ts';
import { matchOperation } from '../../src/detection/match.ts';
import { BUILT_IN_RULE, type View } from '../../src/detection/rule.ts';
import { arrangeEvents, scenarios } from '../oracle/hostile.ts';
import { HOUR_MS, MINUTE_MS, operation, signIn } from '../state/samples.ts';
import { readItems } from './product.ts';

const { window } = BUILT_IN_RULE;
const VIEWS: readonly View[] = ['strict', 'resolved'];
const NOW = Date.parse('2026-11-23T03:12:00Z');

test('what an explanation says holds is what the match says, and the sentence agrees', () => {
  fc.assert(
    fc.property(scenarios(), (scenario) => {
      const { operations, signIns } = readItems(arrangeEvents(scenario.records, scenario.arrangement));
      for (const one of operations) {
        const explained = explainOperation(one, signIns, window);
        const matched: readonly View[] = viewsOf(matchOperation(one, new GuestIndex(signIns), window).label);
        for (const view of VIEWS) {
          const { holds, why } = explained[view];
          assert.equal(holds, matched.includes(view), `${view}: ${why}`);
          assert.match(why, holds ? /^Matched by .+\.$/ : /^Not matched: .+\.$/);
        }
      }
      for (const one of signIns) {
        const own = operations.filter(({ tenantId }) => tenantId === one.tenantId);
        for (const { holds, why } of Object.values(explainSignIn(one, own, window)))
          assert.match(why, holds ? /^Matches \d+ of \d+ .+\.$/ : /^Matches (none|nothing).+\.$/);
      }
    }),
    { numRuns: 100, seed: 20_261_126 },
  );
});

const strict = (
  ...given: Parameters<typeof explainOperation> extends [infer O, infer S, ...infer _] ? [O, S] : never
) => explainOperation(given[0], given[1], window).strict.why;
const resolved = (...given: Parameters<typeof strict>) => explainOperation(given[0], given[1], window).resolved.why;

test('the sentence names the sign-in, how far away it is, and what makes the match', () => {
  const near = signIn('near', NOW - 22 * MINUTE_MS);
  const far = signIn('far', NOW - 5 * HOUR_MS);
  assert.equal(
    resolved(operation('a', NOW), [far, near]),
    'Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 203.0.113.7, 22 min before it: the object ids are equal.',
  );
  assert.equal(
    resolved(operation('a', NOW, { actorObjectId: null }), [signIn('later', NOW + HOUR_MS + MINUTE_MS, { ip: '' })]),
    'Matched by the sign-in at 2026-11-23T04:13:00.0000000Z, 1 h 1 min after it: the home UPNs are equal.',
  );
});

test('why not: the fault of the operation itself comes first, then that of the sign-in that is nearest to a match', () => {
  const near = signIn('near', NOW - 22 * MINUTE_MS);
  for (const [sentence, why] of [
    [
      strict(operation('a', NOW, { nameMatch: 'spelling' }), [near]),
      "its name is not on the query's list to the letter",
    ],
    [
      strict(operation('a', NOW, { targets: [], targetNames: [] }), [near]),
      'its list of targets is empty, and the query drops it',
    ],
    [strict(operation('a', NOW, { actorUpn: '' }), [near]), 'its actor has no UPN, and the query asks for one'],
    [resolved(operation('a', NOW), []), 'no sign-in of this actor as a guest is kept'],
    [
      strict(operation('a', NOW), [near]),
      'the sign-in that comes nearest to it is one at 2026-11-23T02:50:00.0000000Z from 203.0.113.7, 22 min before it, but its UPN is another',
    ],
    [
      resolved(operation('a', NOW), [
        signIn('old', NOW - 25 * HOUR_MS),
        signIn('other', NOW - 30 * HOUR_MS, { objectId: 'x' }),
      ]),
      'the sign-in that comes nearest to it is one at 2026-11-22T02:12:00.0000000Z from 203.0.113.7, 25 h before it, but that is more than 24 h',
    ],
    [
      resolved(operation('a', NOW), [signIn('out', NOW, { resourceTenantId: 'elsewhere' })]),
      'the sign-in that comes nearest to it is one at 2026-11-23T03:12:00.0000000Z from 203.0.113.7, at the same moment, but it went to the tenant of someone else',
    ],
  ] as const)
    assert.equal(sentence, `Not matched: ${why}.`);
});
