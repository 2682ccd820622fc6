/** Finds a redis-server that is new enough on the path, or has the system's package manager install one. */
import { isOlder, REDIS_MINIMUM, redisVersionOf } from './decide.js';
import { LaunchFault } from './fault.js';
import { withSetupLock } from './lock.js';
import { say } from './place.js';
import { ask, runTool } from './tool.js';

/**
 * Installs Debian's package without its daemon: policy-rc.d keeps it from being started now, and disabling it from being
 * started with the machine. A policy that is already there is the owner's and stays. What apt says matters only when it fails.
 */
const APT_SCRIPT = `
set -e
policy=/usr/sbin/policy-rc.d
made=
trap '[ -z "$made" ] || rm -f "$policy"' EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then
  made=1
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
quietly() { said=$("$@" 2>&1) || { echo "$said" >&2; exit 1; }; }
quietly apt-get -q -o DPkg::Lock::Timeout=120 update
quietly apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends redis-server
if [ -d /run/systemd/system ]; then systemctl --quiet disable --now redis-server || true
elif command -v update-rc.d > /dev/null; then update-rc.d redis-server disable || true
fi
`;

const MINIMUM = REDIS_MINIMUM.replace(/\.0$/, '');

/** Resolves once there is a good redis-server on the path; else says in one line what to install. */
export async function ensureRedis() {
  if (isGood(installedVersion())) return;
  await withSetupLock(async () => {
    const before = installedVersion();
    if (isGood(before)) return;
    const installed = await install();
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

/** Installs with whichever package manager is there; false where none could. */
async function install() {
  if (ask('apt-get', ['--version']) !== null) {
    const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];
    if (asRoot.length > 0 && ask('sudo', ['-n', 'true']) === null) return false;
    say('installing redis-server (apt-get), once; its daemon is not started');
    const [program, ...args] = [...asRoot, 'sh', '-c', APT_SCRIPT];
    return (await runTool(program, args)) === 0;
  }
  if (ask('brew', ['--version']) !== null) {
    say('installing redis (brew), once');
    return (await runTool('brew', ['install', '--quiet', 'redis'])) === 0;
  }
  return false;
}
