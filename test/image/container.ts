/** Containers of the image, run as a careful platform runs them: its own user, a root that is read-only, no capabilities. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../local/ports.ts';
import type { Environment } from '../../src/config.ts';
import { eventually } from '../e2e/waiting.ts';
import { askAlong, podman, podmanArgs } from './tools.ts';

export const IMAGE = 'localhost/guestwatch:check';

/** podman would ask for more than this machine may give; what it gives is more than enough. */
const FILES = 16_384;
const PROCESSES = 4_096;

const CONFINED = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
  // The servers listen on loopback.
  ...['--network', 'host', '--ulimit', `nofile=${FILES}:${FILES}`, '--ulimit', `nproc=${PROCESSES}:${PROCESSES}`],
];
/** Else podman has systemd ask, which not every machine has. */
const UNASKED = ['--health-interval', 'disable'];

/** Runs a command of the image to its end. */
export function once(args: readonly string[], env: Environment = {}) {
  return askAlong(
    'podman',
    podmanArgs('run', '--rm', '--no-healthcheck', ...CONFINED, ...envArgs(env), IMAGE, ...args),
  );
}

/** Starts a command of the image that reads its standard input, and leaves it there. */
export function startReading(name: string, args: readonly string[]): void {
  names.add(name);
  podman('run', '--detach', '--interactive', '--name', name, '--no-healthcheck', ...CONFINED, IMAGE, ...args);
}

/** All that was started. */
const names = new Set<string>();

export interface Ending {
  readonly code: number;
  /** From the signal to its end. */
  readonly ms: number;
  readonly log: string;
}

export interface Container {
  readonly name: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
  /** Resolves when it is ready; rejects, with its log, where it ends before or takes too long. */
  ready(): Promise<void>;
  /** What the image's own health check says: its exit code. */
  health(): Promise<number>;
  /** Runs Node inside of it. */
  node(script: string): Promise<string>;
  /** Its first process as this machine sees it. */
  pid(): number;
  /** Asks it to stop as a platform does. */
  stop(): Promise<Ending>;
}

const READY_MS_MAX = 90_000;
const GRACE_S = 30;

/** Starts the service. */
export async function start(name: string, env: Environment): Promise<Container> {
  const [api, ops] = [await freePort(), await freePort()];
  const places = { API_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1', API_PORT: String(api), OPS_PORT: String(ops) };
  names.add(name);
  podman('run', '--detach', '--name', name, ...UNASKED, ...CONFINED, ...envArgs({ ...env, ...places }), IMAGE);
  const [apiUrl, opsUrl] = [`http://127.0.0.1:${api}`, `http://127.0.0.1:${ops}`];
  const log = () => askAlong('podman', podmanArgs('logs', name)).then(({ out, err }) => `${out}${err}`);
  return {
    ...{ name, apiUrl, opsUrl },
    async ready() {
      for (const end = performance.now() + READY_MS_MAX; !(await isReady(opsUrl)); await delay(200)) {
        if (!isRunning(name) || performance.now() > end) throw new Error(`${name} is not ready:\n${await log()}`);
      }
    },
    health: async () => (await askAlong('podman', podmanArgs('healthcheck', 'run', name))).code ?? -1,
    node: async (script) => (await askAlong('podman', podmanArgs('exec', name, 'node', '-e', script))).out.trim(),
    pid: () => pidOf(name),
    async stop() {
      const since = performance.now();
      // What this says of its own fate does not matter; the container's does.
      await askAlong('podman', podmanArgs('stop', '--time', String(GRACE_S), name));
      return { code: exitCode(name), ms: performance.now() - since, log: await log() };
    },
  };
}

/** Sends a signal, once the process has come as far as to listen for it; its exit code. */
export async function killed(name: string, signal: 'SIGTERM'): Promise<number> {
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  const caught = () =>
    BigInt(`0x${/^SigCgt:\s+(\w+)$/m.exec(readFileSync(`/proc/${pidOf(name)}/status`, 'utf8'))![1]}`);
  await eventually(async () => (caught() & bit) !== 0n, `${name} listens for ${signal}`);
  podman('kill', '--signal', signal, name);
  await askAlong('podman', podmanArgs('wait', name));
  return exitCode(name);
}

/** Ends and forgets all that was started by name. */
export function removeAll(): void {
  for (const name of names) podman('rm', '--force', '--ignore', '--time', '0', name);
}

const pidOf = (name: string): number => Number(podman('inspect', '--format', '{{.State.Pid}}', name));
const exitCode = (name: string): number => Number(podman('inspect', '--format', '{{.State.ExitCode}}', name));
const isRunning = (name: string): boolean =>
  podman('inspect', '--format', '{{.State.Running}}', name).trim() === 'true';

async function isReady(opsUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${opsUrl}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

const envArgs = (env: Environment): string[] =>
  Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : ['--env', `${name}=${value}`]));
