/** A process for the commands that is none: what they write is kept, and signals come from the test. */
import { PassThrough, Readable } from 'node:stream';
import type { Io, Output } from '../../src/cli/io.ts';

/** Thrown in place of ending the process. */
export class Ended extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`ended with ${code}`);
    this.code = code;
  }
}

export interface Fake extends Io {
  /** What was written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** As if someone asked the process to stop. */
  readonly signal: (name: string) => void;
  /** As if nobody had caught an error. */
  readonly uncaught: (error: unknown) => void;
  /** The codes that the process was ended with. */
  readonly ended: readonly number[];
}

interface Options {
  readonly env?: Io['env'];
  readonly cwd?: string;
  readonly stdin?: Iterable<Uint8Array | string>;
  readonly terminalColumns?: number;
}

export function fakeIo({ env = {}, cwd = '/', stdin = [], terminalColumns }: Options = {}): Fake {
  const [stdout, out] = kept(terminalColumns);
  const [stderr, err] = kept(undefined);
  const stops: ((signal: string) => void)[] = [];
  const uncaughts: ((error: unknown) => void)[] = [];
  const ended: number[] = [];
  return {
    env,
    cwd,
    stdin: Readable.from(stdin, { objectMode: true }).map((chunk: Uint8Array | string) => Buffer.from(chunk as string)),
    stdout,
    stderr,
    now: () => Date.parse('2025-11-20T00:00:00Z'),
    onStop: (listener) => void stops.push(listener),
    onUncaught: (listener) => void uncaughts.push(listener),
    exit: (code) => {
      ended.push(code);
      throw new Ended(code);
    },
    out,
    err,
    signal: (name) => {
      for (const listener of stops) listener(name);
    },
    uncaught: (error) => {
      for (const listener of uncaughts) listener(error);
    },
    ended,
  };
}

function kept(columns: number | undefined): [Output, () => string] {
  const parts: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (part) => parts.push(String(part)));
  return [Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns }), () => parts.join('')];
}

/** Runs a function that may end the process; gives the exit code either way. */
export async function codeOf(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Ended) return error.code;
    throw error;
  }
}
