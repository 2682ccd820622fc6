/** What the commands have of the process: handed to them, so that they can be tried without one. */
import type { Environment } from '../config.ts';

/** Standard output or standard error. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Io {
  readonly env: Environment;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls the listener with the signal's name each time that someone asks the process to stop. */
  onStop(listener: (signal: string) => void): void;
  /** Calls the listener with what nobody caught: an exception, or a promise's rejection. */
  onUncaught(listener: (error: unknown) => void): void;
  /** Ends the process at once. */
  exit(code: number): never;
}

/** Exit codes: the answer is yes, it is no, what was asked for cannot be done, something needed cannot be reached. */
export const EXIT = { good: 0, no: 1, fault: 2, unreachable: 3 } as const;

/** Says each fault on a line of its own. */
export function sayFaults(io: Io, faults: readonly string[]): void {
  for (const fault of faults) io.stderr.write(`guestwatch: ${fault}\n`);
}
