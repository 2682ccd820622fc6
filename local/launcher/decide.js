/** What the launcher decides, apart from how it does it: pure functions, in a syntax that old Nodes read too. */
import { createHash } from 'node:crypto';

const numbersOf = (version) => version.split('.').map(Number);

/** Whether a version such as `20.19.1` comes before another; missing parts are 0. */
export function isOlder(version, minimum) {
  const [own, least] = [numbersOf(version), numbersOf(minimum)];
  for (let i = 0; i < 3; i++) {
    const difference = (own[i] || 0) - (least[i] || 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** A line to print where this Node is too old for the `engines` range (`>=20.19`), else null. */
export function nodeFault(version, range) {
  const minimum = range.replace(/^>=\s*/, '');
  return isOlder(version, minimum) ? `guestwatch needs Node ${minimum} or newer; this is Node ${version}.` : null;
}

/**
 * What each npm script runs: a file through tsx, whether it needs Redis, and other programs, with the packages that have them
 * where those are called otherwise. `check` runs tools instead.
 */
const COMMANDS = {
  start: { script: 'local/start.ts', redis: true },
  local: { script: 'local/local.ts', redis: true },
  sample: { script: 'local/sample.ts', redis: false },
  guestwatch: { script: 'src/main.ts', redis: false },
  // Examples of the documentation are run as they stand there; docker-compose.yml is read by Compose itself,
  // and the alert rules are tried by Prometheus's own tool.
  test: {
    script: 'test/run.ts',
    redis: true,
    programs: [
      { name: 'curl' },
      { name: 'git' },
      { name: 'python3' },
      { name: 'docker-compose' },
      { name: 'promtool', apt: 'prometheus', brew: 'prometheus' },
    ],
  },
  faults: { script: 'test/faults/main.ts', redis: true },
  bench: { script: 'test/bench/main.ts', redis: true },
  soak: { script: 'test/soak/main.ts', redis: true },
  build: { script: 'local/build/main.ts', redis: false },
  'image:check': {
    script: 'test/image/main.ts',
    redis: true,
    programs: [{ name: 'buildah' }, { name: 'debootstrap' }, { name: 'podman' }, { name: 'runc' }],
  },
  'upgrade:check': { script: 'test/upgrade/main.ts', redis: true },
  document: { script: 'local/document/main.ts', redis: false },
  manifests: { script: 'local/manifests/main.ts', redis: false },
  licences: { script: 'local/licences.ts', redis: false },
  audit: { script: 'local/audit.ts', redis: false },
  release: { script: 'local/release.ts', redis: false },
  check: { script: null, redis: false },
};

/** The plan for the arguments of launch.js: `{ command, script, redis, programs, args }`, or `{ fault }`. */
export function planOf([command, ...rest]) {
  const plan = Object.hasOwn(COMMANDS, command || '') ? COMMANDS[command] : undefined;
  if (plan === undefined) {
    return { fault: `launch.js runs one of ${Object.keys(COMMANDS).join(', ')}${command ? `, not ${command}` : ''}.` };
  }
  // npm takes the `--` away; whoever runs this file by hand may leave it in.
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  return { command, script: plan.script, redis: plan.redis, programs: plan.programs || [], args };
}

/** What stands for the contents of a lock file. */
export const hashOf = (text) => createHash('sha256').update(text).digest('hex');

/**
 * What is to be done about the packages: `fresh` (nothing), `adopt` (they are right, and only the note is missing), `install`,
 * or `blocked` (they would have to be installed under something that runs on them).
 * `lock` and `installed` are the texts of package-lock.json and of the copy that npm keeps in node_modules (null: none),
 * `note` is the hash that the last installation left there (null: none), `running` the process ids that use the packages.
 */
export function packagesDecision({ lock, installed, note, running }) {
  if (installed !== null && note === hashOf(lock)) return 'fresh';
  if (installed !== null && holdsAll(installed, lock)) return 'adopt';
  return running.length > 0 ? 'blocked' : 'install';
}

/** Whether what npm has installed is what the lock file asks for; packages for other platforms may be missing. */
function holdsAll(installedText, lockText) {
  const wanted = JSON.parse(lockText).packages;
  const present = packagesOf(installedText);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const own = present[path];
    return own === undefined
      ? entry.optional === true
      : own.version === entry.version && own.integrity === entry.integrity;
  });
}

function packagesOf(text) {
  try {
    return JSON.parse(text).packages || {};
  } catch {
    // Cut short by a crash: as good as none.
    return {};
  }
}

/** The oldest Redis that has all that the service uses. */
export const REDIS_MINIMUM = '7.0.0';

/** The version out of `redis-server --version`; null for text of another form. */
export function redisVersionOf(text) {
  const found = /\bv=(\d+\.\d+\.\d+)/.exec(text);
  return found ? found[1] : null;
}

/** Presses closer together than this are one: Ctrl-C reaches the launcher from the terminal and from npm. */
export const ONE_PRESS_MS = 300;

/**
 * Sorts out signals: gives, for each that arrives at a time, whether it is a new request to stop (the first is orderly, the
 * second ends at once, from the third on by force) or an echo of the last one.
 */
export function stopRequests() {
  let count = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (nowMs) => {
    if (nowMs - lastMs < ONE_PRESS_MS) return 'echo';
    lastMs = nowMs;
    count++;
    return count === 1 ? 'orderly' : count === 2 ? 'atOnce' : 'byForce';
  };
}
