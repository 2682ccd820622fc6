/** What a run does and when, drawn from its seed: where it plays, what is sent, and which faults strike. */
import { type Dice, diceOf } from '../oracle/dice.ts';
import { REDIS_KINDS, type RedisKind } from './places/redis.ts';
import { LAYOUTS } from './process/crew.ts';

export const TRAFFIC_KINDS = ['even', 'bursts', 'storm'] as const;

export interface TrafficPlan {
  /** Even over the time, in a few bursts, or with a guest who signs in without end. */
  readonly kind: (typeof TRAFFIC_KINDS)[number];
  readonly seed: number;
  readonly records: number;
  readonly tenants: 1 | 2 | 3;
  /** Over which it is sent. */
  readonly ms: number;
}

export interface Topology {
  readonly seed: number;
  readonly redis: RedisKind;
  readonly layout: keyof typeof LAYOUTS;
  /** Of each hub. */
  readonly partitions: number;
  readonly traffic: TrafficPlan;
}

/** One fault, from when after the first event until when at the earliest. */
export interface Strike {
  readonly fault: string;
  readonly atMs: number;
  readonly forMs: number;
  /** Of the chance within the fault. */
  readonly seed: number;
}

export interface Schedule extends Topology {
  readonly strikes: readonly Strike[];
}

const STRIKES_MIN = 2;
const STRIKES_MAX = 5;

export function drawTopology(seed: number): Topology {
  const dice = diceOf(seed);
  // Each draw stands in a line of its own: another added at the end leaves those before as they were.
  const redis = dice.pick(REDIS_KINDS);
  const layout = dice.pick(Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]);
  const partitions = dice.pick([1, 2, 2, 4, 4, 8]);
  return { seed, redis, layout, partitions, traffic: drawTraffic(dice) };
}

export const drawTraffic = (dice: Dice): TrafficPlan => ({
  kind: dice.pick(['even', 'even', 'bursts', 'storm'] as const),
  seed: dice.below(2 ** 31),
  records: 80 + dice.below(160),
  tenants: dice.pick([1, 2, 3] as const),
  ms: 3_000 + dice.below(4_000),
});

/** Draws faults out of those that a place can have. What strikes the same part comes one after the other. */
export function drawStrikes(topology: Topology, faults: readonly string[]): Strike[] {
  const dice = diceOf(topology.seed ^ 0x5eed_fa17);
  const menu = [...faults].sort();
  const count = STRIKES_MIN + dice.below(STRIKES_MAX - STRIKES_MIN + 1);
  const freeAt = new Map<string, number>();
  const strikes: Strike[] = [];
  for (let i = 0; i < count; i++) {
    const fault = drawFault(menu, dice);
    const part = partOf(fault);
    const atMs = Math.max(freeAt.get(part) ?? 0, 300 + dice.below(topology.traffic.ms));
    const forMs = 200 + dice.below(2_800);
    freeAt.set(part, atMs + forMs + 500);
    strikes.push({ fault, atMs, forMs, seed: dice.below(2 ** 31) });
  }
  return strikes.sort((a, b) => a.atMs - b.atMs);
}

/** What is struck: `redis`, `hubs`, `blob`, `process`, or the network before one of them. */
export const partOf = (fault: string): string => /^(network\.)?[^.]+/.exec(fault)![0];

/** How often each kind is drawn: Redis holds the state, so most is to be learned from striking it. */
const WEIGHTS = { redis: 4, process: 2, hubs: 2, network: 2, blob: 1 };
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));

/** A kind first, so that one with many faults does not crowd the others out. */
function drawFault(menu: readonly string[], dice: Dice): string {
  const kind = dice.pick(KINDS);
  return dice.pick(menu.filter((fault) => fault.startsWith(`${kind}.`)));
}

/** The schedule in words, for whoever reads why a run failed. */
export function describeSchedule(schedule: Schedule): string {
  const { redis, layout, partitions, traffic, strikes } = schedule;
  const lines = [
    `Redis ${redis}, processes ${layout}, ${partitions} partitions to a hub`,
    `traffic ${traffic.kind}: ${traffic.records} records of ${traffic.tenants} tenants over ${traffic.ms} ms`,
    ...strikes.map(({ fault, atMs, forMs }) => `at ${atMs} ms for ${forMs} ms: ${fault}`),
  ];
  return lines.map((line) => `  ${line}`).join('\n');
}
