/** The sources of another commit as a folder of their own, beside the packages of this one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Of the sources all that a service is started from. */
const PARTS = ['src', 'test', 'package.json', 'tsconfig.json'];
const BYTES_MAX = 256 * 1024 * 1024;

export interface Checkout {
  readonly commit: string;
  readonly folder: string;
  remove(): void;
}

/** Why there is no such checkout, for whoever asked for it. */
export class NoCheckout extends Error {}

export function checkOut(ref: string): Checkout {
  const commit = git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`)?.toString().trim();
  if (commit === undefined)
    throw new NoCheckout(
      `${ref} is no commit of this clone: a shallow one lacks most (git fetch --unshallow), or name another with --from.`,
    );
  const archive = git('archive', '--format=tar', commit, '--', ...PARTS);
  if (archive === undefined) throw new NoCheckout(`${commit} does not have all of ${PARTS.join(', ')}.`);
  const folder = mkdtempSync(join(tmpdir(), 'guestwatch-upgrade-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const file = join(folder, 'sources.tar');
    writeFileSync(file, archive);
    const { status, stderr } = spawnSync('tar', ['-xf', file, '-C', folder], { encoding: 'utf8' });
    if (status !== 0) throw new NoCheckout(`the sources of ${commit} cannot be unpacked: ${stderr}`);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return { commit, folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What git says; undefined where it cannot. */
function git(...args: string[]): Buffer | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, maxBuffer: BYTES_MAX });
  return status === 0 ? stdout : undefined;
}
