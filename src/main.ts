/** The process: the one file that touches it. Everything else is handed what it needs of it. */
import type { Io } from './cli/io.ts';
import { run } from './cli/run.ts';

const io: Io = {
  env: process.env,
  cwd: process.cwd(),
  // Opened only when asked for: an open standard input would keep the process alive.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  onStop(listener) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => listener(signal));
  },
  onUncaught(listener) {
    process.on('uncaughtException', listener);
    process.on('unhandledRejection', listener);
  },
  exit: (code) => process.exit(code),
};

process.exitCode = await run(process.argv.slice(2), io);
