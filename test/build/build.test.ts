/** What `npm run build` makes: JavaScript that plain Node runs, with production packages alone, and the list of those. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile } from '../../local/build/compile.ts';
import { BuildFault, ROOT } from '../../local/build/fault.ts';
import { writeSbom } from '../../local/build/sbom.ts';
import { freePort } from '../../local/ports.ts';
import { readSource } from '../architecture/source.ts';

/** In the checkout, or its packages would not be found from there. */
const FOLDER = new URL(`.local/build-test-${process.pid}/`, ROOT);
const DIST = new URL('dist/', FOLDER);

const readJson = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as T;
const manifest = readJson<{ version: string; bin: Record<string, string>; dependencies: Record<string, string> }>(
  'package.json',
);

function run(args: readonly string[], env: Record<string, string> = {}) {
  const main = fileURLToPath(new URL('main.js', DIST));
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });
}

describe('the compiled service', () => {
  before(async () => {
    mkdirSync(FOLDER, { recursive: true });
    await compile(DIST);
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  test('starts under plain Node, and knows its version', () => {
    const help = run(['--help']);
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /^guestwatch finds/);
    assert.equal(run(['--version']).stdout, `${manifest.version}\n`);
    assert.equal(manifest.bin['guestwatch'], 'dist/main.js');
    const text = readFileSync(new URL('main.js', DIST), 'utf8');
    assert.ok(text.startsWith('#!/usr/bin/env node\n'), 'and as a command');
  });

  test('has beside it whatever it reads when it runs', () => {
    const namesIn = (folder: URL): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const read = (names: string[]) =>
      names.filter((name) => existsSync(new URL(`src/${name}`, ROOT)) && /\.(?!ts$)\w+$/.test(name));
    const written = read(namesIn(new URL('src/', ROOT)));
    assert.ok(written.length > 40 && written.includes('api/docs.html'));
    assert.deepEqual(read(namesIn(DIST)), written);
  });

  test('imports nothing but its own files, Node, and production packages', () => {
    const names = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
    assert.ok(names.length > 150);
    const used = names.flatMap((path) =>
      readSource({ path, text: readFileSync(new URL(path, DIST), 'utf8') }).imports.filter((name) => !isBuiltin(name)),
    );
    const packages = new Set(
      used.filter((name) => !name.startsWith('.')).map((name) => name.match(/^(@[^/]+\/)?[^/]+/)![0]),
    );
    for (const name of packages) assert.ok(name in manifest.dependencies, name);
    for (const name of used.filter((one) => one.startsWith('.'))) assert.match(name, /\.js$/);
  });

  test('serves: all of it is loaded before it finds that there is no Redis', async () => {
    const nothing = await freePort();
    const { status, stderr } = run(['serve'], {
      EVENTHUB_CONNECTION_STRING: `Endpoint=sb://127.0.0.1:${nothing};SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;`,
      CHECKPOINT_STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
      REDIS_URL: `redis://127.0.0.1:${nothing}`,
      API_PORT: '0',
      OPS_PORT: '0',
    });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /REDIS_URL/);
  });
});

interface Bom {
  readonly serialNumber: string;
  readonly specVersion: string;
  readonly metadata: {
    readonly timestamp?: string;
    readonly component: { readonly name: string; readonly version: string };
  };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes: readonly unknown[];
    readonly licenses?: readonly unknown[];
  }[];
}

describe('the list of packages', () => {
  const file = (name: string) => new URL(name, FOLDER);
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));
  const listed = async (name: string, epoch?: string) => {
    await writeSbom(file(name), epoch);
    return readFileSync(file(name), 'utf8');
  };

  test('names every production package, those too that development needs as well, with version, hash and licence', async () => {
    const bom = JSON.parse(await listed('a.json')) as Bom;
    const lock = readJson<{ packages: Record<string, { version: string; dev?: boolean }> }>('package-lock.json');
    const wanted = Object.entries(lock.packages).flatMap(([path, { version, dev }]) =>
      path === '' || dev === true ? [] : [`${path.replace(/^.*node_modules\//, '')}@${version}`],
    );
    assert.ok(wanted.length > 100);
    assert.deepEqual(
      bom.components.map(({ name, version }) => `${name}@${version}`).sort(),
      [...new Set(wanted)].sort(),
    );
    for (const { name, purl, hashes, licenses } of bom.components) {
      assert.ok(purl.startsWith('pkg:npm/') && hashes.length > 0, name);
      assert.ok((licenses?.length ?? 0) > 0, `${name} has a licence`);
    }
    assert.deepEqual([bom.metadata.component.name, bom.metadata.component.version], ['guestwatch', manifest.version]);
  });

  test('is the same for the same packages, and bears the time that it is given', async () => {
    assert.equal(await listed('a.json'), await listed('b.json'));
    const timed = JSON.parse(await listed('c.json', '1767225600')) as Bom;
    assert.equal(timed.metadata.timestamp, '2026-01-01T00:00:00.000Z');
    await assert.rejects(listed('d.json', 'yesterday'), (error) => error instanceof BuildFault && error.exitCode === 2);
  });
});
