/** What delivery asks of the rest of the service: the feed, and a queue that outlives processes; and how a revision is worded. */
import type { Answer } from './target.ts';

/** What a body can be: a CloudEvent that carries the finding itself, or the finding as an OCSF event. */
export const FORMATS = ['cloudevents', 'ocsf'] as const;
export type Format = (typeof FORMATS)[number];

/** One revision of a finding, as it is to be told. */
export interface Revision {
  /** Names this revision for good: the same at every try. */
  readonly id: string;
  readonly reason: string;
  readonly findingId: string;
  /** The `Finding` as of that revision, as JSON text. */
  readonly json: string;
}

/** Follows tries on their way. Who leaves it out pays nothing for it. */
export interface TracePort {
  /** To be told of a try before it is made. */
  beginTry(target: { readonly name: string; readonly kind: 'webhook' | 'eventHub' }, claimed: Claimed): FollowedTry;
}

export interface FollowedTry {
  /** W3C `traceparent`: what the receiver does goes on under it. */
  readonly traceparent: string;
  /** Null where its trace is not kept. */
  readonly traceId: string | null;
  end(answer: Answer): void;
}

export interface Rendered {
  readonly body: string;
  readonly contentType: string;
}

export interface RenderPort {
  /** The same words for the same revision, whoever asks and whenever. */
  revision(revision: Revision, format: Format): Rendered;
  /** An event that marks itself as a test. */
  test(id: string, target: string): Rendered;
}

export interface Change {
  /** Names the revision for good. */
  readonly id: string;
  /** When it came into the feed (ms), by one clock, whoever made it. */
  readonly at: number;
  /** The place after it. */
  readonly cursor: string;
  readonly reason: string;
  readonly json: string;
}

export type FeedRead =
  | { readonly kind: 'changes'; readonly items: readonly Change[]; readonly cursor: string }
  /** The place is not in the feed any more. */
  | { readonly kind: 'resync'; readonly why: 'trimmed' | 'ahead' | 'lost' };

export interface FeedPort {
  read(cursor: string, limit: number): Promise<FeedRead>;
  /** Resolves when there may be something after the place, or the signal is aborted. */
  wait(cursor: string, signal: AbortSignal): Promise<void>;
  /** The place before all that is kept, and the one behind it. */
  edge(which: 'begin' | 'now'): Promise<string>;
  /** A page of the findings that stand, newest first, as JSON text. */
  standing(cursor: string | null): Promise<{ readonly items: readonly string[]; readonly nextCursor: string | null }>;
}

/** A target as all processes know it. Nothing in it is secret. */
export interface TargetAbout {
  readonly name: string;
  /** Whoever is told something else under the same name is another receiver. */
  readonly address: string;
  /** For those who ask, as JSON. */
  readonly about: string;
}

/** Where reading of the feed stands for a target. */
export interface Reading {
  readonly place: string;
  /** Who had been erased when it began: what was read before another is, is taken in no more. */
  readonly erased: string;
}

export interface TargetState extends Reading {
  /** What came into the feed before it (ms since the Unix epoch) is passed over; 0 for none. */
  readonly skipBefore: number;
  /** When the newest that was taken in came into the feed (ms). */
  readonly takenUntil: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Since when (ms) there was no room for more; null while there is. */
  readonly fullSince: number | null;
  readonly disabledAt: number | null;
  /** When the oldest came that waits (ms). */
  readonly oldestWaitingAt: number | null;
}

/** One step in the feed: a revision that is to be delivered, or null for one that is not for this target. */
export interface TakenIn {
  /** The place behind it; null to leave the place as it is. */
  readonly place: string | null;
  /** When it came into the feed (ms); null where that is nothing new. */
  readonly at: number | null;
  readonly delivery: NewDelivery | null;
}

export interface NewDelivery {
  /** The same for the same revision and target: what is there already is not taken in again. */
  readonly id: string;
  readonly eventId: string;
  readonly findingId: string;
  readonly revision: number;
  readonly tenantId: string;
  readonly reason: string;
  readonly json: string;
}

export interface Bounds {
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  readonly deliveredMax: number;
  readonly failedMax: number;
  readonly failedBytesMax: number;
}

/** Why a try did not succeed. */
export const FAILURES = [
  'status',
  'redirect',
  'gone',
  'timeout',
  'connection',
  'tls',
  'name_not_resolved',
  'address_refused',
  'too_large',
  'hub',
  'fault',
] as const;
export type Failure = (typeof FAILURES)[number];

/** One try, as it is kept. */
export interface Attempt {
  /** RFC 3339. */
  readonly at: string;
  readonly ms: number;
  /** HTTP status, null where none came. */
  readonly status: number | null;
  /** Null for the one that succeeded. */
  readonly failure: Failure | null;
  /** What happened, for people; nothing of a secret or of an answer's body. */
  readonly detail: string;
}

export interface Claimed {
  readonly id: string;
  readonly token: string;
  readonly eventId: string;
  readonly findingId: string;
  readonly reason: string;
  readonly isTest: boolean;
  /** The finding; empty for a test. */
  readonly json: string;
  /** Tries before this one. */
  readonly tries: number;
  readonly attempts: readonly Attempt[];
}

export type Settlement =
  | { readonly kind: 'delivered'; readonly attempt: Attempt }
  | { readonly kind: 'again'; readonly attempt: Attempt; readonly dueAt: number; readonly counts: boolean }
  | { readonly kind: 'failed'; readonly attempt: Attempt }
  /** No try was made, or it was broken off by us. */
  | { readonly kind: 'released' };

/** What a failure says of the receiver as a whole. */
export interface Receiver {
  readonly isDown: boolean;
  /** Until when (ms) it wants to be left alone. */
  readonly pausedUntil: number | null;
  readonly isGone: boolean;
}

/**
 * Places and deliveries, shared by all processes. Methods reject while the state cannot be reached. A target that is
 * `unknown` was lost, or is not written down yet.
 */
export interface QueuePort {
  /** When something of the state was last lost that deliveries may lean on (ms); null for never. */
  lostAt(): Promise<number | null>;
  /** Whether such a target was written down once, though nothing of it may be left. */
  wasKnown(name: string): Promise<boolean>;
  /** Writes a target down; a new one begins at the place given, with all that came into the feed until a time (ms) behind it. */
  set(
    target: TargetAbout,
    beginning: { readonly place: string; readonly takenUntil: number },
    now: number,
  ): Promise<void>;
  state(name: string): Promise<TargetState | null>;
  /** One atomic step: deliveries into the queue, and the place behind them. Takes as many as there is room for. */
  takeIn(
    name: string,
    from: Reading,
    steps: readonly TakenIn[],
    bounds: Bounds,
    now: number,
  ): Promise<
    /** `isNewlyFull`: there is no room for all of them, and it has not been told yet. */
    | { readonly kind: 'taken'; readonly count: number; readonly place: string; readonly isNewlyFull: boolean }
    | { readonly kind: 'changed' }
    | { readonly kind: 'unknown' }
  >;
  /** False where the place has moved meanwhile. */
  replace(name: string, from: string, to: string, skipBefore: number): Promise<boolean>;
  claim(
    name: string,
    wanted: {
      readonly claimMs: number;
      readonly parallelMax: number;
      readonly count: number;
      readonly isOpen: boolean;
    },
    now: number,
  ): Promise<
    | { readonly kind: 'claimed'; readonly deliveries: readonly Claimed[]; readonly nextDueAt: number | null }
    | { readonly kind: 'unknown' }
  >;
  /** Keeps claims for longer; gives those that are lost. */
  hold(name: string, claims: readonly Pick<Claimed, 'id' | 'token'>[], claimMs: number): Promise<readonly string[]>;
  /** Refused where the claim is another's by now. `dropped`: failed ones that gave way. */
  settle(
    name: string,
    claimed: Claimed,
    settlement: Settlement,
    receiver: Receiver,
    bounds: Bounds,
    now: number,
  ): Promise<{ readonly kind: 'settled'; readonly dropped: number } | { readonly kind: 'refused' }>;
  /** Notices what was lost of places and deliveries, and makes what is left a whole again. */
  mend(now: number): Promise<void>;
  /** Forgets targets that no process has had since a time (ms). */
  forgetUnseen(before: number): Promise<void>;
}
