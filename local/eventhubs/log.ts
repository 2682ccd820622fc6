/** One partition's log: numbers events as they arrive, keeps them for as long as retention says, and finds them again. */
import type { Journal, Place, Recovered } from './journal.ts';
import { offsetAt, offsetOfStart } from './offset.ts';
import { type EventParts, stampEvent } from './sections.ts';

/** How long and how much a partition keeps. */
export interface Retention {
  /** Age in milliseconds after which an event goes. */
  readonly ms: number;
  /** Bytes of stored messages beyond which the oldest go; the newest event always stays. */
  readonly bytes: number;
}

/** An event in the log. */
export interface LogEntry {
  readonly sequenceNumber: number;
  readonly position: number;
  /** Milliseconds since 1970; never less than the entry before. */
  readonly enqueuedTime: number;
  readonly headerBytes: number;
  readonly bytes: number;
}

interface KeptEntry extends LogEntry {
  /** Absent when the message was let go of because the journal has it. */
  message: Buffer | undefined;
  readonly place: Place | undefined;
}

/** An event that a producer sent, with the partition key to be stored on it. */
export interface Incoming {
  readonly parts: EventParts;
  readonly partitionKey: string | undefined;
}

/** Messages of a journalled partition that are also held in memory, in bytes; readers near the end never touch the disk. */
const cacheBytesMax = 32 * 1024 * 1024;
/** Entries at the front that may be dead before the array is cut. */
const deadEntriesMax = 4096;

export class PartitionLog {
  /** When the hub was made, in milliseconds since 1970: part of every offset. */
  readonly created: number;
  readonly #retention: Retention;
  readonly #now: () => number;
  readonly #journal: Journal | undefined;
  #entries: KeptEntry[] = [];
  #head = 0;
  #next = 0;
  #nextPosition = 0;
  #bytes = 0;
  #last: KeptEntry | undefined;
  #cachedBytes = 0;
  #cachedFrom = 0;

  /** With a journal the log begins with what that recovered, else empty. */
  constructor(
    created: number,
    retention: Retention,
    now: () => number,
    disk?: { readonly journal: Journal; readonly recovered: Recovered },
  ) {
    this.created = created;
    this.#retention = retention;
    this.#now = now;
    this.#journal = disk?.journal;
    if (disk) this.#recover(disk.recovered);
  }

  /** Sequence number of the oldest event kept; one more than the last if none is. */
  get begin(): number {
    return this.#next - this.count;
  }

  /** Sequence number of the newest event ever enqueued, -1 if none was. */
  get last(): number {
    return this.#next - 1;
  }

  get lastOffset(): string {
    return this.#last ? offsetAt(this.created, this.#last.position) : offsetOfStart;
  }

  /** When the newest event was enqueued, in milliseconds since 1970; undefined if none ever was. */
  get lastEnqueuedTime(): number | undefined {
    return this.#last?.enqueuedTime;
  }

  /** Number of events kept. */
  get count(): number {
    return this.#entries.length - this.#head;
  }

  /** Bytes of stored messages kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Enqueues the events together: all of them, or none and a throw when the journal cannot take them. */
  append(events: readonly Incoming[]): void {
    // The service's log runs on one clock; a clock that is set back must not make a search by time miss events.
    const enqueuedTime = Math.max(this.#now(), this.#last?.enqueuedTime ?? 0);
    let position = this.#nextPosition;
    const records = events.map(({ parts, partitionKey }, i) => {
      const stamp = { sequenceNumber: this.#next + i, offset: offsetAt(this.created, position), enqueuedTime };
      const message = stampEvent(parts, stamp, partitionKey);
      const record = { sequenceNumber: stamp.sequenceNumber, position, enqueuedTime };
      position += message.length;
      return { ...record, headerBytes: parts.header.length, message };
    });
    if (records.length === 0) return;
    const places = this.#journal?.append(records);
    records.forEach((record, i) => {
      this.#keep({ ...record, bytes: record.message.length, place: places?.[i] });
    });
    this.#nextPosition = position;
    this.#shrinkCache();
    this.expire();
  }

  /** The event, or undefined if it is gone or not yet there. */
  entry(sequenceNumber: number): LogEntry | undefined {
    return this.#entries[this.#head + sequenceNumber - this.begin];
  }

  /** The event's bytes as they go to a reader. */
  message(entry: LogEntry): Buffer {
    const kept = entry as KeptEntry;
    return kept.message ?? this.#journal!.read(kept.place!);
  }

  /** The least sequence number whose event begins at `position` or later. */
  firstAtPosition(position: number): number {
    return this.#search((entry) => entry.position >= position);
  }

  /** The least sequence number whose event was enqueued later than `time` (milliseconds since 1970). */
  firstAfterTime(time: number): number {
    return this.#search((entry) => entry.enqueuedTime > time);
  }

  /** Gives up what retention no longer allows. Called on every append and whenever somebody looks. */
  expire(): void {
    const oldest = this.#now() - this.#retention.ms;
    let excess = this.#bytes - this.#retention.bytes;
    let begin = this.begin;
    for (let i = this.#head; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      const isTooMuch = excess > 0 && i < this.#entries.length - 1;
      if (entry.enqueuedTime >= oldest && !isTooMuch) break;
      excess -= entry.bytes;
      begin = entry.sequenceNumber + 1;
    }
    this.giveUpBefore(begin);
  }

  /** Gives up all events before `begin`, whatever retention says. */
  giveUpBefore(begin: number): void {
    const target = Math.min(begin, this.#next);
    if (target <= this.begin) return;
    this.#dropBefore(target);
    this.#journal?.trim(target);
  }

  /** Closes the journal. */
  close(): void {
    this.#journal?.close();
  }

  #keep(entry: KeptEntry): void {
    this.#entries.push(entry);
    this.#last = entry;
    this.#next = entry.sequenceNumber + 1;
    this.#bytes += entry.bytes;
    if (entry.message) this.#cachedBytes += entry.bytes;
  }

  #dropBefore(begin: number): void {
    const keepFrom = this.#head + (begin - this.begin);
    for (; this.#head < keepFrom; this.#head++) {
      const entry = this.#entries[this.#head]!;
      this.#bytes -= entry.bytes;
      this.#release(entry);
    }
    if (this.#head > deadEntriesMax || this.#head === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #release(entry: KeptEntry): void {
    if (!entry.message) return;
    this.#cachedBytes -= entry.bytes;
    entry.message = undefined;
  }

  #shrinkCache(): void {
    if (!this.#journal) return;
    this.#cachedFrom = Math.max(this.#cachedFrom, this.begin);
    while (this.#cachedBytes > cacheBytesMax && this.#cachedFrom < this.#next) {
      this.#release(this.entry(this.#cachedFrom++) as KeptEntry);
    }
  }

  #recover({ events, begin }: Recovered): void {
    for (const event of events) {
      this.#keep({ ...event, bytes: event.place.bytes, message: undefined });
      this.#nextPosition = event.position + event.place.bytes;
    }
    this.#cachedFrom = this.#next;
    this.#dropBefore(Math.max(Math.min(begin, this.#next), this.begin));
  }

  #search(isWanted: (entry: KeptEntry) => boolean): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isWanted(this.#entries[middle]!)) high = middle;
      else low = middle + 1;
    }
    return this.begin + (low - this.#head);
  }
}
