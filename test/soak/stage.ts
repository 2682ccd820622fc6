/** What a run plays on: real servers, two services, and a process that draws and judges. */
import { type Crew, LAYOUTS, openCrew } from '../faults/process/crew.ts';
import { openWorld, type Servers, type World } from '../faults/world.ts';
import { Judge } from './judge.ts';

export interface Stage {
  readonly world: World;
  readonly crew: Crew;
  readonly judge: Judge;
}

export const PARTITIONS = 4;
/** What each partition keeps: minutes of the traffic, all of it long read. */
const HUB_BYTES_MAX = 32 * 1024 * 1024;
/** What waits for sign-ins alone must be told before a part is forgotten. */
export const SIGN_IN_REVISION_DELAY_MS = 3_000;

/** Runs on a stage whose services are ready, and ends all of it, whatever happens. */
export async function onStage<Result>(servers: Servers, run: (stage: Stage) => Promise<Result>): Promise<Result> {
  const judge = new Judge();
  let world: World | undefined;
  let crew: Crew | undefined;
  try {
    world = await openWorld(servers, { redis: 'single', partitions: PARTITIONS }, HUB_BYTES_MAX);
    const environment = { ...world.environment, SIGN_IN_REVISION_DELAY: `${SIGN_IN_REVISION_DELAY_MS / 1_000}s` };
    crew = await openCrew({ environment, layout: LAYOUTS.two });
    await crew.ready();
    return await run({ world, crew, judge });
  } finally {
    await crew?.killAll();
    await world?.close();
    await judge.close();
  }
}
