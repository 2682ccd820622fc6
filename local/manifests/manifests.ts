/** What is rendered of the Kubernetes manifests, out of which files, and how one sees whether a rendering is of the files as they are. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
/** All that a rendering may be made of; relative to the checkout, like every path here. */
const SOURCES = ['deploy/kubernetes/', 'test/deploy/everything/'];

/** Each overlay that is for people, and one with every component. */
export const RENDERINGS = {
  aks: 'deploy/kubernetes/overlays/aks',
  plain: 'deploy/kubernetes/overlays/plain',
  everything: 'test/deploy/everything',
} as const;
export type Rendering = keyof typeof RENDERINGS;

/** Where a rendering lies. */
export const fileOf = (name: Rendering): URL => new URL(`test/deploy/rendered/${name}.yaml`, ROOT);
/** What kustomize is given. */
export const folderOf = (name: Rendering): URL => new URL(RENDERINGS[name], ROOT);

/** Every file that a rendering may be made of. */
export function sourceFiles(): string[] {
  return SOURCES.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.pathname.length).replaceAll('//', '/')),
  ).sort();
}

/** Stands for the contents of all those files. */
export function fingerprint(files = sourceFiles(), read = (path: string) => readFileSync(new URL(path, ROOT))): string {
  const hash = createHash('sha256');
  for (const path of files) hash.update(`${path}\0`).update(createHash('sha256').update(read(path)).digest());
  return hash.digest('hex');
}

const HEAD = '# Rendered by `npm run manifests` out of files whose fingerprint is ';

/** A rendering as it is committed. */
export const renderedText = (yaml: string): string => `${HEAD}${fingerprint()}\n${yaml}`;

/** The fingerprint that a committed rendering names. */
export const fingerprintIn = (text: string): string =>
  text.startsWith(HEAD) ? text.split('\n', 1)[0]!.slice(HEAD.length) : '';
