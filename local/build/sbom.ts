/**
 * The list of what runs in production, as CycloneDX: made by npm out of the lock file, and then the same for the same lock file.
 *
 * npm is shown a manifest and a lock file without development packages. Told to omit them itself, it also leaves out each
 * production package that a development package needs as well, and nobody would miss those in a list.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFault, ROOT } from './fault.ts';

interface Manifest {
  readonly name: string;
  devDependencies?: unknown;
}

interface Lock {
  readonly packages: Record<string, { devDependencies?: unknown; readonly dev?: boolean }>;
}

interface Bom {
  serialNumber: string;
  metadata: { timestamp?: string; readonly component: { name: string } };
}

/** `epoch`: seconds since 1970, the time that the list bears; undefined for none. */
export async function writeSbom(file: URL, epoch: string | undefined): Promise<void> {
  const timestamp = timeOf(epoch);
  const manifest = readJson<Manifest>('package.json');
  delete manifest.devDependencies;
  const bom = sameForSame(await listed(manifest, productionLock()), manifest.name, timestamp);
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
}

function timeOf(epoch: string | undefined): string | undefined {
  if (epoch === undefined || epoch === '') return undefined;
  if (!/^\d{1,11}$/.test(epoch))
    throw new BuildFault('SOURCE_DATE_EPOCH must be a time in whole seconds since 1970, such as 1767225600.', 2);
  return new Date(Number(epoch) * 1_000).toISOString();
}

function productionLock(): Lock {
  const lock = readJson<Lock>('package-lock.json');
  delete lock.packages['']!.devDependencies;
  for (const [path, entry] of Object.entries(lock.packages)) if (entry.dev === true) delete lock.packages[path];
  return lock;
}

async function listed(manifest: Manifest, lock: Lock): Promise<Bom> {
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-sbom-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const args = [
      'sbom',
      '--package-lock-only',
      '--sbom-format=cyclonedx',
      '--sbom-type=application',
      '--loglevel=error',
    ];
    const { status, stdout, stderr, error } = runNpm(args, folder);
    if (status !== 0) throw new BuildFault(`npm does not list the packages: ${error?.message ?? stderr.trim()}`);
    return JSON.parse(stdout) as Bom;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The npm that runs us, where one does: it may be the only one there is. */
function runNpm(args: readonly string[], cwd: string) {
  const own = process.env['npm_execpath'];
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  return own !== undefined && /npm-cli\.c?js$/.test(own)
    ? spawnSync(process.execPath, [own, ...args], options)
    : spawnSync('npm', args, options);
}

/** npm draws a number for each list, and names the application after its folder. */
function sameForSame(bom: Bom, name: string, timestamp: string | undefined): Bom {
  bom.metadata.component.name = name;
  delete bom.metadata.timestamp;
  if (timestamp !== undefined) bom.metadata.timestamp = timestamp;
  bom.serialNumber = '';
  const digest = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
  // A UUID of the kind that is made out of contents (version 8).
  const [a, b, c, d, e] = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(13, 16),
    digest.slice(17, 20),
    digest.slice(20, 32),
  ];
  bom.serialNumber = `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`;
  return bom;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as T;
