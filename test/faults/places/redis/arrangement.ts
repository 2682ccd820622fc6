/** How the servers of a place stand to each other. What faults need to know of it, and no more. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Cluster, Redis } from 'ioredis';
import type { TcpProxy } from '../../../../local/proxy.ts';
import type { Dice } from '../../../oracle/dice.ts';
import type { RedisNode } from './node.ts';

export interface Arrangement {
  /** What a service is given, but for what is not about Redis. */
  readonly environment: Readonly<Record<string, string>>;
  readonly nodes: readonly RedisNode[];
  /** Those that services write to at the moment. */
  serving(): readonly RedisNode[];
  /** What services connect through. */
  readonly proxies: readonly TcpProxy[];
  /** A client past the proxies, for whoever serves at the moment: ask again after a fault. */
  look(): Redis | Cluster;
  /** Resolves when all is as it was before a fault, as far as no other fault stands in the way. */
  whole(): Promise<void>;
  /** Empties it, and ends every trace of faults. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** A server to strike, or none where other faults hold all of them. */
export function pickServing(place: Arrangement, dice: Dice): RedisNode | undefined {
  const free = place.serving().filter(({ isHeld }) => !isHeld);
  return free.length === 0 ? undefined : dice.pick(free);
}

/** The same, of those that hold anything. */
export async function pickFull(place: Arrangement, dice: Dice): Promise<RedisNode | undefined> {
  const full: RedisNode[] = [];
  for (const node of place.serving()) {
    if (!node.isHeld && (await node.client.dbsize()) > 0) full.push(node);
  }
  return full.length === 0 ? undefined : dice.pick(full);
}

/** A temporary folder; in memory where the system has such: a killed process loses nothing by it, and syncing costs nothing. */
export function makeFolder(): string {
  const memory = '/dev/shm';
  return fs.mkdtempSync(path.join(fs.existsSync(memory) ? memory : os.tmpdir(), 'redis-place-'));
}

/** Longer than any server here takes for anything. */
const untilMsMax = 30_000;

/** Waits for what a server tells no one: asks until it is so. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  if (!(await within(untilMsMax, holds))) throw new Error(`Not so within ${untilMsMax} ms: ${holds}`);
}

/** Asks until it is so, or the time is over; tells which. */
export async function within(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const late = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > late) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

/** What a fault gives back that did not come about, or whose end changes nothing. */
export const nothing = async (): Promise<void> => {};
