/** Loaded into every process that the launcher starts: asks it to stop when its parent is gone, however that died. */
import { isMainThread } from 'node:worker_threads';

const ASK_EVERY_MS = 500;

if (isMainThread) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, ASK_EVERY_MS);
  timer.unref();
}
