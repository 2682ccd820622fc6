/**
 * The fold: from an actor's facts and its findings so far to its findings now.
 *
 * It only adds: times move outward, sets and counts grow, labels rise. Giving it a fact again changes nothing, and giving it
 * facts in several parts gives what all at once would give, as long as each new operation comes with the sign-ins known and
 * each new sign-in with the operations that it can touch. That is what lets the service fold as facts come in.
 */

import { compareText, correlationKey, factKey, itemKey, type Operation, type SignIn } from './fact.ts';
import {
  actorKey,
  actorOf,
  compareOperations,
  type Dated,
  type Finding,
  findingIp,
  ITEMS_PER_END_MAX,
  type ItemLabels,
  isLate,
  type Latest,
  laterDated,
  lesserSource,
  raiseFinding,
  variantKey,
} from './finding.ts';
import { groupBy } from './group.ts';
import { GuestIndex } from './guests.ts';
import { joinLabels, type Label } from './label.ts';
import { type Match, matchOperation } from './match.ts';
import { profileOf } from './relation.ts';
import { addTexts, uniteTextSets } from './textset.ts';
import type { Ticks } from './time.ts';

/** What a fold did to a finding, the most telling first; `source`: only where a fact came from; `quiet`: only its sign-ins moved. */
export type Change =
  | 'new'
  | 'merge'
  | 'late_operation'
  | 'operation'
  | 'late_sign_in'
  | 'sign_in'
  | 'quiet'
  | 'source'
  | 'none';

export interface Folded {
  readonly finding: Finding;
  /** The findings that it was before: none for a new one, several where an operation bridged them; the survivor first. */
  readonly priors: readonly Finding[];
  readonly change: Change;
}

export interface FoldInput {
  /** Findings of one actor, whole but for `members` and `correlations` (see there). */
  readonly priors: readonly Finding[];
  /** Operations of that actor; those listed in the priors need not be given again. */
  readonly operations: readonly Operation[];
  readonly signIns: Iterable<SignIn>;
  readonly window: Ticks;
  /** Milliseconds since the Unix epoch: when new findings are made; null in a replay. */
  readonly now: number | null;
}

/** Folds one actor's facts. Findings that nothing touched come back with change `none`. */
export function foldActor(input: FoldInput): Folded[] {
  const pools = input.priors.flatMap((prior) => [...prior.signIns.values()]);
  const guests = new GuestIndex(leastSources([...pools, ...input.signIns]));
  const listed = input.priors.flatMap((prior) => [...prior.items.values()].flat());
  const all = leastSources([...listed, ...input.operations]).map((operation) => ({
    operation,
    match: matchOperation(operation, guests, input.window),
  }));
  const matched = groupBy(
    all.filter(({ match }) => match.label !== ''),
    ({ operation }) => findingIp(operation),
  );
  const ips = [...new Set([...matched.keys(), ...input.priors.map((prior) => prior.actorIp)])].sort(compareText);
  return ips.flatMap((ip) => {
    const priors = input.priors.filter((prior) => prior.actorIp === ip);
    return cut(priors, matched.get(ip) ?? [], input.window).map((cluster) => build(cluster, input.now));
  });
}

/** Folds facts of any number of actors from nothing: what a replay and an answer about the past are made of. */
export function foldAll(operations: Iterable<Operation>, signIns: Iterable<SignIn>, window: Ticks): Finding[] {
  const guests = new GuestIndex(leastSources([...signIns]));
  const byActor = groupBy(operations, (operation) => actorKey(actorOf(operation)));
  return [...byActor.values()].flatMap((own) => {
    const related = new Set(own.flatMap((operation) => [...guests.candidates(profileOf(operation))]));
    const input = {
      priors: [],
      operations: own,
      signIns: [...related].flatMap((guest) => guest.signIns),
      window,
      now: null,
    };
    return foldActor(input).map(({ finding }) => finding);
  });
}

interface Matched {
  readonly operation: Operation;
  readonly match: Match;
}

interface Cluster {
  readonly priors: readonly Finding[];
  readonly matched: readonly Matched[];
}

function leastSources<F extends Operation | SignIn>(facts: readonly F[]): F[] {
  const least = new Map<string, F>();
  for (const fact of facts) {
    const key = factKey(fact);
    const known = least.get(key);
    least.set(key, known === undefined ? fact : lesserSource(known, fact));
  }
  return [...least.values()];
}

/** Cuts one actor's and IP's timeline where neighbours are more than the window apart. */
function cut(priors: readonly Finding[], matched: readonly Matched[], window: Ticks): Cluster[] {
  const spans = [
    ...priors.map((prior) => ({ from: prior.firstSeen, to: prior.lastSeen, prior })),
    ...matched.map((one) => ({ from: one.operation.time, to: one.operation.time, one })),
  ].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const clusters: { priors: Finding[]; matched: Matched[] }[] = [];
  let end: Ticks | undefined;
  for (const span of spans) {
    if (end === undefined || span.from - end > window) clusters.push({ priors: [], matched: [] });
    const cluster = clusters.at(-1)!;
    if ('prior' in span) cluster.priors.push(span.prior);
    else cluster.matched.push(span.one);
    end = end === undefined || span.to > end ? span.to : end;
  }
  return clusters;
}

/** The older of two findings stays when they meet. */
const compareAge = (a: Finding, b: Finding): number =>
  (a.createdAt ?? 0) - (b.createdAt ?? 0) || compareText(a.id, b.id);

function build(cluster: Cluster, now: number | null): Folded {
  const priors = [...cluster.priors].sort(compareAge);
  const inOrder = [...cluster.matched].sort((a, b) => compareOperations(a.operation, b.operation));
  const before = priors.length > 0 ? priors.reduce(uniteFindings) : raiseFinding(inOrder[0]!.operation, now);
  const draft = new Draft(before);
  for (const { operation, match } of inOrder) draft.add(operation, match);
  const { finding, change } = draft.finish();
  if (priors.length === 0) return { finding, priors, change: 'new' };
  return { finding, priors, change: priors.length > 1 ? 'merge' : change };
}

/** Two findings of one actor and IP as one, under the first one's id. */
function uniteFindings(a: Finding, b: Finding): Finding {
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
    firstSeen: a.firstSeen < b.firstSeen ? a.firstSeen : b.firstSeen,
    lastSeen: a.lastSeen > b.lastSeen ? a.lastSeen : b.lastSeen,
    operations: uniteTextSets(a.operations, b.operations),
    targets: uniteTextSets(a.targets, b.targets),
    targetNames: uniteTextSets(a.targetNames, b.targetNames),
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
  for (const [key, variants] of b) items.set(key, leastSources([...(items.get(key) ?? []), ...variants]));
  return items;
}

function recount(labels: Map<Label, number>, from: Label | undefined, to: Label | undefined): void {
  if (from !== undefined) {
    const left = (labels.get(from) ?? 0) - 1;
    if (left > 0) labels.set(from, left);
    else labels.delete(from);
  }
  if (to !== undefined) labels.set(to, (labels.get(to) ?? 0) + 1);
}

function laterLatest(a: Latest, b: Latest): Latest {
  const pick = <K extends 'guestUpn' | 'actorObjectId' | 'clientIp'>(key: K): Partial<Record<K, Dated>> => {
    const dated = laterDated(a[key], b[key]);
    return dated === undefined ? {} : ({ [key]: dated } as Record<K, Dated>);
  };
  const strict = laterDated(a.signIn.strict, b.signIn.strict);
  const resolved = laterDated(a.signIn.resolved, b.signIn.resolved);
  const signIn = { ...(strict && { strict }), ...(resolved && { resolved }) };
  return { signIn, ...pick('guestUpn'), ...pick('actorObjectId'), ...pick('clientIp') };
}

/** What one operation and its sign-ins say of the newest of each thing. */
function latestOf(operation: Operation, match: Match): Latest {
  const dated = (time: Ticks, value: string | null | undefined): Dated | undefined =>
    value === null || value === undefined || value === '' ? undefined : { time, value };
  const { strict, resolved } = match.newest;
  const guestUpn = match.newestNamed && dated(match.newestNamed.time, match.newestNamed.upn);
  const actorObjectId = dated(operation.time, operation.actorObjectId);
  const clientIp = dated(operation.time, operation.clientIp);
  return {
    signIn: {
      ...(strict && { strict: { time: strict.time, value: strict.ip } }),
      ...(resolved && { resolved: { time: resolved.time, value: resolved.ip } }),
    },
    ...(guestUpn && { guestUpn }),
    ...(actorObjectId && { actorObjectId }),
    ...(clientIp && { clientIp }),
  };
}

/** A finding being folded: takes operations one by one, then says what became of it. */
class Draft {
  readonly #before: Finding;
  readonly #members: Map<string, ItemLabels>;
  readonly #correlations: Set<string>;
  readonly #labels: Map<Label, number>;
  readonly #items: Map<string, readonly Operation[]>;
  readonly #matches = new Map<string, Match>();
  #now: Finding;
  #operationsAdded = false;
  #lateAdded = false;
  #labelRose = false;
  #sourceMoved = false;

  constructor(before: Finding) {
    this.#before = before;
    this.#now = before;
    this.#members = new Map(before.members);
    this.#correlations = new Set(before.correlations);
    this.#labels = new Map(before.labels);
    this.#items = new Map(before.items);
  }

  add(operation: Operation, match: Match): void {
    const key = itemKey(operation);
    const item = this.#members.get(key);
    const isNewItem = item === undefined;
    const known = item?.get(variantKey(operation));
    const label = joinLabels(known ?? '', match.label);
    if (known !== label) {
      recount(this.#labels, known, label);
      this.#members.set(key, new Map([...(item ?? []), [variantKey(operation), label]]));
      if (known !== undefined) this.#labelRose = true;
    }
    this.#matches.set(factKey(operation), match);
    this.#list(key, operation, isNewItem);
    const finding = this.#now;
    const correlation = correlationKey(operation);
    const newCorrelation = !this.#correlations.has(correlation);
    this.#correlations.add(correlation);
    this.#now = {
      ...finding,
      firstSeen: operation.time < finding.firstSeen ? operation.time : finding.firstSeen,
      lastSeen: operation.time > finding.lastSeen ? operation.time : finding.lastSeen,
      operations: addTexts(finding.operations, [operation.operation]),
      targets: addTexts(finding.targets, operation.targets),
      targetNames: addTexts(finding.targetNames, operation.targetNames),
      itemCount: finding.itemCount + (isNewItem ? 1 : 0),
      correlationCount: finding.correlationCount + (newCorrelation ? 1 : 0),
      latest: laterLatest(finding.latest, latestOf(operation, match)),
    };
  }

  /** Puts an operation among the listed items. Of an item that is known but not listed nothing is added: its place was given up. */
  #list(key: string, operation: Operation, isNewItem: boolean): void {
    const listed = this.#items.get(key);
    if (listed === undefined && !isNewItem) return;
    const own = factKey(operation);
    const same = listed?.find((variant) => factKey(variant) === own);
    if (same === operation) return;
    if (same === undefined) {
      this.#operationsAdded = true;
      this.#lateAdded ||= isLate(operation);
    } else {
      this.#sourceMoved ||= same.source !== operation.source;
    }
    const others = (listed ?? []).filter((variant) => variant !== same);
    this.#items.set(
      key,
      [...others, operation].sort((a, b) => compareText(a.source.sha256, b.source.sha256)),
    );
  }

  finish(): { finding: Finding; change: Change } {
    const { listed, unlisted } = trim(this.#items);
    const signIns = new Map<string, SignIn>();
    for (const variants of listed.values()) {
      for (const variant of variants) {
        for (const signIn of this.#matches.get(factKey(variant))?.signIns ?? []) signIns.set(factKey(signIn), signIn);
      }
    }
    const finding: Finding = {
      ...this.#now,
      labels: this.#labels,
      members: this.#members,
      correlations: this.#correlations,
      items: listed,
      signIns,
      lateUnlisted: this.#now.lateUnlisted || unlisted.some(isLate),
    };
    return { finding, change: this.#change(finding) };
  }

  #change(finding: Finding): Change {
    if (this.#operationsAdded || this.#summaryMoved(finding)) return this.#lateAdded ? 'late_operation' : 'operation';
    const before = this.#before.signIns;
    const added = [...finding.signIns].filter(([key]) => !before.has(key)).map(([, signIn]) => signIn);
    if (this.#labelRose) return added.some(isLate) ? 'late_sign_in' : 'sign_in';
    if (added.length > 0 || finding.signIns.size !== before.size || !sameLatest(this.#before.latest, finding.latest))
      return 'quiet';
    const moved = [...finding.signIns].some(([key, signIn]) => before.get(key)!.source !== signIn.source);
    return this.#sourceMoved || moved ? 'source' : 'none';
  }

  /** A further variant of an item that is no longer listed shows only in the sums. */
  #summaryMoved(finding: Finding): boolean {
    const before = this.#before;
    return (
      finding.firstSeen !== before.firstSeen ||
      finding.lastSeen !== before.lastSeen ||
      finding.operations !== before.operations ||
      finding.targets !== before.targets ||
      finding.targetNames !== before.targetNames ||
      finding.correlationCount !== before.correlationCount
    );
  }
}

/** Keeps the oldest and the newest items. */
function trim(items: ReadonlyMap<string, readonly Operation[]>): {
  listed: Map<string, readonly Operation[]>;
  unlisted: Operation[];
} {
  if (items.size <= 2 * ITEMS_PER_END_MAX) return { listed: new Map(items), unlisted: [] };
  const inOrder = [...items].sort((a, b) => compareOperations(a[1][0]!, b[1][0]!));
  const dropped = inOrder.slice(ITEMS_PER_END_MAX, -ITEMS_PER_END_MAX);
  const listed = new Map([...inOrder.slice(0, ITEMS_PER_END_MAX), ...inOrder.slice(-ITEMS_PER_END_MAX)]);
  return { listed, unlisted: dropped.flatMap(([, variants]) => variants) };
}

function sameLatest(a: Latest, b: Latest): boolean {
  const same = (x: Dated | undefined, y: Dated | undefined): boolean => x?.time === y?.time && x?.value === y?.value;
  return (
    same(a.signIn.strict, b.signIn.strict) && same(a.signIn.resolved, b.signIn.resolved) && same(a.guestUpn, b.guestUpn)
  );
}
