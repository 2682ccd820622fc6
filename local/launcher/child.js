/** Runs one TypeScript file as a child, and stands between it and the world: signals in, exit code out. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { stopRequests } from './decide.js';
import { watchParents } from './parents.js';
import { ROOT } from './place.js';
import { noteRunning } from './running.js';

/** How long a child may take over an orderly stop: more than any deadline of its own. */
const ORDERLY_MS = 60_000;
const AT_ONCE_MS = 3_000;

/** Runs a file of the checkout through tsx and resolves with its exit code. */
export function runScript(script, args) {
  const guard = new URL('./guard.js', import.meta.url).href;
  // As an address, because a bare name would be looked for in the user's folder.
  const tsx = import.meta.resolve('tsx');
  let child;
  // Before there is a child: a signal in between would leave it behind.
  passOnSignals(() => child);
  child = spawn(process.execPath, ['--import', guard, '--import', tsx, `${ROOT}${script}`, ...args], {
    cwd: userFolder(),
    env: { ...process.env, TSX_TSCONFIG_PATH: `${ROOT}tsconfig.json` },
    stdio: 'inherit',
    // A process group of its own: Ctrl-C reaches it once, through us, and not also from the terminal.
    detached: true,
  });
  const forget = noteRunning(child.pid);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      forget();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** npm moves to the checkout; paths are meant from where the user was. */
function userFolder() {
  const folder = process.env.npm_lifecycle_event === undefined ? undefined : process.env.INIT_CWD;
  return folder !== undefined && existsSync(folder) ? folder : process.cwd();
}

function passOnSignals(childNow) {
  const request = stopRequests();
  let stopping = false;
  const stop = (signal) => {
    const child = childNow();
    const kind = request(performance.now());
    if (kind === 'echo') return;
    stopping = true;
    if (kind === 'byForce') killGroup(child);
    else {
      child.kill(signal);
      setTimeout(() => killGroup(child), kind === 'orderly' ? ORDERLY_MS : AT_ONCE_MS).unref();
    }
  };
  // A closed terminal is no reason to leave things behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => stop(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  // After Ctrl-C npm's shell may well be gone before the child is done: that is no second request.
  watchParents(() => stopping || stop('SIGTERM'));
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
