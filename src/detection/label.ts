/**
 * Labels: in which views an operation stands, and by which codes when it stands in one alone.
 *
 * They form a small lattice. `''` (unmatched) lies below everything, `both` above everything; between them lie
 * `resolved:<codes>` and `strict:<codes>`, fewer codes being higher. Joining labels in any order gives the same label,
 * and that is why the order in which sign-ins arrive cannot matter.
 */
import { REASON_CODES, type ReasonCode, type View } from './rule.ts';

export type Label = '' | 'both' | `${View}:${string}`;

export function labelOf(strict: boolean, resolved: boolean, codes: readonly ReasonCode[]): Label {
  if (strict && resolved) return 'both';
  if (!strict && !resolved) return '';
  const inOrder = REASON_CODES.filter((code) => codes.includes(code));
  return `${strict ? 'strict' : 'resolved'}:${inOrder.join('+')}`;
}

/** The views that a label stands for; empty for an unmatched operation. */
export function viewsOf(label: Label): View[] {
  if (label === 'both') return ['strict', 'resolved'];
  return label === '' ? [] : [label.startsWith('strict') ? 'strict' : 'resolved'];
}

/** The codes that a label carries, in the table's order. */
export function codesOf(label: Label): ReasonCode[] {
  const codes = label.slice(label.indexOf(':') + 1);
  return label.includes(':') && codes !== '' ? (codes.split('+') as ReasonCode[]) : [];
}

/** The least label that is at or above both. */
export function joinLabels(a: Label, b: Label): Label {
  if (a === b || b === '') return a;
  if (a === '') return b;
  if (a === 'both' || b === 'both' || viewsOf(a)[0] !== viewsOf(b)[0]) return 'both';
  return compareCodes(codesOf(a), codesOf(b)) <= 0 ? a : b;
}

/** Fewest codes first, ties by the table's order. */
function compareCodes(a: readonly ReasonCode[], b: readonly ReasonCode[]): number {
  if (a.length !== b.length) return a.length - b.length;
  for (const [i, code] of a.entries()) {
    const difference = REASON_CODES.indexOf(code) - REASON_CODES.indexOf(b[i]!);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Views and codes of a whole finding: the union over its operations' labels. */
export function uniteLabels(labels: Iterable<Label>): { views: View[]; reasonCodes: ReasonCode[] } {
  const views = new Set<View>();
  const codes = new Set<ReasonCode>();
  for (const label of labels) {
    for (const view of viewsOf(label)) views.add(view);
    for (const code of codesOf(label)) codes.add(code);
  }
  return {
    views: (['strict', 'resolved'] as const).filter((view) => views.has(view)),
    reasonCodes: REASON_CODES.filter((code) => codes.has(code)),
  };
}
