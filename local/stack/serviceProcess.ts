/**
 * Runs `guestwatch serve` on a stack, as a process of its own: that is what users run, so its settings, messages and exit codes are
 * those that they will meet; the endpoint does not share its time with it; and its end, however sudden, is not the stack's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../stack.ts';
import type { DataFolder } from './dataFolder.ts';
import { StackFault } from './fault.ts';
import { onFreePorts } from './freePorts.ts';

export interface ServiceOptions {
  readonly endpoints: Endpoints;
  readonly folder: DataFolder;
  /** What the service has of the environment, apart from where things are. */
  readonly env: NodeJS.ProcessEnv;
  /** Ports to begin looking at. */
  readonly ports: { readonly api: number; readonly ops: number };
  /** Descriptor that its log is written to. */
  readonly log: number;
  /** Once aborted, nothing is waited for any more. */
  readonly signal: AbortSignal;
}

export interface ServiceProcess {
  readonly pid: number;
  /** `http://127.0.0.1:PORT` each; the API's with `https:` where its settings say TLS. */
  readonly api: string;
  readonly ops: string;
  /** Resolves with how it ended, in words, whenever that is. */
  readonly gone: Promise<string>;
  /** Asks it to stop, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** A little more than the service gives itself, so that it is the one to say what would not close. */
const STOP_MS_MAX = 30_000;
const READY_MS_MAX = 90_000;
const READY_POLL_MS = 50;

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TETHER = new URL('./tether.ts', import.meta.url).href;

/** Settings that say where things are: the stack's own take their place. */
const PLACES = [
  ...['EVENTHUB_CONNECTION_STRING', 'EVENTHUB_CONNECTION_STRING_FILE', 'EVENTHUB_NAMESPACE'],
  ...['EVENTHUB_NAMES', 'EVENTHUB_CONSUMER_GROUP'],
  ...['CHECKPOINT_STORAGE_CONNECTION_STRING', 'CHECKPOINT_STORAGE_CONNECTION_STRING_FILE', 'CHECKPOINT_STORAGE_URL'],
  ...['REDIS_URL', 'REDIS_URL_FILE', 'REDIS_CLUSTER', 'API_HOST', 'API_PORT', 'OPS_HOST', 'OPS_PORT'],
];

/** Starts the service and resolves once it is ready. Rejects with a StackFault where it ends before that, or never gets ready. */
export function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  return onFreePorts([options.ports.api, options.ports.ops], async (api, ops) => {
    const { folder, signal } = options;
    for (const port of [api, ops]) folder.notePort(port);
    const child = spawnService(options, api, ops);
    const service = describe(child, apiAddress(options.env, api), `http://127.0.0.1:${ops}`);
    try {
      await untilReady(child, service, signal);
      return service;
    } catch (error) {
      await service.stop();
      throw error;
    }
  });
}

function spawnService({ env, endpoints, log }: ServiceOptions, api: number, ops: number): ChildProcess {
  const tsx = import.meta.resolve('tsx');
  const places = Object.fromEntries(PLACES.map((name) => [name, undefined]));
  return spawn(process.execPath, ['--import', tsx, '--import', TETHER, MAIN, 'serve'], {
    env: {
      ...env,
      ...places,
      TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
      EVENTHUB_CONNECTION_STRING: endpoints.eventHubs,
      CHECKPOINT_STORAGE_CONNECTION_STRING: endpoints.blob,
      REDIS_URL: endpoints.redis,
      API_PORT: String(api),
      OPS_PORT: String(ops),
    },
    stdio: ['pipe', log, log],
    // A process group of its own: the terminal's Ctrl-C is for us, who close it before what it stands on.
    detached: true,
  });
}

/** Where the API of a service with these settings answers. */
export const apiAddress = ({ API_TLS_CERT_FILE: certificate = '' }: NodeJS.ProcessEnv, port: number): string =>
  `${certificate.trim() === '' ? 'http' : 'https'}://127.0.0.1:${port}`;

function describe(child: ChildProcess, api: string, ops: string): ServiceProcess {
  child.stdin!.on('error', () => {}); // It may be gone before its pipe is.
  const gone = once(child, 'exit').then(
    ([code, signal]: unknown[]) => (code === null ? `was ended by ${signal}` : `ended with ${code}`),
    (error: Error) => `could not be started: ${error.message}`,
  );
  return {
    pid: child.pid!,
    api,
    ops,
    gone,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      await gone;
      clearTimeout(late);
    },
  };
}

async function untilReady(child: ChildProcess, { ops, gone }: ServiceProcess, signal: AbortSignal): Promise<void> {
  let ended: string | null = null;
  gone.then((how) => {
    ended = how;
  });
  const late = performance.now() + READY_MS_MAX;
  for (;;) {
    signal.throwIfAborted();
    if (ended !== null) throw new StackFault(`The service ${ended} before it was ready.`, child.exitCode ?? 1);
    const missing = await notReady(ops);
    if (missing === null) return;
    if (performance.now() > late) throw new StackFault(`The service does not get ready: ${missing}`, 3);
    await pause(READY_POLL_MS);
  }
}

/** What is in the way of the service, null if nothing is. It has no other way to say so that does not hang on its log level. */
async function notReady(ops: string): Promise<string | null> {
  try {
    const response = await fetch(`${ops}/readyz`);
    if (response.ok) return null;
    const { reasons } = (await response.json()) as { reasons: { detail: string }[] };
    return reasons.map(({ detail }) => detail).join(' ');
  } catch {
    return 'it does not answer.';
  }
}

/** The port that a setting of the user's asks for; the usual one where it names none. */
export function portOf(text: string | undefined, usual: number): number {
  const port = text === undefined || text.trim() === '' ? usual : Number(text);
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : usual;
}

/** The event hub that the user wants findings to be sent to; the service says what is wrong with a name. */
export const findingsHubOf = ({ FINDINGS_EVENTHUB_NAME: name }: NodeJS.ProcessEnv): string | undefined =>
  name !== undefined && /^[a-z0-9][a-z0-9._-]*$/i.test(name.trim()) ? name.trim() : undefined;

/** Opens a log file for a service anew. */
export const openLog = (file: string): number => fs.openSync(file, 'w');
