/** `npm run audit`: whether holes are known in what runs in production. */
import { helpCode } from './help.ts';
import { ACCEPTED } from './packages/accepted.ts';
import { audit, auditLines, dayOf } from './packages/audit.ts';

const USAGE = `npm run audit

Asks the registry for known holes in the production packages of package-lock.json. Ends with 1 where there is one of severity high or
critical that is not accepted in local/packages/accepted.ts. A registry that does not answer is said, and is no fault.`;

function main(args: readonly string[]): number {
  const told = helpCode(args, USAGE);
  if (told !== null) return told;
  const found = audit(ACCEPTED, dayOf(new Date()));
  for (const line of auditLines(found)) console.log(line);
  const hasFaults = found.kind === 'answered' && found.faults.length > 0;
  const verdict = found.kind === 'unanswered' ? 'not asked' : hasFaults ? 'FAILED' : 'good';
  console.log(`${verdict}: no grave hole is known in production packages`);
  return hasFaults ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
