/** The end of a nest by its bytes: lends the bytes to the scanner of `nestEnd.wat`, and reads what it notes on the way. */
import { BROKEN, LIST_OPEN, literalEnd, OBJECT_OPEN, QUOTE, stringEnd } from './bytes.ts';
import { NEST_END } from './nestEnd.wasm.ts';

/** As much of it as is used here; the platform's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Scanner {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  nestEnd(at: number, end: number, open: number): number;
}

/** Where texts stand in the scanner's memory; what it finds stands before. */
const TEXT_AT = 1_024;
/** What the scanner may read behind a text, which must be no JSON. */
const PADDING = new Uint8Array(64);
const PAGE_BYTES = 65_536;
/** The scanner counts more telling keys than these, but does not say where they are. */
const KEYS_MAX = 32;

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(NEST_END, 'base64')));
const scanner = exports as unknown as Scanner;
let memory = Buffer.from(scanner.memory.buffer);
let found = new Int32Array(scanner.memory.buffer, 0, 2 + KEYS_MAX);
/** Whose text stands in the scanner's memory. */
let lent: Nests | null = null;

/** The nests of one text. One at a time has the scanner; others take it back when they are asked. */
export class Nests {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * The position after the object or list that opens at `at`, or BROKEN. Only brackets of its own kind are counted, and none in
   * strings: a slip inside one record must not move the borders of the next.
   */
  endOf(at: number): number {
    if (lent !== this) this.#lend();
    const { bytes } = this;
    const end = scanner.nestEnd(TEXT_AT + at, TEXT_AT + bytes.length, bytes[at]!);
    return end < 0 ? BROKEN : end - TEXT_AT;
  }

  /** Whether a string of the nest that was last asked for holds a backslash, or perhaps one right behind it. */
  get sawEscape(): boolean {
    return found[0] !== 0;
  }

  /** How many strings of that nest end as a telling key does, and perhaps a few right behind it; null if they are too many to tell. */
  get keyCount(): number | null {
    const count = found[1]!;
    return count > KEYS_MAX ? null : count;
  }

  /** Where one of them has its closing quote. */
  keyEnd(index: number): number {
    return found[2 + index]! - TEXT_AT;
  }

  #lend(): void {
    const { bytes } = this;
    const missing = TEXT_AT + bytes.length + PADDING.length - memory.length;
    if (missing > 0) {
      scanner.memory.grow(Math.ceil(missing / PAGE_BYTES));
      memory = Buffer.from(scanner.memory.buffer);
      found = new Int32Array(scanner.memory.buffer, 0, 2 + KEYS_MAX);
    }
    memory.set(bytes, TEXT_AT);
    memory.set(PADDING, TEXT_AT + bytes.length);
    lent = this;
  }
}

/** The position after the value that starts at `at`, or BROKEN where none does or it never ends. */
export function valueEnd(nests: Nests, at: number): number {
  const { bytes } = nests;
  const first = bytes[at];
  if (first === OBJECT_OPEN || first === LIST_OPEN) return nests.endOf(at);
  return first === QUOTE ? stringEnd(bytes, at) : literalEnd(bytes, at);
}
