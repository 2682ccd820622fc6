/** What the store script is told of the findings that a fold changed: what differs from what lies there, and no more. */
import { describeFinding, type FindingState } from '../../detection/describe.ts';
import { compareSources, type Operation } from '../../detection/fact.ts';
import { type Finding, findingIdOf } from '../../detection/finding.ts';
import type { Change, Folded, Revision } from '../../detection/fold.ts';
import { foldTriage, type Note, SERVICE, suppressionNotes } from '../../detection/history.ts';
import { type Rating, type Rule, ratingOf } from '../../detection/rule.ts';
import { type Suppression, suppressing } from '../../detection/suppression.ts';
import { UNTOUCHED } from '../../detection/triage.ts';
import { packCore, packItem, packLabels, packSignIns } from '../facts/packing.ts';
import { type Noted, notedArguments } from '../noted/notes.ts';
import type { Argument } from '../redis/calls.ts';
import { listMember, packSpan, type StoredFinding } from './findingStore.ts';

export const isRevision = (change: Change): change is Revision => !['quiet', 'source', 'none'].includes(change);

export interface StoreContext {
  readonly rule: Rule;
  readonly now: number;
  readonly quietDelayMs: number;
  /** When the last loss of state was noticed (ms since the Unix epoch); null where there was none. */
  readonly lossNotedAt: number | null;
}

const body = (finding: Finding, state: Omit<FindingState, 'createdAt'>, rating: Rating): string =>
  JSON.stringify(describeFinding(finding, { ...state, createdAt: finding.createdAt }, rating));

const counted = (entries: readonly (readonly Argument[])[]): Argument[] => [entries.length, ...entries.flat()];

/** A folded finding with what is noted of it beside its facts. */
export interface Annotated extends Folded {
  readonly before: Noted;
  readonly after: Noted;
  readonly notes: readonly Note[];
}

const UNNOTED: Noted = { triage: UNTOUCHED, suppressed: null };

/** Says what is noted of a finding after a fold: triage is folded with it, and whether it is suppressed decided with each revision. */
export function annotated(
  folded: Folded,
  priors: ReadonlyMap<string, StoredFinding>,
  inForce: readonly Suppression[],
  now: number,
): Annotated {
  const [survivor, ...absorbed] = folded.priors.map((prior) => priors.get(prior.id)!);
  const before = survivor ?? UNNOTED;
  const { finding, change, added } = folded;
  if (!isRevision(change)) return { ...folded, before, after: before, notes: [] };
  const { triage, notes } = survivor
    ? foldTriage([survivor, ...absorbed], { finding, change, added })
    : { triage: UNTOUCHED, notes: [] };
  const suppressed = suppressing(inForce, finding, now);
  const decided = suppressionNotes(before.suppressed, suppressed);
  return { ...folded, before, after: { triage, suppressed }, notes: [...notes, ...decided] };
}

/** What the store script is told of one folded finding. */
export function storeArguments(
  folded: Annotated,
  priors: ReadonlyMap<string, StoredFinding>,
  context: StoreContext,
): Argument[] {
  const { finding, change, before: noted, after: notedNow } = folded;
  const [survivor, ...absorbed] = folded.priors.map((prior) => priors.get(prior.id)!);
  const told = isRevision(change);
  const revision = (survivor?.revision ?? 0) + (told ? 1 : 0);
  const updatedAt = told ? context.now : survivor!.updatedAt;
  // What only brings a finding up to date leaves it as its last revision was rated: another rule shows with the next one.
  const rating = (told ? null : survivor?.rating) ?? ratingOf(context.rule);
  const before = survivor === undefined ? '' : listMember(survivor.finding, noted);
  const after = listMember(finding, notedNow);
  return [
    finding.id,
    survivor?.revision ?? '',
    revision,
    packCore(finding, rating),
    body(finding, { revision, supersededBy: null, ...notedNow, updatedAt }, rating),
    packSpan(finding),
    before === after ? '' : before,
    before === after ? '' : after,
    finding.actor.tenantId,
    told ? 'clear' : change === 'quiet' ? 'set' : 'keep',
    context.now + context.quietDelayMs,
    updatedAt,
    ...counted(absorbed.map((one) => absorbedArguments(one, finding.id, context))),
    ...memberArguments(finding, survivor, absorbed),
    ...itemArguments(finding, survivor, absorbed, context.now),
    ...signInArguments(finding, survivor, absorbed),
    ...counted(formerIds(folded, context).map((id) => [id])),
    ...notedArguments(noted, notedNow, folded.notes, { id: finding.id, revision, at: context.now, by: SERVICE }),
    told ? change : '',
  ];
}

/**
 * Ids that the finding may have had before state was lost: any of its operations can have raised it then. Only operations
 * are asked that are there again, or for the first time, and were enqueued before the loss was noticed.
 */
function formerIds({ finding, added }: Folded, { lossNotedAt }: StoreContext): string[] {
  if (lossNotedAt === null) return [];
  const before = added.filter(({ source }) => source.enqueuedAt !== null && source.enqueuedAt <= lossNotedAt);
  return before.map(findingIdOf).filter((id) => id !== finding.id);
}

function absorbedArguments(
  { finding, revision, triage, suppressed }: StoredFinding,
  survivorId: string,
  { now, rule }: StoreContext,
): Argument[] {
  return [
    finding.id,
    revision,
    revision + 1,
    body(
      finding,
      { revision: revision + 1, supersededBy: survivorId, triage, suppressed, updatedAt: now },
      ratingOf(rule),
    ),
    listMember(finding, { triage, suppressed }),
    'merge',
  ];
}

/**
 * The script copies what the absorbed findings had over what the survivor had, part by part; only what differs from that is
 * told, so that a meeting of two large findings is a small call.
 */
function copied<T>(
  survivor: StoredFinding | undefined,
  absorbed: readonly StoredFinding[],
  partOf: (stored: StoredFinding) => ReadonlyMap<string, T>,
): Map<string, T> {
  return new Map([...(survivor ? [survivor] : []), ...absorbed].flatMap((stored) => [...partOf(stored)]));
}

function memberArguments(
  finding: Finding,
  survivor: StoredFinding | undefined,
  absorbed: readonly StoredFinding[],
): Argument[] {
  const known = copied(survivor, absorbed, (stored) => stored.finding.members);
  const members = [...finding.members]
    .filter(([key, labels]) => known.get(key) !== labels)
    .map(([key, labels]) => [key, packLabels(labels)]);
  const priors = [...(survivor ? [survivor] : []), ...absorbed].map((stored) => stored.finding);
  const correlations = [...finding.correlations].filter((key) => !priors.some((prior) => prior.correlations.has(key)));
  return [...counted(members), ...counted(correlations.map((key) => [key]))];
}

function itemArguments(
  finding: Finding,
  survivor: StoredFinding | undefined,
  absorbed: readonly StoredFinding[],
  now: number,
): Argument[] {
  const known = copied(survivor, absorbed, (stored) => stored.finding.items);
  const decidedAt = copied(survivor, absorbed, (stored) => stored.decidedAt);
  const isKnown = (key: string, variants: readonly Operation[]): boolean =>
    known.get(key)?.length === variants.length && variants.every((variant, i) => known.get(key)![i] === variant);
  const set = [...finding.items].filter(([key, variants]) => !isKnown(key, variants));
  const gone = [...known.keys()].filter((key) => !finding.items.has(key));
  // The ledger is that of the record that stands first; where that is another now, it is decided now.
  const hasSameFirst = (key: string, [first]: readonly Operation[]): boolean =>
    known.get(key)?.[0]?.source.sha256 === first?.source.sha256;
  const decided = (key: string, variants: readonly Operation[]): number =>
    (hasSameFirst(key, variants) ? decidedAt.get(key) : null) ?? now;
  const packed = set.map(([key, variants]) => [key, packItem({ variants, decidedAt: decided(key, variants) })]);
  return counted([...packed, ...gone.map((key) => [key, ''])]);
}

function signInArguments(
  finding: Finding,
  survivor: StoredFinding | undefined,
  absorbed: readonly StoredFinding[],
): Argument[] {
  const known = copied(survivor, absorbed, (stored) => stored.finding.signIns);
  const { tenantId } = finding.actor;
  const set = [...finding.signIns].filter(([key, signIn]) => {
    const before = known.get(key);
    return before === undefined || compareSources(before.source, signIn.source) !== 0;
  });
  const gone = [...known.keys()].filter((key) => !finding.signIns.has(key));
  return counted([
    ...set.map(([key, signIn]) => [key, packSignIns(tenantId, [signIn])]),
    ...gone.map((key) => [key, '']),
  ]);
}
