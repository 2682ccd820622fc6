/** buildah and podman on a store of the checkout's own, so that nothing of this shows among anyone's images and containers. */
import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CheckFault } from './step.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What is dear to make stays here: bases, and layers that were built. */
export const STORE = `${ROOT}.local/image/`;

const place = (): string[] => {
  mkdirSync(STORE, { recursive: true });
  return ['--root', `${STORE}storage`, '--runroot', `${STORE}run`];
};

/** Runs a program to its end; its output, or a fault with what it said. */
export function ask(program: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  const words = error?.message ?? `${stderr}${stdout}`.trim().split('\n').slice(-30).join('\n');
  throw new CheckFault(`${program} ${args.slice(0, 8).join(' ')} … ended with ${status}:\n${words}`, 1);
}

/** As `ask`, but without standing in the way of anything else, and with whatever code it ends. */
export async function askAlong(program: string, args: readonly string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => {
    out += part;
  });
  child.stderr.on('data', (part) => {
    err += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

export const buildah = (...args: readonly string[]): string => ask('buildah', [...place(), ...args]);
// runc, because crun refuses machines that have both kinds of control groups.
export const podmanArgs = (...args: readonly string[]): string[] => [...place(), '--runtime', 'runc', ...args];
export const podman = (...args: readonly string[]): string => ask('podman', podmanArgs(...args));

/** podman's notes of containers: those of a run that was killed, or of a checkout that lay elsewhere, are of no use. */
export const forgetContainers = (): void => rmSync(`${STORE}storage/libpod`, { recursive: true, force: true });

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'guestwatch-image-'));
