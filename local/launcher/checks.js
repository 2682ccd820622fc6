/** The checks that need no test: format and lint, types, and a lock file that names no registry. */
import { readFileSync } from 'node:fs';
import { downloadAddresses } from './decide.js';
import { ROOT } from './place.js';
import { runTool } from './tool.js';

const CHECKS = [
  ['format and lint', () => runNode('@biomejs/biome/bin/biome', ['check', '.'])],
  ['types', () => runNode('typescript/bin/tsc', ['-p', '.', '--noEmit'])],
  ['lock file without download addresses', lockFile],
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

async function lockFile() {
  const places = downloadAddresses(readFileSync(`${ROOT}package-lock.json`, 'utf8'));
  for (const place of places) console.log(`package-lock.json: "resolved" stands in ${place}`);
  return places.length === 0 ? 0 : 1;
}
