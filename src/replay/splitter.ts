/**
 * Splits a stream of bytes into pieces that are each read as one event: lines, or values written over several lines.
 *
 * It looks at the bytes' structure and parses nothing. What it promises:
 * - A line that holds whole values is a piece; a value over several lines is a piece up to the end of its last line.
 * - A broken line costs that line only. JSON forbids a line end inside a string, and a value that begins where none may begin
 *   shows that an earlier line never ended: reading goes on at the next line that can begin a value.
 * - Memory stays bounded. Of a list, or of an envelope's `records`, that outgrows a piece, the elements are given in pieces of their
 *   own, in an envelope of the same kind. A single element that outgrows `valueBytesMax` is given up as broken.
 */

const LINE_END = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LIST_OPEN = 0x5b;
const LIST_CLOSE = 0x5d;
const OBJECT_OPEN = 0x7b;
const OBJECT_CLOSE = 0x7d;
/** In place of the last significant byte, where none came yet. */
const NOTHING = 0;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === LINE_END || byte === 0x0d || byte === 0x09;
/** After these a value or a key may begin. */
const invitesValue = (byte: number): boolean =>
  byte === LIST_OPEN || byte === OBJECT_OPEN || byte === COMMA || byte === COLON;
const opensValue = (byte: number | undefined): boolean => byte === OBJECT_OPEN || byte === LIST_OPEN || byte === QUOTE;

export interface SplitterBounds {
  /** From this size on a value is given in parts. */
  readonly pieceBytes: number;
  /** From this size on a value that cannot be given in parts is broken. */
  readonly valueBytesMax: number;
}

const BOUNDS: SplitterBounds = { pieceBytes: 4 << 20, valueBytesMax: 64 << 20 };

/** A list whose elements can be given apart. */
interface Container {
  readonly kind: 'list' | 'records';
  /** How many brackets are open around an element. */
  readonly depth: number;
  /** Where the first element not yet given begins. */
  from: number;
  /** The comma after the last whole element; -1 for none. */
  comma: number;
}

const WRAP = {
  list: [Buffer.from('['), Buffer.from(']')],
  records: [Buffer.from('{"records":['), Buffer.from(']}')],
} as const;

const RECORDS_KEY = Buffer.from('"records"');

export class Splitter {
  readonly #bounds: SplitterBounds;
  /** Bytes from #start to #end are pending; the rest of the array is room. */
  #bytes = Buffer.alloc(1 << 16);
  #start = 0;
  #end = 0;

  /** Where reading has come to; behind #start. */
  #at = 0;
  /** A value is being read. */
  #hasBegun = false;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #last = NOTHING;
  #stringStart = 0;
  /** The last string is the key `records` of an object that lies in nothing else. */
  #isRecordsKey = false;
  #sawLineEnd = false;
  /** The last place between two values of one line; -1 for none. */
  #between = -1;
  #container: Container | null = null;
  /** What is left of a value whose elements were given apart, or of a broken one of which enough was given. */
  #dropping: 'no' | 'value' | 'broken' = 'no';
  /** The structure broke: the next line that can begin a value is looked for. */
  #broken = false;
  /** The last piece was one line, so a line is what a slip costs. */
  #lineByLine = false;

  constructor(bounds: Partial<SplitterBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds };
  }

  /** Takes bytes and gives the pieces that they complete. A piece is a view that holds until the next step. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.#append(chunk);
    yield* this.#drain(false);
  }

  /** Gives what is left when no more bytes come. */
  *end(): Generator<Uint8Array> {
    yield* this.#drain(true);
  }

  *#drain(isFinal: boolean): Generator<Uint8Array> {
    for (;;) {
      const piece = this.#next(isFinal);
      if (piece === undefined) return;
      if (piece.length > 0) yield piece;
    }
  }

  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Moves what is pending to the front, of a larger array where needed. */
  #makeRoom(more: number): void {
    const pending = this.#bytes.subarray(this.#start, this.#end);
    const needed = pending.length + more;
    const room = needed > this.#bytes.length ? Buffer.allocUnsafe(2 * needed) : this.#bytes;
    pending.copy(room);
    this.#shift(-this.#start);
    this.#bytes = room;
  }

  #shift(by: number): void {
    this.#start += by;
    this.#end += by;
    this.#at += by;
    this.#stringStart += by;
    if (this.#between >= 0) this.#between += by;
    if (this.#container !== null) {
      this.#container.from += by;
      if (this.#container.comma >= 0) this.#container.comma += by;
    }
  }

  /** The next piece, empty where something was dropped; undefined where more bytes are needed. */
  #next(isFinal: boolean): Uint8Array | undefined {
    if (this.#broken) return this.#resume(isFinal);
    if (!this.#hasBegun) {
      this.#skipSpace();
      const line = this.#lineByLine ? this.#wholeLine() : undefined;
      if (line !== undefined) return line;
      this.#hasBegun = this.#start < this.#end;
    }
    return this.#scan() ?? this.#outgrown() ?? (isFinal ? this.#rest() : undefined);
  }

  #skipSpace(): void {
    while (this.#start < this.#end && isSpace(this.#bytes[this.#start]!)) this.#start++;
    this.#at = this.#start;
  }

  /** The quick way through lines of whole values: a line that ends as one can end needs no closer look. */
  #wholeLine(): Uint8Array | undefined {
    const lineEnd = this.#bytes.subarray(this.#start, this.#end).indexOf(LINE_END);
    if (lineEnd < 0) return undefined;
    let last = this.#start + lineEnd - 1;
    while (last > this.#start && isSpace(this.#bytes[last]!)) last--;
    return invitesValue(this.#bytes[last]!) ? undefined : this.#take(this.#start + lineEnd);
  }

  /** Reads on; gives a piece where one ends, undefined at the end of what is there. */
  #scan(): Uint8Array | undefined {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at]!;
      if (this.#inString) {
        if (byte === LINE_END) return this.#break();
        this.#scanString(byte);
      } else if (byte === LINE_END) {
        if (this.#depth === 0 || this.#isBrokenLine()) return this.#endOfLine();
        this.#sawLineEnd = true;
      } else if (!isSpace(byte)) {
        const piece = this.#scanStructure(byte);
        if (piece !== undefined) return piece;
      }
    }
    return undefined;
  }

  #scanString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      this.#last = QUOTE;
      const length = this.#at + 1 - this.#stringStart;
      this.#isRecordsKey =
        this.#depth === 1 &&
        length === RECORDS_KEY.length &&
        RECORDS_KEY.equals(this.#bytes.subarray(this.#stringStart, this.#at + 1));
    }
  }

  #scanStructure(byte: number): Uint8Array | undefined {
    const opens = opensValue(byte);
    const isInvited =
      byte === QUOTE ? invitesValue(this.#last) : invitesValue(this.#last) && this.#last !== OBJECT_OPEN;
    if (opens && this.#depth > 0 && !isInvited) return this.#break();
    if (byte === QUOTE) {
      this.#inString = true;
      this.#stringStart = this.#at;
    } else if (opens) this.#open(byte);
    else if (byte === OBJECT_CLOSE || byte === LIST_CLOSE) {
      const piece = this.#close();
      if (piece !== undefined) return piece;
    } else if (byte === COMMA && this.#container?.depth === this.#depth) this.#container.comma = this.#at;
    if (byte !== QUOTE) this.#last = byte;
    return undefined;
  }

  #open(byte: number): void {
    this.#depth++;
    const isList = byte === LIST_OPEN;
    const isAlone = this.#container === null && this.#dropping === 'no' && isList;
    if (isAlone && this.#depth === 1 && this.#at === this.#start) {
      this.#container = { kind: 'list', depth: 1, from: this.#at + 1, comma: -1 };
    } else if (isAlone && this.#depth === 2 && this.#isRecordsKey && this.#last === COLON) {
      this.#container = { kind: 'records', depth: 2, from: this.#at + 1, comma: -1 };
    }
  }

  #close(): Uint8Array | undefined {
    const container = this.#container;
    const endsContainer = container !== null && this.#depth === container.depth;
    if (this.#depth > 0) this.#depth--;
    if (this.#depth === 0) this.#between = this.#at + 1;
    if (endsContainer) {
      this.#container = null;
      // What is left of it is a piece, and the rest of the value holds no more records.
      if (this.#isGivenApart(container)) return this.#lastElements(container);
    }
    if (this.#depth === 0 && this.#dropping === 'value') return this.#drop(this.#at + 1);
    return undefined;
  }

  /** Its first elements are given already, and what is pending begins with the next one. */
  #isGivenApart(container: Container): boolean {
    return container.from === this.#start;
  }

  #lastElements({ kind, from }: Container): Uint8Array {
    const piece = this.#wrapped(kind, from, this.#at);
    this.#last = LIST_CLOSE;
    this.#at++;
    this.#start = this.#at;
    if (this.#depth === 0) this.#reset();
    else this.#dropping = 'value';
    return piece;
  }

  /** Among lines of whole values one that ends where a value cannot go on is broken, and not the first of several. */
  #isBrokenLine(): boolean {
    return this.#lineByLine && !this.#sawLineEnd && this.#dropping === 'no' && !invitesValue(this.#last);
  }

  #endOfLine(): Uint8Array {
    if (this.#dropping === 'no') return this.#take(this.#at);
    return this.#drop(this.#at);
  }

  /** Gives what is pending up to a position, and begins anew after it. */
  #take(to: number): Uint8Array {
    const from = this.#start;
    let end = to;
    while (end > from && isSpace(this.#bytes[end - 1]!)) end--;
    const piece = this.#bytes.subarray(from, end);
    this.#lineByLine = piece.indexOf(LINE_END) < 0;
    // A list written one element to a line and cut out of its brackets: the comma is no part of the record.
    const bare = this.#lineByLine && piece.length > 1 && piece.at(-1) === COMMA ? piece.subarray(0, -1) : piece;
    // The whole elements of a list that breaks still count.
    const container = this.#container;
    const opening = container !== null && this.#isGivenApart(container) ? WRAP[container.kind][0] : null;
    this.#start = to;
    this.#reset();
    return opening === null ? bare : Buffer.concat([opening, piece]);
  }

  #drop(to: number): Uint8Array {
    this.#start = to;
    this.#reset();
    return this.#bytes.subarray(0, 0);
  }

  #reset(): void {
    this.#at = this.#start;
    this.#hasBegun = false;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#last = NOTHING;
    this.#isRecordsKey = false;
    this.#sawLineEnd = false;
    this.#between = -1;
    this.#container = null;
    this.#dropping = 'no';
    this.#broken = false;
  }

  #break(): Uint8Array {
    this.#broken = true;
    return this.#bytes.subarray(0, 0);
  }

  /** After a break: gives what is broken, up to the next line that can begin a value. */
  #resume(isFinal: boolean): Uint8Array | undefined {
    const lineEnd = this.#nextBeginning();
    if (lineEnd >= 0) return this.#dropping === 'no' ? this.#take(lineEnd) : this.#drop(lineEnd);
    if (isFinal) return this.#rest();
    if (this.#dropping !== 'no') return this.#dropPending();
    if (this.#end - this.#start < this.#bounds.pieceBytes) return undefined;
    const piece = this.#bytes.subarray(this.#start, this.#end);
    this.#dropping = 'broken';
    // The last byte stays: it may be the line end that is looked for.
    this.#start = this.#end - 1;
    return piece;
  }

  #dropPending(): undefined {
    this.#start = Math.max(this.#start, this.#end - 1);
    return undefined;
  }

  /** The line end before the next line that begins, in its first column, as a value does; -1 where none is in sight. */
  #nextBeginning(): number {
    const pending = this.#bytes.subarray(this.#start, this.#end);
    for (let at = pending.indexOf(LINE_END); at >= 0; at = pending.indexOf(LINE_END, at + 1)) {
      if (this.#lineByLine || opensValue(pending[at + 1])) return this.#start + at;
    }
    return -1;
  }

  /** Keeps memory bounded while a value goes on: gives its elements so far, or gives it up. */
  #outgrown(): Uint8Array | undefined {
    if (this.#dropping === 'value') this.#start = this.#at;
    const size = this.#end - this.#start;
    if (size < this.#bounds.pieceBytes || this.#dropping !== 'no') return undefined;
    const container = this.#container;
    if (container !== null && container.comma >= 0) {
      const piece = this.#wrapped(container.kind, container.from, container.comma);
      container.from = container.comma + 1;
      container.comma = -1;
      this.#start = container.from;
      return piece;
    }
    if (this.#depth === 0 && this.#between > this.#start) return this.#take(this.#between);
    return size < this.#bounds.valueBytesMax ? undefined : this.#break();
  }

  #wrapped(kind: Container['kind'], from: number, to: number): Buffer {
    const [before, after] = WRAP[kind];
    return Buffer.concat([before, this.#bytes.subarray(from, to), after]);
  }

  /** What is left at the end of the stream. */
  #rest(): Uint8Array | undefined {
    if (this.#start >= this.#end) return undefined;
    if (this.#dropping !== 'no') return this.#drop(this.#end);
    const isWhole = this.#depth === 0 && !this.#inString;
    // A line that never ended may have swallowed whole ones after it.
    if (!isWhole && !this.#broken && this.#sawLineEnd && this.#nextBeginning() >= 0) return this.#break();
    return this.#take(this.#end);
  }
}
