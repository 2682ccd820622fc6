/**
 * One to three services on one state, looked after as a supervisor looks after them: what cannot start because something is
 * not there is started again until it can; what ends by itself stays ended, and is a fault of ours.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment, Role } from '../../../src/config.ts';
import { TUNING, type Tuning } from '../../../src/consumer/options.ts';
import type { Fault } from '../fault.ts';
import {
  type Ending,
  type LogLine,
  type ServiceProcess,
  StartFailed,
  type StopReport,
  spawnService,
} from './service.ts';
import { type CrewEvent, processFaults } from './strikes.ts';

/** The roles of each process. */
export type Layout = readonly (readonly Role[])[];

/** Each has at least one process that serves the API. Who does so delivers, too. */
export const LAYOUTS = {
  one: [['consumer', 'api', 'delivery']],
  two: [
    ['consumer', 'api', 'delivery'],
    ['consumer', 'api', 'delivery'],
  ],
  three: [
    ['consumer', 'api', 'delivery'],
    ['consumer', 'api', 'delivery'],
    ['consumer', 'api', 'delivery'],
  ],
  apart: [['consumer'], ['api', 'delivery']],
  twoApart: [['consumer'], ['consumer'], ['api', 'delivery']],
  mixed: [['consumer', 'api', 'delivery'], ['consumer'], ['api', 'delivery']],
} as const satisfies Readonly<Record<string, Layout>>;

export interface CrewOptions {
  readonly environment: Environment;
  readonly layout: Layout;
  readonly tuning?: Partial<Tuning>;
}

export interface Crew {
  /** Those that have started and have not ended; a frozen one is among them. */
  readonly processes: readonly ServiceProcess[];
  /** All that ever started. */
  readonly everyone: readonly ServiceProcess[];
  /** API URLs of those that live, also of frozen ones: a caller finds out for itself that one does not answer. */
  urls(): string[];
  /** They strike one process each, one that no other of them is striking. */
  readonly faults: readonly Fault[];
  /** What was done to whom. */
  readonly events: readonly CrewEvent[];
  /** How those ended that were asked to stop. */
  readonly reports: readonly StopReport[];
  /** Processes that ended by themselves: must be empty. */
  readonly failures: readonly Ending[];
  /** Starts that were refused, each of them tried again: something was not there (code 3), or not as it must be (2). */
  readonly refusals: readonly Refusal[];
  /** All lines of all processes that ever lived, in the order in which they were heard. */
  readonly log: readonly LogLine[];
  /** Lines that were let go because there were too many. */
  readonly logDropped: number;
  /** Resolves when all live and are ready; rejects with what is in the way if that takes too long, or one cannot come back. */
  ready(ms?: number): Promise<void>;
  /** Replaces them one after the other, as a rolling restart does: the next once the one before is there again and ready. */
  roll(): Promise<void>;
  /** Asks all to stop; resolves with all reports, also of those that were stopped before. */
  stopAll(): Promise<readonly StopReport[]>;
  /** Ends all at once, in whatever state they are. */
  killAll(): Promise<void>;
}

export interface Refusal {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly name: string;
  readonly code: 2 | 3;
  readonly lastWords: string;
}

const START_AGAIN_MS = 500;
const LOG_LINES_MAX = 200_000;

/** One place in the crew, and whoever fills it now. */
export interface Post {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Null between two processes. */
  process: ServiceProcess | null;
  /** Whether a fault is at it. */
  isStruck: boolean;
  /** Fills it. Resolves once the process listens, or could not start because something else is not there: it is tried on then. */
  start(): Promise<void>;
}

export async function openCrew({ environment, layout, tuning = {} }: CrewOptions): Promise<Crew> {
  const everyone: ServiceProcess[] = [];
  const events: CrewEvent[] = [];
  const reports: StopReport[] = [];
  const failures: Ending[] = [];
  const refusals: Refusal[] = [];
  const log: LogLine[] = [];
  let logDropped = 0;
  const closing = new AbortController();
  const starting = new Set<Promise<unknown>>();

  const onLine = (line: LogLine): void => {
    log.push(line);
    if (log.length <= LOG_LINES_MAX) return;
    logDropped += log.splice(0, LOG_LINES_MAX / 10).length;
  };
  const fill = async (post: Post, name: string): Promise<'started' | 'refused' | 'failed'> => {
    try {
      const process = await spawnService(environment, { name, roles: post.roles, tuning, onLine });
      everyone.push(process);
      post.process = process;
      void process.gone.then((ending) => {
        post.process = null;
        if (!ending.wasAsked) failures.push(ending);
      });
      return 'started';
    } catch (error) {
      if (!(error instanceof StartFailed)) throw error;
      const { code, message: lastWords } = error;
      if (code === 2 || code === 3) {
        refusals.push({ at: Date.now(), name, code, lastWords });
        return 'refused';
      }
      failures.push({ name, code, signal: null, wasAsked: false, lastWords });
      return 'failed';
    }
  };
  const openPost = (roles: readonly Role[], index: number): Post => {
    let lives = 0;
    const nextName = () => `${roles.join('+')}-${index}.${++lives}`;
    const post: Post = {
      ...{ name: `${roles.join('+')}-${index}`, roles, process: null, isStruck: false },
      async start() {
        if (closing.signal.aborted || (await fill(post, nextName())) !== 'refused') return;
        const goOn = async (): Promise<void> => {
          do await delay(START_AGAIN_MS);
          while (!closing.signal.aborted && (await fill(post, nextName())) === 'refused');
        };
        const going = goOn().finally(() => starting.delete(going));
        starting.add(going);
      },
    };
    return post;
  };
  const posts = layout.map(openPost);
  const living = () => posts.flatMap(({ process }) => (process === null ? [] : [process]));
  const killAll = async (): Promise<void> => {
    closing.abort();
    await Promise.all(starting);
    await Promise.all(living().map((process) => process.kill9()));
  };

  await Promise.all(posts.map((post) => post.start()));
  const { ownershipMs } = { ...TUNING, ...tuning };
  return {
    get processes() {
      return living();
    },
    get logDropped() {
      return logDropped;
    },
    ...{ everyone, events, reports, failures, refusals, log, killAll },
    faults: processFaults({ posts, events, reports, ownershipMs }),
    urls: () => living().flatMap(({ apiUrl }) => (apiUrl === '' ? [] : [apiUrl])),
    ready: (ms = READY_MS_MAX) => allReady(posts, failures, ms),
    async roll() {
      for (const post of posts) {
        if (post.process === null) throw new Error(`${post.name} does not live`);
        reports.push(await post.process.stop());
        await post.start();
        await allReady(posts, failures, READY_MS_MAX);
      }
    },
    async stopAll() {
      closing.abort();
      await Promise.all(starting);
      reports.push(...(await Promise.all(living().map((process) => process.stop()))));
      return reports;
    },
  };
}

const READY_LOOK_MS = 200;
const READY_MS_MAX = 60_000;

async function allReady(posts: readonly Post[], failures: readonly Ending[], ms: number): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    const missing = (await Promise.all(posts.map(notReady))).filter((reason) => reason !== null);
    if (missing.length === 0) return;
    const failed = failures.map(
      ({ name, code, signal, lastWords }) => `${name} ended with ${code ?? signal}:\n${lastWords}`,
    );
    if (failed.length > 0 || performance.now() > end)
      throw new Error(`not all are ready: ${[...missing, ...failed].join('; ')}`);
    // Readiness tells no one when it changes.
    await delay(READY_LOOK_MS);
  }
}

async function notReady({ name, process }: Post): Promise<string | null> {
  if (process === null) return `${name} does not live`;
  try {
    const response = await fetch(`${process.opsUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return response.status === 200 ? null : `${name}: ${await response.text()}`;
  } catch (error) {
    return `${name} does not answer: ${(error as Error).message}`;
  }
}
