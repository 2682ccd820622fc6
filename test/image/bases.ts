/**
 * Stand-ins for the public bases, which a machine without a way to their registries cannot have: a small Debian with Node and npm
 * to build on, and to run on what of it Node itself needs, and so neither a shell nor any other program.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isOlder } from '../../local/launcher/decide.js';
import { readDockerfile } from '../deploy/dockerfile.ts';
import { say } from './step.ts';
import { ask, buildah, STORE, temporaryFolder } from './tools.ts';

export interface Bases {
  readonly build: string;
  readonly run: string;
}

/** Whose files the program `node` cannot do without. */
const NEEDED = ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1', 'base-files', 'tzdata'];

export function openBases(): Bases {
  const version = nodeVersion();
  const bases = { build: `localhost/stand-in/build:${version}`, run: `localhost/stand-in/run:${version}` };
  const isThere = (name: string): boolean => {
    const { length } = JSON.parse(buildah('images', '--json', '--filter', `reference=${name}`)) as unknown[];
    return length > 0;
  };
  if (isThere(bases.build) && isThere(bases.run)) return bases;
  const debian = debianRoot();
  const node = nodeProgram(version);
  commit(bases.build, [], (root) => {
    ask('cp', ['-a', `${debian}/.`, root]);
    mkdirSync(`${root}/usr/local/bin`, { recursive: true });
    cpSync(node, `${root}/usr/local/bin/node`);
    const npm = `${root}/usr/local/lib/node_modules/npm`;
    cpSync(ownNpm(), npm, { recursive: true, dereference: true });
    for (const name of ['npm', 'npx'])
      ask('ln', ['-s', `../lib/node_modules/npm/bin/${name}-cli.js`, `${root}/usr/local/bin/${name}`]);
  });
  commit(bases.run, ['--user', '65532'], (root) => {
    const files = NEEDED.flatMap((name) => filesOf(debian, name)).filter(
      (file) => !/^\/(bin|sbin|usr\/s?bin|usr\/share\/(doc|man))\b/.test(file),
    );
    const list = `${temporaryFolder()}/files`;
    writeFileSync(list, files.map((file) => `.${file}`).join('\n'));
    ask('tar', ['-C', debian, '--no-recursion', '--ignore-failed-read', '-cf', `${list}.tar`, '-T', list]);
    // Where links such as `lib` lead to must be there before what is written through them.
    for (const name of ['lib', 'lib64']) mkdirSync(`${root}/usr/${name}`, { recursive: true });
    ask('tar', ['-C', root, '-xf', `${list}.tar`]);
    rmSync(path.dirname(list), { recursive: true });
    mkdirSync(`${root}/nodejs/bin`, { recursive: true });
    cpSync(node, `${root}/nodejs/bin/node`);
  });
  return bases;
}

/** An image that holds what `fill` puts into its root, and nothing more. */
function commit(name: string, config: readonly string[], fill: (root: string) => void): void {
  say(`making ${name}, once`);
  const container = buildah('from', 'scratch').trim();
  try {
    fill(buildah('mount', container).trim());
    if (config.length > 0) buildah('config', ...config, container);
    buildah('commit', '--quiet', container, name);
  } finally {
    buildah('rm', container);
  }
}

/** The newest of the Node that the recipe asks for. */
function nodeVersion(): string {
  const [, major] = /\/nodejs(\d+)-/.exec(readDockerfile('deploy/Dockerfile').args.get('BASE_IMAGE')!)!;
  const found = JSON.parse(ask('npm', ['view', `${packageOfNode()}@${major}`, 'version', '--json'])) as
    | string
    | string[];
  return [found].flat().reduce((newest, one) => (isOlder(newest, one) ? one : newest));
}

const packageOfNode = (): string => `node-linux-${process.arch}`;

function nodeProgram(version: string): string {
  const folder = `${STORE}node-${version}`;
  const file = `${folder}/package/bin/node`;
  if (existsSync(file)) return file;
  const made = `${folder}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  ask('npm', ['pack', `${packageOfNode()}@${version}`, '--silent', '--pack-destination', made]);
  const [archive] = readdirSync(made);
  ask('tar', ['-C', made, '-xzf', `${made}/${archive}`, 'package/bin/node']);
  renameSync(made, folder);
  return file;
}

function debianRoot(): string {
  const [, suite] = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))!;
  const root = `${STORE}debian-${suite}`;
  if (existsSync(root)) return root;
  say('making a small Debian (debootstrap), once');
  rmSync(`${root}.new`, { recursive: true, force: true });
  ask('debootstrap', ['--variant=minbase', `--include=${NEEDED.join(',')}`, suite!, `${root}.new`]);
  renameSync(`${root}.new`, root);
  return root;
}

const filesOf = (root: string, name: string): string[] => {
  const listed = ask('dpkg-query', [`--admindir=${root}/var/lib/dpkg`, '--listfiles', name]);
  return listed.split('\n').filter((file) => file !== '' && file !== '/.');
};

/** The npm that runs us: the base is to have the one that is known to work here. */
function ownNpm(): string {
  const cli = process.env['npm_execpath'] ?? ask('sh', ['-c', 'readlink -f "$(command -v npm)"']).trim();
  return path.dirname(path.dirname(cli));
}
