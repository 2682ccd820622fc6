/** `npm run build`: makes `dist/`, the service as plain JavaScript: `node dist/main.js` needs no compiler and no development package. */
import { helpCode } from '../help.ts';
import { writeLicenceTexts } from '../packages/texts.ts';
import { compile, DIST } from './compile.ts';
import { BuildFault } from './fault.ts';
import { writeSbom } from './sbom.ts';

const USAGE = `npm run build

Compiles src/ to dist/, puts the Lua and the page beside it, lists the production packages in dist/sbom.cdx.json (CycloneDX), and
puts their licences into dist/THIRD_PARTY_LICENCES. Whatever lay in dist/ before is gone. SOURCE_DATE_EPOCH, where it is set, is the list's time; else it has none.`;

async function main(args: readonly string[]): Promise<number> {
  const told = helpCode(args, USAGE);
  if (told !== null) return told;
  try {
    await compile();
    await writeSbom(new URL('sbom.cdx.json', DIST), process.env['SOURCE_DATE_EPOCH']);
    writeLicenceTexts(new URL('THIRD_PARTY_LICENCES', DIST));
    return 0;
  } catch (error) {
    if (!(error instanceof BuildFault)) throw error;
    console.error(`guestwatch: ${error.message}`);
    return error.exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
