/** What a process still holds once it has closed everything, apart from what it held before it opened anything. */
import type { Socket } from 'node:net';
import { timersPending } from './timers.ts';

/** Sockets that are being closed, and their like, are gone after so long. */
const SETTLE_MS_MAX = 1_000;

/** Returns a function that resolves with what is left: with nothing as soon as the process could end by itself. */
export function watchLeftovers(): () => Promise<string[]> {
  const before = held();
  return () =>
    new Promise((resolve) => {
      process.once('beforeExit', () => resolve([]));
      setTimeout(() => resolve(less(held(), before)), SETTLE_MS_MAX).unref();
    });
}

const held = (): string[] => {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const peers = handles
    .filter((handle) => isSocket(handle))
    .map(({ remoteAddress, remotePort }) => `socket to ${remoteAddress}:${remotePort}`);
  const timers = timersPending();
  return [
    ...process.getActiveResourcesInfo().filter(isNameless({ TCPSocketWrap: peers, Timeout: timers })),
    ...peers,
    ...timers,
  ];
};

/** Whether a resource is one of which nothing better is known than what it is. */
const isNameless =
  (named: Readonly<Record<string, readonly string[]>>) =>
  (kind: string): boolean =>
    (named[kind]?.length ?? 0) === 0;

const isSocket = (handle: unknown): handle is Socket =>
  typeof handle === 'object' && handle !== null && 'remotePort' in handle && handle.remotePort !== undefined;

function less(names: readonly string[], taken: readonly string[]): string[] {
  const rest = [...names];
  for (const name of taken) if (rest.includes(name)) rest.splice(rest.indexOf(name), 1);
  return rest;
}
