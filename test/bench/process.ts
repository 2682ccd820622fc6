/** Processes that are measured from outside, by what the system has booked for them. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compiled } from '../compiled.ts';
import type {
  HubOrder,
  HubReply,
  HubSize,
  PeerOrder,
  PeerReply,
  PeerStart,
  ReadersOrder,
  ReadersReply,
} from './processes/protocol.ts';

/** The system books time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** User and system time of a process so far, in seconds. Linux only, as the whole bench is. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory of a process just now, in bytes. */
export function memoryBytes(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kib) * 1024;
}

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function forked(file: string): ChildProcess {
  const child = fork(fileOf(file), { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  // Thrown where nobody catches it: a figure without one of its sides is none.
  child.once('exit', (code) => {
    if (code !== null && code !== 0) throw new Error(`${file} ended with ${code}`);
  });
  return child;
}

/** Ends a process and waits until it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** The hub's process. One order at a time. */
export class HubProcess {
  readonly #child = forked('processes/hub.ts');
  connectionString = '';

  get pid(): number {
    return this.#child.pid!;
  }

  static async open(hubs: readonly HubSize[], dataDir?: string): Promise<HubProcess> {
    const hub = new HubProcess();
    const opened = await hub.#ask({ kind: 'open', hubs, ...(dataDir !== undefined && { dataDir }) });
    if (opened.kind === 'opened') hub.connectionString = opened.connectionString;
    return hub;
  }

  async send(order: Omit<Extract<HubOrder, { kind: 'send' }>, 'kind'>): Promise<Extract<HubReply, { kind: 'sent' }>> {
    return (await this.#ask({ kind: 'send', ...order })) as Extract<HubReply, { kind: 'sent' }>;
  }

  /** When it was enqueued, in milliseconds since 1970. */
  async put(hub: string, partition: string, body: string): Promise<number> {
    const reply = (await this.#ask({ kind: 'put', hub, partition, body })) as Extract<HubReply, { kind: 'put' }>;
    return reply.enqueuedAt;
  }

  /** Lets go of all events, which nobody reads again. */
  async forget(): Promise<void> {
    await this.#ask({ kind: 'forget' });
  }

  async #ask(order: HubOrder): Promise<HubReply> {
    this.#child.send(order);
    const [reply] = (await once(this.#child, 'message')) as [HubReply];
    return reply;
  }

  close(): Promise<void> {
    return end(this.#child);
  }
}

/** A consumer that ours is held against. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #onArrival: (arrival: Extract<PeerReply, { kind: 'arrived' }>) => void;
  #onReached: () => void = () => {};

  private constructor(file: string, onArrival: (arrival: Extract<PeerReply, { kind: 'arrived' }>) => void) {
    this.#child = forked(file);
    this.#onArrival = onArrival;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves once it receives from all partitions. */
  static async start(
    file: 'processes/discard.ts' | 'processes/plain.ts',
    order: Omit<PeerStart, 'kind'>,
    onArrival: (arrival: Extract<PeerReply, { kind: 'arrived' }>) => void = () => {},
  ): Promise<Peer> {
    const peer = new Peer(file, onArrival);
    const ready = new Promise<void>((resolve) => {
      peer.#child.on('message', (reply: PeerReply) => {
        if (reply.kind === 'ready') resolve();
        if (reply.kind === 'arrived') peer.#onArrival(reply);
        if (reply.kind === 'reached') peer.#onReached();
      });
    });
    peer.#tell({ kind: 'start', ...order });
    await ready;
    return peer;
  }

  /** Resolves when all up to these events is done. */
  async reached(lasts: Readonly<Record<string, number>>): Promise<void> {
    const isReached = new Promise<void>((resolve) => {
      this.#onReached = resolve;
    });
    this.#tell({ kind: 'until', lasts });
    await isReached;
  }

  close(): Promise<void> {
    return end(this.#child);
  }

  #tell(order: PeerOrder): void {
    this.#child.send(order);
  }
}

/** Starts a server that gives these bytes from memory. */
export async function startMemory(body: string): Promise<Service> {
  const child = forked('processes/memory.ts');
  child.send(body);
  const [apiUrl] = (await once(child, 'message')) as [string];
  return { pid: child.pid!, apiUrl, opsUrl: '', close: () => end(child) };
}

/** Starts readers of the stream and resolves once all of them follow. */
export async function startReaders(
  order: ReadersOrder,
  onTold: (guest: string, at: number) => void,
): Promise<{ close(): Promise<void> }> {
  const child = forked('processes/readers.ts');
  const following = new Promise<void>((resolve) => {
    child.on('message', (reply: ReadersReply) => {
      if (reply.kind === 'following') resolve();
      else onTold(reply.guest, reply.at);
    });
  });
  child.send(order);
  await following;
  return { close: () => end(child) };
}

export interface Service {
  readonly pid: number;
  /** `http://127.0.0.1:PORT`; empty without the role `api`. */
  readonly apiUrl: string;
  /** Where its metrics are. */
  readonly opsUrl: string;
  close(): Promise<void>;
}

/** Starts our service compiled, as it is shipped, and resolves once it is ready. */
export async function startService(roles: string, env: Readonly<Record<string, string>>): Promise<Service> {
  const args = [(await compiled()).main, 'serve', '--roles', roles];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], API_PORT: '0', OPS_PORT: '0', ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  let apiUrl = '';
  let opsUrl = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The service ended before it was ready:\n${said}`)));
    child.stderr!.on('data', (chunk: Buffer) => {
      // After the start nobody reads on; the pipe must only not fill up.
      if (said.length > 100_000) return;
      said += chunk;
      apiUrl = /"api":"(http[^"]+)"/.exec(said)?.[1] ?? '';
      opsUrl = /"ops":"(http[^"]+)"/.exec(said)?.[1] ?? '';
      if (/"msg":"ready"/.test(said)) resolve();
    });
  });
  return { pid: child.pid!, apiUrl, opsUrl, close: () => end(child, 'SIGTERM') };
}
