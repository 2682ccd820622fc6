/** Notices that npm is gone. A SIGTERM to npm ends the shell between us and leaves us behind, with nobody to stop us. */
import { readFileSync } from 'node:fs';

const ASK_EVERY_MS = 500;

/** Calls `gone` once when the parent, or the parent's own, has died. Only where npm runs us: others may well mean to leave us behind. */
export function watchParents(gone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = parents();
  const timer = setInterval(() => {
    if (parents() === before) return;
    clearInterval(timer);
    gone();
  }, ASK_EVERY_MS);
  timer.unref();
}

/** Our parent, and where the system tells (Linux), the parent of that: between npm and us there may be a shell that outlives npm. */
function parents() {
  const parent = process.ppid;
  try {
    // The name in the second field may hold anything, so what follows its closing bracket counts.
    const fields = readFileSync(`/proc/${parent}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ');
    return `${parent} ${fields[1]}`;
  } catch {
    return `${parent}`;
  }
}
