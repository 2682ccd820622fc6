/** Consumers that read the same work in turn, each from a hub of its own, and what a record costs them. */
import { type Figure, median, medianRatio, round, type Target } from './figure.ts';
import {
  type Closers,
  type OpenRedis,
  openRedis,
  PARTITIONS,
  redisCpuSeconds,
  settings,
  untilDone,
  untilShared,
} from './lab.ts';
import { cpuSeconds, type HubProcess, type Service, startService } from './process.ts';

/** Events in one pass: long enough that hundredths of a second do not count. */
export const EVENTS_PER_PASS = 4_000;

/** Something that reads a hub. */
export interface Contestant {
  readonly hub: string;
  /** Of the hub, where there are others than usual. */
  readonly partitions?: number;
  readonly pids: readonly number[];
  /** CPU that its Redis has used so far, in seconds; left out where it has none. */
  readonly redisCpu?: () => Promise<number>;
  reached(lasts: Readonly<Record<string, number>>): Promise<void>;
}

export interface Pass {
  /** CPU of its processes, in seconds for a million records. */
  readonly own: number;
  /** The same of the hub and of its Redis, which share the machine with it. */
  readonly hub: number;
  readonly redis: number;
  readonly recordsPerSecond: number;
}

/** Whose CPU is meant. */
export type Part = 'own' | 'hub' | 'redis';

/** Lets a contestant read so many events that it has not seen. */
export async function pass(
  hub: HubProcess,
  contestant: Contestant,
  from: number,
  events = EVENTS_PER_PASS,
): Promise<Pass> {
  const { pids, redisCpu = async () => 0 } = contestant;
  const spent = async () => ({
    own: pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    ...{ hub: cpuSeconds(hub.pid), redis: await redisCpu() },
  });
  const before = await spent();
  const begun = performance.now();
  const { partitions = PARTITIONS } = contestant;
  const { records, lasts } = await hub.send({ hub: contestant.hub, from, events, partitions });
  await contestant.reached(lasts);
  const seconds = (performance.now() - begun) / 1_000;
  const after = await spent();
  await hub.forget();
  const perMillion = (of: Part): number => ((after[of] - before[of]) / records) * 1_000_000;
  return {
    ...{ own: perMillion('own'), hub: perMillion('hub'), redis: perMillion('redis') },
    recordsPerSecond: records / seconds,
  };
}

/** Where ours keeps its state, and how many processes of it there are. */
export interface Ours {
  readonly redis?: OpenRedis;
  readonly processes?: number;
}

export async function ourConsumer(
  closers: Closers,
  hub: HubProcess,
  name: string,
  blobs: string,
  { redis, processes = 1 }: Ours = {},
): Promise<Contestant> {
  const { url, client } = redis ?? (await openRedis(closers));
  const services: Service[] = [];
  for (let i = 0; i < processes; i++)
    services.push(await closers.open(startService('consumer', settings(hub, name, url, blobs))));
  if (processes > 1) await untilShared(services);
  return {
    ...{ hub: name, pids: services.map(({ pid }) => pid), redisCpu: () => redisCpuSeconds(client) },
    reached: (lasts) => untilDone(client, name, lasts),
  };
}

/** So many records pass before V8 has compiled what is hot in the larger of the programs, a fact being seldom: 18 in 1,000. */
export const PASSES_TO_GET_WARM = 8;

export interface Turns {
  /** In one pass. */
  readonly events?: number;
  /** Passes before those that count. */
  readonly toGetWarm?: number;
}

/** Some passes each to get warm, then so many in turn. */
export async function inTurn(
  hub: HubProcess,
  contestants: readonly Contestant[],
  pairs: number,
  say: (progress: string) => void,
  { events = EVENTS_PER_PASS, toGetWarm = 1 }: Turns = {},
): Promise<Pass[][]> {
  const passes: Pass[][] = contestants.map(() => []);
  for (let turn = 0; turn < toGetWarm + pairs; turn++) {
    for (const [i, contestant] of contestants.entries()) {
      const done = await pass(hub, contestant, turn * events, events);
      say(`${contestant.hub}: ${round(done.own)} s a million records`);
      if (turn >= toGetWarm) passes[i]!.push(done);
    }
  }
  return passes;
}

/** What a record costs one of two, in CPU time, against the other; or what it costs the hub or Redis for them. */
export function costFigure(
  what: string,
  own: readonly Pass[],
  peer: readonly Pass[],
  target: Target | null,
  part: Part = 'own',
): Figure {
  const cpuIn = (passes: readonly Pass[]): number[] => passes.map((pass) => pass[part]);
  const told = (passes: readonly Pass[]): string => `${round(median(cpuIn(passes)))} s`;
  const sides = { own: told(own), peer: told(peer) };
  return { what, ...sides, value: medianRatio(cpuIn(own), cpuIn(peer)), unit: 'times', target };
}

/** How many records a second went through, which is a matter of the machine's cores. */
export function rateFigure(what: string, own: readonly Pass[], peer: readonly Pass[]): Figure {
  const rate = (passes: readonly Pass[]): number[] => passes.map(({ recordsPerSecond }) => recordsPerSecond);
  const told = (passes: readonly Pass[]): string => `${round(median(rate(passes)) / 1_000)} k/s`;
  const sides = { own: told(own), peer: told(peer) };
  return { what, ...sides, value: medianRatio(rate(own), rate(peer)), unit: 'times', target: null };
}
