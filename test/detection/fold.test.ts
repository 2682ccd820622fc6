/** Laws of the fold: what it makes of facts depends on the facts alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { factKey, type Operation, type SignIn } from '../../src/detection/fact.ts';
import { actorKey, actorOf, type Finding } from '../../src/detection/finding.ts';
import { type Change, foldActor, foldAll } from '../../src/detection/fold.ts';
import { groupBy } from '../../src/detection/group.ts';
import { rowsOver, spanAt } from '../../src/detection/rows.ts';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';
import { formatTicks, TICKS_PER_HOUR } from '../../src/detection/time.ts';
import { selects } from '../../src/detection/views.ts';
import { arrangeEvents, scenarios } from '../oracle/hostile.ts';
import { inOneOrder } from '../oracle/naive.ts';
import { readItems, wholeContents } from './product.ts';

const WINDOW = BUILT_IN_RULE.window;
// A failure is told as it was found: to shrink it would take longer than the whole run.
const runs = { numRuns: 150, seed: 20_261_123, endOnFailure: true };
type Fact = Operation | SignIn;

const contents = (findings: readonly Finding[]): unknown[] =>
  inOneOrder(findings.map((finding) => wholeContents(finding)));
const all = (facts: readonly Fact[]): Finding[] =>
  foldAll(
    facts.filter((fact) => fact.kind === 'operation'),
    facts.filter((fact) => fact.kind === 'signIn'),
    WINDOW,
  );

/** Facts of a scenario, and the same facts cut into batches, shuffled and with doubles, by the turn of a number. */
const batches = fc
  .record({ scenario: scenarios({ withBad: false }), cuts: fc.array(fc.nat(12), { maxLength: 12 }), seed: fc.nat() })
  .map(({ scenario, cuts, seed }) => {
    const items = arrangeEvents(scenario.records, scenario.arrangement ^ seed, { withBroken: false });
    const { operations, signIns } = readItems(items);
    const facts: Fact[] = [...operations, ...signIns].sort((a, b) => a.source.sequenceNumber - b.source.sequenceNumber);
    const parts: Fact[][] = [];
    let at = 0;
    for (const cut of cuts) {
      parts.push(facts.slice(at, at + cut));
      at += cut;
    }
    return { facts, parts: [...parts, facts.slice(at)] };
  });

interface Told {
  readonly findings: Finding[];
  readonly changes: { readonly id: string; readonly change: Change }[];
}

/** Folds batch after batch per actor, as the service does; facts that are evidence by then go before the last of them. */
function foldInParts(parts: readonly (readonly Fact[])[], forget: boolean): Told {
  const actors = new Set(parts.flat().flatMap((fact) => (fact.kind === 'operation' ? [actorKey(actorOf(fact))] : [])));
  const changes: Told['changes'] = [];
  const findings = [...actors].flatMap((actor) => {
    let held: Fact[] = [];
    let priors: Finding[] = [];
    for (const [i, part] of parts.entries()) {
      held = [...held, ...part.filter((fact) => fact.kind === 'signIn' || actorKey(actorOf(fact)) === actor)];
      const operations = held.filter((fact) => fact.kind === 'operation');
      const signIns = held.filter((fact) => fact.kind === 'signIn');
      const folded = foldActor({ priors, operations, signIns, window: WINDOW, now: i });
      priors = folded.map(({ finding }) => finding);
      changes.push(...folded.map(({ finding, change }) => ({ id: finding.id, change })));
      if (!forget || i !== parts.length - 2) continue;
      const evidence = new Set(
        priors.flatMap((prior) => [...[...prior.items.values()].flat().map(factKey), ...prior.signIns.keys()]),
      );
      held = held.filter((fact) => !evidence.has(factKey(fact)));
    }
    return priors;
  });
  return { findings, changes };
}

test('facts in any order, in any batches and with doubles make the same findings as all at once', () => {
  fc.assert(
    fc.property(batches, ({ facts, parts }) => {
      assert.deepEqual(contents(foldInParts(parts, false).findings), contents(all(facts)));
    }),
    runs,
  );
});

test('facts that go once they are evidence change nothing', () => {
  fc.assert(
    fc.property(batches, ({ facts, parts }) => {
      const half = Math.floor(parts.length / 2);
      const halves = [parts.slice(0, half).flat(), parts.slice(half).flat()];
      assert.deepEqual(contents(foldInParts(halves, true).findings), contents(all(facts)));
    }),
    runs,
  );
});

test('a day that is folded again changes nothing', () => {
  fc.assert(
    fc.property(batches, ({ parts }) => {
      const { changes } = foldInParts([...parts, parts.flat()], false);
      const again = changes.slice(changes.length / 2);
      const last = foldInParts(parts, false).findings.length;
      assert.ok(again.length >= last);
      const { findings } = foldInParts(parts, false);
      for (const own of groupBy(findings, ({ actor }) => actorKey(actor)).values()) {
        const input = { priors: own, operations: [], signIns: [], window: WINDOW, now: 99 };
        for (const { change } of foldActor(input)) assert.equal(change, 'none');
        const facts = parts.flat();
        const operations = facts.filter(
          (fact) => fact.kind === 'operation' && actorKey(actorOf(fact)) === actorKey(own[0]!.actor),
        ) as Operation[];
        const signIns = facts.filter((fact) => fact.kind === 'signIn');
        for (const { change } of foldActor({ ...input, operations, signIns })) assert.equal(change, 'none');
      }
    }),
    runs,
  );
});

test("every finding's strict part is the union over all moments of what the rule returns", () => {
  fc.assert(
    fc.property(scenarios({ withBad: false }), (scenario) => {
      const { operations, signIns } = readItems(
        arrangeEvents(scenario.records, scenario.arrangement, { withBroken: false }),
      );
      const moments = new Set(
        [...operations, ...signIns].flatMap(({ time }) => [time, time + WINDOW, time - 1n, time + 1n]),
      );
      const union = new Set<string>();
      const tenants = new Set(operations.map(({ tenantId }) => tenantId));
      for (const at of moments) {
        for (const tenantId of tenants) {
          const own = (fact: Fact): boolean => fact.tenantId === tenantId;
          for (const row of rowsOver(
            operations.filter(own),
            signIns.filter(own),
            spanAt(at, WINDOW, false),
            'strict',
          )) {
            for (const time of [row.FirstSeen, row.LastSeen])
              union.add(`${tenantId} ${row.ActorUpn} ${row.ActorIp} ${time}`);
          }
        }
      }
      const strict = all([...operations, ...signIns]).filter((finding) => selects('strict', finding.labels.keys()));
      const seen = new Set<string>();
      for (const finding of strict) {
        for (const [key, variants] of finding.items) {
          for (const variant of variants) {
            const label = finding.members.get(key)?.get(variant.source.sha256.slice(0, 16)) ?? '';
            if (label !== 'both' && !label.startsWith('strict')) continue;
            seen.add(`${variant.tenantId} ${variant.actorUpn} ${variant.actorIp} ${formatTicks(variant.time)}`);
          }
        }
      }
      assert.deepEqual([...seen].sort(), [...union].sort());
    }),
    { numRuns: 60, seed: 20_261_123 },
  );
});

test('a narrower window takes nothing from findings that are there, and folding them again tells nothing', () => {
  fc.assert(
    fc.property(batches, fc.constantFrom(1n, 12n, 23n), ({ facts }, hours) => {
      for (const [, priors] of groupBy(all(facts), ({ actor }) => actorKey(actor))) {
        const listed = priors.flatMap(({ items }) => [...items.values()].flat());
        const window = hours * TICKS_PER_HOUR;
        const folded = foldActor({ priors, operations: listed, signIns: [], window, now: null });
        assert.deepEqual(contents(folded.map(({ finding }) => finding)), contents(priors));
        for (const { change } of folded) assert.equal(change, 'none');
      }
    }),
    { ...runs, numRuns: 80 },
  );
});
