/** The command `npm run bench`: measures each figure against its floor or peer in one run, and prints one table. */
import { type Figure, isMet, jsonOf, tableOf, thisMachine } from './figure.ts';
import { helpOf, type Options, readOptions } from './options.ts';
import { ROWS } from './rows.ts';

async function main({ rows, pairs, check, json }: Options): Promise<number> {
  const figures: Figure[] = [];
  for (const row of rows) {
    const say = (progress: string): void => void process.stderr.write(`${row.name}: ${progress}\n`);
    say('begins');
    figures.push(...(await row.measure(pairs, say)));
  }
  const command = ['npm run bench --', ...(rows === ROWS ? [] : rows.map(({ name }) => name)), `--pairs ${pairs}`];
  const run = { command: command.join(' '), machine: thisMachine(), figures };
  process.stdout.write(json ? `${jsonOf(run)}\n` : `${tableOf(run)}\n`);
  return check && !figures.every(isMet) ? 1 : 0;
}

const asked = readOptions(process.argv.slice(2), ROWS);
if ('help' in asked) {
  process.stdout.write(asked.help);
} else if ('fault' in asked) {
  process.stderr.write(`${asked.fault}\n\n${helpOf(ROWS)}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main(asked.options);
}
