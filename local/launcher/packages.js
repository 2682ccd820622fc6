/** Sees to it that the packages in node_modules are those of the lock file. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hashOf, packagesDecision } from './decide.js';
import { LaunchFault } from './fault.js';
import { withSetupLock } from './lock.js';
import { ROOT, say } from './place.js';
import { whoRuns } from './running.js';
import { runTool } from './tool.js';

const LOCK_FILE = `${ROOT}package-lock.json`;
/** npm's own list of what it installed. */
const INSTALLED = `${ROOT}node_modules/.package-lock.json`;
/** The hash of the lock file that was installed last. Times would lie: a checkout touches files without changing them. */
const NOTE = `${ROOT}node_modules/.guestwatch-lock-sha256`;

/** Installs the packages where they are missing or stale. */
export async function ensurePackages() {
  if (decide() === 'fresh') return;
  await withSetupLock(async () => {
    // Whoever held the lock before may have done it already.
    const decision = decide();
    if (decision === 'blocked') {
      const pids = whoRuns().join(', ');
      throw new LaunchFault(
        `the packages have changed, but something runs on the old ones: stop it first (process ${pids}).`,
        2,
      );
    }
    if (decision === 'install') await install();
    if (decision !== 'fresh') writeFileSync(NOTE, hashOf(readFileSync(LOCK_FILE, 'utf8')));
  });
}

function decide() {
  return packagesDecision({
    lock: readFileSync(LOCK_FILE, 'utf8'),
    installed: textOf(INSTALLED),
    note: textOf(NOTE),
    running: whoRuns(),
  });
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

async function install() {
  say('installing packages (npm ci), once');
  rmSync(NOTE, { force: true });
  // `npm run -s` hands its silence down, and NODE_ENV=production would leave out what runs the TypeScript.
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'];
  // The npm that runs us, where one does: it may be the only one there is.
  const own = process.env.npm_execpath;
  const byNpm = own !== undefined && /npm-cli\.c?js$/.test(own);
  const code = byNpm
    ? await runTool(process.execPath, [own, ...args], { cwd: ROOT })
    : await runTool('npm', args, { cwd: ROOT });
  if (code !== 0)
    throw new LaunchFault('the packages could not be installed: npm says above why. Mend that and run this again.', 3);
}
