/** A finding as the fold keeps it: sums over all its operations, and the evidence that it owns. */
import { digest } from './digest.ts';
import { compareSources, compareText, factKey, type Operation, type SignIn } from './fact.ts';
import type { Label } from './label.ts';
import type { View } from './rule.ts';
import { EMPTY_TEXT_SET, type TextSet } from './textset.ts';
import { TICKS_PER_MINUTE, type Ticks, ticksOfMs } from './time.ts';

/** Evidence items listed at either end of a finding. */
export const ITEMS_PER_END_MAX = 500;
/** A fact is late when it was enqueued more than this after its event time. */
export const LATE_AFTER = 15n * TICKS_PER_MINUTE;

/** Who a finding is about: all operations of one tenant and one UPN, or else one object id. */
export interface Actor {
  readonly tenantId: string;
  /** Lower case; empty where the actor is known by object id alone. */
  readonly upn: string;
  /** Set only where there is no UPN. */
  readonly objectId: string | null;
}

/** A value and the event time that it was seen at; the newest is the one shown, of equal times the greater. */
export interface Dated {
  readonly time: Ticks;
  readonly value: string;
}

/** The newest of each thing that a finding shows one of. */
export interface Latest {
  /** IP of the newest matching sign-in, per view. */
  readonly signIn: Readonly<Partial<Record<View, Dated>>>;
  readonly guestUpn?: Dated;
  readonly actorObjectId?: Dated;
  readonly clientIp?: Dated;
}

/** The labels of an item's variants by the first 16 digits of their SHA-256. */
export type ItemLabels = ReadonlyMap<string, Label>;

export const variantKey = (operation: Operation): string => operation.source.sha256.slice(0, 16);

export interface Finding {
  readonly id: string;
  /** Milliseconds since the Unix epoch; null in a replay. */
  readonly createdAt: number | null;
  readonly actor: Actor;
  /** As written, but empty for `<null>`. */
  readonly actorIp: string;
  /** The widest window that it was folded under: a rule that changes takes none of its evidence away. */
  readonly window: Ticks;
  readonly firstSeen: Ticks;
  readonly lastSeen: Ticks;
  readonly operations: TextSet;
  readonly targets: TextSet;
  readonly targetNames: TextSet;
  /** Object ids of the operations' actors, empty for one without: no part of the contents. */
  readonly objectIds: TextSet;
  readonly itemCount: number;
  readonly correlationCount: number;
  /** How many operations stand under each label. */
  readonly labels: ReadonlyMap<Label, number>;
  /**
   * The operations by item key. Whole in memory; out of a store at least the items of the operations that a fold is
   * given, and so with the correlation keys: the counts say how many there are.
   */
  readonly members: ReadonlyMap<string, ItemLabels>;
  readonly correlations: ReadonlySet<string>;
  readonly latest: Latest;
  /** The listed items by key, each with its variants, the lowest SHA-256 first: the oldest 500 and the newest 500 by that variant. */
  readonly items: ReadonlyMap<string, readonly Operation[]>;
  /** The sign-ins that are evidence of a listed item, by fact key. */
  readonly signIns: ReadonlyMap<string, SignIn>;
  /** True when an operation that is no longer listed was late. */
  readonly lateUnlisted: boolean;
}

export function actorOf(operation: Operation): Actor {
  const { tenantId, actorUpn, actorObjectId } = operation;
  return { tenantId, upn: actorUpn, objectId: actorUpn === '' ? actorObjectId : null };
}

/** A name of 32 hex digits for an actor. */
export const actorKey = (actor: Actor): string => digest([actor.tenantId, actor.upn, actor.objectId ?? '']);

/** The IP that an operation's finding is known by: `<null>` is none. */
export const findingIp = (operation: Operation): string => (operation.actorIp === '<null>' ? '' : operation.actorIp);

export function isLate(fact: Operation | SignIn): boolean {
  const { enqueuedAt } = fact.source;
  return enqueuedAt !== null && ticksOfMs(enqueuedAt) > fact.time + LATE_AFTER;
}

/** An item's variants, the lowest SHA-256 first. */
export const inVariantOrder = (variants: readonly Operation[]): Operation[] =>
  [...variants].sort((a, b) => compareText(a.source.sha256, b.source.sha256));

/** The same operation or sign-in seen twice is kept with the lesser source. */
export function lesserSource<F extends Operation | SignIn>(a: F, b: F): F {
  return compareSources(a.source, b.source) <= 0 ? a : b;
}

/** Each fact once, with the least of its sources. */
export function leastSources<F extends Operation | SignIn>(facts: readonly F[]): F[] {
  const least = new Map<string, F>();
  for (const fact of facts) {
    const key = factKey(fact);
    const known = least.get(key);
    least.set(key, known === undefined ? fact : lesserSource(known, fact));
  }
  return [...least.values()];
}

export const laterDated = (a: Dated | undefined, b: Dated | undefined): Dated | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.time !== b.time) return a.time > b.time ? a : b;
  return compareText(a.value, b.value) >= 0 ? a : b;
};

/** Orders operations by (time, SHA-256, record id): the order of evidence. */
export function compareOperations(a: Operation, b: Operation): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return compareText(a.source.sha256, b.source.sha256) || compareText(a.recordId, b.recordId);
}

/** The id of the finding that an operation raises. */
export const findingIdOf = (operation: Operation): string =>
  digest(['finding', actorKey(actorOf(operation)), findingIp(operation), factKey(operation)]);

/** An empty finding that an operation raises: it takes its id from that operation. */
export function raiseFinding(operation: Operation, createdAt: number | null, window: Ticks): Finding {
  const actor = actorOf(operation);
  const actorIp = findingIp(operation);
  return {
    id: findingIdOf(operation),
    createdAt,
    actor,
    actorIp,
    window,
    firstSeen: operation.time,
    lastSeen: operation.time,
    operations: EMPTY_TEXT_SET,
    targets: EMPTY_TEXT_SET,
    targetNames: EMPTY_TEXT_SET,
    objectIds: EMPTY_TEXT_SET,
    itemCount: 0,
    correlationCount: 0,
    labels: new Map(),
    members: new Map(),
    correlations: new Set(),
    latest: { signIn: {} },
    items: new Map(),
    signIns: new Map(),
    lateUnlisted: false,
  };
}
