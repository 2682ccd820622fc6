/** One run: plays a schedule on a world, lets the service settle, and says which law was broken first, if any. */
import { AssertionError } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { diceOf } from '../oracle/dice.ts';
import type { Fault } from './fault.ts';
import { judge, judgeEnding } from './judge.ts';
import { type Crew, LAYOUTS, openCrew } from './process/crew.ts';
import { partOf, type Schedule, type Strike, type Topology } from './schedule.ts';
import { trafficOf } from './traffic.ts';
import { TUNING } from './tuning.ts';
import { openWatches, type Watches } from './watches.ts';
import { openWorld, type Servers, type World } from './world.ts';

/** What was done, and when; milliseconds since the Unix epoch. */
export interface Done {
  readonly strike: Strike;
  readonly fault: Fault;
  readonly begunAt: number;
  endedAt: number | null;
}

export interface Stage {
  readonly schedule: Schedule;
  readonly world: World;
  readonly crew: Crew;
  readonly watches: Watches;
  /** Grows as the run goes on. */
  readonly done: Done[];
}

export interface Verdict {
  readonly schedule: Schedule;
  /** Null where every law held. */
  readonly broken: { readonly law: string; readonly difference: string; readonly log?: readonly string[] } | null;
  readonly ms: number;
  /** The most that one of its processes ever held, in bytes. */
  readonly peak: number;
  /** What was brought about, for the count of all runs. */
  readonly faults: readonly string[];
  readonly events: number;
}

/** Draws the strikes for a world, once it is known which it can have. */
export type Drawn = (topology: Topology, faults: readonly string[]) => readonly Strike[];

export async function run(servers: Servers, topology: Topology, draw: Drawn): Promise<Verdict> {
  const begun = performance.now();
  let world: World | undefined;
  let stage: Stage | undefined;
  let schedule: Schedule = { ...topology, strikes: [] };
  let broken: Verdict['broken'] = null;
  try {
    world = await openWorld(servers, topology);
    stage = await openStage(topology, world, draw);
    schedule = stage.schedule;
    await play(stage);
    broken = await judge(stage);
    broken = (await judgeEnding(stage)) ?? broken;
  } catch (error) {
    broken = { law: 'the run comes to its end', difference: textOf(error) };
  } finally {
    await stage?.watches.stop().catch(() => {}); // What they found is in the verdict already.
    await stage?.crew.killAll();
    await world?.close();
    if (broken !== null) await servers.discard();
  }
  if (broken !== null && stage !== undefined) broken = { ...broken, log: lastWords(stage.crew) };
  const faults = stage?.done.map(({ fault }) => fault.name) ?? [];
  const peak = stage?.watches.peak() ?? 0;
  return { schedule, broken, ms: performance.now() - begun, peak, faults, events: world?.hubs.sent.length ?? 0 };
}

const LAST_WORDS = 60;
const WARN = 40;

/** What the processes last had to complain of, each line with the time and who said it. */
export const lastWords = ({ log }: Crew): string[] =>
  log
    .filter(({ level }) => level >= WARN)
    .slice(-LAST_WORDS)
    .map(({ heardAt, process, msg, detail, partition }) =>
      [new Date(heardAt).toISOString(), process, partition, msg, detail].filter((part) => part !== undefined).join(' '),
    );

const textOf = (error: unknown): string =>
  error instanceof AssertionError
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

async function openStage(topology: Topology, world: World, draw: Drawn): Promise<Stage> {
  const crew = await openCrew({ environment: world.environment, layout: LAYOUTS[topology.layout], tuning: TUNING });
  try {
    await crew.ready();
    const names = [...world.faults, ...crew.faults].map(({ name }) => name);
    const schedule = { ...topology, strikes: draw(topology, names) };
    return { schedule, world, crew, done: [], watches: await openWatches(world, crew) };
  } catch (error) {
    await crew.killAll();
    throw error;
  }
}

/** How much of the traffic comes after the last fault: what was struck must do its work again. */
const LAST_SHARE = 0.15;

async function play(stage: Stage): Promise<void> {
  const { schedule, world } = stage;
  const { hubs } = world;
  const sendings = trafficOf(schedule.traffic, hubs.names, schedule.partitions, today());
  const last = sendings.splice(Math.floor(sendings.length * (1 - LAST_SHARE)));
  const origin = performance.now();
  const at = async (ms: number): Promise<void> => void (await delay(Math.max(0, origin + ms - performance.now())));
  const send = async (): Promise<void> => {
    for (const { item, atMs } of sendings) {
      await at(atMs);
      hubs.send(item);
    }
  };
  /** What strikes one part does so one after the other: an end may take longer than was planned. */
  const parts = new Map<string, Promise<void>>();
  const inTurn = (strike: Strike): Promise<void> => {
    const turn = (parts.get(partOf(strike.fault)) ?? Promise.resolve()).then(() => strikeOnce(strike));
    parts.set(partOf(strike.fault), turn);
    return turn;
  };
  const strikeOnce = async (strike: Strike): Promise<void> => {
    const fault = faultOf(stage, strike.fault);
    await at(strike.atMs);
    const done: Done = { strike, fault, begunAt: Date.now(), endedAt: null };
    stage.done.push(done);
    stage.watches.struck(fault);
    const end = await fault.begin(diceOf(strike.seed));
    await at(strike.atMs + strike.forMs);
    await end();
    stage.watches.ended(fault);
    done.endedAt = Date.now();
  };
  // Awaited even if one fails: a fault that is left behind would strike the next run.
  const all = await Promise.allSettled([send(), ...schedule.strikes.map(inTurn)]);
  hubs.endpoint.faults.clear();
  for (const { item } of last) hubs.send(item);
  for (const one of all) if (one.status === 'rejected') throw one.reason;
}

/** The beginning of the day (UTC), so that a seed means the same records all day long. */
export const today = (): number => Math.floor(Date.now() / DAY_MS) * DAY_MS;
const DAY_MS = 86_400_000;

function faultOf({ world, crew }: Stage, name: string): Fault {
  const fault = [...world.faults, ...crew.faults].find((own) => own.name === name);
  if (fault === undefined) throw new Error(`There is no fault ${name} here.`);
  return fault;
}
