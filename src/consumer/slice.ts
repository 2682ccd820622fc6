/** Cuts what was received into pieces, and reads each into a batch. */
import { setImmediate } from 'node:timers/promises';
import type { ReceivedEventData } from '@azure/event-hubs';
import type { NonInteractiveSignIn } from '../detection/classify.ts';
import { sha256 } from '../detection/digest.ts';
import type { Fact } from '../detection/fact.ts';
import { type Body, bodyOf, bytesOf } from './body.ts';
import type { Since } from './claim.ts';
import type { Batch, BatchDeadLetter, BatchDeadLetterReason, EventReader, Gap, Place } from './ports.ts';

/** Events of one partition, in order, at least one. */
export interface Slice {
  readonly events: readonly ReceivedEventData[];
  readonly bytes: number;
}

/** Bytes read before other partitions, and the API, get their turn. */
const turnBytesMax = 1024 * 1024;

/** Cuts so that no piece is larger than this, but for single events that are. */
export function slicesOf(events: readonly ReceivedEventData[], bytesMax: number): Slice[] {
  const slices: { events: ReceivedEventData[]; bytes: number }[] = [];
  for (const event of events) {
    const bytes = bytesOf(event.body);
    const last = slices.at(-1);
    if (!last || last.bytes + bytes > bytesMax) slices.push({ events: [event], bytes });
    else {
      last.events.push(event);
      last.bytes += bytes;
    }
  }
  return slices;
}

/** A hub that once had older events than those it holds may not reach back as far as was wished. */
export function gapBefore({ time, firstAvailable, isFirst }: Since, event: ReceivedEventData): Gap | null {
  if (firstAvailable === 0 || event.sequenceNumber > firstAvailable) return null;
  const enqueuedAt = event.enqueuedTimeUtc.getTime();
  return { after: null, before: event.sequenceNumber, afterEnqueuedAt: time, beforeEnqueuedAt: enqueuedAt, isFirst };
}

/** Sequence numbers of a partition have no holes: where one is, events passed out of the hub before they were read. */
export function gapsIn(
  lastRead: { readonly sequenceNumber: number; readonly enqueuedAt: number | null } | null,
  events: readonly ReceivedEventData[],
): Gap[] {
  const gaps: Gap[] = [];
  let before = lastRead;
  for (const event of events) {
    const enqueuedAt = event.enqueuedTimeUtc.getTime();
    if (before && event.sequenceNumber > before.sequenceNumber + 1) {
      gaps.push({
        after: before.sequenceNumber,
        before: event.sequenceNumber,
        afterEnqueuedAt: before.enqueuedAt,
        beforeEnqueuedAt: enqueuedAt,
        isFirst: false,
      });
    }
    if (!before || event.sequenceNumber > before.sequenceNumber) {
      before = { sequenceNumber: event.sequenceNumber, enqueuedAt };
    }
  }
  return gaps;
}

export interface ReadDeps {
  readonly read: EventReader;
  readonly deadLetterBytesMax: number;
  /** Told of an exception of the reader, which is a fault of ours; the event becomes a dead letter. */
  readonly onFault: (error: unknown) => void;
}

/** Reads a slice. `receivedAt` is the wall clock. Pauses now and then, so that large events do not hold up the rest. */
export async function readSlice(
  deps: ReadDeps,
  place: Place,
  { events, bytes }: Slice,
  receivedAt: number,
): Promise<Batch> {
  const facts: Fact[] = [];
  const nonInteractive: NonInteractiveSignIn[] = [];
  const deadLetters: BatchDeadLetter[] = [];
  const counts = { events: events.length, bytes, records: 0, irrelevant: 0, nameNearMisses: 0, futureTimes: 0 };
  let turnBytes = 0;
  for (const event of events) {
    const size = bytesOf(event.body);
    if (turnBytes > 0 && turnBytes + size > turnBytesMax) {
      await setImmediate();
      turnBytes = 0;
    }
    turnBytes += size;
    const reading = readOne(deps, place, event, receivedAt);
    // One by one: an event can hold more of them than a call can have arguments.
    for (const fact of reading.facts) facts.push(fact);
    for (const signIn of reading.nonInteractive) nonInteractive.push(signIn);
    for (const letter of reading.deadLetters) deadLetters.push(letter);
    counts.records += reading.counts.records;
    counts.irrelevant += reading.counts.irrelevant;
    counts.nameNearMisses += reading.counts.nameNearMisses;
    counts.futureTimes += reading.counts.futureTimes;
  }
  const first = events[0]!;
  const last = events.at(-1)!;
  return {
    place,
    firstSequenceNumber: first.sequenceNumber,
    lastSequenceNumber: last.sequenceNumber,
    firstEnqueuedAt: first.enqueuedTimeUtc.getTime(),
    lastEnqueuedAt: last.enqueuedTimeUtc.getTime(),
    ...{ receivedAt, facts, nonInteractive, deadLetters, counts },
  };
}

/** What one event holds, with its dead letters as they are kept. */
export interface EventRead extends Omit<ReturnType<EventReader>, 'deadLetters'> {
  readonly deadLetters: readonly BatchDeadLetter[];
}

type OneEvent = Pick<ReceivedEventData, 'body' | 'sequenceNumber' | 'enqueuedTimeUtc'>;

/** Reads one event. `receivedAt` is the wall clock. Whatever the event holds, or the reader throws, becomes a value. */
export function readOne(deps: ReadDeps, place: Place, event: OneEvent, receivedAt: number): EventRead {
  const body = bodyOf(event.body);
  const keptOf = (letter: Letter): BatchDeadLetter => keep(letter, body, event, receivedAt, deps.deadLetterBytesMax);
  const undeliverable = (reason: BatchDeadLetterReason): EventRead => ({
    ...nothing,
    deadLetters: [keptOf({ reason, recordIndex: null, bytes: body.bytes })],
  });
  if (body.kind === 'no_bytes') return undeliverable('no_bytes');
  const enqueuedAt = event.enqueuedTimeUtc.getTime();
  const { hub, partition } = place;
  const { sequenceNumber } = event;
  const origin = { hub, partition, sequenceNumber, enqueuedAt, receivedAt, referenceMs: enqueuedAt };
  try {
    const reading = deps.read(body.bytes, origin);
    return { ...reading, deadLetters: reading.deadLetters.map(keptOf) };
  } catch (error) {
    // Once more would be the same again, and the partition would never pass this event.
    deps.onFault(error);
    return undeliverable('reader_failed');
  }
}

interface Letter {
  readonly reason: BatchDeadLetterReason;
  readonly recordIndex: number | null;
  readonly bytes: Uint8Array;
}

const nothing = {
  facts: [],
  nonInteractive: [],
  counts: { records: 0, irrelevant: 0, nameNearMisses: 0, futureTimes: 0 },
};

/** A copy: a view would keep the whole event in memory for as long as the letter is kept. */
function keep(letter: Letter, body: Body, event: OneEvent, receivedAt: number, bytesMax: number): BatchDeadLetter {
  return {
    reason: letter.reason,
    sequenceNumber: event.sequenceNumber,
    enqueuedAt: event.enqueuedTimeUtc.getTime(),
    receivedAt,
    recordIndex: letter.recordIndex,
    bytes: Uint8Array.prototype.slice.call(letter.bytes, 0, bytesMax),
    bytesTotal: letter.bytes.byteLength,
    sha256: sha256(letter.bytes),
    isWholeEvent: body.kind === 'bytes' && letter.bytes.byteLength === body.bytes.byteLength,
  };
}
