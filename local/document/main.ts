/** `npm run document`: writes what is generated from the routes, the log's events and the settings; not over a difference that breaks programs and that nobody owns up to. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { helpCode } from '../help.ts';
import { ownedLine, unownedDifferences } from './compare.ts';
import { CONFIGURATION, configurationText } from './configuration.ts';
import { CHANGELOG, currentDocument, DOCUMENT, documentText, RELEASED, TYPES, typesText } from './document.ts';
import { LOGS, logsText } from './logs.ts';
import type { Json } from './schemas.ts';

const USAGE = `npm run document

Writes docs/openapi.json and the client's types (client/schema.d.ts) out of the routes, docs/logs.md out of the events that the log
tells of, and docs/configuration.md out of the settings. What later documents are held against (docs/openapi.released.json) is written
by \`npm run release\`.`;

async function main(args: readonly string[]): Promise<number> {
  const told = helpCode(args, USAGE);
  if (told !== null) return told;
  const document = await currentDocument();
  const [released, committed] = [load(RELEASED), load(DOCUMENT)];
  const olders = [released, committed].filter((one) => one !== null);
  const broken = unownedDifferences(olders, document, readFileSync(CHANGELOG, 'utf8'));
  if (broken.length > 0)
    return fail(
      1,
      'Nothing is written. This would break programs that are written by the document; mend it, or own up to it in',
      'the newest section of CHANGELOG.md, in these lines (the words after the place are yours):',
      '',
      ...broken.map(ownedLine),
    );
  write(DOCUMENT, documentText(document));
  write(TYPES, await typesText(document));
  write(LOGS, logsText());
  write(CONFIGURATION, configurationText());
  return 0;
}

const load = (file: URL): Json | null => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Json) : null);

function write(file: URL, text: string): void {
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
}

function fail(code: number, ...lines: readonly string[]): number {
  for (const line of lines) console.error(line);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
