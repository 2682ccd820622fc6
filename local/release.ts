/** `npm run release`: looks whether a version may be given out, and if so makes its commit and its tag. It pushes nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BuildFault } from './build/fault.ts';
import { CHANGELOG, DOCUMENT, RELEASED } from './document/document.ts';
import { withRelease } from './release/changelog.ts';
import { commitAndTag } from './release/git.ts';
import { STEPS, tagOf, versionToRelease } from './release/steps.ts';
import { writeVersion } from './release/version.ts';

const USAGE = `npm run release [-- VERSION] [--dry-run]

Looks at everything that has to hold before a version is given out, a line for each: "good", or "fault" with the mend. If all is good it
writes the version into every place, gives the changelog's newest section its name, keeps the API's document as the released one, and
makes a commit and a tag. Nothing is pushed. --dry-run only looks, and makes dist/.

VERSION: the next one that will do unless said. docs/releasing.md says what else there is to do, by hand.`;

const EXIT = { good: 0, faults: 1, arguments: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if ('fault' in asked) return say(EXIT.arguments, asked.fault, USAGE);
  if (asked.isHelp) {
    console.log(USAGE);
    return EXIT.good;
  }
  try {
    return await release(asked);
  } catch (error) {
    if (!(error instanceof BuildFault)) throw error;
    return say(error.exitCode, `guestwatch: ${error.message}`);
  }
}

async function release({ version, isDry }: { version: string | null; isDry: boolean }): Promise<number> {
  let failed = 0;
  for (const { name, isLast = false, run } of STEPS) {
    if (isLast && failed > 0) {
      console.log(`not looked at yet: ${name}`);
      continue;
    }
    const { faults, remarks = [] } = await run(version);
    console.log(`${faults.length === 0 ? 'good' : 'fault'}: ${name}`);
    for (const line of [...faults, ...remarks]) console.log(`      ${line}`);
    if (faults.length > 0) failed++;
  }
  const next = versionToRelease(version);
  if (failed > 0 || 'fault' in next) return say(EXIT.faults, 'Nothing is released.');
  const tag = tagOf(next.version);
  if (isDry) {
    console.log(
      `\nAll is good. Without --dry-run this makes the commit "release: ${next.version}" and the tag ${tag}.`,
    );
    return EXIT.good;
  }
  writeVersion(next.version);
  writeFileSync(CHANGELOG, withRelease(readFileSync(CHANGELOG, 'utf8'), next.version));
  writeFileSync(RELEASED, `${JSON.stringify(JSON.parse(readFileSync(DOCUMENT, 'utf8')))}\n`);
  commitAndTag(`release: ${next.version}`, tag);
  console.log(rest(next.version, tag));
  return EXIT.good;
}

const rest = (version: string, tag: string): string => `
${tag} is a tag here, and nowhere else. To take it back: git tag -d ${tag} && git reset --hard HEAD~1. What is left, by hand:

    git push origin main ${tag}
    docker build -f deploy/Dockerfile -t REGISTRY/guestwatch:${version} --build-arg REVISION="$(git rev-parse ${tag}^{commit})" .
    docker push REGISTRY/guestwatch:${version}

and the section ${version} of CHANGELOG.md where releases are announced. docs/releasing.md has the whole list.`;

function readArguments(
  args: readonly string[],
): { readonly version: string | null; readonly isDry: boolean; readonly isHelp: boolean } | { readonly fault: string } {
  try {
    const options = {
      help: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) return { fault: 'One version at a time.' };
    return { version: positionals[0]?.replace(/^v/, '') ?? null, isDry: values['dry-run'], isHelp: values.help };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

function say(code: number, ...lines: readonly string[]): number {
  for (const line of lines) console.error(line);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
