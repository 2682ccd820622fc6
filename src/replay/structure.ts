/** Steps over the bytes of JSON as they come, from one place that means something for a splitter to the next, and notices where none of its values can stand. */
import {
  BACKSLASH,
  COLON,
  COMMA,
  isSpace,
  LINE_END,
  LIST_CLOSE,
  LIST_OPEN,
  OBJECT_CLOSE,
  OBJECT_OPEN,
  QUOTE,
} from '../detection/bytes.ts';
import type { Pending } from './pending.ts';

/** After these a value or a key may begin. */
export const invitesValue = (byte: number | undefined): boolean =>
  byte === LIST_OPEN || byte === OBJECT_OPEN || byte === COMMA || byte === COLON;
export const opensValue = (byte: number | undefined): boolean =>
  byte === OBJECT_OPEN || byte === LIST_OPEN || byte === QUOTE;

/** What lies deeper than the records of an envelope is stepped over. */
const DEPTH_MAX = 2;
const SPACE = 0x20;
/** In place of the last significant byte, where none came yet. */
const NOTHING = 0;
const RECORDS_KEY = Buffer.from('"records"');

/** `end`: of what has come. `broken`: a line ends in a string, or a value begins where none may. The others are bytes. */
export type Step = 'end' | 'broken' | 'lineEnd' | 'list' | 'close' | 'comma';

export class Structure {
  readonly #pending: Pending;
  /** The place behind the last step. */
  at = 0;
  /** How many brackets are open. */
  depth = 0;
  inString = false;
  /** The last byte that is neither white space nor in a string. */
  last = NOTHING;
  /** The list that was stepped onto last stands under the key `records` of an object that lies in nothing else. */
  isRecords = false;
  #isEscaped = false;
  #stringStart = 0;
  /** Of the last string, whether it is that key. */
  #isRecordsKey = false;

  constructor(pending: Pending) {
    this.#pending = pending;
  }

  begin(at: number): void {
    this.at = at;
    this.depth = 0;
    this.inString = false;
    this.last = NOTHING;
    this.isRecords = false;
    this.#isEscaped = false;
    this.#isRecordsKey = false;
  }

  /** The next step. Lists that open, brackets that close and commas are steps where they lie in no more than a list of records. */
  next(): Step {
    const { bytes, base } = this.#pending;
    const end = this.#pending.end - base;
    let at = this.at - base;
    while (at < end) {
      if (this.inString) at = this.#textEnd(bytes, at, end);
      else while (at < end && bytes[at] === SPACE) at++;
      if (at === end) break;
      const byte = bytes[at++]!;
      this.at = base + at;
      const step = this.inString ? this.#closeString(byte) : this.#stepOnto(byte);
      if (step !== null) return step;
    }
    this.at = base + at;
    return 'end';
  }

  /** Where a string ends, or its line does; `end` where neither is in sight. */
  #textEnd(bytes: Buffer, from: number, end: number): number {
    let at = from;
    if (this.#isEscaped && bytes[at] !== LINE_END) {
      this.#isEscaped = false;
      at++;
    }
    for (; at < end; at++) {
      const byte = bytes[at]!;
      // Most letters are told by this alone.
      if (byte > BACKSLASH) continue;
      if (byte === QUOTE || byte === LINE_END) return at;
      if (byte !== BACKSLASH) continue;
      if (at + 1 === end) this.#isEscaped = true;
      else if (bytes[at + 1] !== LINE_END) at++;
    }
    return end;
  }

  #closeString(byte: number): Step | null {
    if (byte === LINE_END) return 'broken';
    this.inString = false;
    this.last = QUOTE;
    const isAsLong = this.at - this.#stringStart === RECORDS_KEY.length;
    this.#isRecordsKey =
      isAsLong && this.depth === 1 && RECORDS_KEY.equals(this.#pending.view(this.#stringStart, this.at));
    return null;
  }

  #stepOnto(byte: number): Step | null {
    switch (byte) {
      case LINE_END:
        return 'lineEnd';
      case QUOTE:
        if (this.depth > 0 && !invitesValue(this.last)) return 'broken';
        this.inString = true;
        this.#stringStart = this.at - 1;
        return null;
      case OBJECT_OPEN:
      case LIST_OPEN: {
        if (this.depth > 0 && (!invitesValue(this.last) || this.last === OBJECT_OPEN)) return 'broken';
        this.isRecords = this.#isRecordsKey && this.last === COLON;
        this.last = byte;
        return ++this.depth <= DEPTH_MAX && byte === LIST_OPEN ? 'list' : null;
      }
      case OBJECT_CLOSE:
      case LIST_CLOSE: {
        this.last = byte;
        const isStep = this.depth <= DEPTH_MAX;
        if (this.depth > 0) this.depth--;
        return isStep ? 'close' : null;
      }
      case COMMA:
        this.last = byte;
        return this.depth <= DEPTH_MAX ? 'comma' : null;
      default:
        if (!isSpace(byte)) this.last = byte;
        return null;
    }
  }
}
