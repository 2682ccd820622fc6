/** Starts servers on the ports that they would like, or on the next ones that are free. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../ports.ts';
import { type Lock, takeLock } from './lock.ts';

/** Others may take a port between our look and the server's; so often in a row, something else is wrong. */
const TRIES_MAX = 10;

/** A port to begin looking at; 0 takes any. */
export type PreferredPorts = Readonly<Record<'redis' | 'blob' | 'eventHubs' | 'control' | 'api' | 'ops', number>>;

export const PREFERRED_PORTS: PreferredPorts = {
  redis: 6379,
  blob: 10_000,
  eventHubs: 5672,
  control: 5300,
  api: 8080,
  ops: 9464,
};

/**
 * Starts a server that needs some ports. A failure counts as the loss of a race where one of the ports is taken afterwards, and is
 * tried again with others; any other failure is handed on.
 */
export async function onFreePorts<T>(
  preferred: readonly number[],
  start: (...ports: number[]) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const ports: number[] = [];
    for (const port of preferred) ports.push(await reserve(port));
    try {
      return await start(...ports);
    } catch (error) {
      if (tries === TRIES_MAX || (await takenOf(ports)).length === 0) throw error;
    }
  }
}

/** Ports that this process has given out, all for good: a server that was to have one may still be on its way out. */
const given = new Set<number>();
const locks: Lock[] = [];
process.once('exit', () => {
  for (const lock of locks) lock.release();
});

/**
 * The port, or the next one that is free, for nobody but us among all stacks of this user: of two that start at once one would
 * otherwise find a port free until the other's server, seconds later, listens there, and take that one's answers for its own's.
 */
async function reserve(preferred: number): Promise<number> {
  const passed = new Set(given);
  for (;;) {
    const port = await freePort(preferred, passed);
    passed.add(port);
    // One of any is hardly ever the same as another's.
    const lock = preferred === 0 ? undefined : await takeLock(path.join(reservations(), String(port)), async () => {});
    if (lock === null) continue;
    if (lock !== undefined) locks.push(lock);
    given.add(port);
    return port;
  }
}

function reservations(): string {
  const folder = path.join(os.tmpdir(), `guestwatch-ports-${os.userInfo().uid}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Those of the ports that something listens on. */
export async function takenOf(ports: readonly number[]): Promise<number[]> {
  const isTaken = await Promise.all(ports.map(async (port) => (await freePort(port)) !== port));
  return ports.filter((_, i) => isTaken[i]);
}
