/**
 * The service as a process for tests: the real command `serve`, which can be made to stand still or stop between two steps,
 * whose wall clock can be put wrong, and which says at its end what it has left open.
 */
import { writeSync } from 'node:fs';
import net from 'node:net';
import type { Io } from '../../../src/cli/io.ts';
import { watchLeftovers } from './leftovers.ts';
import type { Arming, Instructions, Left, Order, Plant, Started, Step } from './protocol.ts';
import { letRenewalsGo, renewalsPending } from './renewals.ts';
import { rememberTimers } from './timers.ts';
import { setClock, takeOverClock } from './wallClock.ts';

takeOverClock();
rememberTimers();
letRenewalsGo();
// Only now: what is imported must find the clock and the timers as they are to be.
const { serve } = await import('../../../src/cli/serve.ts');
const { startService } = await import('../../../src/service.ts');

const instructions = JSON.parse(process.argv[2]!) as Instructions;
const parent = process.ppid;

// Written at once, and not when the process comes to it: it may come to nothing any more.
const say = (line: string): void => void writeSync(1, `${line}\n`);

// --- steps -------------------------------------------------------------------------------------------------------------

let arming: Arming | null = instructions.arming;
let passings = 0;

const pass = (step: Step) => async (): Promise<void> => {
  if (step !== arming?.step || ++passings < arming.passing) return;
  const { what } = arming;
  arming = null;
  say(`at ${step}`);
  if (what === 'stand') standStill();
  process.kill(process.pid, 'SIGTERM');
};

/** Holds the whole process, timers and sockets too, as if it had been killed here; ends with the one who should have done so. */
function standStill(): never {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (process.ppid === parent) Atomics.wait(cell, 0, 0, 250);
  process.exit(1);
}

const hooks = {
  state: {
    beforeApply: pass('state.beforeApply'),
    afterApply: pass('state.afterApply'),
    beforeStore: pass('state.beforeStore'),
    afterStore: pass('state.afterStore'),
  },
  consumer: {
    afterApply: pass('consumer.afterApply'),
    afterPosition: pass('consumer.afterPosition'),
    beforeCheckpoint: pass('consumer.beforeCheckpoint'),
  },
};

// --- orders ------------------------------------------------------------------------------------------------------------

function obey(order: Order): void {
  switch (order.order) {
    case 'arm':
      arming = order.arming;
      passings = 0;
      say(arming === null ? 'disarmed' : 'armed');
      break;
    case 'clock':
      setClock(order.offsetMs);
      say(`clock ${order.offsetMs}`);
      break;
    case 'plant':
      plant(order.plant);
      say('planted');
      break;
  }
}

function plant(what: Plant): void {
  if (what === 'timer') setInterval(() => {}, 60_000);
  if (what === 'socket') net.createServer().listen(0, '127.0.0.1');
  if (what === 'exit') setImmediate(() => process.exit(9));
  if (what === 'throw')
    setImmediate(() => {
      throw new Error('planted');
    });
  if (what === 'hoard') setImmediate(hoard);
}

/** Keeps more than the process may hold: V8 ends it then, and no handler of anything is called. */
function hoard(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, Math.random));
}

process.on('message', obey);
// Whoever gives the orders is gone: nobody would ever end this process.
process.on('disconnect', () => process.exit(1));
process.channel!.unref();

// --- the command -------------------------------------------------------------------------------------------------------

/** Thrown in place of ending the process, so that what is left can be looked at first. */
class Ended extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`ended with ${code}`);
    this.code = code;
  }
}

/** Set where the command ends the process without having closed anything: there is nothing to look at then. */
let isAtOnce = false;
let stops = 0;

const io: Io = {
  env: process.env,
  cwd: process.cwd(),
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  onStop(listener) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(signal, () => {
        isAtOnce ||= ++stops > 1;
        listener(signal);
      });
  },
  onUncaught(listener) {
    const atOnce = (error: unknown): void => {
      isAtOnce = true;
      listener(error);
    };
    process.on('uncaughtException', atOnce);
    process.on('unhandledRejection', atOnce);
  },
  exit(code) {
    if (isAtOnce) process.exit(code);
    throw new Ended(code);
  },
};

const leftovers = watchLeftovers();
const flags = new Map([['roles', instructions.roles.join(',')]]);
serve({ flags, positionals: [], faults: [] }, io, async (config, options) => {
  const service = await startService(config, { ...options, tuning: instructions.tuning, hooks });
  const started: Started = { api: service.apiUrl ?? '', ops: service.opsUrl, reader: service.reader };
  say(`started ${JSON.stringify(started)}`);
  service.ready.then(
    () => say('ready'),
    () => {}, // The command says why.
  );
  return service;
}).catch(async (error: unknown) => {
  if (!(error instanceof Ended)) throw error;
  const left: Left = { resources: await leftovers(), renewals: renewalsPending() };
  say(`left ${JSON.stringify(left)}`);
  process.exit(error.code);
});
