/** One sentence on why a fact counts in a view or does not, out of the predicates that were asked of it. */
import type { Predicate } from './explain.ts';
import type { Operation, SignIn } from './fact.ts';
import { formatTicks, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, type Ticks } from './time.ts';

/** A pair of an operation and a sign-in, as one view sees it. */
export interface AskedPair {
  readonly signIn: SignIn;
  readonly holds: boolean;
  readonly predicates: readonly Predicate[];
}

/** What a failed predicate says of a pair, in words that go on after "… , but ". */
const PAIR_FAULTS: Readonly<Record<string, string>> = {
  upnEqual: 'its UPN is another',
  objectIdEqual: 'its object id is another',
  homeUpnEqual: 'its home UPN is another',
  inbound: 'it went to the tenant of someone else',
};

const OWN_FAULTS: Readonly<Record<string, string>> = {
  nameListed: "its name is not on the query's list to the letter",
  hasTargets: 'its list of targets is empty, and the query drops it',
  actorHasUpn: 'its actor has no UPN, and the query asks for one',
};

const REASONS: Readonly<Record<string, string>> = {
  upnEqual: 'the UPNs are equal',
  objectIdEqual: 'the object ids are equal',
  homeUpnEqual: 'the home UPNs are equal',
};

/** On an operation: `own` are the predicates of the operation alone, the pairs those with each sign-in that is kept. */
export function whyOperation(
  operation: Operation,
  own: readonly Predicate[],
  pairs: readonly AskedPair[],
  window: Ticks,
): string {
  const fault = own.find(({ held }) => held === false);
  if (fault !== undefined) return `Not matched: ${OWN_FAULTS[fault.name] ?? fault.detail}.`;
  const nearest = pairs
    .filter(({ holds }) => holds)
    .sort((a, b) => (apart(operation, a.signIn) < apart(operation, b.signIn) ? -1 : 1))[0];
  if (nearest !== undefined) {
    const reason = nearest.predicates.find(({ name, held }) => held === true && name in REASONS);
    return `Matched by the sign-in ${placeOf(operation, nearest.signIn)}: ${REASONS[reason?.name ?? ''] ?? 'all holds'}.`;
  }
  if (pairs.length === 0) return 'Not matched: no sign-in of this actor as a guest is kept.';
  const closest = [...pairs].sort((a, b) => compareFaults(operation, a, b))[0]!;
  const faults = faultsOf(closest);
  const words = faults.map(({ name }) =>
    name === 'withinWindow' ? `that is more than ${spanOf(window)}` : (PAIR_FAULTS[name] ?? name),
  );
  return `Not matched: the sign-in that comes nearest to it is one ${placeOf(operation, closest.signIn)}, but ${words.join(' and ')}.`;
}

/** On a sign-in: how many operations it matches, or why none. */
export function whySignIn(own: readonly Predicate[], matched: readonly Operation[], asked: number): string {
  const fault = own.find(({ held }) => held === false);
  if (fault !== undefined) {
    const word = fault.name === 'inbound' ? 'it went to the tenant of someone else' : 'it has no UPN';
    return `Matches nothing: ${word}.`;
  }
  if (asked === 0) return 'Matches nothing: no privileged operation of this actor is kept.';
  if (matched.length === 0) return `Matches none of the ${asked} privileged operations that are kept; each says why.`;
  const newest = matched.reduce((a, b) => (a.time > b.time ? a : b));
  return `Matches ${matched.length} of ${asked} privileged operations, the newest at ${formatTicks(newest.time)}.`;
}

const faultsOf = ({ predicates }: AskedPair): Predicate[] => predicates.filter(({ held }) => held === false);

/** The fewest faults first, and of those the nearest in time. */
function compareFaults(operation: Operation, a: AskedPair, b: AskedPair): number {
  const byFaults = faultsOf(a).length - faultsOf(b).length;
  return byFaults !== 0 ? byFaults : apart(operation, a.signIn) < apart(operation, b.signIn) ? -1 : 1;
}

const apart = (operation: Operation, { time }: SignIn): Ticks =>
  operation.time > time ? operation.time - time : time - operation.time;

/** When a sign-in was, from where, and how far from the operation. */
function placeOf(operation: Operation, signIn: SignIn): string {
  const from = signIn.ip === '' ? '' : ` from ${signIn.ip}`;
  const at = `at ${formatTicks(signIn.time)}${from}`;
  if (signIn.time === operation.time) return `${at}, at the same moment`;
  return `${at}, ${spanOf(apart(operation, signIn))} ${signIn.time < operation.time ? 'before' : 'after'} it`;
}

/** A span in the two largest units that it fills; the last one cut, but never to nothing. */
function spanOf(ticks: Ticks): string {
  if (ticks < TICKS_PER_SECOND) return 'less than a second';
  const [hours, minutes, seconds] = [
    ticks / TICKS_PER_HOUR,
    (ticks % TICKS_PER_HOUR) / TICKS_PER_MINUTE,
    (ticks % TICKS_PER_MINUTE) / TICKS_PER_SECOND,
  ];
  const parts =
    hours > 0n
      ? [`${hours} h`, minutes > 0n ? `${minutes} min` : '']
      : minutes > 0n
        ? [`${minutes} min`]
        : [`${seconds} s`];
  return parts.filter((part) => part !== '').join(' ');
}
