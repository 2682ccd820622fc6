/** `npm run licences`: under which licence each package comes, and whether we may use it. */
import { parseArgs } from 'node:util';
import { forbidden, licensed } from './packages/licences.ts';
import { readLock } from './packages/lock.ts';

const USAGE = `npm run licences [-- --quiet]

Lists every package of package-lock.json with its licence, those that run in production first, and ends with 1 where one is not
on the list of those that we may use (local/packages/licences.ts). --quiet: only these.`;

function main(args: readonly string[]): number {
  let isQuiet: boolean;
  try {
    const options = { help: { type: 'boolean', default: false }, quiet: { type: 'boolean', default: false } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    isQuiet = values.quiet;
  } catch (error) {
    console.error((error as Error).message);
    console.error(USAGE);
    return 2;
  }
  const packages = licensed(readLock());
  if (!isQuiet)
    for (const { id, licence, isProduction } of packages)
      console.log(`${isProduction ? 'production ' : 'development'}  ${licence.padEnd(16)}  ${id}`);
  const faults = forbidden(packages);
  for (const { id, licence } of faults)
    console.error(
      `${id}: ${licence} is not on the list of licences that we may use: replace it, or have the list extended.`,
    );
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
