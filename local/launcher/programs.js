/** Finds the programs that a command runs beside Node, or has the system's package manager install them. */
import { LaunchFault } from './fault.js';
import { withSetupLock } from './lock.js';
import { installPackage } from './system.js';
import { ask } from './tool.js';

/** Resolves once each is on the path; else says in one line what to install. */
export async function ensurePrograms(programs) {
  for (const { name, apt = name, brew = name } of programs) {
    if (isThere(name)) continue;
    await withSetupLock(async () => {
      if (isThere(name)) return;
      await installPackage({ name, apt, brew });
      if (isThere(name)) return;
      throw new LaunchFault(
        `${name} is needed on the path: install it (apt-get install ${apt}), then run this again.`,
        3,
      );
    });
  }
}

const isThere = (name) => ask(name, ['--version']) !== null;
