/** A service as a real process that can be killed, stopped, frozen, put at a wrong time, and struck between two steps. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment, Role } from '../../../src/config.ts';
import type { Tuning } from '../../../src/consumer/options.ts';
import { compiled } from '../../compiled.ts';
import { type Memory, memoryOf } from './memory.ts';
import type { Arming, Instructions, Left, Order, Plant, Started, Step } from './protocol.ts';
import { type Ended, type LogLine, Voice } from './voice.ts';

export type { Memory } from './memory.ts';
export type { LogLine } from './voice.ts';

export interface SpawnOptions {
  readonly name?: string;
  readonly roles?: readonly Role[];
  readonly tuning?: Partial<Tuning>;
  /** From the start on, to stand still at a passing of a step. */
  readonly stopAt?: { readonly step: Step; readonly passing: number };
  /** Its first file, where it is that of another checkout. */
  readonly entry?: string;
  /** Told each line of its log as it comes. */
  readonly onLine?: (line: LogLine) => void;
}

/** How a process ended. */
export interface Ending extends Ended {
  readonly name: string;
  /** Whether we made it end. One that ends by itself once it has started is a fault of ours. */
  readonly wasAsked: boolean;
  readonly lastWords: string;
}

/** How a process ended that was asked to stop. */
export interface StopReport {
  readonly name: string;
  /** Null where it had to be killed, because it did not end. */
  readonly code: number | null;
  /** From the signal to its end; what was left of it was looked at within this time, for a second at most. */
  readonly ms: number;
  /** Null where it ended without a look at what it holds: killed, or asked twice. */
  readonly left: Left | null;
}

export interface ServiceProcess {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly pid: number;
  /** Empty without the role `api`. */
  readonly apiUrl: string;
  readonly opsUrl: string;
  /** Its name as a reader of partitions. */
  readonly reader: string;
  /** Its log: the newest lines. */
  readonly lines: readonly LogLine[];
  /** Resolves when it was ready once; rejects if it ends before. */
  readonly ready: Promise<void>;
  readonly isGone: boolean;
  readonly isFrozen: boolean;
  /** Resolves when it has ended, for whatever reason. */
  readonly gone: Promise<Ending>;
  /** Resolves when it has printed such a line, which may be long ago; rejects if it ends without. */
  printed(line: string): Promise<void>;
  /** Ends it as a power cut would. */
  kill9(): Promise<void>;
  /** Has its heap fill up, and resolves when V8 has ended it for that. */
  exhaust(): Promise<void>;
  /** Asks it to stop as a supervisor would, and resolves when it has ended; kills it if it takes far too long. */
  stop(): Promise<StopReport>;
  /** Lets it have no time at all until it is thawed, as a machine does that is out of breath. */
  freeze(): void;
  thaw(): void;
  /** Puts its wall clock so many milliseconds before (or, less than 0, behind) the machine's. */
  stepClock(aheadMs: number): Promise<void>;
  /** Kills it at a passing of a step, counted from now. False where it does not come by within the time: it goes on then. */
  killAt(step: Step, passing: number, withinMs: number): Promise<boolean>;
  /** Has it asked to stop at a passing of a step. Null where it does not come by within the time. */
  stopAt(step: Step, passing: number, withinMs: number): Promise<StopReport | null>;
  /** Once it is gone, what was last seen. */
  memory(): Memory;
  /** For tests of the suite itself: a fault of the program. */
  plant(what: Plant): Promise<void>;
}

/** It ended before it had started; `code` tells why, as that of the command does. */
export class StartFailed extends Error {
  readonly code: number | null;

  constructor(name: string, { code, signal }: Ended, lastWords: string) {
    super(`${name} ended with ${code ?? signal} before it had started:\n${lastWords}`);
    this.code = code;
  }
}

const START_MS_MAX = 90_000;
/** More than SHUTDOWN_DEADLINE: the process is the one to say that it did not close. */
const STOP_MS_MAX = 60_000;
/** A process that has the time obeys at once. */
const OBEY_MS_MAX = 20_000;

/** What a service may keep in its heap: some times what the few events of a run need, and little enough to be filled in a moment. */
const HEAP_MIB_MAX = 256;

const alive = new Set<ChildProcess>();
// Also those that are frozen and would never notice that nobody is there any more.
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

let spawned = 0;

/** Starts a service and resolves when it listens; rejects with StartFailed where it ends before. */
export async function spawnService(environment: Environment, options: SpawnOptions = {}): Promise<ServiceProcess> {
  const { name = `service-${++spawned}`, roles = ['consumer', 'api'], tuning = {}, stopAt, entry, onLine } = options;
  const arming: Arming | null = stopAt === undefined ? null : { ...stopAt, what: 'stand' };
  const instructions: Instructions = { roles, tuning, arming };
  const program = entry === undefined ? [(await compiled()).entry] : ['--import', 'tsx', entry];
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MIB_MAX}`, ...program, JSON.stringify(instructions)],
    {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  child.on('error', () => {}); // An order to a process that is gone; its end is told elsewhere.
  const voice = new Voice(name, child, onLine);
  const started = await voice.hears(/^started (.*)$/, { ms: START_MS_MAX });
  if (started === null) {
    child.kill('SIGKILL');
    throw new StartFailed(name, await voice.ended, voice.lastWords());
  }
  return new Spawned({ name, roles, ...(JSON.parse(started) as Started) }, child, voice);
}

class Spawned implements ServiceProcess {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly pid: number;
  readonly apiUrl: string;
  readonly opsUrl: string;
  readonly reader: string;
  readonly ready: Promise<void>;
  readonly gone: Promise<Ending>;
  isFrozen = false;
  readonly #child: ChildProcess;
  readonly #voice: Voice;
  #wasAsked = false;
  #isHoarding = false;
  #memory: Memory = { rss: 0, peak: 0 };

  constructor(of: Started & { name: string; roles: readonly Role[] }, child: ChildProcess, voice: Voice) {
    this.name = of.name;
    this.roles = of.roles;
    this.apiUrl = of.api;
    this.opsUrl = of.ops;
    this.reader = of.reader;
    this.pid = child.pid!;
    this.#child = child;
    this.#voice = voice;
    this.ready = this.printed('ready');
    this.ready.catch(() => {}); // Not everyone waits for it.
    this.gone = voice.ended.then((ended) => {
      const { name } = this;
      return { name, ...ended, wasAsked: this.#wasAsked, lastWords: voice.lastWords() };
    });
  }

  get lines(): readonly LogLine[] {
    return this.#voice.log;
  }

  get isGone(): boolean {
    return this.#voice.hasEnded;
  }

  async printed(line: string): Promise<void> {
    // Longer than anything that is waited for: a test has a limit of its own.
    if ((await this.#voice.hears(new RegExp(`^(${line})$`), { ms: 180_000 })) !== null) return;
    throw new Error(`${this.name} did not say '${line}':\n${this.#voice.lastWords()}`);
  }

  async kill9(): Promise<void> {
    this.#wasAsked = true;
    this.memory();
    this.#child.kill('SIGKILL');
    await this.gone;
  }

  async exhaust(): Promise<void> {
    this.#wasAsked = true;
    this.memory();
    this.#isHoarding = true;
    await this.plant('hoard');
    await this.gone;
  }

  stop(): Promise<StopReport> {
    this.#wasAsked = true;
    this.thaw();
    this.#child.kill('SIGTERM');
    return this.#stopped();
  }

  freeze(): void {
    this.isFrozen = this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    if (this.isFrozen) this.#child.kill('SIGCONT');
    this.isFrozen = false;
  }

  async stepClock(aheadMs: number): Promise<void> {
    await this.#order({ order: 'clock', offsetMs: aheadMs }, new RegExp(`^(clock ${aheadMs})$`));
  }

  async killAt(step: Step, passing: number, withinMs: number): Promise<boolean> {
    const stood = await this.#comesBy({ step, passing, what: 'stand' }, withinMs);
    if (stood) await this.kill9();
    return stood;
  }

  async stopAt(step: Step, passing: number, withinMs: number): Promise<StopReport | null> {
    this.#wasAsked = true;
    const passed = await this.#comesBy({ step, passing, what: 'term' }, withinMs);
    if (passed) return this.#stopped();
    this.#wasAsked = false;
    return null;
  }

  memory(): Memory {
    // What it was made to hoard says nothing of what it needs.
    if (this.#isHoarding) return this.#memory;
    this.#memory = memoryOf(this.pid) ?? this.#memory;
    return this.#memory;
  }

  async plant(what: Plant): Promise<void> {
    await this.#order({ order: 'plant', plant: what }, /^(planted)$/);
  }

  async #stopped(): Promise<StopReport> {
    const { name } = this;
    const begun = performance.now();
    this.memory();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX);
    const { code } = await this.gone;
    clearTimeout(late);
    const left = await this.#voice.hears(/^left (.*)$/);
    return { name, code, ms: performance.now() - begun, left: left === null ? null : (JSON.parse(left) as Left) };
  }

  async #comesBy(arming: Arming, withinMs: number): Promise<boolean> {
    const from = this.#voice.said.length;
    const isAt = new RegExp(`^(at ${arming.step})$`);
    await this.#order({ order: 'arm', arming }, /^(armed)$/);
    if ((await this.#voice.hears(isAt, { from, ms: withinMs })) !== null) return true;
    // It may come by in this very moment: then it says so before it obeys, or stands and never does.
    this.#send({ order: 'arm', arming: null });
    const answer = await this.#voice.hears(new RegExp(`^(at ${arming.step}|disarmed)$`), { from, ms: OBEY_MS_MAX });
    return answer?.startsWith('at ') ?? false;
  }

  /** Gives an order and waits until it is obeyed, or the process is gone. */
  async #order(order: Order, answer: RegExp): Promise<void> {
    const from = this.#voice.said.length;
    this.#send(order);
    if ((await this.#voice.hears(answer, { from, ms: OBEY_MS_MAX })) !== null || this.isGone) return;
    throw new Error(`${this.name} did not obey ${JSON.stringify(order)}:\n${this.#voice.lastWords()}`);
  }

  #send(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {}); // That it is gone is told elsewhere.
  }
}
