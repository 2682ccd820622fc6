/**
 * What tests start as processes, compiled once for all of them: a service that is compiled as it starts takes three times the
 * work to begin.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileProject } from '../local/build/compile.ts';

const ROOT = new URL('../', import.meta.url);
const PROJECT = 'test/faults/process/tsconfig.json';
/** What the project compiles, and what it is compiled by. */
const INPUTS = ['src/', 'test/faults/process/', 'tsconfig.json', 'package-lock.json'];

export interface Compiled {
  /** The command, as `src/main.ts`. */
  readonly main: string;
  /** The service that tests hold in hand, as `test/faults/process/entry.ts`. */
  readonly entry: string;
}

let compiling: Promise<Compiled> | null = null;

/** Of the sources as they are when it is first asked. */
export function compiled(): Promise<Compiled> {
  compiling ??= make();
  return compiling;
}

async function make(): Promise<Compiled> {
  const folder = new URL(`.local/compiled/${digestOfInputs()}/`, ROOT);
  if (!existsSync(folder)) {
    // Several test files may be at it: each makes its own, and one of them stays.
    const own = new URL(`.local/compiled/${process.pid}/`, ROOT);
    await compileProject(PROJECT, own, new URL('src/', own));
    try {
      renameSync(own, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
      rmSync(own, { recursive: true });
    }
  }
  const pathOf = (name: string): string => fileURLToPath(new URL(name, folder));
  return { main: pathOf('src/main.js'), entry: pathOf('test/faults/process/entry.js') };
}

function digestOfInputs(): string {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const at = new URL(input, ROOT);
    const files = input.endsWith('/') ? readdirSync(at, { recursive: true, encoding: 'utf8' }).sort() : [''];
    for (const file of files) {
      const path = new URL(file, at);
      if (file !== '' && !/\.\w+$/.test(file)) continue; // A folder.
      hash.update(`${input}${file}\0`).update(readFileSync(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
