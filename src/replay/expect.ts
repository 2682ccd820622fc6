/** What was expected of a replay against what came of it. Pure. */
import type { Operation, SignIn } from '../detection/fact.ts';
import { actorKey, actorOf } from '../detection/finding.ts';
import { groupBy } from '../detection/group.ts';
import { GuestIndex } from '../detection/guests.ts';
import { homeUpn } from '../detection/identity.ts';
import { profileOf } from '../detection/relation.ts';
import type { Facts } from './answer.ts';

export const BOUNDS = ['exactly', 'at_least', 'at_most'] as const;
export type Bound = (typeof BOUNDS)[number];

export interface Expectation<View extends string = string> {
  /** A UPN, a home UPN or an object id, in any case. */
  readonly actor: string;
  readonly view: View;
  readonly bound: Bound;
  readonly count: number;
  /** Where it stands in its file, from 1. */
  readonly line: number;
}

export interface Outcome {
  readonly expectation: Expectation;
  readonly found: number;
  readonly holds: boolean;
}

/** Counts of one actor's answers, by view: given only that actor's operations, and the sign-ins that these could match. */
export type Count<View extends string> = (facts: Facts, view: View) => number;

/** Holds each expectation against the facts. */
export function compare<View extends string>(
  expectations: readonly Expectation<View>[],
  facts: Facts,
  count: Count<View>,
): Outcome[] {
  const guests = new GuestIndex(facts.signIns);
  const byActor = [...groupBy(facts.operations, (operation) => actorKey(actorOf(operation))).values()];
  return expectations.map((expectation) => {
    const operations = byActor.filter((own) => own.some((one) => isOf(one, expectation.actor))).flat();
    const found = count({ operations, signIns: signInsOf(operations, guests) }, expectation.view);
    return { expectation, found, holds: HOLDS[expectation.bound](found, expectation.count) };
  });
}

const HOLDS: Readonly<Record<Bound, (found: number, count: number) => boolean>> = {
  exactly: (found, count) => found === count,
  at_least: (found, count) => found >= count,
  at_most: (found, count) => found <= count,
};

/** Whether an operation's actor is the one that is written: by UPN, home UPN or object id. All of them are kept in lower case. */
function isOf({ actorUpn, actorObjectId }: Operation, written: string): boolean {
  const who = written.toLowerCase();
  if (who === actorUpn || who === actorObjectId) return true;
  const home = homeUpn(who);
  return home !== '' && home === homeUpn(actorUpn);
}

function signInsOf(operations: readonly Operation[], guests: GuestIndex): SignIn[] {
  const related = new Set(operations.flatMap((operation) => [...guests.candidates(profileOf(operation))]));
  return [...related].flatMap((guest) => guest.signIns);
}

/** `ann@partner.com (resolved): expected exactly 2 findings, found 1` */
export function wordsOf({ expectation, found }: Outcome, what: 'findings' | 'rows'): string {
  const { actor, view, bound, count } = expectation;
  const noun = count === 1 ? what.slice(0, -1) : what;
  return `${actor} (${view}): expected ${bound.replace('_', ' ')} ${count} ${noun}, found ${found}`;
}
