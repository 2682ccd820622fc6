/** Notes who runs on the packages, so that they are never replaced under a running service. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { LAUNCHER_FOLDER } from './place.js';

const FOLDER = `${LAUNCHER_FOLDER}/running`;

/** Whether a process is there, by whomever it was started. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether a file was written since this machine started: process ids in older ones belong to others by now. */
export function isOfThisBoot(path) {
  return statSync(path).mtimeMs > Date.now() - uptime() * 1_000;
}

/** Notes that this launcher, and the child with it, run on the packages; gives a function that takes the note away. */
export function noteRunning(childPid) {
  const path = `${FOLDER}/${process.pid}`;
  try {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, [process.pid, childPid].join(' '));
  } catch {
    // A checkout that cannot be written to cannot be installed into either, so nobody needs the note.
  }
  return () => rmSync(path, { force: true });
}

/** The process ids, other than this launcher's, that run on the packages. Notes of the dead are cleared away. */
export function whoRuns() {
  return namesIn(FOLDER).flatMap((name) => {
    const path = `${FOLDER}/${name}`;
    try {
      const pids = isOfThisBoot(path) ? readFileSync(path, 'utf8').split(' ').map(Number) : [];
      const alive = pids.filter((pid) => pid !== process.pid && pid > 0 && isAlive(pid));
      if (alive.length === 0) rmSync(path, { force: true });
      return alive.slice(0, 1);
    } catch {
      // Gone between the listing and the reading.
      return [];
    }
  });
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
