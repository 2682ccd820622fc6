/** What goes on after the scenes: a few sign-ins at a time, and now and then another guest who does something privileged. */
import { SIGN_IN_HUB } from '../hubNames.ts';
import { type Sending, someSignIn } from './crowd.ts';
import {
  addOwner,
  addSecret,
  changeSecrets,
  type Deed,
  Guest,
  giveRole,
  type Naming,
  sameNaming,
  usualNaming,
} from './scenes.ts';
import { guest, type Person, someCompany, someName } from './world.ts';

/** A guest's turn comes after so many rounds of the crowd. */
const GUEST_EVERY = 24;
const RECORDS_PER_ROUND = 3;

const NAMINGS: readonly ((person: Person) => Naming)[] = [
  usualNaming,
  sameNaming,
  (person) => ({ ...usualNaming(person), signInId: null, auditId: null }),
  (person) => ({ ...usualNaming(person), auditUpn: '' }),
];
const DEEDS: readonly Deed[] = [
  giveRole('Bob Meyer', 'Privileged Role Administrator'),
  addSecret('Expense Reports'),
  changeSecrets('Warehouse Scanner'),
  addOwner('Monitoring Agent'),
  giveRole('Eva Engel', 'Exchange Administrator'),
];

/** What is sent in the n-th round, counted from 0. */
export function round(n: number, now: number): Sending[] {
  const first = 10_000 + n * RECORDS_PER_ROUND;
  const records = Array.from({ length: RECORDS_PER_ROUND }, (_, i) => someSignIn(first + i, now - i * 150));
  const turn = n / GUEST_EVERY;
  const sendings = [{ hub: SIGN_IN_HUB, records }];
  return Number.isInteger(turn) && turn > 0 ? [...sendings, ...guestTurn(turn, now)] : sendings;
}

function guestTurn(n: number, now: number): Sending[] {
  const person = guest(someName(n * 7), someCompany(n));
  const who = new Guest(person, NAMINGS[n % NAMINGS.length]!(person), now);
  const deed = DEEDS[n % DEEDS.length]!;
  return n % 2 === 0 ? [who.signIn(6), who.does(1, deed)] : [who.does(3, deed), who.signIn(1)];
}
