/** The core against its second reading, on hostile records. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldAll } from '../../src/detection/fold.ts';
import { rowsOver, spanAt } from '../../src/detection/rows.ts';
import { BUILT_IN_RULE, type Rule } from '../../src/detection/rule.ts';
import { TICKS_PER_HOUR } from '../../src/detection/time.ts';
import { arrangeEvents, EXTRA_OPERATIONS, type Scenario, scenarios } from '../oracle/hostile.ts';
import * as oracle from '../oracle/naive.ts';
import { readItems, wholeContents } from './product.ts';
import { formatTicks, parseUnixTicks } from './support.ts';

const WINDOW = BUILT_IN_RULE.window;
const WIDE_RULE: Rule = { ...BUILT_IN_RULE, extraOperations: EXTRA_OPERATIONS };
const runs = (numRuns: number): fc.Parameters<unknown> => ({ numRuns, seed: 20_261_123, endOnFailure: true });

test('facts, ignored records and dead letters are those of the second reading', () => {
  fc.assert(
    fc.property(scenarios(), (scenario) => {
      const items = arrangeEvents(scenario.records, scenario.arrangement);
      const naive = oracle.readFacts(items);
      const own = readItems(items);
      assert.deepEqual(countBy(own.deadLetters), countBy(naive.deadLetters));
      assert.equal(own.irrelevant, naive.ignored);
      assert.deepEqual(
        times(own.signIns),
        naive.signIns.map((s) => [s.source.sha256, oracle.writeTime(s.time)]).sort(),
      );
      assert.deepEqual(
        times(own.operations),
        naive.operations.map((o) => [o.source.sha256, oracle.writeTime(o.time)]).sort(),
      );
    }),
    runs(200),
  );
});

test('findings are those of the second reading, every field of the contents', () => {
  fc.assert(
    fc.property(scenarios(), fc.boolean(), (scenario, wide) => {
      const items = arrangeEvents(scenario.records, scenario.arrangement);
      const naive = oracle.findings(oracle.readFacts(items, wide ? { extraOperations: EXTRA_OPERATIONS } : {}));
      const rule = wide ? WIDE_RULE : BUILT_IN_RULE;
      const own = readItems(items, rule);
      const found = foldAll(own.operations, own.signIns, WINDOW).map((finding) => wholeContents(finding, rule));
      assert.deepEqual(oracle.inOneOrder(found), oracle.inOneOrder(naive));
    }),
    runs(300),
  );
});

test('under any other window findings and rows are those of the second reading under that window', () => {
  fc.assert(
    fc.property(scenarios(), fc.constantFrom(1n, 6n, 23n, 25n, 36n, 72n, 168n), fc.nat(), (scenario, hours, pick) => {
      const window = hours * TICKS_PER_HOUR;
      const rule = { ...BUILT_IN_RULE, window };
      const items = arrangeEvents(scenario.records, scenario.arrangement);
      const facts = oracle.readFacts(items);
      const own = readItems(items, rule);
      const found = foldAll(own.operations, own.signIns, window).map((finding) => wholeContents(finding, rule));
      oracle.underWindow(window, () => {
        assert.deepEqual(oracle.inOneOrder(found), oracle.inOneOrder(oracle.findings(facts)));
        const at = momentOf(facts, pick);
        assert.deepEqual(
          rowsOver(own.operations, own.signIns, spanAt(parseUnixTicks(at), window, false), 'resolved'),
          oracle.rows(facts, at, 'resolved'),
        );
      });
    }),
    runs(200),
  );
});

test('rows at any moment are those of the rule read operator by operator', () => {
  fc.assert(
    fc.property(
      scenarios(),
      fc.nat(),
      fc.constantFrom('strict' as const, 'resolved' as const),
      (scenario, pick, view) => {
        const items = arrangeEvents(scenario.records, scenario.arrangement);
        const facts = oracle.readFacts(items);
        const at = momentOf(facts, pick);
        const own = readItems(items);
        const atOwn = parseUnixTicks(at);
        assert.deepEqual(
          rowsOver(own.operations, own.signIns, spanAt(atOwn, WINDOW, false), view),
          oracle.rows(facts, at, view),
        );
        assert.deepEqual(
          rowsOver(own.operations, own.signIns, spanAt(atOwn, WINDOW, true), view),
          oracle.rows(facts, { now: at }, view),
        );
      },
    ),
    runs(300),
  );
});

/** A moment at which something happens: a fact's own time, a window later, or a tick beside either. */
function momentOf(facts: oracle.Facts, pick: number): bigint {
  const all = [...facts.signIns, ...facts.operations].map((fact) => fact.time);
  const base = all.length === 0 ? oracle.ticksOfMs(Date.UTC(2026, 1, 27)) : all[pick % all.length]!;
  return base + [0n, WINDOW, -1n, 1n, WINDOW - 1n, WINDOW + 1n][pick % 6]!;
}

const countBy = (letters: readonly { reason: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { reason } of letters) counts[RENAMED[reason] ?? reason] = (counts[RENAMED[reason] ?? reason] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort());
};
const RENAMED: Record<string, string> = { beyond_future: 'future_time' };

function times(facts: readonly { time: bigint; source: { sha256: string }; tenantId: string }[]): string[][] {
  const distinct = new Map(facts.map((fact) => [fact.source.sha256, [fact.source.sha256, formatTicks(fact.time)]]));
  return [...distinct.values()].sort();
}

export type { Scenario };
