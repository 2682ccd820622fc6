/** Runs one of the commands of the local stack as users do, as a process, and waits on what it prints and on its end. */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export interface Running {
  readonly pid: number;
  readonly out: Text;
  readonly err: Text;
  /** Resolves with exit code and signal. */
  readonly ended: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  kill(signal: NodeJS.Signals): void;
}

/** What a process prints, as it comes. */
export class Text {
  #text = '';
  #isDone = false;
  readonly #wakes = new Set<() => void>();

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      this.#text += part;
      for (const wake of this.#wakes) wake();
    });
    stream.once('close', () => {
      this.#isDone = true;
      for (const wake of this.#wakes) wake();
    });
  }

  get all(): string {
    return this.#text;
  }

  /** Resolves with the first match; rejects, with everything printed, when the process has closed its output without one. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) return found;
      assert.ok(!this.#isDone, `${pattern} was never printed:\n${this.#text}`);
      await new Promise<void>((resolve) => {
        this.#wakes.add(resolve);
      });
      this.#wakes.clear();
    }
  }
}

export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'local-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

/** Starts `local/NAME.ts` on any ports that are free; it is ended with the test, if it still runs. */
export const run = (t: TestContext, name: 'local' | 'start', ...args: string[]): Running =>
  runWith(t, {}, name, ...args);

/** The same with more in its environment. */
export function runWith(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  name: 'local' | 'start',
  ...args: string[]
): Running {
  const script = fileURLToPath(new URL(`../../local/${name}.ts`, import.meta.url));
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), script, ...args],
    { env: { ...process.env, ...env, API_PORT: '0', OPS_PORT: '0', NO_COLOR: '' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, err] = [new Text(child.stdout), new Text(child.stderr)];
  const ended = once(child, 'close') as Running['ended'];
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { pid: child.pid!, out, err, ended, kill: (signal) => void child.kill(signal) };
}

/** Why a test that looks at processes cannot run here; false where it can. */
export const WITHOUT_PROC = fs.existsSync('/proc/self/task') ? false : 'needs /proc';

/** All processes below one, by id. */
export function descendants(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const pids = children === '' ? [] : children.split(' ').map(Number);
  return pids.flatMap((child) => [child, ...descendants(child)]);
}

/** Whether a process runs; one that has ended and that nobody has asked for does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return false;
  }
}

/** Resolves when none of the processes runs any more: nobody is told of the end of another's children. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await new Promise((resolve) => setImmediate(resolve));
}
