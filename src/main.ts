#!/usr/bin/env node
/** The process: the one file that touches it. Everything else is handed what it needs of it. */
import { setFlagsFromString } from 'node:v8';
import type { Io } from './cli/io.ts';

/** What asks a process to stop, and the exit codes that say that it did. */
const STOPS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
let isHeard = false;
// To the first process of a container a signal that it does not listen for is none at all. Before anything else is loaded.
if (process.pid === 1)
  for (const [signal, code] of Object.entries(STOPS)) process.on(signal, () => isHeard || process.exit(code));

/*
 * What is received stands outside of V8's heap and lives for a moment, but V8 takes its growth for that of a heap of 40 MB, and
 * marks all of it anew for every few megabytes that come in: a third of the service's time. So the heap may grow to five times
 * what it held when it was last marked.
 */
setFlagsFromString('--heap-growing-percent=400');

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
    isHeard = true;
    for (const signal of Object.keys(STOPS)) process.on(signal, () => listener(signal));
  },
  onUncaught(listener) {
    process.on('uncaughtException', listener);
    process.on('unhandledRejection', listener);
  },
  exit: (code) => process.exit(code),
};

const { run } = await import('./cli/run.ts');
process.exitCode = await run(process.argv.slice(2), io);
