/** Installs a program with the system's package manager, quietly, and without starting what it may want to start. */
import { say } from './place.js';
import { ask, runTool } from './tool.js';

/**
 * Installs Debian's package without its daemon, where it has one: policy-rc.d keeps it from being started now, and disabling
 * it from being started with the machine. A policy that is already there is the owner's and stays. What apt says matters only when it fails.
 */
const aptScript = (name) => `
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
quietly apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends ${name}
if [ -d /run/systemd/system ]; then systemctl --quiet disable --now ${name} 2> /dev/null || true
elif command -v update-rc.d > /dev/null; then update-rc.d ${name} disable 2> /dev/null || true
fi
`;

/** Installs with whichever package manager is there, by the name that it has the program under; false where none could. */
export async function installPackage({ name, apt, brew }) {
  if (ask('apt-get', ['--version']) !== null) {
    const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];
    if (asRoot.length > 0 && ask('sudo', ['-n', 'true']) === null) return false;
    say(`installing ${name} (apt-get), once; no daemon is started`);
    const [program, ...args] = [...asRoot, 'sh', '-c', aptScript(apt)];
    return (await runTool(program, args)) === 0;
  }
  if (ask('brew', ['--version']) !== null) {
    say(`installing ${name} (brew), once`);
    return (await runTool('brew', ['install', '--quiet', brew])) === 0;
  }
  return false;
}
