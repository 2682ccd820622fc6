/** What a child process says, line by line: kept, and awaited by whoever needs a line. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line of the log. What is no JSON, such as Node's own words about a crash, has the level of an error. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  /** When it was heard, by this process's clock: the service's own may be wrong. Milliseconds since the Unix epoch. */
  readonly heardAt: number;
  /** Of which process. */
  readonly process: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const ERROR_LEVEL = 50;
const LINES_KEPT_MAX = 20_000;

export class Voice {
  /** Standard output. */
  readonly said: string[] = [];
  /** Standard error: the newest lines. */
  readonly log: LogLine[] = [];
  /** Resolves when the process and its output have ended. */
  readonly ended: Promise<Ended>;
  hasEnded = false;
  readonly #name: string;
  readonly #onLine: (line: LogLine) => void;
  readonly #waiting = new Set<() => void>();

  constructor(name: string, child: ChildProcess, onLine: (line: LogLine) => void = () => {}) {
    this.#name = name;
    this.#onLine = onLine;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.said.push(line);
      this.#look();
    });
    createInterface({ input: child.stderr! }).on('line', (line) => this.#heard(line));
    // `close` and not `exit`: all that it said has been heard by then.
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.hasEnded = true;
        this.#look();
        resolve({ code, signal });
      });
    });
  }

  /** The first group of the first line from there on that fits; null where the process ended without, or the time was over. */
  hears(pattern: RegExp, { from = 0, ms = 60_000 } = {}): Promise<string | null> {
    return new Promise((resolve) => {
      const look = (isLate = false): void => {
        const found = this.said
          .slice(from)
          .map((line) => pattern.exec(line)?.[1])
          .find((group) => group !== undefined);
        if (found === undefined && !this.hasEnded && !isLate) return;
        clearTimeout(late);
        this.#waiting.delete(check);
        resolve(found ?? null);
      };
      const check = () => look();
      const late = setTimeout(() => look(true), ms);
      this.#waiting.add(check);
      check();
    });
  }

  /** The newest lines of both outputs, for whoever has to say what went wrong. */
  lastWords(count = 30): string {
    return [...this.said.slice(-3), ...this.log.slice(-count).map((line) => JSON.stringify(line))].join('\n');
  }

  #heard(text: string): void {
    const line = { ...parsed(text), heardAt: Date.now(), process: this.#name };
    this.log.push(line);
    if (this.log.length > LINES_KEPT_MAX) this.log.shift();
    this.#onLine(line);
  }

  #look(): void {
    for (const check of [...this.#waiting]) check();
  }
}

function parsed(text: string): { level: number; msg: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'level' in value && 'msg' in value)
      return value as { level: number; msg: string };
  } catch {
    // Words of Node's own.
  }
  return { level: ERROR_LEVEL, msg: text };
}
