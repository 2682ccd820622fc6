/**
 * Continuous load: two services that are replaced one after the other again and again, traffic without end, and all that they
 * answer and tell held against a pure fold, one part of the traffic after the other. What was judged is forgotten.
 */
import { thisMachine } from '../bench/figure.ts';
import { eventually } from '../e2e/waiting.ts';
import { judgeEnding } from '../faults/judge.ts';
import { lastWords } from '../faults/run.ts';
import { isKnownAt } from '../faults/watch/webhookLaws.ts';
import type { Servers } from '../faults/world.ts';
import { Course, pause } from './course.ts';
import { latencyOf, type Report } from './figures.ts';
import { Memory } from './memory.ts';
import { brokenPositions, Onlookers } from './onlookers.ts';
import type { Options } from './options.ts';
import { Parts } from './parts.ts';
import { Services } from './services.ts';
import { onStage, type Stage } from './stage.ts';
import { Told } from './told.ts';
import { Traffic } from './traffic.ts';
import { brokenWhole } from './wholeLaws.ts';

export interface SoakOptions extends Omit<Options, 'json'> {
  /** How long one part is sent. */
  readonly partMs?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** Told the figures now and then while it runs. */
  readonly onProgress?: (report: Report) => void;
}

const PART_MS = 15_000;
const PROGRESS_MS = 10_000;

export const soak = (servers: Servers, options: SoakOptions): Promise<Report> =>
  onStage(servers, (stage) => new Soak(options, stage).run());

class Soak {
  readonly #options: SoakOptions;
  readonly #stage: Stage;
  readonly #course = new Course();
  readonly #services: Services;
  readonly #told: Told;
  readonly #traffic: Traffic;
  readonly #onlookers: Onlookers;
  readonly #parts: Parts;
  readonly #memory: Memory;
  readonly #begun = performance.now();

  constructor(options: SoakOptions, stage: Stage) {
    const course = this.#course;
    this.#options = options;
    this.#stage = stage;
    const services = new Services(stage.crew, course);
    const told = new Told(course);
    const traffic = new Traffic(stage.world.hubs, course, told);
    const onlookers = new Onlookers(stage, (finding, at) => told.take(finding, at));
    this.#parts = new Parts(stage, { course, services, traffic, told, onlookers });
    this.#memory = new Memory(stage);
    this.#services = services;
    this.#told = told;
    this.#traffic = traffic;
    this.#onlookers = onlookers;
  }

  async run(): Promise<Report> {
    const { forMs, signal } = this.#options;
    const course = this.#course;
    const end = (): void => course.sendNoMore();
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    const { crew, world } = this.#stage;
    let late: NodeJS.Timeout | undefined;
    try {
      // A webhook begins with what comes from then on.
      await eventually(() => isKnownAt(crew.urls()[0]!, world.hook), 'the webhook is written down');
      late = setTimeout(end, forMs);
      await this.#play();
      course.found(await judgeEnding({ crew, done: [] }));
      return this.#report();
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', end);
      course.end();
      await this.#onlookers.stop();
    }
  }

  /** Resolves once all was sent and judged, and nothing goes on any more. */
  async #play(): Promise<void> {
    const { seed, partMs = PART_MS, rate, restartMs } = this.#options;
    const course = this.#course;
    const beside = [
      this.#traffic.crowd(rate),
      this.#services.roll(restartMs),
      this.#memory.follow(course),
      this.#progress(),
    ].map((loop) => course.guarded(loop));
    await course.guarded(this.#parts.send(seed, partMs));
    course.sendNoMore();
    await this.#services.settled();
    await course.guarded(this.#judgeWhole());
    course.end();
    await Promise.all(beside);
  }

  async #judgeWhole(): Promise<void> {
    if (this.#course.broken !== null) return;
    this.#course.found(await brokenWhole(this.#onlookers, this.#services, this.#parts.findings));
  }

  async #progress(): Promise<void> {
    const course = this.#course;
    for (;;) {
      await pause(PROGRESS_MS, course.ended);
      if (course.ended.aborted) return;
      this.#options.onProgress?.(this.#report());
      if (course.found(brokenPositions(this.#onlookers.sampler))) return;
    }
  }

  #report(): Report {
    const { crew } = this.#stage;
    const { broken, overAt } = this.#course;
    const stops = crew.reports.map(({ ms }) => ms);
    const secondsUntil = (at: number): number => Math.round((at - this.#begun) / 1_000);
    const now = performance.now();
    return {
      seed: this.#options.seed,
      seconds: secondsUntil(now),
      sendingSeconds: secondsUntil(Math.min(now, overAt)),
      machine: thisMachine(),
      broken: broken === null ? null : { ...broken, log: lastWords(crew) },
      events: this.#traffic.events,
      records: this.#traffic.records,
      parts: this.#parts.right,
      findings: this.#parts.findings,
      revisions: this.#told.revisions,
      unavailable: this.#services.unavailable,
      restarts: {
        rolling: this.#services.rolls,
        processes: crew.everyone.length,
        stopMsMax: stops.length === 0 ? null : Math.max(...stops),
      },
      latency: latencyOf(this.#told.latencies),
      memory: this.#memory.held(),
    };
  }
}
