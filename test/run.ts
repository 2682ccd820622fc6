/** Runs every test file, or those whose path holds one of the arguments, and ends with one line of real counts. */
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { Tally } from './tally.ts';

/** Test files at work at once, one more than the two cores of our CI: each is a process of its own, and much of the time many wait. */
const CONCURRENCY = Number(process.env['TEST_CONCURRENCY'] || 3);
/** A file that takes longer hangs. */
const FILE_MS_MAX = 15 * 60_000;

const root = fileURLToPath(new URL('.', import.meta.url));
const filters = process.argv.slice(2).map((filter) => filter.replace(/^\.?\/*(test\/)?/, ''));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  .sort()
  .map((path) => `${root}${path}`);

const tally = new Tally();
const events = run({ files, concurrency: CONCURRENCY, timeout: FILE_MS_MAX });
events.on('test:pass', (event) => tally.passed(event));
events.on('test:fail', (event) => tally.failed(event));
const report = events.compose(new spec());
report.pipe(process.stdout, { end: false });
await new Promise((resolve) => report.once('end', resolve));

for (const file of tally.emptyFiles) process.stdout.write(`\nno test ran in ${file}`);
const { passed, failed, skipped } = tally.counts;
// Through the same stream, so that nothing can come after it.
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
