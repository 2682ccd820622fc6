/** What a long run has seen, in figures that take no more memory the longer it lasts. */
import { type Machine, quantile } from '../bench/figure.ts';
import type { Broken } from '../faults/judge.ts';

const MS_PER_HOUR = 3_600_000;
const MIB = 2 ** 20;
/** A process that has just begun still loads and compiles what it needs: that is no growth. */
const WARM_MS = 60_000;
/** Over less than this a slope says more of the collector than of the process. */
const SLOPE_MS_MIN = 120_000;

/** What was held over a time, and how it grew: a straight line through all that was seen after the warming up. */
export interface Held {
  readonly seconds: number;
  readonly firstMiB: number;
  readonly lastMiB: number;
  readonly mostMiB: number;
  /** Null where it was looked at for too short a time. */
  readonly slopeMiBPerHour: number | null;
}

/** Adds up what a line through all points needs, and keeps none of them. */
export class Trend {
  #first: { at: number; bytes: number } | null = null;
  #last = { at: 0, bytes: 0 };
  #most = 0;
  #warmAt: number | null = null;
  /** Of times in ms since the warming up, and of bytes. */
  readonly #sums = { n: 0, t: 0, b: 0, tt: 0, tb: 0 };

  add(at: number, bytes: number): void {
    this.#first ??= { at, bytes };
    this.#last = { at, bytes };
    this.#most = Math.max(this.#most, bytes);
    if (at - this.#first.at < WARM_MS) return;
    this.#warmAt ??= at;
    const t = at - this.#warmAt;
    const sums = this.#sums;
    sums.n++;
    sums.t += t;
    sums.b += bytes;
    sums.tt += t * t;
    sums.tb += t * bytes;
  }

  get lastBytes(): number {
    return this.#last.bytes;
  }

  held(): Held {
    const first = this.#first ?? this.#last;
    const { n, t, b, tt, tb } = this.#sums;
    const isLong = this.#warmAt !== null && this.#last.at - this.#warmAt >= SLOPE_MS_MIN;
    const slope = (n * tb - t * b) / (n * tt - t * t);
    return {
      seconds: Math.round((this.#last.at - first.at) / 1_000),
      firstMiB: toMiB(first.bytes),
      lastMiB: toMiB(this.#last.bytes),
      mostMiB: toMiB(this.#most),
      slopeMiBPerHour: isLong ? toMiB(slope * MS_PER_HOUR) : null,
    };
  }
}

const toMiB = (bytes: number): number => Math.round((bytes / MIB) * 10) / 10;

export interface Latency {
  readonly probes: number;
  /** Milliseconds; null where no probe was told of. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly most: number | null;
}

export function latencyOf(all: readonly number[]): Latency {
  const at = (part: number): number | null => (all.length === 0 ? null : quantile(all, part));
  return { probes: all.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  /** Of these, in which events were sent. */
  readonly sendingSeconds: number;
  readonly machine: Machine;
  /** Null where every law held. */
  readonly broken: (Broken & { readonly log: readonly string[] }) | null;
  readonly events: number;
  readonly records: number;
  /** Parts of the traffic whose answers were found to be right. */
  readonly parts: number;
  readonly findings: number;
  readonly revisions: number;
  /** Answers that could not be had just then, by the service's own word, and were asked for again. */
  readonly unavailable: number;
  readonly restarts: {
    readonly rolling: number;
    readonly processes: number;
    /** The longest that one took from the signal to its end; null where none was stopped. */
    readonly stopMsMax: number | null;
  };
  readonly latency: Latency;
  readonly memory: {
    /** Each that ever ran, in order. */
    readonly services: readonly ({ readonly name: string } & Held)[];
    readonly redis: Held;
    /** Sends, looks on, and is the hub. */
    readonly own: Held;
    /** Draws what is sent, and judges. */
    readonly judge: Held;
  };
}

const perSecond = ({ records, sendingSeconds }: Report): string =>
  Math.round(records / Math.max(1, sendingSeconds)).toLocaleString('en');

const millis = (value: number | null): string => (value === null ? '-' : `${Math.round(value)} ms`);
const clock = (seconds: number): string =>
  [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((n) => String(Math.floor(n)).padStart(2, '0')).join(':');

/** One line, while it runs. */
export function progressOf(report: Report): string {
  const { latency, memory, restarts } = report;
  const living = memory.services.slice(-2).map(({ lastMiB }) => lastMiB.toFixed(0));
  return [
    clock(report.seconds),
    `${perSecond(report)} records/s`,
    `${report.revisions} revisions`,
    `p50 ${millis(latency.p50)}, p99 ${millis(latency.p99)}`,
    `MiB: services ${living.join(' and ')}, Redis ${memory.redis.lastMiB.toFixed(0)}, own ${memory.own.lastMiB.toFixed(0)} and ${memory.judge.lastMiB.toFixed(0)}`,
    `${report.parts} parts right`,
    `${restarts.rolling} rolling restarts`,
  ].join('  ');
}

export function tableOf(report: Report): string {
  const { latency, memory, restarts, machine, broken } = report;
  const held = (name: string, { seconds, firstMiB, lastMiB, mostMiB, slopeMiBPerHour }: Held): string =>
    [
      `  ${name.padEnd(26)}`,
      clock(seconds),
      ...[firstMiB, lastMiB, mostMiB].map((mib) => mib.toFixed(1).padStart(8)),
      (slopeMiBPerHour === null ? '-' : slopeMiBPerHour.toFixed(1)).padStart(10),
    ].join(' ');
  const lines = [
    `time        ${clock(report.seconds)}, seed ${report.seed}`,
    `throughput  ${report.records.toLocaleString('en')} records in ${report.events.toLocaleString('en')} events, ${perSecond(report)} records/s`,
    `findings    ${report.findings} in ${report.parts} parts, ${report.revisions} revisions`,
    `latency     enqueued to the stream, ${latency.probes} probes: p50 ${millis(latency.p50)}, p99 ${millis(latency.p99)}, most ${millis(latency.most)}`,
    `answers     ${report.unavailable} asked for again, as the service could not give them just then`,
    `restarts    ${restarts.rolling} rolling, ${restarts.processes} processes; the longest stop took ${millis(restarts.stopMsMax)}`,
    `memory      ${''.padEnd(16)}    time  first MiB     last     most  MiB/hour`,
    ...memory.services.map((one) => held(one.name, one)),
    held('Redis', memory.redis),
    held('the test: sends, is the hub', memory.own),
    held('the test: judges', memory.judge),
    `machine     Node ${machine.node}, ${machine.cores} cores, load ${machine.load.toFixed(1)}`,
  ];
  if (broken === null) return [...lines, '', 'every law held: nothing lost, nothing told twice'].join('\n');
  return [...lines, '', `BROKEN: ${broken.law}`, broken.difference, ...broken.log].join('\n');
}
