/** When facts grow old, and what is then to be looked at: each guest and operation stands in the slot of its time. */
import { factKey, type Operation, type SignIn } from '../../detection/fact.ts';
import { actorKey, actorOf } from '../../detection/finding.ts';
import { msOfTicks, type Ticks } from '../../detection/time.ts';
import type { Token } from '../keys.ts';

/** Facts grow old by these slots; the sweep looks at a slot once all in it are past their time. */
const SLOT_MS = 15 * 60_000;

/** The time from which a fact's retention counts: the later of its event time and its enqueued time. Milliseconds since the Unix epoch. */
export const agesFrom = (fact: { time: Ticks; source: { enqueuedAt: number | null } }): number =>
  Math.max(msOfTicks(fact.time), fact.source.enqueuedAt ?? 0);

/** The slot of a moment (ms). Not of the expiry: a retention that is set anew then holds for the facts that are there, too. */
export const slotOfMs = (ms: number): number => Math.floor(ms / SLOT_MS);
/** The slot that a fact grows old in. */
export const slotOf = (fact: SignIn | Operation): number => slotOfMs(agesFrom(fact));

/** What is to be looked at: a guest, or one operation of an actor; actor and fact by their keys. */
export type DueEntry =
  | { readonly kind: 'guest'; readonly token: Token }
  | { readonly kind: 'operation'; readonly actor: string; readonly fact: string };

const GUEST = Buffer.from('g');
const OPERATION = Buffer.from('o');
const ACTOR_BYTES = 16;

/** A guest to be looked at, as it is written: `g`, and its token. */
export const guestEntry = (token: Token): Buffer => Buffer.concat([GUEST, token]);

/** An operation to be looked at, as it is written: `o`, the actor's 16 bytes, the fact's. */
export const operationEntry = (operation: Operation): Buffer =>
  Buffer.concat([OPERATION, Buffer.from(actorKey(actorOf(operation)) + factKey(operation), 'hex')]);

export function readEntry(entry: Buffer): DueEntry {
  const rest = entry.subarray(1);
  if (entry[0] === GUEST[0]) return { kind: 'guest', token: rest };
  const [actor, fact] = [rest.subarray(0, ACTOR_BYTES), rest.subarray(ACTOR_BYTES)];
  return { kind: 'operation', actor: actor.toString('hex'), fact: fact.toString('hex') };
}
