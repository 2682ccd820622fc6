/** The lock file: every package that is installed, and those among them that run in production, as npm is shown them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../build/fault.ts';

export interface LockEntry {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  devDependencies?: unknown;
}

export interface Lock {
  /** By the path that a package is installed at; the project itself at none. */
  readonly packages: Record<string, LockEntry>;
}

interface Manifest {
  readonly name: string;
  devDependencies?: unknown;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as T;

export const readLock = (): Lock => readJson<Lock>('package-lock.json');

/** The name of the package that is installed at a path. */
export const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

/**
 * Calls `use` with a folder that holds a manifest and a lock file without development packages. Told to omit them itself, npm also
 * leaves out each production package that a development package needs as well, and nobody would miss those.
 */
export function withProduction<T>(use: (folder: string) => T): T {
  const manifest = readJson<Manifest>('package.json');
  delete manifest.devDependencies;
  const lock = readLock();
  delete lock.packages['']!.devDependencies;
  for (const [path, entry] of Object.entries(lock.packages)) if (entry.dev === true) delete lock.packages[path];
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-production-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs the npm that runs us, where one does: it may be the only one there is. */
export function runNpm(args: readonly string[], cwd: string) {
  const own = process.env['npm_execpath'];
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  return own !== undefined && /npm-cli\.c?js$/.test(own)
    ? spawnSync(process.execPath, [own, ...args], options)
    : spawnSync('npm', args, options);
}
