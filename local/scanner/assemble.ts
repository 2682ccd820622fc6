/** Assembles the scanner of nests: `npx tsx local/scanner/assemble.ts` writes the bytes that stand beside its text. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const file = (name: string): URL => new URL(`../../src/detection/${name}`, import.meta.url);
export const SCANNER_FILE = file('nestEnd.wasm.ts');

/** The file that holds the scanner, made anew from its text. */
export async function assembled(): Promise<string> {
  const module = (await wabt()).parseWat('nestEnd.wat', readFileSync(file('nestEnd.wat'), 'utf8'), { simd: true });
  module.validate();
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = base64.match(/.{1,100}/g)!.map((line) => `  '${line}',`);
  return [
    '/** `nestEnd.wat`, assembled: made by `npx tsx local/scanner/assemble.ts`, and held against it by a test. */',
    'export const NEST_END = [',
    ...lines,
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SCANNER_FILE, await assembled());
