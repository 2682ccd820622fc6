/** Two findings that turn out to be one. */
import type { Operation } from './fact.ts';
import { type Finding, inVariantOrder, leastSources } from './finding.ts';
import { laterLatest } from './latest.ts';
import { uniteTextSets } from './textset.ts';

/** Two findings of one actor and IP as one, under the first one's id. */
export function uniteFindings(a: Finding, b: Finding): Finding {
  const labels = new Map(a.labels);
  for (const [label, count] of b.labels) labels.set(label, (labels.get(label) ?? 0) + count);
  const members = new Map(a.members);
  for (const [key, variants] of b.members) {
    const known = members.get(key);
    members.set(key, known === undefined ? variants : new Map([...known, ...variants]));
  }
  const correlations = new Set([...a.correlations, ...b.correlations]);
  return {
    ...a,
    window: a.window > b.window ? a.window : b.window,
    firstSeen: a.firstSeen < b.firstSeen ? a.firstSeen : b.firstSeen,
    lastSeen: a.lastSeen > b.lastSeen ? a.lastSeen : b.lastSeen,
    operations: uniteTextSets(a.operations, b.operations),
    targets: uniteTextSets(a.targets, b.targets),
    targetNames: uniteTextSets(a.targetNames, b.targetNames),
    objectIds: uniteTextSets(a.objectIds, b.objectIds),
    itemCount: a.itemCount + b.itemCount - (a.members.size + b.members.size - members.size),
    correlationCount:
      a.correlationCount + b.correlationCount - (a.correlations.size + b.correlations.size - correlations.size),
    labels,
    members,
    correlations,
    latest: laterLatest(a.latest, b.latest),
    items: uniteItems(a.items, b.items),
    signIns: new Map([...a.signIns, ...b.signIns]),
    lateUnlisted: a.lateUnlisted || b.lateUnlisted,
  };
}

function uniteItems(a: Finding['items'], b: Finding['items']): Map<string, readonly Operation[]> {
  const items = new Map(a);
  for (const [key, variants] of b)
    items.set(key, inVariantOrder(leastSources([...(items.get(key) ?? []), ...variants])));
  return items;
}
