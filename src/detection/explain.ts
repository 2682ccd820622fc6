/** Why an operation is matched or not: every predicate that held or failed, as data. */
import type { Operation, SignIn } from './fact.ts';
import { guestIdentityOf, type Predicates, predicatesOf, profileOf } from './relation.ts';
import type { View } from './rule.ts';
import type { Ticks } from './time.ts';
import { type AskedPair, whyOperation, whySignIn } from './why.ts';

export interface Predicate {
  /** Stable. */
  readonly name: string;
  /** Null where a side has nothing to compare. */
  readonly held: boolean | null;
  /** The sign-in that it was asked of, by its place among those given; null for a predicate of one fact alone. */
  readonly signIn: number | null;
  /** The values that were compared, in a sentence. */
  readonly detail: string;
}

export interface Verdict {
  readonly holds: boolean;
  /** Why, in one sentence. */
  readonly why: string;
  readonly predicates: readonly Predicate[];
}

export type Verdicts = Readonly<Record<View, Verdict>>;

/** Asks of one operation everything that the rule asks, against each sign-in given. */
export function explainOperation(operation: Operation, signIns: readonly SignIn[], window: Ticks): Verdicts {
  const profile = profileOf(operation);
  const named = { name: 'nameListed', signIn: null, detail: `the operation is named "${operation.operation}"` };
  const targets = {
    name: 'hasTargets',
    held: profile.hasTargets,
    signIn: null,
    detail: `${operation.targets.length} targets are named`,
  };
  const hasUpn = {
    name: 'actorHasUpn',
    held: profile.upn !== '',
    signIn: null,
    detail: `the actor's UPN is "${operation.actorUpn}"`,
  };
  const asked = signIns.map((signIn, i) =>
    askPair(operation, signIn, i, window, predicatesOf(profile, guestIdentityOf(signIn))),
  );
  const own: Record<View, Predicate[]> = {
    strict: [{ ...named, held: profile.nameMatch === 'exact' }, targets, hasUpn],
    resolved: [{ ...named, held: true }],
  };
  const verdict = (view: View): Verdict => {
    const pairs: AskedPair[] = asked.map((pair, i) => ({ signIn: signIns[i]!, ...pair[view] }));
    return {
      holds: own[view].every(({ held }) => held) && pairs.some(({ holds }) => holds),
      why: whyOperation(operation, own[view], pairs, window),
      predicates: [...own[view], ...pairs.flatMap(({ predicates }) => predicates)],
    };
  };
  return { strict: verdict('strict'), resolved: verdict('resolved') };
}

/** Asks of one sign-in whether it matches any of the operations given, in either view. */
export function explainSignIn(signIn: SignIn, operations: readonly Operation[], window: Ticks): Verdicts {
  const outbound = guestIdentityOf(signIn).outbound;
  const verdicts = operations.map((operation) => explainOperation(operation, [signIn], window));
  const hasUpn = {
    name: 'guestHasUpn',
    held: signIn.upn !== '',
    signIn: null,
    detail: `the sign-in's UPN is "${signIn.upn}"`,
  };
  const inbound = {
    name: 'inbound',
    held: !outbound,
    signIn: null,
    detail: `it went to the tenant ${signIn.resourceTenantId ?? signIn.tenantId}`,
  };
  const verdict = (view: View, own: Predicate): Verdict => {
    const matched = operations.filter((_, i) => verdicts[i]![view].holds);
    return {
      holds: matched.length > 0,
      why: whySignIn([own], matched, operations.length),
      predicates: [own],
    };
  };
  return { strict: verdict('strict', hasUpn), resolved: verdict('resolved', inbound) };
}

/** One view's answer on one pair. */
interface PairVerdict {
  readonly holds: boolean;
  readonly predicates: readonly Predicate[];
}

function askPair(
  operation: Operation,
  signIn: SignIn,
  index: number,
  window: Ticks,
  held: Predicates,
): Readonly<Record<View, PairVerdict>> {
  const apart = operation.time > signIn.time ? operation.time - signIn.time : signIn.time - operation.time;
  const say = (name: string, answer: boolean | null, detail: string): Predicate => ({
    name,
    held: answer,
    signIn: index,
    detail,
  });
  const near = say('withinWindow', apart <= window, `they are ${apart} ticks of 100 ns apart`);
  const upn = say('upnEqual', held.upnEqual, `"${operation.actorUpn}" and "${signIn.upn}"`);
  const objectId = say(
    'objectIdEqual',
    held.objectIdEqual,
    `${operation.actorObjectId ?? 'none'} and ${signIn.objectId ?? 'none'}`,
  );
  const home = say('homeUpnEqual', held.homeUpnEqual, `the home UPNs of "${operation.actorUpn}" and "${signIn.upn}"`);
  const inbound = say(
    'inbound',
    held.inbound,
    `the sign-in went to the tenant ${signIn.resourceTenantId ?? signIn.tenantId}`,
  );
  return {
    strict: { holds: apart <= window && held.sameTenant && held.upnEqual, predicates: [near, upn] },
    resolved: {
      holds: apart <= window && held.sameTenant && held.inbound && (held.objectIdEqual ?? held.homeUpnEqual),
      predicates: [near, inbound, objectId, ...(held.objectIdEqual === null ? [home] : [])],
    },
  };
}
