/** The service as a process that says where it is, and stands still there if it is told to, so that it can be killed between two steps. */
import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { startService } from '../../src/service.ts';
import { configOf, type Instructions, type Step } from './support.ts';

const { roles, tuning, stopAt } = JSON.parse(process.argv[2]!) as Instructions;
const parent = process.ppid;

// Written at once, and not when the process comes to it: it may come to nothing any more.
const say = (line: string): void => void writeSync(1, `${line}\n`);

/** Holds the whole process, timers and sockets too, as if it had been killed here; ends with the one who should have done so. */
function standStill(): never {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (process.ppid === parent) Atomics.wait(cell, 0, 0, 250);
  process.exit(1);
}

let passings = 0;
const pass = (step: Step) => async (): Promise<void> => {
  if (step !== stopAt?.step || ++passings < stopAt.passing) return;
  say(`at ${step}`);
  standStill();
};

const config = configOf(process.env);
const service = await startService(config, {
  ...{ roles, tuning, logger: pino({ level: config.logLevel }, pino.destination(2)) },
  hooks: {
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
  },
});
say(`started ${JSON.stringify({ api: service.apiUrl ?? '', ops: service.opsUrl })}`);
process.once('SIGTERM', () => void service.close().then(() => process.exit(0)));
await service.ready;
say('ready');
