/** Guest sign-ins by identity, in order of time: the side of the join that is looked up. */
import { compareText, factKey, type Operation, type SignIn } from './fact.ts';
import { groupBy } from './group.ts';
import type { Label } from './label.ts';
import { type GuestIdentity, guestIdentityKey, guestIdentityOf, type Profile, relate } from './relation.ts';
import { TICKS_PER_MINUTE, type Ticks } from './time.ts';

/** How many sign-ins of one identity are kept at either end of one UTC minute. */
export const SIGN_INS_PER_MINUTE_END_MAX = 4;

/** The order in which sign-ins are newest last: time, then the greater IP, then the greater hash. */
export function compareSignIns(a: SignIn, b: SignIn): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return (
    compareText(a.ip, b.ip) || compareText(a.source.sha256, b.source.sha256) || compareText(a.recordId, b.recordId)
  );
}

/** All sign-ins of one identity, oldest first. */
export interface Guest {
  readonly identity: GuestIdentity;
  readonly signIns: readonly SignIn[];
}

/** Sorts sign-ins by identity; equal facts count once, and of an identity and a minute the oldest four and the newest four. */
export function groupGuests(signIns: Iterable<SignIn>): Guest[] {
  const facts = new Map<string, SignIn>();
  for (const signIn of signIns) facts.set(factKey(signIn), signIn);
  const groups = groupBy(facts.values(), (signIn) => guestIdentityKey(guestIdentityOf(signIn)));
  return [...groups.values()].map((own) => ({
    identity: guestIdentityOf(own[0]!),
    signIns: thin(own.sort(compareSignIns)),
  }));
}

/** Keeps, of the sorted sign-ins of one identity, the four oldest and the four newest of each UTC minute. */
export function thin(sorted: readonly SignIn[]): SignIn[] {
  const kept: SignIn[] = [];
  for (let from = 0; from < sorted.length; ) {
    const minute = sorted[from]!.time / TICKS_PER_MINUTE;
    let to = from;
    while (to < sorted.length && sorted[to]!.time / TICKS_PER_MINUTE === minute) to++;
    const size = to - from;
    for (let i = 0; i < size; i++) {
      if (i < SIGN_INS_PER_MINUTE_END_MAX || i >= size - SIGN_INS_PER_MINUTE_END_MAX) kept.push(sorted[from + i]!);
    }
    from = to;
  }
  return kept;
}

/** The index of the first sign-in later than `time`. */
export function firstAfter(signIns: readonly SignIn[], time: Ticks): number {
  let low = 0;
  let high = signIns.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (signIns[middle]!.time <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Guests found by what an operation knows of its actor. */
export class GuestIndex {
  readonly #byHome = new Map<string, Guest[]>();
  readonly #byObject = new Map<string, Guest[]>();
  readonly guests: readonly Guest[];

  constructor(signIns: Iterable<SignIn>) {
    this.guests = groupGuests(signIns);
    for (const guest of this.guests) {
      const { tenantId, home, objectId } = guest.identity;
      if (home !== '') append(this.#byHome, `${tenantId} ${home}`, guest);
      if (objectId !== null) append(this.#byObject, `${tenantId} ${objectId}`, guest);
    }
  }

  /** Every guest that shares a home UPN or an object id with a profile: more than those that match, never fewer. */
  candidates({ tenantId, home, objectId }: Pick<Profile, 'tenantId' | 'home' | 'objectId'>): Set<Guest> {
    const byHome = home === '' ? [] : (this.#byHome.get(`${tenantId} ${home}`) ?? []);
    const byObject = objectId === null ? [] : (this.#byObject.get(`${tenantId} ${objectId}`) ?? []);
    return new Set([...byHome, ...byObject]);
  }

  /** Every guest that could be the actor of an operation of this profile, each with the label that it gives. */
  related(profile: Profile): { guest: Guest; label: Label }[] {
    return [...this.candidates(profile)]
      .map((guest) => ({ guest, label: relate(profile, guest.identity) }))
      .filter(({ label }) => label !== '');
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The sign-ins of a guest that lie within the window on either side of an operation: [from, to) as indices. */
export function matching(guest: Guest, operation: Operation, window: Ticks): { from: number; to: number } {
  return {
    from: firstAfter(guest.signIns, operation.time - window - 1n),
    to: firstAfter(guest.signIns, operation.time + window),
  };
}
