/** Keeps one partition's events on disk as append-only segment files, which outlive the process however it ends. */
import fs from 'node:fs';
import path from 'node:path';
import {
  type EventRecord,
  encodeEvent,
  encodeTrim,
  type JournalRecord,
  messageOffset,
  readSegment,
} from './segment.ts';

/** A segment that has reached this size is followed by a new one; only whole segments are ever deleted. */
const segmentBytesMax = 64 * 1024 * 1024;
/** Buffers handed to one system call; Linux refuses more than 1024. */
const buffersPerWriteMax = 512;

/** Where a stored message lies. */
export interface Place {
  readonly segment: Segment;
  readonly at: number;
  readonly bytes: number;
}

interface Segment {
  readonly file: string;
  readonly descriptor: number;
  bytes: number;
  /** Highest sequence number within, or one less than the first that it will hold. */
  last: number;
}

/** What a journal held when it was opened, oldest first, and the least sequence number still kept. */
export interface Recovered {
  readonly events: readonly (Omit<EventRecord, 'message'> & { readonly place: Place })[];
  readonly begin: number;
}

/** One partition's files. Writes are synchronous: when `append` returns, the operating system has the bytes. */
export class Journal {
  readonly #directory: string;
  readonly #segments: Segment[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens or makes the journal in `directory`; a torn last record is cut off. Throws what the file system throws. */
  static open(directory: string): { journal: Journal; recovered: Recovered } {
    fs.mkdirSync(directory, { recursive: true });
    const journal = new Journal(directory);
    return { journal, recovered: journal.#recover() };
  }

  /** Writes the events as one stretch and tells where each message lies. Throws, with nothing kept, if it cannot. */
  append(events: readonly EventRecord[]): Place[] {
    const first = events[0]!.sequenceNumber;
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.bytes >= segmentBytesMax) segment = this.#begin(first);
    const before = segment.bytes;
    const places: Place[] = [];
    const buffers: Buffer[] = [];
    let at = before;
    for (const event of events) {
      buffers.push(...encodeEvent(event));
      places.push({ segment, at: at + messageOffset, bytes: event.message.length });
      at += messageOffset + event.message.length;
    }
    this.#write(segment, buffers);
    segment.last = first + events.length - 1;
    return places;
  }

  /** Notes that everything before `begin` is given up, and deletes the segments that held nothing else. */
  trim(begin: number): void {
    const newest = this.#segments.at(-1);
    if (newest === undefined) return;
    // The newest segment stays even if all of it is given up: it alone knows how far the numbers have come.
    while (this.#segments.length > 1 && this.#segments[0]!.last < begin) {
      const gone = this.#segments.shift()!;
      fs.closeSync(gone.descriptor);
      fs.rmSync(gone.file);
    }
    this.#write(newest, [encodeTrim(begin)]);
  }

  /** Reads a message back. */
  read(place: Place): Buffer {
    const message = Buffer.allocUnsafe(place.bytes);
    fs.readSync(place.segment.descriptor, message, 0, place.bytes, place.at);
    return message;
  }

  /** Closes the files; the journal is of no use afterwards. */
  close(): void {
    for (const segment of this.#segments.splice(0)) fs.closeSync(segment.descriptor);
  }

  #begin(first: number): Segment {
    const file = path.join(this.#directory, `${String(first).padStart(16, '0')}.log`);
    const segment = { file, descriptor: fs.openSync(file, 'w+'), bytes: 0, last: first - 1 };
    this.#segments.push(segment);
    return segment;
  }

  #write(segment: Segment, buffers: readonly Buffer[]): void {
    const start = segment.bytes;
    let at = start;
    try {
      for (let i = 0; i < buffers.length; i += buffersPerWriteMax) {
        const some = buffers.slice(i, i + buffersPerWriteMax);
        const bytes = some.reduce((sum, buffer) => sum + buffer.length, 0);
        if (fs.writevSync(segment.descriptor, some, at) !== bytes)
          throw new Error(`${segment.file}: the disk is full.`);
        at += bytes;
      }
    } catch (error) {
      fs.ftruncateSync(segment.descriptor, start);
      throw error;
    }
    segment.bytes = at;
  }

  #recover(): Recovered {
    const events: (Omit<EventRecord, 'message'> & { place: Place })[] = [];
    let begin = 0;
    const files = fs.readdirSync(this.#directory).filter((name) => name.endsWith('.log'));
    for (const name of files.sort()) {
      const file = path.join(this.#directory, name);
      const { records, sound } = readSegment(fs.readFileSync(file));
      const segment = { file, descriptor: fs.openSync(file, 'r+'), bytes: sound, last: Number.parseInt(name, 10) - 1 };
      fs.ftruncateSync(segment.descriptor, sound);
      this.#segments.push(segment);
      for (const record of records) {
        if (record.kind === 'trim') begin = Math.max(begin, record.begin);
        else events.push(recoveredEvent(segment, record));
      }
    }
    return { events, begin };
  }
}

function recoveredEvent(segment: Segment, record: JournalRecord & { kind: 'event' }) {
  segment.last = record.sequenceNumber;
  const { sequenceNumber, position, enqueuedTime, headerBytes, message, messageAt } = record;
  const place: Place = { segment, at: messageAt, bytes: message.length };
  return { sequenceNumber, position, enqueuedTime, headerBytes, place };
}
