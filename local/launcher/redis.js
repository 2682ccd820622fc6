/** Finds a redis-server that is new enough on the path, or has the system's package manager install one. */
import { isOlder, REDIS_MINIMUM, redisVersionOf } from './decide.js';
import { LaunchFault } from './fault.js';
import { withSetupLock } from './lock.js';
import { installPackage } from './system.js';
import { ask } from './tool.js';

const MINIMUM = REDIS_MINIMUM.replace(/\.0$/, '');

/** Resolves once there is a good redis-server on the path; else says in one line what to install. */
export async function ensureRedis() {
  if (isGood(installedVersion())) return;
  await withSetupLock(async () => {
    const before = installedVersion();
    if (isGood(before)) return;
    const installed = await installPackage({ name: 'redis-server', apt: 'redis-server', brew: 'redis' });
    const after = installedVersion();
    if (isGood(after)) return;
    const found = after === null ? '' : ` (this one is ${after})`;
    const how = installed
      ? 'the package manager has no such version'
      : 'install it with your package manager (apt-get install redis-server, brew install redis)';
    throw new LaunchFault(
      `redis-server ${MINIMUM} or newer is needed on the path${found}: ${how}, then run this again.`,
      3,
    );
  });
}

function installedVersion() {
  const text = ask('redis-server', ['--version']);
  return text === null ? null : redisVersionOf(text);
}

const isGood = (version) => version !== null && !isOlder(version, REDIS_MINIMUM);
