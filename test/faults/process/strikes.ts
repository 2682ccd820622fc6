/** Faults of processes: killed, stopped, frozen, put at a wrong time, each at one process of a crew that no other fault is at. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../../oracle/dice.ts';
import { type Fault, HARMLESS } from '../fault.ts';
import type { Post } from './crew.ts';
import { STEPS, type Step } from './protocol.ts';
import type { ServiceProcess, StopReport } from './service.ts';

/** Something done to a process. Times in milliseconds since the Unix epoch, by the machine's clock. */
export interface CrewEvent {
  readonly at: number;
  readonly fault: string;
  /** Empty where there was none to strike. */
  readonly process: string;
  readonly what: string;
}

export interface Struck {
  readonly posts: readonly Post[];
  readonly events: CrewEvent[];
  readonly reports: StopReport[];
  /** Age at which an ownership counts as given up. */
  readonly ownershipMs: number;
}

/** Strikes, and returns what makes it good again. */
type Strike = (
  process: ServiceProcess,
  post: Post,
  dice: Dice,
  note: (what: string) => void,
) => Promise<() => Promise<void>>;

/** A step that nobody comes by in this time is not waited for any longer. */
const STEP_MS_MAX = 4_000;
const PASSINGS_MAX = 12;
/** An ownership is taken over some time after it has run out. */
const TAKEN_OVER_MS = 2_000;
const SECOND = 1_000;
/** Forward by less than facts are kept, or facts would be past their time: they would, if it really were that late. */
const CLOCK_STEPS_MS = [
  3 * SECOND,
  40 * SECOND,
  4 * 60 * SECOND,
  16 * 60 * SECOND,
  3_600 * SECOND,
  20 * 3_600 * SECOND,
];

/** All of them, by names that do not change. */
export function processFaults(struck: Struck): Fault[] {
  const fault = (name: string, strike: Strike, fits: (post: Post) => boolean = () => true): Fault => ({
    name: `process.${name}`,
    ...HARMLESS,
    begin: (dice) => begin(struck, { name: `process.${name}`, strike, fits }, dice),
  });
  return [
    fault('kill9', kill9),
    fault('heapFull', heapFull),
    ...STEPS.map((step) => fault(`killAt.${step}`, killAt(step), (post) => comesBy(step, post))),
    fault('term', term(struck.reports)),
    fault('termInBatch', termInBatch(struck.reports), reads),
    fault('freeze', freeze(struck.ownershipMs)),
    fault('clockForward', stepClock(1)),
    fault('clockBack', stepClock(-1)),
  ];
}

const reads = ({ roles }: Post): boolean => roles.includes('consumer');
/** Whoever has the state folds what is owed; all else is done by those who read. */
const comesBy = (step: Step, post: Post): boolean => step.endsWith('Store') || reads(post);

interface Aim {
  readonly name: string;
  readonly strike: Strike;
  readonly fits: (post: Post) => boolean;
}

async function begin({ posts, events }: Struck, { name, strike, fits }: Aim, dice: Dice): Promise<() => Promise<void>> {
  const free = posts.filter((post) => post.process !== null && !post.isStruck && fits(post));
  const post = free.length === 0 ? null : dice.pick(free);
  const process = post?.process ?? null;
  const note = (what: string): void =>
    void events.push({ at: Date.now(), fault: name, process: process?.name ?? '', what });
  if (post === null || process === null) {
    note('there was none to strike');
    return async () => {};
  }
  post.isStruck = true;
  const free_ = (): void => {
    post.isStruck = false;
  };
  try {
    const end = await strike(process, post, dice, note);
    return () => end().finally(free_);
  } catch (error) {
    free_();
    throw error;
  }
}

const startAgain = (post: Post, note: (what: string) => void) => async (): Promise<void> => {
  await post.start();
  note(post.process === null ? 'cannot start yet' : `started again as ${post.process.name}`);
};

const kill9: Strike = async (process, post, dice, note) => {
  // Not at the beginning of anything: at any moment.
  await delay(dice.below(400));
  await process.kill9();
  note('killed');
  return startAgain(post, note);
};

/** What the system ends for want of memory it kills; what V8 ends for want of heap it aborts, in the middle of anything. */
const heapFull: Strike = async (process, post, dice, note) => {
  await delay(dice.below(400));
  await process.exhaust();
  note('aborted for want of heap');
  return startAgain(post, note);
};

const killAt =
  (step: Step): Strike =>
  async (process, post, dice, note) => {
    const passing = 1 + dice.below(PASSINGS_MAX);
    const stood = await process.killAt(step, passing, STEP_MS_MAX);
    if (!stood) await process.kill9();
    note(stood ? `killed at passing ${passing}` : `killed elsewhere: passing ${passing} did not come`);
    return startAgain(post, note);
  };

const term =
  (reports: StopReport[]): Strike =>
  async (process, post, dice, note) => {
    await delay(dice.below(400));
    reports.push(await process.stop());
    note('stopped');
    return startAgain(post, note);
  };

const termInBatch =
  (reports: StopReport[]): Strike =>
  async (process, post, dice, note) => {
    const step = dice.pick(['state.beforeApply', 'state.afterApply', 'consumer.afterApply'] as const);
    const report = await process.stopAt(step, 1 + dice.below(PASSINGS_MAX), STEP_MS_MAX);
    reports.push(report ?? (await process.stop()));
    note(report === null ? `stopped elsewhere: ${step} did not come` : `stopped at ${step}`);
    return startAgain(post, note);
  };

/** Long enough for others to take what it owns; then the old owner wakes up. */
const freeze =
  (ownershipMs: number): Strike =>
  async (process, _post, dice, note) => {
    const until = performance.now() + ownershipMs + TAKEN_OVER_MS + dice.below(3_000);
    process.freeze();
    note('frozen');
    return async () => {
      // What is waited for is that time passes: nobody may be there who takes over.
      await delay(Math.max(0, until - performance.now()));
      process.thaw();
      await answers(process);
      note('thawed');
    };
  };

async function answers(process: ServiceProcess): Promise<void> {
  const end = performance.now() + 10_000;
  while (!process.isGone && performance.now() < end) {
    const answer = await fetch(`${process.opsUrl}/livez`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.ok) return;
    await delay(50);
  }
}

const stepClock =
  (direction: 1 | -1): Strike =>
  async (process, _post, dice, note) => {
    const aheadMs = direction * dice.pick(CLOCK_STEPS_MS);
    await process.stepClock(aheadMs);
    note(`its clock is ${aheadMs} ms ahead`);
    return async () => {
      await process.stepClock(0);
      note('its clock is right');
    };
  };
