/** The byte layout of a journal's records: length, checksum, then what happened. */
import { crc32 } from 'node:zlib';

/** An event on its way into the journal. */
export interface EventRecord {
  readonly sequenceNumber: number;
  /** Bytes of the partition's log before this event, counted since the hub was made. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly enqueuedTime: number;
  /** Length of the header section at the front of `message`. */
  readonly headerBytes: number;
  readonly message: Buffer;
}

/** What a record tells: an event was enqueued, or everything before `begin` was given up. */
export type JournalRecord =
  | ({ readonly kind: 'event'; readonly messageAt: number } & EventRecord)
  | { readonly kind: 'trim'; readonly begin: number };

const frameBytes = 8;
const eventKind = 1;
const trimKind = 2;
const eventHeadBytes = 1 + 6 + 6 + 6 + 4;
const trimBytes = 1 + 6;

/** The buffers to write for an event. The message itself is not copied. */
export function encodeEvent(record: EventRecord): [head: Buffer, message: Buffer] {
  const head = Buffer.allocUnsafe(frameBytes + eventHeadBytes);
  let at = head.writeUInt8(eventKind, frameBytes);
  at = head.writeUIntBE(record.sequenceNumber, at, 6);
  at = head.writeUIntBE(record.position, at, 6);
  at = head.writeUIntBE(record.enqueuedTime, at, 6);
  head.writeUInt32BE(record.headerBytes, at);
  head.writeUInt32BE(eventHeadBytes + record.message.length, 0);
  head.writeUInt32BE(crc32(record.message, crc32(head.subarray(frameBytes))), 4);
  return [head, record.message];
}

/** The buffer to write when everything before `begin` is given up. */
export function encodeTrim(begin: number): Buffer {
  const record = Buffer.allocUnsafe(frameBytes + trimBytes);
  record.writeUInt8(trimKind, frameBytes);
  record.writeUIntBE(begin, frameBytes + 1, 6);
  record.writeUInt32BE(trimBytes, 0);
  record.writeUInt32BE(crc32(record.subarray(frameBytes)), 4);
  return record;
}

/** Bytes that an event's record takes before its message. */
export const messageOffset = frameBytes + eventHeadBytes;

/**
 * Reads a segment's records in order. Stops at the first that is cut short or damaged, as a process that was killed while
 * it wrote leaves it; `sound` is the number of bytes before that.
 */
export function readSegment(bytes: Buffer): { records: JournalRecord[]; sound: number } {
  const records: JournalRecord[] = [];
  let at = 0;
  while (at + frameBytes <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + frameBytes, at + frameBytes + length);
    if (body.length < Math.max(length, trimBytes) || crc32(body) !== bytes.readUInt32BE(at + 4)) break;
    records.push(body[0] === trimKind ? { kind: 'trim', begin: body.readUIntBE(1, 6) } : decodeEvent(body, at));
    at += frameBytes + length;
  }
  return { records, sound: at };
}

function decodeEvent(body: Buffer, recordAt: number): JournalRecord {
  return {
    kind: 'event',
    sequenceNumber: body.readUIntBE(1, 6),
    position: body.readUIntBE(7, 6),
    enqueuedTime: body.readUIntBE(13, 6),
    headerBytes: body.readUInt32BE(19),
    message: body.subarray(eventHeadBytes),
    messageAt: recordAt + messageOffset,
  };
}
