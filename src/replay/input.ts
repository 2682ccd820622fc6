/** Opens the inputs of a replay: plain or gzip by their first bytes, whatever they are called, and says clearly what cannot be read. */
import { type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ByteSource, chunkSource, chunksOf, fileSource, readAtLeast } from './source.ts';
import { Splitter } from './splitter.ts';

/** An input that cannot be read: the message is a whole sentence that names it. */
export class InputFault extends Error {}

export interface Input {
  /** As it was written. */
  readonly name: string;
  /** As it is spoken of. */
  readonly title: string;
  /** Null for standard input. */
  readonly path: string | null;
  /** Null where it cannot be known beforehand. */
  readonly bytes: number | null;
}

/** Enough bytes to know a format by. */
const HEAD_BYTES = 4;
const GZIP = [0x1f, 0x8b];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const READ_BYTES = 1 << 20;

/** Finds the inputs that are named, from a folder; faults are sentences. */
export function findInputs(names: readonly string[], folder: string): { inputs: Input[]; faults: string[] } {
  const inputs: Input[] = [];
  const faults: string[] = [];
  if (names.filter((name) => name === '-').length > 1) faults.push('Standard input (-) can be read only once.');
  for (const name of names) {
    const found = name === '-' ? { name, title: 'standard input', path: null, bytes: null } : findFile(name, folder);
    if (typeof found === 'string') faults.push(found);
    else inputs.push(found);
  }
  return { inputs, faults };
}

function findFile(name: string, folder: string): Input | string {
  if (name === '') return 'A file name is empty.';
  const path = resolve(folder, name);
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return cannotRead(name, error);
  }
  if (stats.isDirectory()) return `${name} is a folder: name the files in it.`;
  if (stats.isFile() && stats.size === 0) return `${name} is empty.`;
  return { name, title: name, path, bytes: stats.isFile() ? stats.size : null };
}

function cannotRead(title: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${title} does not exist.`;
  if (code === 'EACCES' || code === 'EPERM') return `${title} may not be read: check its permissions.`;
  return `${title} cannot be read (${code || String(error)}).`;
}

/**
 * Streams an input's pieces, each to be read as one event, as many at a time as were read at once: they hold until more are asked for.
 * `read` is told how many bytes of the file have been taken. Throws an InputFault for what is no text of records: half an answer would
 * look like a whole one.
 */
export async function* readPieces(
  input: Input,
  stdin: () => AsyncIterable<Uint8Array>,
  read: (bytes: number) => void,
): AsyncGenerator<Iterable<Uint8Array>> {
  const splitter = new Splitter();
  const source = await faultless(input, () => (input.path === null ? chunkSource(stdin()) : fileSource(input.path)));
  let text = counted(source, read);
  try {
    const room = splitter.room();
    let length = await faultless(input, () => readAtLeast(text, room, HEAD_BYTES));
    if (startsWith(room.subarray(0, length), GZIP)) {
      text = chunkSource(gunzipped(chunksOf(Buffer.from(room.subarray(0, length)), text, READ_BYTES)));
      length = await faultless(input, () => readAtLeast(text, room, HEAD_BYTES));
    } else refuseOthers(room.subarray(0, length), input);
    length = withoutMark(room, length);
    while (length > 0) {
      yield splitter.filled(length);
      length = await faultless(input, () => text.read(splitter.room()));
    }
    yield splitter.end();
    if (splitter.isEmpty) throw new InputFault(`${input.title} is empty.`);
  } finally {
    // What unpacks goes first: it may be about to read on.
    await text.close();
    await source.close();
  }
}

/** Says what cannot be read in words of its own. */
async function faultless<T>({ title }: Input, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new InputFault(gzipFault(error, title) ?? cannotRead(title, error), { cause: error });
  }
}

const counted = (source: ByteSource, read: (bytes: number) => void): ByteSource => ({
  ...source,
  async read(room) {
    const length = await source.read(room);
    read(length);
    return length;
  },
});

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

/** Files that are something else, known by their first bytes, with what to do about them. */
const OTHERS: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive: unpack it first'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is packed with zstd: unpack it first'],
  [[0x42, 0x5a, 0x68], 'is packed with bzip2: unpack it first'],
  [[0xfd, 0x37, 0x7a, 0x58], 'is packed with xz: unpack it first'],
  [[0xff, 0xfe], 'is text in UTF-16: save it as UTF-8'],
  [[0xfe, 0xff], 'is text in UTF-16: save it as UTF-8'],
];

function refuseOthers(head: Uint8Array, { title }: Input): void {
  const other = OTHERS.find(([magic]) => startsWith(head, magic));
  if (other !== undefined) throw new InputFault(`${title} ${other[1]}.`);
  if (head.length > 0 && basename(title).toLowerCase().endsWith('.gz')) {
    throw new InputFault(`${title} is not packed with gzip, though its name says so.`);
  }
}

function gunzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const packed = Readable.from(source, { objectMode: false, highWaterMark: READ_BYTES });
  packed.on('error', (error) => gunzip.destroy(error));
  return packed.pipe(gunzip);
}

/** Takes a byte order mark from the begin of a text; says how long it is then. */
function withoutMark(room: Buffer, length: number): number {
  if (!startsWith(room.subarray(0, length), BYTE_ORDER_MARK)) return length;
  room.copyWithin(0, BYTE_ORDER_MARK.length, length);
  return length - BYTE_ORDER_MARK.length;
}

function gzipFault(error: unknown, title: string): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return `${title} is cut short: the end of its gzip data is missing.`;
  return code.startsWith('Z_') ? `${title} is damaged: its gzip data cannot be unpacked.` : null;
}
