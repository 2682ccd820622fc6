/** What git says of the checkout, and the commit and the tag of a release. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BuildFault, ROOT } from '../build/fault.ts';

/** What git prints; throws with its own words where it says no. */
function git(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: fileURLToPath(ROOT), encoding: 'utf8' });
  if (status !== 0) throw new BuildFault(`git ${args[0]}: ${error?.message ?? stderr.trim()}`, 3);
  return stdout.trim();
}

/** Files that are not as they were committed. */
export const changedFiles = (): readonly string[] => git('status', '--porcelain').split('\n').filter(Boolean);
export const branch = (): string => git('rev-parse', '--abbrev-ref', 'HEAD');
export const hasTag = (tag: string): boolean => git('tag', '--list', tag) !== '';

/** How many commits the branch that this one follows has beyond it, by what was last fetched; 0 where it follows none. */
export function behind(): number {
  const upstream = git('for-each-ref', '--format=%(upstream:short)', `refs/heads/${branch()}`);
  return upstream === '' ? 0 : Number(git('rev-list', '--count', `HEAD..${upstream}`));
}

export function commitAndTag(message: string, tag: string): void {
  if (changedFiles().length > 0) git('commit', '--quiet', '--all', '--message', message);
  git('tag', '--annotate', tag, '--message', message);
}
