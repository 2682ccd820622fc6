// Brings findings as the service answers them and as the oracle makes them into one form that can be compared.

import type { FindingContents } from './findings.ts';

/** What an answer holds beside the contents: made by the service, not by the facts. */
const NOT_CONTENTS = [
  'id',
  'revision',
  'supersededBy',
  'late',
  'status',
  'classification',
  'assignedTo',
  'comments',
  'suppressed',
  'ruleHash',
  'createdAt',
  'updatedAt',
];

type Json = Record<string, unknown>;

/** The contents of one answered finding and its evidence (all pages of it). */
export function contentsOfAnswer(finding: object, evidence: readonly object[]): Json {
  const entries = Object.entries(finding).filter(([key]) => !NOT_CONTENTS.includes(key));
  return { ...Object.fromEntries(entries), evidence: evidence.map((item) => without(item, ['source', 'latency'])) };
}

/** Findings without their evidence, where an answer has none of it. */
export function withoutEvidence(found: readonly FindingContents[]): Json[] {
  return found.map(({ evidence: _, ...rest }) => rest);
}

/**
 * The same contents with every list of objects in one order, and views and codes too: in what order an answer lists
 * them is not said. Lists of texts that are sorted sets keep theirs.
 */
export function inOneOrder(found: readonly object[]): unknown[] {
  return sorted(found.map((finding) => ordered(finding)));
}

function ordered(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => ordered(item));
    const free = key === 'views' || key === 'reasonCodes' || items.some((item) => typeof item === 'object');
    return free ? sorted(items) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([k, v]): [string, unknown] => [k, ordered(v, k)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sorted(values: readonly unknown[]): unknown[] {
  const keyed = values.map((value): [string, unknown] => [JSON.stringify(value), value]);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}

function without(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, names));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !names.includes(key));
  return Object.fromEntries(entries.map(([key, part]) => [key, without(part, names)]));
}
