// Cuts one event body into the byte slices of its records, slowly and plainly, for every envelope that is met.

/** What was found: the records' own bytes in order, and a reason for each part that could not be split. */
export interface Split {
  records: Buffer[];
  broken: ('not_json' | 'no_records')[];
}

interface Cursor {
  bytes: Buffer;
  at: number;
}

/** Thrown where the structure ends or breaks; what was found before it still counts. */
class StructureBreak extends Error {}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/**
 * One of these keys makes an object that stands alone a record; without any it is an envelope that lacks its records.
 * Open in the text: where between the two the border lies.
 */
const RECORD_KEYS = ['time', 'category', 'properties', 'operationName', 'TimeGenerated', 'Type', 'Category'];

export function splitBody(body: Buffer): Split {
  const found: Split = { records: [], broken: [] };
  readBody(body, found);
  return found;
}

/**
 * A body is one JSON value, or several with white space between them (newline-delimited).
 * Open in the text: whether good lines after a broken one still count. Here they do not: the rest is the dead letter.
 */
function readBody(bytes: Buffer, found: Split): void {
  const cursor: Cursor = { bytes, at: bytes.subarray(0, 3).equals(BOM) ? 3 : 0 };
  try {
    do {
      readTopValue(cursor, found);
    } while (peek(cursor) !== '');
  } catch (error) {
    if (!(error instanceof StructureBreak)) throw error;
    found.broken.push('not_json');
  }
}

function readTopValue(cursor: Cursor, found: Split): void {
  const first = peek(cursor);
  if (first === '{') readObject(cursor, found, true);
  else if (first === '[') readArray(cursor, found);
  else {
    const value = parseOrBreak(skipValue(cursor));
    // The text inside a string is read like a body of its own: its records' bytes are those of the unwrapped text.
    if (typeof value === 'string') readBody(Buffer.from(value), found);
    else found.broken.push('no_records');
  }
}

/** An array of records, of envelopes, or of both; a text among them is no record, for only whole bodies are unwrapped. */
function readArray(cursor: Cursor, found: Split): void {
  readElements(cursor, () => {
    if (peek(cursor) === '{') readObject(cursor, found, false);
    else found.records.push(skipValue(cursor));
  });
}

/** An object with an array `records` is an envelope; any other is a record, if it looks like one where it stands alone. */
function readObject(cursor: Cursor, found: Split, alone: boolean): void {
  const start = cursor.at;
  const keys: string[] = [];
  let envelope = false;
  expect(cursor, '{');
  while (peek(cursor) !== '}') {
    if (keys.length > 0) expect(cursor, ',');
    if (peek(cursor) !== '"') throw new StructureBreak();
    const key = String(parseOrBreak(skipValue(cursor)));
    keys.push(key);
    expect(cursor, ':');
    if (key === 'records' && peek(cursor) === '[') {
      envelope = true;
      readElements(cursor, () => found.records.push(skipValue(cursor)));
    } else skipValue(cursor);
  }
  expect(cursor, '}');
  if (envelope) return;
  if (alone && !keys.some((key) => RECORD_KEYS.includes(key))) found.broken.push('no_records');
  else found.records.push(cursor.bytes.subarray(start, cursor.at));
}

function readElements(cursor: Cursor, readElement: () => void): void {
  expect(cursor, '[');
  let first = true;
  while (peek(cursor) !== ']') {
    if (!first) expect(cursor, ',');
    first = false;
    peek(cursor);
    readElement();
  }
  expect(cursor, ']');
}

/** The slice of the value that begins at the cursor, which moves behind it. */
function skipValue(cursor: Cursor): Buffer {
  peek(cursor);
  const start = cursor.at;
  const open: string[] = [];
  do {
    const char = next(cursor);
    if (char === '"') skipString(cursor);
    else if (char === '{') open.push('}');
    else if (char === '[') open.push(']');
    else if (char === '}' || char === ']') {
      if (open.pop() !== char) throw new StructureBreak();
    } else if (open.length === 0) skipWord(cursor, char);
  } while (open.length > 0);
  return cursor.bytes.subarray(start, cursor.at);
}

function skipString(cursor: Cursor): void {
  for (;;) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new StructureBreak();
    if (byte === BACKSLASH) cursor.at++;
    if (byte === QUOTE) return;
  }
}

/** A number, `true`, `false` or `null`; any other word is no JSON, and nobody can say where it ends. */
function skipWord(cursor: Cursor, first: string): void {
  if (!/[-\w]/.test(first)) throw new StructureBreak();
  const start = cursor.at - 1;
  while (/^[-+.\w]$/.test(String.fromCharCode(cursor.bytes[cursor.at] ?? 0))) cursor.at++;
  parseOrBreak(cursor.bytes.subarray(start, cursor.at));
}

/** The next character that is no white space, without taking it; empty at the end. */
function peek(cursor: Cursor): string {
  for (;;) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) return '';
    const char = String.fromCharCode(byte);
    if (!' \t\r\n'.includes(char)) return char;
    cursor.at++;
  }
}

function next(cursor: Cursor): string {
  const char = peek(cursor);
  if (char === '') throw new StructureBreak();
  cursor.at++;
  return char;
}

function expect(cursor: Cursor, char: string): void {
  if (next(cursor) !== char) throw new StructureBreak();
}

function parseOrBreak(slice: Buffer): unknown {
  try {
    return JSON.parse(slice.toString('utf8'));
  } catch {
    throw new StructureBreak();
  }
}
