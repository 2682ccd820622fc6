/** The most memory that each process ever held. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Memory, ServiceProcess } from '../process/service.ts';

export interface MemoryWatch {
  /** By name of the process. A process that is struck leaves what was seen shortly before. */
  peaks(): ReadonlyMap<string, Memory>;
  stop(): Promise<void>;
}

const INTERVAL_MS = 500;

export function watchMemory(processes: () => readonly ServiceProcess[]): MemoryWatch {
  const peaks = new Map<string, Memory>();
  const stopped = new AbortController();
  const look = (): void => {
    for (const process of processes()) peaks.set(process.name, process.memory());
  };
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      look();
      await delay(INTERVAL_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    peaks() {
      look();
      return peaks;
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
