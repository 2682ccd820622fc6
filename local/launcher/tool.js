/** Runs other programs to their end. What they print goes to standard error: standard output is the command's own. */
import { spawn, spawnSync } from 'node:child_process';

/** Runs a program with its input closed; resolves with its exit code, 127 where there is no such program. */
export function runTool(program, args, { cwd, stdout = 2 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', stdout, 2] });
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** What a program prints when asked something short; null where it is not there or says no. */
export function ask(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout : null;
}
