/** Tells from a record's bytes, without parsing them, that it can be neither a fact nor a dead letter nor a near miss. */
import { BACKSLASH, BROKEN, COLON, LIST_OPEN, OBJECT_OPEN, QUOTE, skipSpace, stringEnd } from './bytes.ts';
import type { Pass } from './envelope.ts';
import type { NameTable } from './rule.ts';

/*
 * Why this is exact. A sign-in is excluded unless its user type says guest, an audit record unless its operation's name is listed (or
 * nearly so), and nothing else needs to be known of either. What says it stands under a key that reads `userType`, `UserType`,
 * `operationName` or `OperationName`. Such a key is either a string without escapes, and found by how it ends; or it is spelled with
 * escapes; or it lies in a string that holds JSON, which has quotes in it and so escapes. In strings with escapes a letter is spelled
 * by itself or by `\u00..`, of which only `\u002.` is let through: it spells neither a letter nor a digit nor a backslash, at no depth
 * of strings in strings. So a key there shows its letters, and a string that has them keeps the record.
 */

const USER_TYPE_TAIL = Buffer.from('serType');
const OPERATION_NAME_TAIL = Buffer.from('perationName');
const HIDDEN_KEY = /serType|perationName|\\u00[^2]/;

/** Names longer than this are not worth remembering. */
const NAME_BYTES_MAX = 256;
/** Entra has some 800 names; whoever sends more pays for a fresh memory now and then. */
const NAMES_REMEMBERED_MAX = 4096;

const prefilters = new WeakMap<NameTable, Pass>();

/** The filter for a table of names: it passes what is certainly irrelevant, if it is JSON at all. It remembers the names it has seen, which changes no answer. */
export function prefilterOf(table: NameTable): Pass {
  const known = prefilters.get(table);
  if (known !== undefined) return known;
  const isFarFromListed = nameTest(table);
  const droppedUnnamed = isFarFromListed(Buffer.alloc(0), 0, 0, HASH_OF_NOTHING);
  const prefilter: Pass = (nests, start, end) => {
    const { bytes, keyCount } = nests;
    if (!droppedUnnamed || keyCount === null) return false;
    for (let i = 0; i < keyCount; i++) {
      const quote = nests.keyEnd(i);
      if (quote < end && !passesAt(bytes, start, quote, isFarFromListed)) return false;
    }
    return !(nests.sawEscape && mayHideKey(bytes, start, end));
  };
  prefilters.set(table, prefilter);
  return prefilter;
}

/** Whether the string that closes with this quote, if it is one of the keys, has a value that excludes. */
function passesAt(bytes: Buffer, start: number, quote: number, isFarFromListed: NameTest): boolean {
  // An opening quote and one letter of either case precede the tail.
  const isUserType = standsBefore(bytes, start, quote, USER_TYPE_TAIL);
  if (!isUserType && !standsBefore(bytes, start, quote, OPERATION_NAME_TAIL)) return true;
  const colon = skipSpace(bytes, quote + 1);
  if (bytes[colon] !== COLON) return true;
  const value = skipSpace(bytes, colon + 1);
  return isUserType ? isNoGuest(bytes, value) : isFarName(bytes, value, isFarFromListed);
}

/** Whether a string with escapes may spell one of the keys, as itself or somewhere inside. */
function mayHideKey(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; ; ) {
    const backslash = bytes.indexOf(BACKSLASH, at);
    if (backslash === -1 || backslash >= end) return false;
    // The first backslash of a string: before it there is no other quote than the one that opens it.
    const open = bytes.lastIndexOf(QUOTE, backslash);
    const close = stringEnd(bytes, open);
    if (open < at || close === BROKEN || close > end) return true;
    if (HIDDEN_KEY.test(bytes.toString('latin1', open, close))) return true;
    at = close;
  }
}

/** Whether the text stands before the quote, and before it the quote and the letter that make a key of it. */
function standsBefore(bytes: Buffer, start: number, quote: number, text: Buffer): boolean {
  const at = quote - text.length;
  if (at - 2 < start || bytes[at - 2] !== QUOTE) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Objects and lists are kept, for they may be dead letters; of scalars only the string `guest` is, in any case. */
function isNoGuest(record: Buffer, at: number): boolean {
  const first = record[at];
  if (first === OBJECT_OPEN || first === LIST_OPEN || first === undefined) return false;
  if (first !== QUOTE || record[at + 6] !== QUOTE) return true;
  return record.toString('latin1', at + 1, at + 6).toLowerCase() !== 'guest';
}

function isFarName(record: Buffer, at: number, isFarFromListed: NameTest): boolean {
  if (record[at] !== QUOTE) return false;
  const start = at + 1;
  let hash = HASH_OF_NOTHING;
  for (let end = start; end < record.length && end - start <= NAME_BYTES_MAX; end++) {
    const byte = record[end]!;
    if (byte === BACKSLASH) return false;
    if (byte === QUOTE) return isFarFromListed(record, start, end, hash);
    hash = (Math.imul(hash, 31) + byte) & SMALL_INTEGER;
  }
  return false;
}

const HASH_OF_NOTHING = 0;
/** As many bits as V8 keeps in place, so that a hash is no object. */
const SMALL_INTEGER = 0x3fffffff;

/** Whether the name that stands between two positions, and has this hash, is neither listed nor like a listed one. */
type NameTest = (bytes: Buffer, start: number, end: number, hash: number) => boolean;

/** Looks names up by their bytes: no text is made of one that was met before, as nearly all are. */
function nameTest(table: NameTable): NameTest {
  const remembered = new Map<number, { readonly name: Uint8Array; readonly isFar: boolean }>();
  return (bytes, start, end, hash) => {
    const known = remembered.get(hash);
    if (known !== undefined && isSame(known.name, bytes, start, end)) return known.isFar;
    const text = bytes.toString('utf8', start, end);
    const isFar = table.match(text) === 'none' && !table.nearMiss(text);
    if (remembered.size >= NAMES_REMEMBERED_MAX) remembered.clear();
    // Of two names with one hash the later one is remembered; a copy of its own, as a view would keep what it is a view of.
    remembered.set(hash, { name: Uint8Array.prototype.slice.call(bytes, start, end), isFar });
    return isFar;
  };
}

function isSame(name: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
