/** The list of what runs in production, as CycloneDX: made by npm out of the lock file, and then the same for the same lock file. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { runNpm, withProduction } from '../packages/lock.ts';
import { BuildFault, ROOT } from './fault.ts';

interface Bom {
  serialNumber: string;
  metadata: { timestamp?: string; readonly component: { name: string } };
}

/** `epoch`: seconds since 1970, the time that the list bears; undefined for none. */
export async function writeSbom(file: URL, epoch: string | undefined): Promise<void> {
  const timestamp = timeOf(epoch);
  const { name } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { name: string };
  const bom = sameForSame(withProduction(listed), name, timestamp);
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
}

function timeOf(epoch: string | undefined): string | undefined {
  if (epoch === undefined || epoch === '') return undefined;
  if (!/^\d{1,11}$/.test(epoch))
    throw new BuildFault('SOURCE_DATE_EPOCH must be a time in whole seconds since 1970, such as 1767225600.', 2);
  return new Date(Number(epoch) * 1_000).toISOString();
}

function listed(folder: string): Bom {
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
