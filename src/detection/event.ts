/** Reads an event's body into facts, and says of every record that is none why. */
import { classify, type NonInteractiveSignIn, type Outcome, RECORD_REASONS, type RecordReason } from './classify.ts';
import { sha256 } from './digest.ts';
import { ENVELOPE_REASONS, type EnvelopeReason, splitRecords } from './envelope.ts';
import type { Fact } from './fact.ts';
import { prefilterOf } from './prefilter.ts';
import type { NameTable } from './rule.ts';
import { isObject, type JsonObject } from './scalar.ts';

/** Where an event came from and when. */
export interface Origin {
  readonly hub: string;
  readonly partition: string;
  readonly sequenceNumber: number;
  /** Milliseconds since the Unix epoch; null in files. */
  readonly enqueuedAt: number | null;
  /** Milliseconds since the Unix epoch at which the service had the event in hand; null in files. */
  readonly receivedAt: number | null;
  /** Milliseconds since the Unix epoch that event times are held against: the enqueued time, in files the wall clock at start. */
  readonly referenceMs: number;
}

/** Every reason of a dead letter. */
export const DEAD_LETTER_REASONS = [...ENVELOPE_REASONS, ...RECORD_REASONS] as const;
export type DeadLetterReason = EnvelopeReason | RecordReason;

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  /** Null where the bytes stand in no record's place. */
  readonly recordIndex: number | null;
  /** A view of the event's bytes, whole: copy what is kept, or it keeps the event. */
  readonly bytes: Uint8Array;
}

export interface ReadOptions {
  /** Whether guests' non-interactive sign-ins are given; they are irrelevant otherwise, which is the default. */
  readonly nonInteractive?: boolean;
}

/** What an event holds: records = facts + nonInteractive + irrelevant + the dead letters that have a record's index. */
export interface EventReading {
  /** In the order of the event, like the other lists. */
  readonly facts: readonly Fact[];
  readonly nonInteractive: readonly NonInteractiveSignIn[];
  readonly deadLetters: readonly DeadLetter[];
  readonly counts: {
    readonly records: number;
    readonly irrelevant: number;
    /** Of the irrelevant: audit records that succeeded, with an operation named almost like a listed one. */
    readonly nameNearMisses: number;
    /** Facts whose time lies more than 5 minutes after the reference. */
    readonly futureTimes: number;
  };
}

/** Reads an event. Pure, and never throws, whatever the bytes. */
export function readEvent(body: Uint8Array, origin: Origin, table: NameTable, options: ReadOptions = {}): EventReading {
  const split = splitRecords(body, prefilterOf(table));
  const facts: Fact[] = [];
  const nonInteractive: NonInteractiveSignIn[] = [];
  const deadLetters: DeadLetter[] = [...split.deadLetters];
  // What was passed over, and elements that are no objects, have no slice: what is neither sliced nor a dead letter can be no fact.
  const placed = split.records.length + deadLetters.filter(({ recordIndex }) => recordIndex !== null).length;
  const counts = {
    records: split.recordCount,
    irrelevant: split.recordCount - placed,
    nameNearMisses: 0,
    futureTimes: 0,
  };
  for (const { index, bytes } of split.records) {
    const outcome = judge(bytes, index, origin, table, options);
    switch (outcome.kind) {
      case 'irrelevant':
        counts.irrelevant++;
        if (outcome.nameNearMiss) counts.nameNearMisses++;
        break;
      case 'fact':
        facts.push(outcome.fact);
        if (outcome.future) counts.futureTimes++;
        break;
      case 'nonInteractive':
        nonInteractive.push(outcome);
        break;
      case 'deadLetter':
        deadLetters.push({ reason: outcome.reason, recordIndex: index, bytes });
        break;
    }
  }
  return { facts, nonInteractive, deadLetters, counts };
}

type Judgement = Outcome | { readonly kind: 'deadLetter'; readonly reason: 'not_json' };

function judge(bytes: Buffer, recordIndex: number, origin: Origin, table: NameTable, options: ReadOptions): Judgement {
  const record = parsed(bytes);
  if (record === undefined) return { kind: 'deadLetter', reason: 'not_json' };
  const { hub, partition, sequenceNumber, enqueuedAt, receivedAt, referenceMs } = origin;
  return classify(record, {
    table,
    referenceMs,
    receivedAt,
    nonInteractive: options.nonInteractive ?? false,
    source: () => ({ hub, partition, sequenceNumber, recordIndex, enqueuedAt, sha256: sha256(bytes) }),
  });
}

function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
