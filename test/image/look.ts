/** What is in the image, looked at from without: nothing that could be run but Node, and the packages that its list names. */
import assert from 'node:assert/strict';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE } from './container.ts';
import { say, step } from './step.ts';
import { podman } from './tools.ts';

/** Of the service and its packages; Node comes with the base. */
const APP_BYTES_MAX = 64 * 1024 * 1024;
const SHELLS = /^(sh|bash|dash|ash|zsh|busybox|env|npm|npx|apt|apt-get|dpkg|perl|python3?)$/;

interface Entry {
  /** In the image. */
  readonly path: string;
  readonly entry: Dirent;
  readonly mode: number;
  readonly owner: number;
  readonly bytes: number;
}

export async function look(): Promise<void> {
  const root = podman('image', 'mount', IMAGE).trim();
  try {
    const all = [...entriesOf(root)];
    await step('there is no shell in it, and no package manager', () => {
      const found = all.filter(({ entry, path }) => SHELLS.test(entry.name) && !path.includes('/node_modules/'));
      assert.deepEqual(
        found.filter(({ entry }) => !entry.isDirectory()).map(({ path }) => path),
        [],
      );
    });
    await step('its user owns nothing in it, and nobody may write to what it runs', () => {
      assert.ok(all.length > 1_000);
      assert.deepEqual(
        all.filter(({ owner }) => owner !== 0).map(({ path }) => path),
        [],
      );
      const open = all.filter(({ entry, mode }) => !entry.isSymbolicLink() && (mode & 0o002) !== 0);
      assert.deepEqual(
        open.map(({ path }) => path).filter((path) => path !== '/tmp' && path !== '/var/tmp'),
        [],
      );
    });
    await step('its packages are those of its list, and what no server loads is left out', () => {
      const list = JSON.parse(readFileSync(join(root, 'app/dist/sbom.cdx.json'), 'utf8')) as {
        components: { name: string; version: string }[];
      };
      const present = all.flatMap(({ path }) => (isManifest(path) ? [packageAt(join(root, path))] : []));
      assert.deepEqual(
        [...new Set(present)].sort(),
        list.components.map(({ name, version }) => `${name}@${version}`).sort(),
      );
      const licences = readFileSync(join(root, 'app/dist/THIRD_PARTY_LICENCES'), 'utf8');
      for (const id of present) assert.ok(licences.includes(`\n${id} (`), `${id} has its licence beside it`);
      assert.deepEqual(
        all
          .filter(({ path }) => /\.(map|d\.[cm]?ts)$/.test(path) || path.includes('/dist/browser/'))
          .map(({ path }) => path),
        [],
      );
    });
    await step('it is small', () => {
      const bytes = all.filter(({ path }) => path.startsWith('/app/')).reduce((sum, one) => sum + one.bytes, 0);
      say(`  the service and its packages: ${Math.round(bytes / 2 ** 20)} MiB`);
      assert.ok(bytes < APP_BYTES_MAX);
    });
  } finally {
    podman('image', 'unmount', IMAGE);
  }
}

function* entriesOf(root: string, folder = ''): Generator<Entry> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    const { mode, uid, size } = lstatSync(join(root, path));
    yield { path, entry, mode, owner: uid, bytes: entry.isFile() ? size : 0 };
    if (entry.isDirectory()) yield* entriesOf(root, path);
  }
}

/** The manifest of a package, and not one that lies deeper within it. */
const isManifest = (path: string): boolean => /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path);

function packageAt(file: string): string {
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
  return `${name}@${version}`;
}
