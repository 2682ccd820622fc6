/** Sets up what a command needs, then runs it; ends with its exit code. */
import { runChecks } from './checks.js';
import { runScript } from './child.js';
import { planOf } from './decide.js';
import { LaunchFault } from './fault.js';
import { ensurePackages } from './packages.js';
import { say } from './place.js';
import { ensurePrograms } from './programs.js';
import { ensureRedis } from './redis.js';

/** Runs the command of the arguments and sets the exit code of this process. */
export async function launch(argv) {
  try {
    process.exitCode = await run(planOf(argv));
  } catch (error) {
    if (!(error instanceof LaunchFault)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

async function run(plan) {
  if (plan.fault !== undefined) throw new LaunchFault(plan.fault, 2);
  await ensurePackages();
  if (plan.redis) await ensureRedis();
  await ensurePrograms(plan.programs);
  return plan.script === null ? runChecks() : runScript(plan.script, plan.args);
}
