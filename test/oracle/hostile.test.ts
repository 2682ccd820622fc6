// Holds the generator to being hostile and the oracle to the laws that need no second reading.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Coverage, coverageOf } from './coverage.ts';
import { identityOf, readFacts } from './facts.ts';
import { findings, judged } from './findings.ts';
import { arrangeEvents, EXTRA_OPERATIONS, hostileScenario, scenarios } from './hostile.ts';
import { rows } from './rows.ts';
import { spellTime, TIME_FORMS } from './spelling.ts';
import { readTime } from './ticks.ts';

const RUNS = { seed: 20_260_302, numRuns: 60 };

test('the same seed gives the same scenario of exactly as many records', () => {
  const [one, two] = [hostileScenario(7, 60), hostileScenario(7, 60)];
  assert.equal(one.records.length, 60);
  assert.deepEqual(one, two);
  assert.deepEqual(arrangeEvents(one.records, 3), arrangeEvents(two.records, 3));
  assert.notDeepEqual(hostileScenario(8, 60).records, one.records);
});

test('times are spelled truly in every form', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 54n }),
      fc.constantFrom(...TIME_FORMS),
      fc.nat(9),
      (ticks, form, turn) => {
        assert.equal(readTime(spellTime(ticks, form, turn)), ticks);
      },
    ),
    RUNS,
  );
});

test('facts and findings do not depend on order, packing or doubles', () => {
  fc.assert(
    fc.property(scenarios({ maxRecords: 40 }), fc.nat(), ({ records, arrangement }, other) => {
      const [a, b] = [arrangement, other].map((seed) => readFacts(arrangeEvents(records, seed)));
      assert.deepEqual(a?.signIns.map(identityOf), b?.signIns.map(identityOf));
      assert.deepEqual(a?.operations.map(identityOf), b?.operations.map(identityOf));
      assert.deepEqual(findings(a!), findings(b!));
    }),
    RUNS,
  );
});

test('an operation is matched in a view if and only if some moment has it among its rows', () => {
  fc.assert(
    fc.property(scenarios({ maxRecords: 30 }), ({ records, arrangement }) => {
      const facts = readFacts(arrangeEvents(records, arrangement), { extraOperations: EXTRA_OPERATIONS });
      // A window that closes on a fact is the last that can hold it; only those can hold two facts a day apart.
      const moments = [...facts.signIns, ...facts.operations].map((fact) => fact.time);
      for (const view of ['strict', 'resolved'] as const) {
        for (const { o, views } of judged(facts)) {
          const alone = { ...facts, operations: [o] };
          const somewhen = moments.some((at) => rows(alone, at, view).length > 0);
          assert.equal(views.includes(view), somewhen);
        }
      }
    }),
    RUNS,
  );
});

test('the generator reaches every view, code, edge and fault', () => {
  const sum: Coverage = {};
  for (const seed of [2, 3, 4, 5]) {
    const { records, arrangement } = hostileScenario(seed, 300, { days: 3, tenants: 3 });
    for (const [key, n] of Object.entries(coverageOf(arrangeEvents(records, arrangement), EXTRA_OPERATIONS))) {
      sum[key] = (sum[key] ?? 0) + n;
    }
  }
  const missed = Object.entries(sum).filter(([, n]) => n === 0);
  assert.deepEqual(missed, []);
});
