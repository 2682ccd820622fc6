/** The bytes of JSON's structure, and steps over what has no structure of its own. */

export const LINE_END = 0x0a;
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
  byte === 0x20 || byte === LINE_END || byte === 0x0d || byte === 0x09;

/** The first position from `at` on that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  while (isSpace(bytes[at])) at++;
  return at;
}

/** The position after the string that opens at `at`, or BROKEN where it never closes. */
export function stringEnd(bytes: Buffer, at: number): number {
  const end = bytes.length;
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  return BROKEN;
}

const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** The position after the number, `true`, `false` or `null` that starts at `at`, or BROKEN where none does. */
export function literalEnd(bytes: Buffer, at: number): number {
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
