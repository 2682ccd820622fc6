/** Compiles the sources file by file, so that the layout stays as it is written, and puts beside them what they read when they run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BuildFault, ROOT } from './fault.ts';

export const DIST = new URL('dist/', ROOT);

const COMPILER = new URL('node_modules/typescript-native/bin/tsc', ROOT);

/** Makes the folder anew. Within the checkout, where its packages are found. */
export async function compile(folder: URL = DIST): Promise<void> {
  await compileProject('tsconfig.build.json', folder, folder);
  chmodSync(new URL('main.js', folder), 0o755);
}

/** The same of any project that holds `src/`, whose place in the folder is `sources`. */
export async function compileProject(name: string, folder: URL, sources: URL): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const project = fileURLToPath(new URL(name, ROOT));
  const args = [fileURLToPath(COMPILER), '--project', project, '--outDir', fileURLToPath(folder)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new BuildFault('the sources do not compile: mend what is said above.');
  // Whatever is no source is read at run time: scripts of Redis, the page of the API.
  cpSync(new URL('src/', ROOT), sources, { recursive: true, filter: (path) => !path.endsWith('.ts') });
}
