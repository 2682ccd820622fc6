/** What is known of one partition across all claims of it: its claim now, its troubles, its end, its numbers. */
import type { Claim } from './claim.ts';
import type { Tuning } from './options.ts';
import type { BatchCounts, Position } from './ports.ts';

/** Something that stands in the way, and since when (milliseconds since the Unix epoch). */
export interface Trouble {
  /** Lower case with underscores, or the code of the error behind it. */
  readonly code: string;
  readonly detail: string;
  readonly since: number;
}

/** Sums since the process began. */
export interface PartitionTotals extends Record<keyof BatchCounts, number> {
  facts: number;
  deadLetters: number;
  batches: number;
  applyFailures: number;
  positionWrites: number;
  checkpointWrites: number;
  checkpointFailures: number;
  restarts: number;
  ownersLost: number;
  gaps: number;
}

const zero: PartitionTotals = {
  ...{ events: 0, bytes: 0, records: 0, irrelevant: 0, nameNearMisses: 0, futureTimes: 0 },
  ...{ facts: 0, deadLetters: 0, batches: 0, applyFailures: 0, positionWrites: 0 },
  ...{ checkpointWrites: 0, checkpointFailures: 0, restarts: 0, ownersLost: 0, gaps: 0 },
};

export class Partition {
  readonly id: string;
  /** The claim whose receiver runs, or last ran. */
  claim: Claim | undefined;
  /** Why what was read cannot be applied just now. */
  stalled: Trouble | null = null;
  /** Why it cannot be read just now. */
  receiving: Trouble | null = null;
  /** The newest sequence number that the partition is known to hold; null before it was asked. */
  endSequenceNumber: number | null = null;
  /** The last answer about the end, and when (milliseconds since the Unix epoch) it was asked for. */
  asked: { readonly endSequenceNumber: number; readonly at: number } | null = null;
  readToEndAt: number | null = null;
  /** When an answer about the end first told of what has not been read since (milliseconds since the Unix epoch). */
  behindSince: number | null = null;
  /** When an event was last made safe, by the wall clock; null if none was. */
  progressAt: number | null = null;
  /** Claims in a row that ended without having read anything, and when the next may begin by the elapsed clock. */
  failures = 0;
  restartAt = 0;
  /** When the hub was made that the partition was last met in, milliseconds since the Unix epoch; null before it was met. */
  metIn: number | null;
  /** Answers in a row that say that the hub ends before the position. */
  looksBeyond = 0;
  /** Silences in a row. */
  silences = 0;
  readonly totals: PartitionTotals = { ...zero };

  constructor(id: string, metIn: number | null = null) {
    this.id = id;
    this.metIn = metIn;
  }

  /** The claim, if its receiver runs. */
  get running(): Claim | undefined {
    return this.claim && !this.claim.isEnded ? this.claim : undefined;
  }

  get position(): Position | null {
    return this.claim?.position ?? null;
  }

  /** Events after the position; null if the end or the position is not known. */
  get lagEvents(): number | null {
    const { position, endSequenceNumber } = this;
    if (endSequenceNumber === null || position === null) return null;
    return Math.max(0, endSequenceNumber - position.sequenceNumber);
  }

  /** Whether there are events that have not been read, as far as is known. */
  get isBehind(): boolean {
    if (this.endSequenceNumber === null) return false;
    return this.endSequenceNumber > (this.claim?.lastRead?.sequenceNumber ?? -1);
  }

  /** The end as an answer to a question asked at this time. */
  noteAnswer(endSequenceNumber: number, at: number): void {
    this.asked = { endSequenceNumber, at };
    this.noteEnd(endSequenceNumber);
    this.notePosition();
    if ((this.lagEvents ?? 0) > 0) this.behindSince ??= at;
  }

  /** The end as told by the way; it says nothing about the time since. */
  noteEnd(endSequenceNumber: number): void {
    this.endSequenceNumber = Math.max(endSequenceNumber, this.endSequenceNumber ?? -1);
  }

  /** To be told whenever the position moves: it may have come to the end that was last told. */
  notePosition(): void {
    const { asked, position } = this;
    if (this.lagEvents === 0) this.behindSince = null;
    if (!asked || !position || position.sequenceNumber < asked.endSequenceNumber) return;
    this.readToEndAt = asked.at;
  }

  /** Takes the claim that has been prepared as the one that reads. */
  begin(claim: Claim): void {
    this.claim = claim;
    this.stalled = null;
    this.receiving = null;
    this.notePosition();
  }

  /**
   * Forgets why what a claim had read could not be applied: the claim has ended, and nobody tries it any more. Whoever reads
   * the partition next, here or elsewhere, has reasons of its own.
   */
  endStall(claim: Claim): void {
    if (this.claim === claim) this.stalled = null;
  }

  /** Has the next claim wait, longer each time that one ends without having read anything or lived for long. */
  noteEnded(claim: Claim, now: number, { restartFirstMs, restartMaxMs }: Tuning): void {
    if (now - claim.startedAt > restartMaxMs) this.failures = 0;
    const pauseMs = this.failures === 0 ? 0 : restartFirstMs * 2 ** Math.min(this.failures - 1, 30);
    this.restartAt = now + Math.min(pauseMs, restartMaxMs);
    this.failures += 1;
    this.totals.restarts += 1;
  }
}
