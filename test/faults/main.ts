/** The command `npm run faults`: so many seeded runs, and a page that one can believe or take apart. */
import { parseArgs } from 'node:util';
import { durationMs, wholeNumber } from './arguments.ts';
import { run, type Verdict } from './run.ts';
import { describeSchedule, drawStrikes, drawTopology } from './schedule.ts';
import { shrink } from './shrink.ts';
import { Servers } from './world.ts';

const HELP = `Runs the service under faults and compares its answers with a pure fold over what was sent.

  npm run faults -- [--runs N] [--seed S] [--for DURATION] [--lanes L] [--shrink]

  --runs N         so many runs, with the seeds S, S+1, ... (10)
  --seed S         the first seed; one run with a seed repeats a failed one (1)
  --for DURATION   runs until so much time has passed, such as 30m or 2h, instead of a number
  --lanes L        runs at once, each on servers of its own (1)
  --shrink         looks for the shortest schedule that still fails
`;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly forMs: number | null;
  readonly lanes: number;
  readonly shrink: boolean;
}

function readOptions(argv: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        runs: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        for: { type: 'string' },
        lanes: { type: 'string', default: '1' },
        shrink: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return '';
    const [runs, seed, lanes] = [
      wholeNumber('--runs', values.runs),
      wholeNumber('--seed', values.seed, 0),
      wholeNumber('--lanes', values.lanes),
    ];
    return {
      runs,
      seed,
      lanes,
      shrink: values.shrink,
      forMs: values.for === undefined ? null : durationMs('--for', values.for),
    };
  } catch (error) {
    return (error as Error).message;
  }
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(options: Options): Promise<boolean> {
  const begun = performance.now();
  const verdicts: Verdict[] = [];
  let next = options.seed;
  const isOver = (): boolean =>
    options.forMs === null ? next >= options.seed + options.runs : performance.now() - begun >= options.forMs;
  const lane = async (): Promise<void> => {
    const servers = new Servers();
    try {
      while (!isOver()) {
        const verdict = await run(servers, drawTopology(next++), drawStrikes);
        verdicts.push(verdict);
        report(verdict);
        if (verdict.broken !== null && options.shrink) print(await shrink(servers, verdict, print));
      }
    } finally {
      await servers.discard();
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  summarize(verdicts, performance.now() - begun);
  return verdicts.every(({ broken }) => broken === null);
}

function report({ schedule, broken, ms, peak, faults, events }: Verdict): void {
  const what = `seed ${schedule.seed}: Redis ${schedule.redis}, processes ${schedule.layout}, ${events} events, ${faults.join(', ') || 'no fault'}`;
  if (broken === null) {
    print(`good    ${what} (${seconds(ms)} s, ${mebibytes(peak)} MiB)`);
    return;
  }
  print(`BROKEN  ${what} (${seconds(ms)} s, ${mebibytes(peak)} MiB)`);
  print(`  the law: ${broken.law}\n${describeSchedule(schedule)}\n${indented(broken.difference)}`);
  if (broken.log) print(`  what the processes complained of last:\n${indented(broken.log.join('\n'))}`);
  print(`  again: npm run faults -- --runs 1 --seed ${schedule.seed}`);
}

function summarize(verdicts: readonly Verdict[], ms: number): void {
  const counts = new Map<string, number>();
  for (const fault of verdicts.flatMap(({ faults }) => faults)) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const failed = verdicts.filter(({ broken }) => broken !== null);
  print(`\nfaults brought about:`);
  for (const [fault, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    print(`  ${String(count).padStart(4)}  ${fault}`);
  const events = verdicts.reduce((sum, one) => sum + one.events, 0);
  print(`\nthe most that one process held: ${mebibytes(Math.max(0, ...verdicts.map(({ peak }) => peak)))} MiB`);
  print(
    `\n${verdicts.length} runs, ${events} events, ${seconds(ms)} s; broken: ${failed.map(({ schedule }) => `seed ${schedule.seed}`).join(', ') || 'none'}`,
  );
  print(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
const LINES_MAX = 100;
const indented = (text: string): string =>
  text
    .split('\n')
    .slice(0, LINES_MAX)
    .map((line) => `    ${line}`)
    .join('\n');

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  (options === '' ? process.stdout : process.stderr).write(options === '' ? HELP : `${options}\n\n${HELP}`);
  process.exit(options === '' ? 0 : 2);
}
process.exit((await main(options)) ? 0 : 1);
