/**
 * The fold: from an actor's facts and its findings so far to its findings now.
 *
 * It only adds: times move outward, sets and counts grow, labels rise. Giving it a fact again changes nothing, and giving it
 * facts in several parts gives what all at once would give, as long as each new operation comes with the sign-ins known and
 * each new sign-in with the operations that it can touch. That is what lets the service fold as facts come in.
 */

import { type Change, Draft } from './draft.ts';
import { compareText, factKey, type Operation, type SignIn } from './fact.ts';
import {
  actorKey,
  actorOf,
  compareOperations,
  type Finding,
  findingIp,
  leastSources,
  raiseFinding,
} from './finding.ts';
import { groupBy } from './group.ts';
import { GuestIndex } from './guests.ts';
import { type Match, matchOperation } from './match.ts';
import { profileOf } from './relation.ts';
import type { Ticks } from './time.ts';
import { uniteFindings } from './unite.ts';

export type { Change, Revision } from './draft.ts';

export interface Folded {
  readonly finding: Finding;
  /** The findings that it was before: none for a new one, several where an operation bridged them; the survivor first. */
  readonly priors: readonly Finding[];
  readonly change: Change;
  /** Operations that were not listed in it before. */
  readonly added: readonly Operation[];
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
  /** The last loss of state (milliseconds since the Unix epoch by the hub's clock); null or absent where there was none. */
  readonly lostAt?: number | null;
}

/** Folds one actor's facts. Findings that nothing touched come back with change `none`. */
export function foldActor(input: FoldInput): Folded[] {
  const pools = input.priors.flatMap((prior) => [...prior.signIns.values()]);
  const guests = new GuestIndex(leastSources([...pools, ...input.signIns]));
  const listed = input.priors.flatMap((prior) => [...prior.items.values()].flat());
  const windowOf = windowsOf(input);
  const all = leastSources([...listed, ...input.operations]).map((operation) => ({
    operation,
    match: matchOperation(operation, guests, windowOf(operation)),
  }));
  const matched = groupBy(
    all.filter(({ match }) => match.label !== ''),
    ({ operation }) => findingIp(operation),
  );
  const ips = [...new Set([...matched.keys(), ...input.priors.map((prior) => prior.actorIp)])].sort(compareText);
  return ips.flatMap((ip) => {
    const priors = input.priors.filter((prior) => prior.actorIp === ip);
    return cut(priors, matched.get(ip) ?? [], input.window).map((cluster) => build(cluster, input));
  });
}

/** By operation: the window of the rule, or for those listed in a finding that was folded under a wider one, that. */
function windowsOf({ priors, window }: FoldInput): (operation: Operation) => Ticks {
  const wider = priors.filter((prior) => prior.window > window);
  const own = new Map(
    wider.flatMap((prior) => [...prior.items.values()].flat().map((operation) => [factKey(operation), prior.window])),
  );
  return (operation) => (wider.length === 0 ? window : (own.get(factKey(operation)) ?? window));
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

function build(cluster: Cluster, { now, window, lostAt = null }: FoldInput): Folded {
  const priors = [...cluster.priors].sort(compareAge);
  const inOrder = [...cluster.matched].sort((a, b) => compareOperations(a.operation, b.operation));
  const before = priors.length > 0 ? priors.reduce(uniteFindings) : raiseFinding(inOrder[0]!.operation, now, window);
  const draft = new Draft(before.window < window ? { ...before, window } : before);
  for (const { operation, match } of inOrder) draft.add(operation, match);
  const { finding, change, added } = draft.finish();
  if (priors.length === 0) return { finding, priors, change: wasThere(finding, lostAt) ? 'rebuilt' : 'new', added };
  return { finding, priors, change: priors.length > 1 ? 'merge' : change, added };
}

/**
 * Whether a finding that is raised now was there before state was lost: all its operations had been enqueued by then, and a
 * sign-in that they match. One that waited for its sign-in until after the loss is new.
 */
function wasThere({ items, signIns }: Finding, lostAt: number | null): boolean {
  if (lostAt === null) return false;
  const before = ({ source: { enqueuedAt } }: Operation | SignIn): boolean =>
    enqueuedAt !== null && enqueuedAt <= lostAt;
  return [...items.values()].flat().every(before) && [...signIns.values()].some(before);
}
