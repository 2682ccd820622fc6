/** Builds the image as its recipe says, on bases that are given. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Bases } from './bases.ts';
import { ask, buildah, ROOT, temporaryFolder } from './tools.ts';

export interface BuildOptions {
  readonly tag: string;
  readonly target?: string;
  /** Whether layers that were built before may serve. */
  readonly afresh?: boolean;
}

/** All times within the image: those of the sources do not matter then. */
const EPOCH = '1767225600';

let revisionAtFirst: string | undefined;

/** That of the first build: a commit that is made while this runs is no reason for a second one to differ. */
function revision(): string {
  revisionAtFirst ??= ask('git', ['rev-parse', 'HEAD'], { cwd: ROOT }).trim();
  return revisionAtFirst;
}

/** Gives what the image holds and says of itself. */
export function build(bases: Bases, { tag, target, afresh = false }: BuildOptions): object {
  const { npmrc, volumes, remove } = npmSettings();
  try {
    buildah(
      ...['build', '--isolation', 'chroot', '--format', 'docker', '--timestamp', EPOCH, '--pull-never', '--quiet'],
      ...['--file', `${ROOT}deploy/Dockerfile`, '--tag', tag, '--secret', `id=npmrc,src=${npmrc}`, ...volumes],
      ...['--build-arg', `BUILD_IMAGE=${bases.build}`, '--build-arg', `BASE_IMAGE=${bases.run}`],
      ...['--build-arg', `REVISION=${revision()}`],
      ...(target === undefined ? [] : ['--target', target]),
      // Without the first it would be one layer, which no other build makes.
      ...['--layers', ...(afresh ? ['--no-cache'] : [])],
      ROOT,
    );
  } finally {
    remove();
  }
  return contentsOf(tag);
}

interface Inspected {
  readonly rootfs: object;
  readonly config: Readonly<Record<string, unknown>>;
  readonly history: readonly {
    readonly created: string;
    readonly created_by: string;
    readonly empty_layer?: boolean;
  }[];
}

/**
 * All of the image, its layers by their digests, but for the names of the containers that it was made in: this buildah writes them
 * down beside what is the image's own, and they are drawn by chance.
 */
function contentsOf(tag: string): object {
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', tag)) as { readonly Docker: Inspected };
  const { Hostname: _, Image: _base, ...config } = Docker.config;
  const history = Docker.history.map(({ created, created_by, empty_layer = false }) => ({
    ...{ created, created_by, empty_layer },
  }));
  return { rootfs: Docker.rootfs, config, history };
}

/** What npm is told on this machine: its registry, who signs for that, and whatever a file of the user's says. */
function npmSettings() {
  const folder = temporaryFolder();
  const setting = (name: string) => ask('npm', ['config', 'get', name], { cwd: ROOT }).trim();
  const own = `${homedir()}/.npmrc`;
  const authorities = setting('cafile');
  const lines = [
    existsSync(own) ? readFileSync(own, 'utf8') : '',
    `registry=${setting('registry')}`,
    ...(authorities === 'null' ? [] : [`cafile=${authorities}`]),
  ];
  const npmrc = `${folder}/npmrc`;
  writeFileSync(npmrc, `${lines.join('\n')}\n`, { mode: 0o600 });
  return {
    npmrc,
    volumes: authorities === 'null' ? [] : ['--volume', `${authorities}:${authorities}:ro`],
    remove: () => rmSync(folder, { recursive: true }),
  };
}
