/** Makes a failing schedule shorter: fault after fault is left out for as long as what is left still fails. */
import { run, type Verdict } from './run.ts';
import { describeSchedule, type Strike } from './schedule.ts';
import type { Servers } from './world.ts';

/** Resolves with the shortest schedule found, in words. A run is not the same twice, so a shorter one may exist that passed by luck. */
export async function shrink(servers: Servers, verdict: Verdict, print: (text: string) => void): Promise<string> {
  let { schedule } = verdict;
  for (let i = 0; i < schedule.strikes.length; ) {
    const fewer = schedule.strikes.filter((_, index) => index !== i);
    if (await stillFails(servers, verdict, fewer)) {
      print(`  fails without ${schedule.strikes[i]!.fault}, too`);
      schedule = { ...schedule, strikes: fewer };
    } else i++;
  }
  return `  the shortest that fails:\n${describeSchedule(schedule)}`;
}

async function stillFails(servers: Servers, { schedule }: Verdict, strikes: readonly Strike[]): Promise<boolean> {
  const { broken } = await run(servers, schedule, () => strikes);
  return broken !== null;
}
