/** What a service's process and the test that started it say to each other: orders over the IPC channel, answers as lines on standard output. */
import type { Role } from '../../../src/config.ts';
import type { Tuning } from '../../../src/consumer/options.ts';

/** Places at which a service can be struck, in the order in which a record's way leads by them. */
export const STEPS = [
  'state.beforeApply',
  'state.afterApply',
  'consumer.afterApply',
  'consumer.afterPosition',
  'consumer.beforeCheckpoint',
  'state.beforeStore',
  'state.afterStore',
] as const;
export type Step = (typeof STEPS)[number];

/** Strikes at a passing of a step, counted from when it is told: at the first is 1. */
export interface Arming {
  readonly step: Step;
  readonly passing: number;
  /** Stand still there, to be killed; or be asked to stop there, and go on. */
  readonly what: 'stand' | 'term';
}

/** What the process is started with. */
export interface Instructions {
  readonly roles: readonly Role[];
  readonly tuning: Partial<Tuning>;
  readonly arming: Arming | null;
}

/** Faults of a program, brought about so that a test sees them found. */
export const PLANTS = ['timer', 'socket', 'exit', 'throw', 'hoard'] as const;
export type Plant = (typeof PLANTS)[number];

/** Each is answered with a line: `armed` or `disarmed`, `clock MS`, `planted`. */
export type Order =
  | { readonly order: 'arm'; readonly arming: Arming | null }
  /** The process's wall clock is to be so many milliseconds ahead of the machine's. */
  | { readonly order: 'clock'; readonly offsetMs: number }
  | { readonly order: 'plant'; readonly plant: Plant };

/** What the line `started …` holds. */
export interface Started {
  readonly api: string;
  readonly ops: string;
  readonly reader: string;
}

/** What the line `left …` holds, the last one of a process that was asked to stop. */
export interface Left {
  /** What still kept the process alive some time after everything was closed, in Node's words, with the peer of a socket. */
  readonly resources: readonly string[];
  /** Timers of the client library's token renewal that it has forgotten; see `renewals.ts`. */
  readonly renewals: number;
}
