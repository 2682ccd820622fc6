/** The changelog's newest section: what is to be released, under a heading that becomes the version. */
const UNRELEASED = '## Unreleased';

/** The entries that wait for a release; null where the newest section is not the one for them. */
export function unreleased(changelog: string): readonly string[] | null {
  const [, newest = ''] = changelog.split(/^(?=## )/m);
  const [heading, ...lines] = newest.split('\n');
  return heading === UNRELEASED ? lines.filter((line) => line.startsWith('- ')) : null;
}

/** The same changelog once they are released. */
export const withRelease = (changelog: string, version: string): string =>
  changelog.replace(UNRELEASED, `## ${version}`);
