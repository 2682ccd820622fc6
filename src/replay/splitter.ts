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
import { COMMA, isSpace, LINE_END } from '../detection/bytes.ts';
import { Container } from './container.ts';
import { Pending } from './pending.ts';
import { invitesValue, opensValue, Structure } from './structure.ts';

export interface SplitterBounds {
  /** For how many bytes there is room at least each time. */
  readonly readBytes: number;
  /** From this size on a value is given in parts. */
  readonly pieceBytes: number;
  /** From this size on a value that cannot be given in parts is broken. */
  readonly valueBytesMax: number;
}

/** What is read and given at once stays in the processor's cache until all has been seen of it; fewer bytes are more waits for the disk. */
const BOUNDS: SplitterBounds = { readBytes: 1 << 20, pieceBytes: 1 << 20, valueBytesMax: 64 << 20 };

const NONE = Buffer.alloc(0);

export class Splitter {
  readonly #bounds: SplitterBounds;
  readonly #pending: Pending;
  readonly #structure: Structure;
  /** A value is being read. */
  #hasBegun = false;
  #sawLineEnd = false;
  /** The last place between two values of one line; -1 for none. */
  #between = -1;
  #container: Container | null = null;
  /** What is left of a value whose elements were given apart, or of a broken one of which enough was given. */
  #dropping: 'no' | 'value' | 'broken' = 'no';
  /** The structure broke: the next line that can begin a value is looked for. */
  #isBroken = false;
  /** The last piece was one line, so a line is what a slip costs. */
  #lineByLine = false;
  /** Up to here no line end has come since the last piece. */
  #searched = 0;
  #isEmpty = true;

  constructor(bounds: Partial<SplitterBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds };
    this.#pending = new Pending(this.#bounds.readBytes);
    this.#structure = new Structure(this.#pending);
  }

  /** No piece has been given so far. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Where the next bytes are to be put, some or as many as there is room for; never none. */
  room(): Buffer {
    return this.#pending.room();
  }

  /** Takes so many bytes that were put there, and gives the pieces that they complete. A piece is a view that holds until the next step. */
  *filled(length: number): Generator<Uint8Array> {
    this.#pending.filled(length);
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
      if (piece.length === 0) continue;
      this.#isEmpty = false;
      yield piece;
    }
  }

  /** The next piece, empty where something was dropped; undefined where more bytes are needed. */
  #next(isFinal: boolean): Uint8Array | undefined {
    if (this.#isBroken) return this.#resume(isFinal);
    if (!this.#hasBegun) {
      this.#skipSpace();
      const line = this.#lineByLine ? this.#wholeLine(isFinal) : 'closer';
      if (line !== 'closer') return line;
      this.#hasBegun = this.#pending.length > 0;
    }
    return this.#scan() ?? this.#outgrown() ?? (isFinal ? this.#rest() : undefined);
  }

  #skipSpace(): void {
    const pending = this.#pending;
    while (isSpace(pending.at(pending.start))) pending.start++;
    this.#structure.at = pending.start;
  }

  /**
   * The quick way through lines of whole values: a line that ends as one can end needs no closer look. Undefined where the line goes on,
   * unless no more comes of it or it is too long to be waited for.
   */
  #wholeLine(isFinal: boolean): Uint8Array | 'closer' | undefined {
    const pending = this.#pending;
    const lineEnd = pending.indexOf(LINE_END, Math.max(this.#searched, pending.start));
    if (lineEnd < 0) {
      this.#searched = pending.end;
      return isFinal || pending.length >= this.#bounds.pieceBytes ? 'closer' : undefined;
    }
    let last = lineEnd - 1;
    while (last > pending.start && isSpace(pending.at(last))) last--;
    return invitesValue(pending.at(last)) ? 'closer' : this.#take(lineEnd);
  }

  /** Reads on; gives a piece where one ends, undefined at the end of what is there. */
  #scan(): Uint8Array | undefined {
    const structure = this.#structure;
    for (;;) {
      switch (structure.next()) {
        case 'end':
          return undefined;
        case 'broken':
          return this.#break();
        case 'lineEnd':
          if (structure.depth === 0 || this.#isBrokenLine()) return this.#endOfLine();
          this.#sawLineEnd = true;
          break;
        case 'list':
          this.#openList();
          break;
        case 'comma':
          if (this.#container?.depth === structure.depth) this.#container.sawComma(structure.at - 1);
          break;
        case 'close': {
          const piece = this.#close();
          if (piece !== undefined) return piece;
          break;
        }
      }
    }
  }

  #openList(): void {
    if (this.#container !== null || this.#dropping !== 'no') return;
    const { at, depth, isRecords } = this.#structure;
    if (depth === 1 && at - 1 === this.#pending.start) this.#container = new Container('list', at);
    else if (depth === 2 && isRecords) this.#container = new Container('records', at);
  }

  #close(): Uint8Array | undefined {
    const { at, depth } = this.#structure;
    if (depth === 0) this.#between = at;
    const container = this.#container;
    if (container !== null && depth === container.depth - 1) {
      this.#container = null;
      // What is left of it is a piece, and the rest of the value holds no more records.
      if (container.isGivenApart(this.#pending)) return this.#lastElements(container);
    }
    return depth === 0 && this.#dropping === 'value' ? this.#drop(at) : undefined;
  }

  #lastElements(container: Container): Uint8Array {
    const { at, depth } = this.#structure;
    const piece = container.lastOf(this.#pending, at - 1);
    this.#pending.start = at;
    if (depth === 0) this.#reset();
    else this.#dropping = 'value';
    return piece;
  }

  /** Among lines of whole values one that ends where a value cannot go on is broken, and not the first of several. */
  #isBrokenLine(): boolean {
    return this.#lineByLine && !this.#sawLineEnd && this.#dropping === 'no' && !invitesValue(this.#structure.last);
  }

  #endOfLine(): Uint8Array {
    const lineEnd = this.#structure.at - 1;
    return this.#dropping === 'no' ? this.#take(lineEnd) : this.#drop(lineEnd);
  }

  /** Gives what is pending up to a place, and begins anew behind it. */
  #take(to: number): Uint8Array {
    const pending = this.#pending;
    const from = pending.start;
    let end = to;
    while (end > from && isSpace(pending.at(end - 1))) end--;
    const piece = pending.view(from, end);
    this.#lineByLine = piece.indexOf(LINE_END) < 0;
    // A list written one element to a line and cut out of its brackets: the comma is no part of the record.
    const bare = this.#lineByLine && piece.length > 1 && piece.at(-1) === COMMA ? piece.subarray(0, -1) : piece;
    // The whole elements of a list that breaks still count.
    const list = this.#container?.isGivenApart(pending) ? this.#container : null;
    pending.start = to;
    this.#reset();
    return list?.brokenOff(piece) ?? bare;
  }

  #drop(to: number): Uint8Array {
    this.#pending.start = to;
    this.#reset();
    return NONE;
  }

  #reset(): void {
    this.#structure.begin(this.#pending.start);
    this.#hasBegun = false;
    this.#sawLineEnd = false;
    this.#between = -1;
    this.#container = null;
    this.#dropping = 'no';
    this.#isBroken = false;
  }

  #break(): Uint8Array {
    this.#isBroken = true;
    return NONE;
  }

  /** After a break: gives what is broken, up to the next line that can begin a value. */
  #resume(isFinal: boolean): Uint8Array | undefined {
    const pending = this.#pending;
    const lineEnd = this.#nextBeginning();
    if (lineEnd >= 0) return this.#dropping === 'no' ? this.#take(lineEnd) : this.#drop(lineEnd);
    if (isFinal) return this.#rest();
    if (this.#dropping === 'no') {
      if (pending.length < this.#bounds.pieceBytes) return undefined;
      this.#dropping = 'broken';
      return this.#allButLast();
    }
    this.#allButLast();
    return undefined;
  }

  /** Takes all that is pending but the last byte, which may be the line end that is looked for. */
  #allButLast(): Uint8Array {
    const pending = this.#pending;
    const piece = pending.view(pending.start, pending.end);
    pending.start = Math.max(pending.start, pending.end - 1);
    return piece;
  }

  /** The line end before the next line that begins, in its first column, as a value does; -1 where none is in sight. */
  #nextBeginning(): number {
    const pending = this.#pending;
    for (let at = pending.indexOf(LINE_END, pending.start); at >= 0; at = pending.indexOf(LINE_END, at + 1)) {
      if (this.#lineByLine || opensValue(pending.at(at + 1))) return at;
    }
    return -1;
  }

  /** Keeps memory bounded while a value goes on: gives its elements so far, or gives it up. */
  #outgrown(): Uint8Array | undefined {
    const pending = this.#pending;
    if (this.#dropping === 'value') pending.start = this.#structure.at;
    if (pending.length < this.#bounds.pieceBytes || this.#dropping !== 'no') return undefined;
    const elements = this.#container?.takeWhole(pending);
    if (elements !== undefined) return elements;
    if (this.#structure.depth === 0 && this.#between > pending.start) return this.#take(this.#between);
    return pending.length < this.#bounds.valueBytesMax ? undefined : this.#break();
  }

  /** What is left at the end of the stream. */
  #rest(): Uint8Array | undefined {
    if (this.#pending.length <= 0) return undefined;
    if (this.#dropping !== 'no') return this.#drop(this.#pending.end);
    const isWhole = this.#structure.depth === 0 && !this.#structure.inString;
    // A line that never ended may have swallowed whole ones after it.
    if (!isWhole && !this.#isBroken && this.#sawLineEnd && this.#nextBeginning() >= 0) return this.#break();
    return this.#take(this.#pending.end);
  }
}
