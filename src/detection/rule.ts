/** The rule: its names, its window and how an operation's name is compared in either view. */
import { sha256 } from './digest.ts';
import { TICKS_PER_DAY, type Ticks } from './time.ts';

/** Codes that explain why an operation stands in one view and not in the other, in the order that breaks ties. */
export const REASON_CODES = [
  'object_id',
  'ext_upn',
  'no_upn',
  'operation_spelling',
  'no_targets',
  'outbound_guest',
  'other_object',
  'extra_operation',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export type View = 'strict' | 'resolved';

export const SEVERITIES = ['informational', 'low', 'medium', 'high'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How the rule's list holds an operation's name: as written, only after normalising, only as an addition, or not at all. */
export type NameMatch = 'exact' | 'spelling' | 'extra' | 'none';

export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly severity: Severity;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly window: Ticks;
  /** The rule's list, compared ignoring ASCII case and nothing else. */
  readonly operations: readonly string[];
  /** Names that the resolved view adds, compared as it compares all names. */
  readonly extraOperations: readonly string[];
}

export const BUILT_IN_RULE: Rule = {
  id: 'bb135137-8f33-45b0-8d0f-78437f79d558',
  name: 'Guest account initiating privileged Entra ID operation',
  description:
    'A guest account that has signed in within the last day performed a privileged operation in Microsoft Entra ID, ' +
    'such as adding a role member or credentials to an application: a classic sign of a stolen account used for persistence.',
  version: '1.0.0',
  severity: 'medium',
  tactics: ['Persistence', 'PrivilegeEscalation'],
  techniques: ['T1098.001', 'T1098.003', 'T1078.004'],
  window: TICKS_PER_DAY,
  operations: [
    'Add member to role.',
    'Add member to role',
    'Add service principal credentials.',
    'Add service principal credentials',
    'Update application - Certificates and secrets management',
    'Add owner to service principal.',
    'Add owner to service principal',
    'Set domain authentication.',
    'Set domain authentication',
    'Add policy.',
    'Delete policy.',
  ],
  extraOperations: [],
};

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** An operation's name as the resolved view compares it: NFC, dashes, white space, one final stop and case set aside. */
export function normaliseName(name: string): string {
  const spaced = name
    .normalize('NFC')
    .replace(/\p{Dash}/gu, '-')
    .replace(/\p{White_Space}+/gu, ' ')
    .replace(/^ | $/g, '');
  return foldCase(spaced.endsWith('.') ? spaced.slice(0, -1) : spaced);
}

/** Upper case first, so that letters with two lower-case forms meet. */
const foldCase = (text: string): string => text.toUpperCase().toLowerCase();

const lettersOf = (name: string): string => normaliseName(name).replace(/[^\p{L}\p{N}]+/gu, '');

/** A rule made ready for comparing names. */
export interface NameTable {
  readonly match: (name: string) => NameMatch;
  /** True for a name that is equal to none and yet has the letters of a listed one, or all but two of them: the log's schema may have drifted. */
  readonly nearMiss: (name: string) => boolean;
  /** The normalised names of the resolved view, sorted. */
  readonly resolved: readonly string[];
}

export function nameTable(rule: Rule): NameTable {
  const exact = new Set(rule.operations.map(asciiLower));
  const spelled = new Set(rule.operations.map(normaliseName));
  const extra = new Set(rule.extraOperations.map(normaliseName));
  const letters = [...new Set([...rule.operations, ...rule.extraOperations].map(lettersOf))];
  const match = (name: string): NameMatch => {
    if (exact.has(asciiLower(name))) return 'exact';
    const normal = normaliseName(name);
    if (spelled.has(normal)) return 'spelling';
    return extra.has(normal) ? 'extra' : 'none';
  };
  return {
    match,
    nearMiss: (name) => {
      if (match(name) !== 'none') return false;
      const own = lettersOf(name);
      return letters.some((listed) => distanceAtMost(own, listed, NEAR_MISS_DISTANCE_MAX));
    },
    resolved: [...new Set([...spelled, ...extra])].sort(),
  };
}

/** Letters that may differ before a name is no longer like a listed one. */
const NEAR_MISS_DISTANCE_MAX = 2;

/** Whether two words are at most `max` insertions, deletions or replacements apart. */
function distanceAtMost(a: string, b: string, max: number): boolean {
  if (Math.abs(a.length - b.length) > max) return false;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > max) return false;
    row = next;
  }
  return row[b.length]! <= max;
}

const hashes = new WeakMap<Rule, string>();

/** The hash under which a rule stands in Redis and in findings: of what decides, not of how it is worded. */
export function ruleHash(rule: Rule): string {
  const known = hashes.get(rule);
  if (known !== undefined) return known;
  const { id, version, severity, tactics, techniques, window, operations, extraOperations } = rule;
  // Additions are a set of names as they are compared: to sort the file or to respell a name is no other rule.
  const added = [...new Set(extraOperations.map(normaliseName))].sort();
  const deciding = [id, version, severity, tactics, techniques, String(window), operations, added];
  const hash = sha256(JSON.stringify(deciding)).slice(0, 16);
  hashes.set(rule, hash);
  return hash;
}

/** What a rule says of its findings beside their facts: as it stood when a finding's revision was made. */
export interface Rating extends Pick<Rule, 'severity' | 'tactics' | 'techniques'> {
  readonly ruleHash: string;
}

export const ratingOf = (rule: Rule): Rating => ({
  severity: rule.severity,
  tactics: rule.tactics,
  techniques: rule.techniques,
  ruleHash: ruleHash(rule),
});
