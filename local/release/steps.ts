/** Everything that has to hold before a version is given out, each step by itself: all faults are told, not the first alone. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, DIST } from '../build/compile.ts';
import { BuildFault, ROOT } from '../build/fault.ts';
import { writeSbom } from '../build/sbom.ts';
import { breakingDifferences, ownedLine, unownedDifferences } from '../document/compare.ts';
import { CONFIGURATION, configurationText } from '../document/configuration.ts';
import {
  CHANGELOG,
  currentDocument,
  DOCUMENT,
  documentText,
  RELEASED,
  TYPES,
  typesText,
} from '../document/document.ts';
import { LOGS, logsText } from '../document/logs.ts';
import type { Json } from '../document/schemas.ts';
import { ACCEPTED } from '../packages/accepted.ts';
import { audit, auditLines, dayOf } from '../packages/audit.ts';
import { forbidden, licensed } from '../packages/licences.ts';
import { readLock, runNpm } from '../packages/lock.ts';
import { writeLicenceTexts } from '../packages/texts.ts';
import { unreleased } from './changelog.ts';
import { contentFaults, type Packed } from './contents.ts';
import { behind, branch, changedFiles, hasTag } from './git.ts';
import { currentVersion, nextVersion, versionsNamed } from './version.ts';

export const tagOf = (version: string): string => `v${version}`;

interface Outcome {
  /** Each with its mend. */
  readonly faults: readonly string[];
  /** What is to be known though it is no fault. */
  readonly remarks?: readonly string[];
}

interface Step {
  readonly name: string;
  /** Takes long, and says nothing of what has faults already. */
  readonly isLast?: boolean;
  run(asked: string | null): Outcome | Promise<Outcome>;
}

const read = (file: URL): string => readFileSync(file, 'utf8');
const released = (): Json => JSON.parse(read(RELEASED)) as Json;
const document = (): Json => JSON.parse(read(DOCUMENT)) as Json;

/** The version that comes next, by what the document breaks and what was asked for. */
export function versionToRelease(asked: string | null): ReturnType<typeof nextVersion> {
  const current = currentVersion();
  const isBreaking = breakingDifferences(released(), document()).length > 0;
  return nextVersion(current, { asked, isReleased: hasTag(tagOf(current)), isBreaking });
}

export const STEPS: readonly Step[] = [
  {
    name: 'nothing is changed and not committed',
    run: () => ({ faults: changedFiles().map((line) => `${line.trim()}: commit it, or take it back.`) }),
  },
  {
    name: 'this is main, with all that was fetched of it',
    run() {
      const [name, missing] = [branch(), behind()];
      return {
        faults: [
          ...(name === 'main' ? [] : [`this is ${name}: releases are made of main.`]),
          ...(missing === 0 ? [] : [`${missing} commits of its upstream are not here: git pull --ff-only.`]),
        ],
      };
    },
  },
  {
    name: 'one version stands in every place, and the next is above it',
    run(asked) {
      const current = currentVersion();
      const others = versionsNamed().filter(({ version }) => version !== current);
      const next = versionToRelease(asked);
      return {
        faults: [
          ...others.map(
            ({ path, version }) => `${path} names ${version ?? 'none'}, and package.json ${current}: make them one.`,
          ),
          ...('fault' in next ? [next.fault] : []),
        ],
        remarks:
          'fault' in next
            ? []
            : [`${current} is here, and ${next.version} would be released, as ${tagOf(next.version)}`],
      };
    },
  },
  {
    name: 'the changelog says what is new',
    run() {
      const entries = unreleased(read(CHANGELOG));
      if (entries === null)
        return { faults: ['CHANGELOG.md does not begin with a section "## Unreleased": put one first.'] };
      return entries.length > 0
        ? { faults: [], remarks: [`${entries.length} entries`] }
        : { faults: ['"## Unreleased" of CHANGELOG.md is empty: say what is new, in the words of who runs it.'] };
    },
  },
  {
    name: 'the API breaks no program that the changelog does not name',
    run() {
      const unowned = unownedDifferences([released()], document(), read(CHANGELOG));
      return {
        faults: unowned.map((one) => `mend it, or own up to it in "## Unreleased": ${ownedLine(one)}`),
        remarks: breakingDifferences(released(), document()).map(ownedLine),
      };
    },
  },
  {
    name: 'what is made of the program is of this program',
    async run() {
      const current = await currentDocument();
      const made: readonly (readonly [string, URL, string])[] = [
        ['docs/openapi.json', DOCUMENT, documentText(current)],
        ['client/schema.d.ts', TYPES, await typesText(current)],
        ['docs/logs.md', LOGS, logsText()],
        ['docs/configuration.md', CONFIGURATION, configurationText()],
      ];
      return {
        faults: made
          .filter(([, file, text]) => read(file) !== text)
          .map(([name]) => `${name} is older: npm run document.`),
      };
    },
  },
  {
    name: 'licences of all packages are on the list',
    run: () => ({
      faults: forbidden(licensed(readLock())).map(
        ({ id, licence }) => `${id}: ${licence} is not on the list: npm run licences.`,
      ),
    }),
  },
  {
    name: 'no grave hole is known in production packages',
    run() {
      const found = audit(ACCEPTED, dayOf(new Date()));
      const lines = auditLines(found);
      // Where nothing is known a person has to look elsewhere; a dry run without a registry is one all the same.
      return found.kind === 'answered' && found.faults.length > 0 ? { faults: lines } : { faults: [], remarks: lines };
    },
  },
  {
    name: 'it compiles, with the list of its packages and their licences beside it',
    isLast: true,
    async run() {
      try {
        await compile();
        await writeSbom(new URL('sbom.cdx.json', DIST), process.env['SOURCE_DATE_EPOCH']);
        writeLicenceTexts(new URL('THIRD_PARTY_LICENCES', DIST));
        return { faults: [] };
      } catch (error) {
        if (error instanceof BuildFault) return { faults: [error.message] };
        throw error;
      }
    },
  },
  {
    name: 'the package holds what is handed out, and no secret',
    isLast: true,
    run() {
      const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
      const { status, stdout, stderr, error } = runNpm(args, fileURLToPath(ROOT));
      if (status !== 0) return { faults: [`npm does not pack it: ${error?.message ?? stderr.trim()}`] };
      const [pack] = JSON.parse(stdout) as [{ files: Packed[]; size: number; unpackedSize: number }];
      return {
        faults: contentFaults(pack.files, (path) => read(new URL(path, ROOT))),
        remarks: [`${pack.files.length} files, ${pack.unpackedSize} bytes, packed ${pack.size}`],
      };
    },
  },
];
