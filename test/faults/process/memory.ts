/** How much memory a process holds, and the most that it ever held, as Linux counts it. */
import { readFileSync } from 'node:fs';

/** Bytes. */
export interface Memory {
  readonly rss: number;
  readonly peak: number;
}

/** Null where there is no such process (any more). */
export function memoryOf(pid: number): Memory | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return null;
  }
  const bytesOf = (name: string): number | null => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  };
  const [rss, peak] = [bytesOf('VmRSS'), bytesOf('VmHWM')];
  return rss === null || peak === null ? null : { rss, peak };
}
