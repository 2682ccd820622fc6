/** The core put to work on sent events, in the shape that its second reading answers in. */
import { contentsOf, describeEvidence } from '../../src/detection/describe.ts';
import { readEvent } from '../../src/detection/event.ts';
import type { Fact, Operation, SignIn } from '../../src/detection/fact.ts';
import type { Finding } from '../../src/detection/finding.ts';
import { BUILT_IN_RULE, nameTable, type Rule } from '../../src/detection/rule.ts';
import type { SentItem } from '../oracle/naive.ts';

export interface Sorted {
  readonly operations: Operation[];
  readonly signIns: SignIn[];
  readonly deadLetters: { readonly reason: string }[];
  readonly irrelevant: number;
}

/** Reads events as the service would; every arrival is given, doubles too. */
export function readItems(items: readonly SentItem[], rule: Rule = BUILT_IN_RULE): Sorted {
  const table = nameTable(rule);
  const facts: Fact[] = [];
  const deadLetters: { reason: string }[] = [];
  let irrelevant = 0;
  for (const item of items) {
    const enqueuedAt = item.enqueuedAt ?? null;
    const origin = {
      hub: item.hub ?? 'file',
      partition: item.partition ?? '0',
      sequenceNumber: item.sequenceNumber ?? 0,
      enqueuedAt,
      receivedAt: enqueuedAt,
      referenceMs: enqueuedAt ?? Date.UTC(2100, 0, 1),
    };
    const reading = readEvent(item.body, origin, table);
    facts.push(...reading.facts);
    deadLetters.push(...reading.deadLetters);
    irrelevant += reading.counts.irrelevant;
  }
  return {
    operations: facts.filter((fact) => fact.kind === 'operation'),
    signIns: facts.filter((fact) => fact.kind === 'signIn'),
    deadLetters,
    irrelevant,
  };
}

/** A finding's contents with all its evidence. */
export function wholeContents(finding: Finding, rule: Rule = BUILT_IN_RULE): object {
  const evidence = describeEvidence(finding, () => null).map(({ latency: _, ...item }) => item);
  return { ...contentsOf(finding, rule), evidence: JSON.parse(JSON.stringify(evidence), dropSource) };
}

const dropSource = (key: string, value: unknown): unknown => (key === 'source' ? undefined : value);
