/** Finds the records in an event's body by the borders that their bytes show, whatever envelope they came in, and parses none of them. */
import {
  BACKSLASH,
  BROKEN,
  COLON,
  COMMA,
  LIST_CLOSE,
  LIST_OPEN,
  OBJECT_CLOSE,
  OBJECT_OPEN,
  QUOTE,
  skipSpace,
  stringEnd,
} from './bytes.ts';
import { Nests, valueEnd } from './nest.ts';

/** Why bytes hold no record: no JSON, or JSON without records. */
export const ENVELOPE_REASONS = ['not_json', 'no_records'] as const;
export type EnvelopeReason = (typeof ENVELOPE_REASONS)[number];

/** A record's own bytes: a view into the body (or into the text of a string that held it), without white space around it. */
export interface RecordSlice {
  readonly index: number;
  readonly bytes: Buffer;
}

/** Whether the record from `start` to `end`, the nest that was last asked for, is to be passed over. Asked once for each. */
export type Pass = (nests: Nests, start: number, end: number) => boolean;

const NONE: Pass = () => false;

/** Bytes that are no record, as a view. `recordIndex` is null where they stand in no record's place. */
export interface EnvelopeDeadLetter {
  readonly reason: EnvelopeReason;
  readonly recordIndex: number | null;
  readonly bytes: Buffer;
}

export interface SplitBody {
  /** In the order of the body, less those that were passed over. */
  readonly records: readonly RecordSlice[];
  readonly deadLetters: readonly EnvelopeDeadLetter[];
  /** Places of records, with those that were passed over and those that hold no object; indices run from 0 to one less. */
  readonly recordCount: number;
}

/** Strings in strings: each level at least doubles the escapes, so nobody writes this many. */
const UNWRAP_MAX = 8;
/** Scraps that stand in no record's place; beyond them the rest is one dead letter, or junk would make a list entry of every few bytes. */
const SCRAPS_MAX = 100;
/** Longest spelling of a key that matters, each letter escaped. */
const KEY_BYTES_MAX = 6 * 'TargetResources'.length;

/** Keys by which an object on its own is known as a record. */
const RECORD_KEYS = new Set([
  'category',
  'Category',
  'Type',
  'InitiatedBy',
  'TargetResources',
  'UserType',
  'ResultType',
]);
const KEY_LENGTHS = new Set(['records', ...RECORD_KEYS].map((key) => key.length));

interface Found {
  readonly passes: Pass;
  records: RecordSlice[];
  deadLetters: EnvelopeDeadLetter[];
  recordCount: number;
  scraps: number;
}

/**
 * Splits a body into records. Understood are `{"records": […]}`, a record on its own, a list of either, a JSON string of any of these,
 * and several of them one after the other; a leading byte order mark is skipped. Where the structure breaks, what came before counts
 * and the rest is one dead letter: from the break on, or from the start of a value in which it comes before any record.
 * Time and memory grow with the length alone; never throws. A record that `passes` takes its place, and that is all.
 */
export function splitRecords(body: Uint8Array, passes: Pass = NONE): SplitBody {
  const found: Found = { passes, records: [], deadLetters: [], recordCount: 0, scraps: 0 };
  readBody(body, UNWRAP_MAX, found);
  return found;
}

function readBody(body: Uint8Array, unwrapsLeft: number, found: Found): void {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const nests = new Nests(bytes);
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let at = skipSpace(bytes, hasMark ? 3 : 0);
  if (at >= bytes.length) breakOff(nests, at, found);
  while (at !== BROKEN && at < bytes.length) {
    if (found.scraps >= SCRAPS_MAX) {
      scrap('no_records', bytes.subarray(at), found);
      return;
    }
    const before = found.recordCount;
    const end = readTopValue(nests, at, unwrapsLeft, found);
    if (end === BROKEN && found.recordCount === before) widenBreak(bytes.subarray(at), found);
    at = end === BROKEN ? BROKEN : skipSpace(bytes, end);
  }
}

/** A break before any record leaves the whole value unread: the head of an envelope is worth keeping where nothing else is. */
function widenBreak(bytes: Buffer, found: Found): void {
  found.deadLetters.pop();
  found.deadLetters.push({ reason: 'not_json', recordIndex: null, bytes });
}

/** Reads one value of the body; gives the position after it, or BROKEN when the rest is reported already. */
function readTopValue(nests: Nests, at: number, unwrapsLeft: number, found: Found): number {
  const { bytes } = nests;
  const first = bytes[at];
  if (first === OBJECT_OPEN) return readObject(nests, at, true, found);
  if (first === LIST_OPEN) return readList(nests, at, (start) => readObject(nests, start, false, found), found);
  const end = valueEnd(nests, at);
  if (end === BROKEN) return breakOff(nests, at, found);
  if (first !== QUOTE || unwrapsLeft === 0) {
    scrap('no_records', bytes.subarray(at, end), found);
    return end;
  }
  const text = textOf(bytes.subarray(at, end));
  if (text === undefined) return breakOff(nests, at, found);
  readBody(Buffer.from(text), unwrapsLeft - 1, found);
  return end;
}

/** Reads a list whose objects `readItem` takes; other elements are dead letters in a record's place. */
function readList(nests: Nests, open: number, readItem: (start: number) => number, found: Found): number {
  const { bytes } = nests;
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === LIST_CLOSE) return at + 1;
  for (;;) {
    const end = bytes[at] === OBJECT_OPEN ? readItem(at) : readNoObject(nests, at, found);
    if (end === BROKEN) return BROKEN;
    at = skipSpace(bytes, end);
    if (bytes[at] === LIST_CLOSE) return at + 1;
    if (bytes[at] !== COMMA) return breakOff(nests, at, found);
    at = skipSpace(bytes, at + 1);
  }
}

/** Takes the object at `start` as a record, by its borders alone. */
function readRecord(nests: Nests, start: number, found: Found): number {
  const end = nests.endOf(start);
  if (end === BROKEN) return breakOff(nests, start, found);
  const index = found.recordCount++;
  if (!found.passes(nests, start, end)) found.records.push({ index, bytes: nests.bytes.subarray(start, end) });
  return end;
}

/** An element that is no object takes a record's place and can be no fact; nothing more is said of it. */
function readNoObject(nests: Nests, start: number, found: Found): number {
  const end = valueEnd(nests, start);
  if (end === BROKEN) return breakOff(nests, start, found);
  found.recordCount++;
  return end;
}

/** What the members of an object say about it, as far as they could be read. */
interface Members {
  /** Position after the object, or BROKEN. */
  end: number;
  /** Where the structure broke. */
  brokenAt: number;
  /** What stands under the last `records` so far. */
  records: 'absent' | 'list' | 'other';
  hasRecordKey: boolean;
  /** The break is reported already, by the list it lies in. */
  reported: boolean;
}

/**
 * Reads an object that is an envelope if its `records` is a list, and else a record. Alone in the body it is a record only with a key
 * that says so. A record whose members make no sense still has its borders: what is inside is for its reader to judge.
 */
function readObject(nests: Nests, start: number, alone: boolean, found: Found): number {
  const members = readMembers(nests, start, found);
  if (members.reported) return BROKEN;
  const isBroken = members.end === BROKEN;
  if (members.records === 'list') return isBroken ? breakOff(nests, members.brokenAt, found) : members.end;
  if (members.hasRecordKey || (!alone && members.records === 'absent')) return readRecord(nests, start, found);
  if (isBroken) return breakOff(nests, start, found);
  const value = nests.bytes.subarray(start, members.end);
  if (alone) scrap('no_records', value, found);
  else found.deadLetters.push({ reason: 'no_records', recordIndex: found.recordCount++, bytes: value });
  return members.end;
}

function readMembers(nests: Nests, start: number, found: Found): Members {
  const { bytes } = nests;
  const members: Members = { end: BROKEN, brokenAt: start, records: 'absent', hasRecordKey: false, reported: false };
  const rewind = rewinder(found);
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === OBJECT_CLOSE) return { ...members, end: at + 1 };
  for (;;) {
    members.brokenAt = at;
    const keyEnd = bytes[at] === QUOTE ? stringEnd(bytes, at) : BROKEN;
    const key = keyEnd === BROKEN ? undefined : keyAt(bytes, at, keyEnd);
    const colon = key === undefined ? keyEnd : skipSpace(bytes, keyEnd);
    if (key === undefined || bytes[colon] !== COLON) return members;
    at = skipSpace(bytes, colon + 1);
    members.brokenAt = at;
    if (key === 'records' && bytes[at] === LIST_OPEN) {
      rewind();
      members.records = 'list';
      at = readList(nests, at, (record) => readRecord(nests, record, found), found);
      members.reported = at === BROKEN;
    } else {
      at = valueEnd(nests, at);
      if (at !== BROKEN && key === 'records') {
        rewind();
        members.records = 'other';
      }
      members.hasRecordKey ||= RECORD_KEYS.has(key);
    }
    if (at === BROKEN) return members;
    at = skipSpace(bytes, at);
    members.brokenAt = at;
    if (bytes[at] === OBJECT_CLOSE) return { ...members, end: at + 1 };
    if (bytes[at] !== COMMA) return members;
    at = skipSpace(bytes, at + 1);
  }
}

/** Takes back what was found since, for of keys spelled alike the last one counts, in every reader of JSON. */
function rewinder(found: Found): () => void {
  const { records, deadLetters, recordCount } = found;
  const before = { records: records.length, deadLetters: deadLetters.length };
  return () => {
    records.length = before.records;
    deadLetters.length = before.deadLetters;
    found.recordCount = recordCount;
  };
}

/** The key between two quotes: its text where it could be one that matters, else the empty text; undefined where it is no JSON string. */
function keyAt(bytes: Buffer, quote: number, end: number): string | undefined {
  const length = end - quote - 2;
  if (length > KEY_BYTES_MAX) return '';
  for (let i = quote + 1; i < end - 1; i++) {
    if (bytes[i] === BACKSLASH) return textOf(bytes.subarray(quote, end));
  }
  return KEY_LENGTHS.has(length) ? bytes.toString('latin1', quote + 1, end - 1) : '';
}

/** The text of a JSON string's bytes, quotes included; undefined where they are none. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return JSON.parse(bytes.toString()) as string;
  } catch {
    return undefined;
  }
}

function scrap(reason: EnvelopeReason, bytes: Buffer, found: Found): void {
  found.scraps++;
  found.deadLetters.push({ reason, recordIndex: null, bytes });
}

function breakOff(nests: Nests, at: number, found: Found): typeof BROKEN {
  scrap('not_json', nests.bytes.subarray(at), found);
  return BROKEN;
}
