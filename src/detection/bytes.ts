/** The bytes of JSON's structure, and steps from one border to the next that look at nothing in between. */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const LIST_OPEN = 0x5b;
export const LIST_CLOSE = 0x5d;
export const OBJECT_OPEN = 0x7b;
export const OBJECT_CLOSE = 0x7d;

/** In place of a position: the structure breaks here. */
export const BROKEN = -1;

export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** The first position from `at` on that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  while (isSpace(bytes[at])) at++;
  return at;
}

/** Positions in a nest, counted from its first byte. */
export interface Notes {
  /** Where strings without escapes open that may be a telling key. */
  readonly keyPlaces: number[];
  /** Where strings with escapes open and end, in turn: what they spell is not what stands there. */
  readonly escapedSpans: number[];
}

/** JSON bytes with what makes the steps over them fast. */
export class Scan {
  readonly bytes: Buffer;
  /** The same bytes four at a time, but for the last few. */
  readonly words: Int32Array;
  /** A backslash stood in a string stepped over since this was last set to false. */
  sawEscape = false;
  /** What the last nest stepped over holds that a reader of bytes alone must look at. */
  notes: Notes = { keyPlaces: [], escapedSpans: [] };

  /** Copies bytes that do not begin at a multiple of four in memory: cheaper than reading them one by one. */
  constructor(bytes: Uint8Array) {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    this.bytes = Buffer.from(aligned.buffer, aligned.byteOffset, aligned.byteLength);
    this.words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
  }
}

/** The position after the string that opens at `at`, or BROKEN where it never closes. */
export function stringEnd(scan: Scan, at: number): number {
  const { bytes, words } = scan;
  const end = bytes.length;
  let i = at + 1;
  while (i < end) {
    const byte = bytes[i++]!;
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) {
      scan.sawEscape = true;
      i++;
    }
    if ((i & 3) === 0) while (i < end - 3 && !holdsQuoteOrBackslash(words[i >> 2]!)) i += 4;
  }
  return BROKEN;
}

/** A byte of `x - 0x01…` borrows into its top bit, where `x` had none, only if a byte of `x` is zero, that is, equal to what it was compared with. */
function holdsQuoteOrBackslash(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return ((((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080) !== 0;
}

/** Lengths, quotes included, of `"userType"` and `"operationName"`, and the capital that both have four letters before their end. */
const USER_TYPE_LENGTH = 10;
const OPERATION_NAME_LENGTH = 15;
const CAPITAL_T = 0x54;
const CAPITAL_N = 0x4e;

/**
 * The position after the object or list that opens at `at`, or BROKEN. Only brackets of its own kind are counted, and none in strings:
 * a slip inside one record must not move the borders of the next. Leaves its notes in the scan.
 */
export function nestEnd(scan: Scan, at: number): number {
  const { bytes } = scan;
  const notes: Notes = { keyPlaces: [], escapedSpans: [] };
  scan.notes = notes;
  scan.sawEscape = false;
  const end = bytes.length;
  const open = bytes[at]!;
  const close = open + 2;
  let depth = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      const after = stringEnd(scan, i);
      if (after === BROKEN) return BROKEN;
      const length = after - i;
      if (scan.sawEscape) {
        scan.sawEscape = false;
        notes.escapedSpans.push(i - at, after - at);
      } else if (length === USER_TYPE_LENGTH || length === OPERATION_NAME_LENGTH) {
        const capital = bytes[after - 5];
        if (capital === CAPITAL_T || capital === CAPITAL_N) notes.keyPlaces.push(i - at);
      }
      i = after - 1;
    } else if (byte === open) depth++;
    else if (byte === close && --depth === 0) return i + 1;
  }
  return BROKEN;
}

const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** The position after the number, `true`, `false` or `null` that starts at `at`, or BROKEN where none does. */
function literalEnd({ bytes }: Scan, at: number): number {
  let end = at;
  while (end < bytes.length && isLiteralByte(bytes[end]!)) end++;
  return LITERAL.test(bytes.toString('latin1', at, end)) ? end : BROKEN;
}

/** Letters, digits and the signs of a number. */
const isLiteralByte = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x2d ||
  byte === 0x2b ||
  byte === 0x2e ||
  byte === 0x45;

/** The position after the value that starts at `at`, or BROKEN where none does or it never ends. */
export function valueEnd(scan: Scan, at: number): number {
  const first = scan.bytes[at];
  if (first === OBJECT_OPEN || first === LIST_OPEN) return nestEnd(scan, at);
  return first === QUOTE ? stringEnd(scan, at) : literalEnd(scan, at);
}
