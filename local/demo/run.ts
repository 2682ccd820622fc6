/** What `npm start` does: starts everything with a clean slate, plays the sample traffic and tells what comes of it, and ends all of it again. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type DataFolder, openDataFolder } from '../stack/dataFolder.ts';
import { StackFault } from '../stack/fault.ts';
import { PREFERRED_PORTS } from '../stack/freePorts.ts';
import { LOCAL_FOLDER, PARTITIONS_DEFAULT } from '../stack/options.ts';
import { findingsHubOf, openLog, portOf, type ServiceProcess, startServiceProcess } from '../stack/serviceProcess.ts';
import type { Stop } from '../stack/stop.ts';
import { type Stack, startStack } from '../stack.ts';
import { playCrowd, playScenes, playTrickle, type Stage } from './play.ts';
import { openSender } from './send.ts';
import { showNext, showStage, showSummary, showTitle, showTold } from './show.ts';
import { count, seconds, type Terminal } from './terminal.ts';
import { watch } from './watch.ts';

export interface StartOptions {
  /** Null for the usual one. */
  readonly dataFolder: string | null;
}

/** Time for a cause to show after its symptom. */
const SYMPTOM_MS = 1_000;

type Closer = () => Promise<void>;

/** Runs until asked to stop; resolves with the exit code. Rejects with a StackFault where it cannot run. */
export async function runStart(options: StartOptions, terminal: Terminal, stop: Stop): Promise<number> {
  const closers: Closer[] = [];
  const ending = new AbortController();
  const signal = AbortSignal.any([stop.signal, ending.signal]);
  stop.asked.then(() => {
    // At once, although what is just being started must come about before it can be closed.
    terminal.line();
    terminal.line('Stopping everything (Ctrl-C again: at once).');
  });
  try {
    await play(options, terminal, signal, closers);
  } catch (error) {
    // Once asked to stop, whatever did not come about any more is no fault.
    if (!stop.signal.aborted) throw error;
  } finally {
    // What plays must not go on against what is being closed.
    ending.abort();
    await closeAll(closers, terminal, stop.signal.aborted);
  }
  return 0;
}

async function play(options: StartOptions, terminal: Terminal, signal: AbortSignal, closers: Closer[]): Promise<void> {
  showTitle(terminal);
  const folder = await openDataFolder({
    path: options.dataFolder ?? path.relative('', `${LOCAL_FOLDER}start`),
    exactly: options.dataFolder !== null,
    partitions: PARTITIONS_DEFAULT,
    // What an earlier demo left would only stand between its own findings and their sentences.
    clear: true,
  });
  closers.push(async () => folder.release());
  terminal.line(`Starting everything on this machine, with its data in ${path.relative('', folder.path)}`);
  const stack = await stackIn(folder, terminal, closers);
  signal.throwIfAborted();
  const service = await serviceOn(stack, folder, terminal, signal, closers);
  const ended = service.gone.then((how) => {
    throw new StackFault(`The service ${how}. ${lastWords(folder)}`, 1);
  });
  const broken = stack.broken.then((name) => {
    throw new StackFault(`${name} has ended by itself.`, 1);
  });
  const playing = traffic(stack, folder, service, terminal, signal, closers).catch(async (error) => {
    // A service that is gone shows first as a question that fails.
    if (!signal.aborted) await Promise.race([ended, broken, pause(SYMPTOM_MS)]);
    const why = error instanceof Error ? error.message : String(error);
    throw new StackFault(`The demo cannot go on: ${why}\n${lastWords(folder)}`, 1, { cause: error });
  });
  await Promise.race([ended, broken, playing]);
}

async function stackIn(folder: DataFolder, terminal: Terminal, closers: Closer[]): Promise<Stack> {
  const names = { redis: 'Redis', blob: 'Blob storage (Azurite)', eventHubs: 'Event Hubs endpoint' };
  const stack = await startStack({
    folder,
    partitions: PARTITIONS_DEFAULT,
    findingsHub: findingsHubOf(process.env),
    onServer: (name, where, ms) => showStage(terminal, names[name], where, ms),
  });
  closers.push(() => stack.close());
  return stack;
}

async function serviceOn(
  endpoints: Stack,
  folder: DataFolder,
  terminal: Terminal,
  signal: AbortSignal,
  closers: Closer[],
): Promise<ServiceProcess> {
  const since = performance.now();
  const log = openLog(logFile(folder));
  const ports = {
    api: portOf(process.env['API_PORT'], PREFERRED_PORTS.api),
    ops: portOf(process.env['OPS_PORT'], PREFERRED_PORTS.ops),
  };
  try {
    const service = await startServiceProcess({ endpoints, folder, env: plainEnvironment(), ports, log, signal });
    closers.push(() => service.stop());
    showStage(terminal, 'guestwatch serve', service.api, performance.now() - since);
    return service;
  } catch (error) {
    if (!(error instanceof StackFault)) throw error;
    throw new StackFault(`${error.message} ${lastWords(folder)}`, error.exitCode);
  } finally {
    fs.closeSync(log);
  }
}

async function traffic(
  stack: Stack,
  folder: DataFolder,
  { api, ops }: ServiceProcess,
  terminal: Terminal,
  signal: AbortSignal,
  closers: Closer[],
): Promise<void> {
  const sample = path.join(folder.path, 'sample.ndjson');
  const sender = openSender(stack.eventHubs, sample, signal);
  closers.push(() => sender.close());
  const watching = watch(api, (told) => showTold(terminal, told), signal);
  const stage: Stage = { sender, watch: watching, ops, signal };
  const playing = async () => {
    const since = performance.now();
    await playCrowd(stage);
    const { records, events } = sender.sent;
    showStage(
      terminal,
      'Everyday sign-ins sent',
      `${count(records)} records in ${events} events`,
      performance.now() - since,
    );
    terminal.line();
    terminal.line(
      'Now some guests sign in and do things. What comes of it, as it is decided: “in … s” is the time from',
    );
    terminal.line('the arrival of the last record that it takes. Clock times are UTC.');
    terminal.line();
    showSummary(terminal, await playScenes(stage));
    showNext(terminal, { api, sample: path.relative('', sample), log: path.relative('', logFile(folder)) });
    await playTrickle(stage);
  };
  await Promise.race([playing(), watching.ended.then(() => signal.throwIfAborted())]);
}

const logFile = (folder: DataFolder): string => path.join(folder.path, 'service.log');

/** The end of the service's log: it says why, and where there is more. */
function lastWords(folder: DataFolder): string {
  const lines = fs.readFileSync(logFile(folder), 'utf8').trim().split('\n').slice(-3);
  return `Its log, ${logFile(folder)}, ends with:\n${lines.join('\n')}`;
}

/** The demo is the same for everyone: settings that happen to stand in the environment are for another service. Where findings go may be said. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const wanted = /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|NODE_\w+|WEBHOOKS_FILE|FINDINGS_EVENTHUB_NAME)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => wanted.test(name)));
}

async function closeAll(closers: Closer[], terminal: Terminal, wasAsked: boolean): Promise<void> {
  const since = performance.now();
  for (const closer of closers.splice(0).reverse()) await closer();
  if (wasAsked)
    terminal.line(
      `Stopped: nothing of it runs any more. ${terminal.colour('dim', seconds(performance.now() - since))}`,
    );
}
