/** The checks that need no test: format and lint, types, a lock file that works for everyone, and licences that we may use. */
import { readFileSync } from 'node:fs';
import { downloadAddresses, missingPackages } from './lockfile.js';
import { ROOT } from './place.js';
import { runTool } from './tool.js';

const CHECKS = [
  ['format and lint', () => runNode('@biomejs/biome/bin/biome', ['check', '.'])],
  ['types', () => runNode('typescript-native/bin/tsc', ['-p', '.', '--noEmit'])],
  ['lock file: whole, and without download addresses', lockFile],
  ['licences of all packages are on the list', () => runScript('local/licences.ts', ['--quiet'])],
];

/** Runs all checks, also after one that failed; resolves with the exit code. */
export async function runChecks() {
  let failed = 0;
  for (const [name, run] of CHECKS) {
    const code = await run();
    console.log(`${code === 0 ? 'good' : 'FAILED'}: ${name}`);
    if (code !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

const runNode = (file, args) =>
  runTool(process.execPath, [`${ROOT}node_modules/${file}`, ...args], { cwd: ROOT, stdout: 1 });

const runScript = (file, args) =>
  runTool(process.execPath, ['--import', import.meta.resolve('tsx'), `${ROOT}${file}`, ...args], { cwd: ROOT });

async function lockFile() {
  const lock = readFileSync(`${ROOT}package-lock.json`, 'utf8');
  const faults = [
    ...downloadAddresses(lock).map((place) => `${place} says where it was downloaded from`),
    ...missingPackages(lock, readFileSync(`${ROOT}package.json`, 'utf8')).map(
      ({ name, by }) => `${name} is missing, for ${by || 'the project'}`,
    ),
  ];
  for (const fault of faults) console.log(`package-lock.json: ${fault}`);
  if (faults.length > 0)
    console.log('npm install --package-lock-only, then node local/launcher/lockfile.js, make it whole');
  return faults.length === 0 ? 0 : 1;
}
