/** Opens the inputs of a replay: plain or gzip by their first bytes, whatever they are called, and says clearly what cannot be read. */
import { createReadStream, type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
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
 * Streams an input's pieces, each to be read as one event. `read` is told how many bytes of the file have been taken. Throws an
 * InputFault for what is no text of records: half an answer would look like a whole one.
 */
export async function* readPieces(
  input: Input,
  stdin: () => AsyncIterable<Uint8Array>,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const source = input.path === null ? stdin() : createReadStream(input.path, { highWaterMark: READ_BYTES });
  const splitter = new Splitter();
  let isEmpty = true;
  for await (const chunk of plain(counted(source, read), input)) {
    for (const piece of splitter.push(chunk)) {
      isEmpty = false;
      yield piece;
    }
  }
  for (const piece of splitter.end()) {
    isEmpty = false;
    yield piece;
  }
  if (isEmpty) throw new InputFault(`${input.title} is empty.`);
}

async function* counted(source: AsyncIterable<Uint8Array>, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    read(chunk.length);
    yield chunk;
  }
}

/** The plain text of a stream, by what its first bytes say that it is. */
async function* plain(source: AsyncGenerator<Uint8Array>, input: Input): AsyncGenerator<Uint8Array> {
  try {
    const head = await headOf(source);
    const isGzip = startsWith(head, [0x1f, 0x8b]);
    if (!isGzip) refuseOthers(head, input);
    yield* withoutMark(isGzip ? gunzipped(chained(head, source)) : chained(head, source));
  } catch (error) {
    if (error instanceof InputFault) throw error;
    throw new InputFault(gzipFault(error, input.title) ?? cannotRead(input.title, error), { cause: error });
  }
}

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

/** The first bytes of a stream, taken from it: a pipe may give them one by one. */
async function headOf(source: AsyncGenerator<Uint8Array>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const { done, value } = await source.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* chained(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}

function gunzipped(source: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const packed = Readable.from(source, { objectMode: false, highWaterMark: READ_BYTES });
  packed.on('error', (error) => gunzip.destroy(error));
  return packed.pipe(gunzip);
}

async function* withoutMark(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of source) {
    // A mark that is cut in two by a pipe is left to the reader of events, who steps over it too.
    yield isFirst && startsWith(chunk, [0xef, 0xbb, 0xbf]) ? chunk.subarray(3) : chunk;
    isFirst = false;
  }
}

function gzipFault(error: unknown, title: string): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return `${title} is cut short: the end of its gzip data is missing.`;
  return code.startsWith('Z_') ? `${title} is damaged: its gzip data cannot be unpacked.` : null;
}
