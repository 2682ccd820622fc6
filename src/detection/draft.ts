/** A finding while it is being folded. */
import { correlationKey, factKey, itemKey, type Operation, type SignIn } from './fact.ts';
import {
  compareOperations,
  type Finding,
  ITEMS_PER_END_MAX,
  type ItemLabels,
  inVariantOrder,
  isLate,
  variantKey,
} from './finding.ts';
import { joinLabels, type Label } from './label.ts';
import { laterLatest, latestOf, sameSignIns } from './latest.ts';
import type { Match } from './match.ts';
import { addTexts } from './textset.ts';

/** What a fold did to a finding, the most telling first; `rebuilt`: made again after a loss; `source`: only where a fact came from; `quiet`: only its sign-ins moved. */
export type Change =
  | 'rebuilt'
  | 'new'
  | 'merge'
  | 'late_operation'
  | 'operation'
  | 'late_sign_in'
  | 'sign_in'
  | 'quiet'
  | 'source'
  | 'none';

/** Changes that are told to the world; the others only bring the stored finding up to date. */
export type Revision = Exclude<Change, 'quiet' | 'source' | 'none'>;

/** A finding being folded: takes operations one by one, then says what became of it. */
export class Draft {
  readonly #before: Finding;
  readonly #members: Map<string, ItemLabels>;
  readonly #correlations: Set<string>;
  readonly #labels: Map<Label, number>;
  readonly #items: Map<string, readonly Operation[]>;
  readonly #matches = new Map<string, Match>();
  #now: Finding;
  readonly #added: Operation[] = [];
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
      objectIds: addTexts(finding.objectIds, [operation.actorObjectId ?? '']),
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
      this.#added.push(operation);
      this.#lateAdded ||= isLate(operation);
    } else {
      this.#sourceMoved ||= same.source !== operation.source;
    }
    const others = (listed ?? []).filter((variant) => variant !== same);
    this.#items.set(key, inVariantOrder([...others, operation]));
  }

  /** The finding as it is now; `added` are the operations that it did not list before. */
  finish(): { finding: Finding; change: Change; added: readonly Operation[] } {
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
    return { finding, change: this.#change(finding), added: this.#added };
  }

  #change(finding: Finding): Change {
    if (this.#added.length > 0 || this.#summaryMoved(finding)) return this.#lateAdded ? 'late_operation' : 'operation';
    const before = this.#before.signIns;
    const added = [...finding.signIns].filter(([key]) => !before.has(key)).map(([, signIn]) => signIn);
    if (this.#labelRose) return added.some(isLate) ? 'late_sign_in' : 'sign_in';
    if (added.length > 0 || finding.signIns.size !== before.size || !sameSignIns(this.#before.latest, finding.latest))
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

function recount(labels: Map<Label, number>, from: Label | undefined, to: Label | undefined): void {
  if (from !== undefined) {
    const left = (labels.get(from) ?? 0) - 1;
    if (left > 0) labels.set(from, left);
    else labels.delete(from);
  }
  if (to !== undefined) labels.set(to, (labels.get(to) ?? 0) + 1);
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
