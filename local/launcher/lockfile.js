/**
 * What must hold of package-lock.json, and how it is made to. Run as a program it adds what a lock file lacks: some registries do
 * not carry the packages for other platforms; npm then leaves them out of the lock file without a word, and `npm ci` refuses it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ROOT } from './place.js';

/** The places in a lock file that name where packages were downloaded from. There must be none: every user has registries of their own. */
export function downloadAddresses(lockText) {
  return Object.entries(JSON.parse(lockText).packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([path]) => path);
}

/** The packages that something in a lock file needs, for any platform, and that stand nowhere in it: `{ name, range, by, optional, dev }`. */
export function missingPackages(lockText, manifestText) {
  const { packages } = JSON.parse(lockText);
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(manifestText);
  const entries = { ...packages, '': { dependencies: { ...dependencies, ...devDependencies }, optionalDependencies } };
  return Object.entries(entries).flatMap(([by, entry]) => {
    const optional = entry.optionalDependencies || {};
    return Object.entries({ ...entry.dependencies, ...optional })
      .filter(([name]) => !isFound(packages, by, name))
      .map(([name, range]) => ({ name, range, by, optional: name in optional, dev: entry.dev === true }));
  });
}

/** As Node looks for packages: beside the one that asks, then further and further up. */
function isFound(packages, by, name) {
  for (let folder = by; ; ) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === '') return false;
    const up = folder.lastIndexOf('/node_modules/');
    folder = up < 0 ? '' : folder.slice(0, up);
  }
}

/** How builds for other platforms are called: `…-linux-x64`, `…-linux-x64-musl`, `…-win32-arm64-msvc`. */
const PLATFORM =
  /-(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(x64|arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x)(?:-(\w+))?$/;

/** The lock file with an entry for each missing package of another platform, so that nobody ever looks for it. Others stay missing. */
export function completed(lockText, manifestText) {
  const lock = JSON.parse(lockText);
  const { '': root, ...packages } = lock.packages;
  for (const { name, range, optional, dev } of missingPackages(lockText, manifestText)) {
    const platform = PLATFORM.exec(name);
    // A range would leave open which version is meant; builds are always asked for exactly.
    if (!optional || platform === null || !/^\d+\.\d+\.\d+/.test(range)) continue;
    packages[`node_modules/${name}`] = platformEntry(range, platform, dev);
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...lock, packages: { '': root, ...sorted } }, null, 2)}\n`;
}

function platformEntry(version, [, os, cpu, abi], dev) {
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(os === 'linux' ? { libc: [abi?.includes('musl') ? 'musl' : 'glibc'] } : {}),
    optional: true,
    os: [os],
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = `${ROOT}package-lock.json`;
  const manifest = readFileSync(`${ROOT}package.json`, 'utf8');
  writeFileSync(path, completed(readFileSync(path, 'utf8'), manifest));
  const left = missingPackages(readFileSync(path, 'utf8'), manifest);
  for (const { name, by } of left)
    console.error(`${name}, for ${by || 'the project'}, is still missing: run npm install first`);
  process.exitCode = left.length === 0 ? 0 : 1;
}
