/** Which version comes next, and every place in the checkout that names the one that is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from '../build/fault.ts';
import { isOlder } from '../launcher/decide.js';
import { fileOf, RENDERINGS, type Rendering, renderedText } from '../manifests/manifests.ts';

interface Place {
  readonly path: string;
  /** Its one group is the version. */
  readonly pattern: RegExp;
}

const OVERLAYS = ['deploy/kubernetes/overlays/aks', 'deploy/kubernetes/overlays/plain'];

const PLACES: readonly Place[] = [
  { path: 'package.json', pattern: /^ {2}"version": "([^"]+)"/m },
  { path: 'package-lock.json', pattern: /^ {2}"version": "([^"]+)"/m },
  { path: 'package-lock.json', pattern: /^ {6}"version": "([^"]+)"/m },
  { path: 'docs/openapi.json', pattern: /^ {4}"version": "([^"]+)"/m },
  { path: 'deploy/Dockerfile', pattern: /^ARG VERSION=(.+)$/m },
  ...OVERLAYS.map((folder) => ({ path: `${folder}/kustomization.yaml`, pattern: /^ {4}newTag: (.+)$/m })),
];

const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** What each place names; null where the place is not as it is known here. */
export const versionsNamed = (): readonly { readonly path: string; readonly version: string | null }[] =>
  PLACES.map(({ path, pattern }) => ({ path, version: pattern.exec(textOf(path))?.[1] ?? null }));

export const currentVersion = (): string => (JSON.parse(textOf('package.json')) as { version: string }).version;

/** Writes a version into every place, and into what is rendered of them: there it stands in the names of images alone. */
export function writeVersion(next: string): void {
  const before = currentVersion();
  for (const { path, pattern } of PLACES) {
    const text = textOf(path).replace(pattern, (line, version: string) => line.replace(version, next));
    writeFileSync(new URL(path, ROOT), text);
  }
  for (const name of Object.keys(RENDERINGS) as Rendering[]) {
    const yaml = readFileSync(fileOf(name), 'utf8').split('\n').slice(1).join('\n');
    writeFileSync(fileOf(name), renderedText(yaml.replaceAll(`/guestwatch:${before}\n`, `/guestwatch:${next}\n`)));
  }
}

const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** The version to be released: the one that is asked for, if it may be, else the next that will do. */
export function nextVersion(
  current: string,
  { asked, isReleased, isBreaking }: { asked: string | null; isReleased: boolean; isBreaking: boolean },
): { readonly version: string } | { readonly fault: string } {
  const [major, minor, patch] = current.split('.').map(Number) as [number, number, number];
  // Below 1.0.0 the second number is the one that breaks.
  const most = major > 0 ? `${major + 1}.0.0` : `0.${minor + 1}.0`;
  if (!isReleased) {
    if (asked === null || !FORM.test(asked) || !isOlder(asked, current)) return formed(asked ?? current, current);
    return { fault: `${asked} is below ${current}, which is here: take that one or a higher one.` };
  }
  const least = isBreaking ? most : `${major}.${minor}.${patch + 1}`;
  if (asked === null) return { version: isBreaking ? most : `${major}.${minor + 1}.0` };
  if (!FORM.test(asked) || !isOlder(asked, least)) return formed(asked, most);
  return {
    fault: isBreaking
      ? `${asked} is too low: something breaks programs that were written by ${current}; take ${least} or a higher one.`
      : `${asked} is not above ${current}, which is released: take ${least} or a higher one.`,
  };
}

const formed = (asked: string, such: string): ReturnType<typeof nextVersion> =>
  FORM.test(asked)
    ? { version: asked }
    : { fault: `${asked} is no version: write it as MAJOR.MINOR.PATCH, such as ${such}.` };
