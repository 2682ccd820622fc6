/**
 * What the consumer asks of the rest of the service: a state that keeps facts and positions, a reader of events, a log.
 *
 * Of the state:
 * - Expected outcomes are values. A rejection means that the call may or may not have had its effect; the same call is
 *   made again (with back-off, for as long as the partition is ours), so each call must be safe to repeat. A rejection
 *   without a string `code` is a fault of the program: it is tried again too, and told to `onFault`.
 * - Every call settles within seconds, also if the other side has fallen silent: nothing here sets it a time limit.
 * - Two owners of one partition may call at once for a while; nothing may go backwards for it.
 * - Calls for one partition follow each other, calls for different partitions run side by side.
 * - `signal` is aborted when the partition is lost to another owner or the service stops: the call may then reject early.
 * - Sequence numbers are whole numbers from 0, in the order of the partition; -1 stands before the first. Times are
 *   milliseconds since the Unix epoch: enqueued times by the clock of Event Hubs, all others by our own.
 */
import type { NonInteractiveSignIn } from '../detection/classify.ts';
import type { DeadLetterReason, EventReading, Origin } from '../detection/event.ts';
import type { Fact } from '../detection/fact.ts';

/** A partition in one life of its hub: a hub that is deleted and made again is another, though it has the same name. */
export interface Place {
  /** The hub's name as it was configured. */
  readonly hub: string;
  /** When the hub was made, as Event Hubs tells it. */
  readonly hubCreatedAt: number;
  readonly partition: string;
}

/** How far a partition's facts are safe: everything up to this event and with it. */
export interface Position {
  readonly sequenceNumber: number;
  /** Opaque, never compared; null where only the sequence number is known. */
  readonly offset: string | null;
  /** Null where it is not known. */
  readonly enqueuedAt: number | null;
  readonly hubCreatedAt: number;
}

/** What the state knows of a partition when it is claimed. */
export type Stored =
  /**
   * Neither position nor mark was ever written, or all of it is gone. `since`: in this life of the hub reading began at
   * this time, and has met nothing yet. `isOtherHub`: another life of the hub was met, and nothing was read of it.
   */
  | { readonly kind: 'none'; readonly since?: number; readonly isOtherHub?: true }
  /**
   * The position last written, in whichever life of the hub that was (the caller compares). Given only if every mark
   * that it expects stands at least that high and the generations are those that it knows. `isRebuilding`: it went back to
   * where it is on purpose. `foreignCheckpoint`: the checkpoint that was there when reading began in this life of the hub.
   */
  | {
      readonly kind: 'position';
      readonly position: Position;
      readonly isRebuilding?: true;
      readonly foreignCheckpoint?: number;
    }
  /**
   * State was lost since the position was written. `after` is the lowest of the position and of every stored mark below
   * the one expected; null where the position, an expected mark or a generation is gone. `position` is what is still
   * known of it, in whichever life of the hub.
   */
  | {
      readonly kind: 'lost';
      readonly after: number | null;
      readonly position: Position | null;
      readonly detail: string;
    };

/** Events that no one can read any more: those with sequence numbers between the two, both excluded. */
export interface Gap {
  /** Null where reading began by time and the hub did not reach that far back: then by time alone it is known what is missing. */
  readonly after: number | null;
  readonly before: number;
  /** Enqueued time of the event at `after`, or the time from which on it was to be read; null where not known. */
  readonly afterEnqueuedAt: number | null;
  /** Enqueued time of the event at `before`; null where it has not been read yet. */
  readonly beforeEnqueuedAt: number | null;
  /** Nothing was ever read of the partition: what it knows begins here, and nothing of that is lost. */
  readonly isFirst: boolean;
}

/** Why reading does not simply go on after the stored position. */
export type BeginningCause =
  /** There was neither position nor checkpoint. */
  | 'first'
  /** The state lost something, or there was a checkpoint without position, or beyond it. */
  | 'lost'
  /** The hub was made anew, or ends before the position. */
  | 'new_hub';

/** Where reading begins when it does not go on after the stored position. */
export interface Beginning {
  readonly cause: BeginningCause;
  /** The event after which reading begins; null if it begins by time. */
  readonly after: Position | null;
  /** Where reading begins by time: only events enqueued later than this are read. Null if it begins after an event. */
  readonly since: number | null;
  /** The oldest event that the hub still holds; it may reach less far back than was wished. */
  readonly firstAvailable: number;
  /** What was stored before, if anything is still known of it. */
  readonly previous: Position | null;
  /** The sequence number of the checkpoint by which it was known, or that the hub before has left; null otherwise. */
  readonly checkpoint: number | null;
  /** A sentence for the log. */
  readonly detail: string;
}

/** How far a partition is. */
export interface Progress {
  /** Null as long as nothing was read since a beginning by time. */
  readonly position: Position | null;
  /** When the partition was last seen to hold nothing after the position; null if not yet. By our clock, before asking. */
  readonly readToEndAt: number | null;
  /** Events behind the end of the partition as last seen; null if not known. */
  readonly lagEvents: number | null;
}

export type Outcome =
  | { readonly kind: 'applied' }
  /** The state is older than it should be, and nothing was written: the partition must be claimed again from `load`. */
  | { readonly kind: 'lost_state'; readonly detail: string };

/** `no_bytes`: the event's body is an AMQP value, not bytes. `reader_failed`: a fault of ours stopped its reading. */
export type BatchDeadLetterReason = DeadLetterReason | 'no_bytes' | 'reader_failed';

/** A letter that cannot be delivered: an event, or one record of it. */
export interface BatchDeadLetter {
  readonly reason: BatchDeadLetterReason;
  readonly sequenceNumber: number;
  readonly enqueuedAt: number;
  readonly receivedAt: number;
  /** Null where it is the event as a whole, or what is left of it. */
  readonly recordIndex: number | null;
  /** The first of them, as many as the consumer's options allow, in memory of their own. */
  readonly bytes: Uint8Array;
  /** How many there were. */
  readonly bytesTotal: number;
  /** SHA-256 of all of them. */
  readonly sha256: string;
  /** Whether they are all that the event's body was. */
  readonly isWholeEvent: boolean;
}

/** What was read in a batch, in numbers. */
export interface BatchCounts {
  readonly events: number;
  readonly bytes: number;
  readonly records: number;
  readonly irrelevant: number;
  readonly nameNearMisses: number;
  readonly futureTimes: number;
}

/** Several events of one partition, in order, with all that came out of them. */
export interface Batch {
  readonly place: Place;
  readonly firstSequenceNumber: number;
  readonly lastSequenceNumber: number;
  readonly firstEnqueuedAt: number;
  readonly lastEnqueuedAt: number;
  /** When the batch reached the service. */
  readonly receivedAt: number;
  /** There may be very many: one event can hold 100,000 records. */
  readonly facts: readonly Fact[];
  readonly nonInteractive: readonly NonInteractiveSignIn[];
  readonly deadLetters: readonly BatchDeadLetter[];
  readonly counts: BatchCounts;
}

export interface PositionsPort {
  /** What is stored for the partition, checked against the marks. Called at each claim, before anything is read. */
  load(place: Place, signal: AbortSignal): Promise<Stored>;
  /**
   * Says that reading begins elsewhere than after the stored position, and why. In one step: the position becomes
   * `after` (none where that is null), also if it goes back; the expected marks become those that are stored now (with
   * cause `new_hub` they start anew); coverage of the partition ends and begins again.
   */
  begin(place: Place, beginning: Beginning, signal: AbortSignal): Promise<void>;
  /**
   * Moves the position forward, with the marks that the state expects by then. One that is further already stays, which
   * is `applied` too. Called only for events whose `apply` has resolved (or that held nothing to apply), about once a
   * second for a busy partition; for a quiet one with the same position and a newer `readToEndAt`.
   */
  advance(place: Place, progress: Progress, signal: AbortSignal): Promise<Outcome>;
}

export interface StatePort {
  readonly positions: PositionsPort;
  /**
   * Resolves with `applied` when everything of the batch is as safe as the state can make it. Not called for a batch
   * without facts and dead letters. A batch may come again, whole, in other company, or cut elsewhere.
   */
  apply(batch: Batch, signal: AbortSignal): Promise<Outcome>;
  /** Events have passed out of the hub before they were read. Said once by each owner that meets the gap. */
  reportGap(place: Place, gap: Gap, signal: AbortSignal): Promise<void>;
}

/** Reads one event; pure, and throws for nothing that an event can hold: `readEvent` of the core with its rule bound. */
export type EventReader = (body: Uint8Array, origin: Origin) => EventReading;

/** Follows events on their way. Who leaves it out pays nothing for it. */
export interface TracePort {
  /** All of a batch is safe; `applyMs` is how long the state took for it. */
  onApplied(batch: Batch, applyMs: number): void;
}
