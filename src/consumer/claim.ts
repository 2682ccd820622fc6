/** One claim of a partition: from the moment that its start is decided until its receiver is thrown away. */
import type { EventPosition } from '@azure/event-hubs';
import { ClaimEnded, type EndCause } from './errors.ts';
import type { Place, Position } from './ports.ts';

/** Where a claim begins to read. */
export interface ClaimStart {
  readonly place: Place;
  /** For the client library; always exclusive. */
  readonly eventPosition: EventPosition;
  /** The event after which it reads; null if it begins by time. */
  readonly after: Position | null;
  /** The event that the first one to come should follow without a gap; null if nothing is known about that. */
  readonly lastRead: number | null;
  /** Where it begins by time: how far back that is, and the oldest event that the hub then held. */
  readonly since: Since | null;
}

export interface Since {
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly firstAvailable: number;
  /** Whether nothing was ever read of the partition. */
  readonly isFirst: boolean;
}

export class Claim {
  readonly start: ClaimStart;
  /** The last event seen, applied or not; null until there is one where the claim began by time. */
  lastRead: { readonly sequenceNumber: number; readonly enqueuedAt: number | null } | null;
  /** How far back it was to begin, until the first event has told how far back the hub reaches. */
  since: Since | null;
  /** Up to here everything is safe. Only goes forward. */
  position: Position | null;
  /** What was last written of position and end, by which answer about the end, and when by the elapsed clock. */
  written: {
    readonly position: Position | null;
    readonly readToEndAt: number | null;
    readonly askedAt: number | null;
    readonly at: number;
  };
  /** Whether something was applied since. */
  hasApplied = false;
  /**
   * The last checkpoint of this claim, when it was written by the elapsed clock, and the events since; and the version of the
   * one that stands in the store, as last seen, null if there was none.
   */
  readonly checkpoint: { sequenceNumber: number; at: number; eventsSince: number; etag: string | null };
  /** The write under way, one at a time. */
  checkpointing: Promise<void> | null = null;
  readonly startedAt: number;
  /** When the client library last called, and when it last brought events, by the elapsed clock. */
  calledAt: number;
  eventsAt: number;
  /** Calls that have not returned: 0 or 1. */
  inFlight = 0;
  /** When the claim ended, by the elapsed clock. */
  endedAt: number | null = null;
  /** Whether the client library has said that its receiver is closed. */
  isClosed = false;
  readonly #life = new AbortController();

  /** `now` is the elapsed clock, `etag` the version of the checkpoint by which the start was decided. */
  constructor(start: ClaimStart, now: number, etag: string | null) {
    this.start = start;
    this.lastRead =
      start.lastRead === null ? null : { sequenceNumber: start.lastRead, enqueuedAt: start.after?.enqueuedAt ?? null };
    this.since = start.since;
    this.position = start.after;
    this.written = { position: start.after, readToEndAt: null, askedAt: null, at: now };
    this.checkpoint = { sequenceNumber: -1, at: now, eventsSince: 0, etag };
    this.startedAt = now;
    this.calledAt = now;
    this.eventsAt = now;
  }

  get place(): Place {
    return this.start.place;
  }

  /** Aborted, with a `ClaimEnded` as its reason, when the claim ends. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  get isEnded(): boolean {
    return this.#life.signal.aborted;
  }

  /** Ends the claim: whatever works for it unwinds, and the next call of the client library throws. The first cause holds. */
  end(why: EndCause, detail: string, now: number): void {
    if (this.isEnded) return;
    this.endedAt = now;
    this.#life.abort(new ClaimEnded(why, detail));
  }

  /** Moves the position forward; an event that came again moves nothing. */
  moveTo(position: Position, events: number): void {
    this.checkpoint.eventsSince += events;
    if (this.position && this.position.sequenceNumber >= position.sequenceNumber) return;
    this.position = position;
  }
}
