/** What the documents say is so. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SETTINGS, type Setting } from '../../src/config/settings.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const GUARANTEES = 'docs/guarantees.md';
const THREATS = 'docs/threat-model.md';

test("the README's table of settings is the schema's", () => {
  const rows = Object.entries(SETTINGS as Record<string, Setting<unknown>>).map(
    ([name, { default: byDefault, about, file }]) =>
      `| \`${name}\`${file ? ' *' : ''} | ${byDefault === null ? '' : `\`${byDefault}\``} | ${about} |`,
  );
  const table = ['| name | default | |', '| --- | --- | --- |', ...rows].join('\n');
  const written = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(read('README.md'))?.[1];
  assert.equal(written, table);
});

test('links in the documents lead to something', () => {
  assert.ok(pages().length > 20);
  for (const page of pages()) {
    for (const [, target = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const file = new URL(target, new URL(page, root));
      assert.ok(existsSync(file), `${page} -> ${target}`);
      if (anchor !== undefined) assert.ok(anchorsOf(file).has(anchor), `${page} -> ${target}#${anchor}`);
    }
  }
});

for (const [page, what, least] of [
  ['ARCHITECTURE.md', 'invariants', 12],
  [GUARANTEES, 'guarantees', 30],
  [THREATS, 'threat model', 30],
] as const) {
  test(`every test that the ${what} lean on exists`, () => {
    const named = [...read(page).matchAll(/`(test\/[^`]+\.test\.ts)`: ([^\n]+)/g)];
    assert.ok(named.length >= least, `${named.length} tests are named`);
    for (const [, file, name] of named) {
      assert.ok(read(file!).replaceAll("\\'", "'").includes(name!.trim()), `${file}: ${name}`);
    }
  });
}

test('each guarantee names a test', () => {
  const items = read(GUARANTEES)
    .split(/^(?=\d+\. \*\*)/m)
    .slice(1);
  assert.ok(items.length >= 20);
  for (const item of items) assert.match(item, /`test\/[^`]+\.test\.ts`: /);
});

test('each threat that is answered names a test', () => {
  const [answered = ''] = read(THREATS).split(/^## What nothing/m);
  const threats = answered.split(/^(?=\*\*)/m).slice(1);
  assert.ok(threats.length >= 20);
  for (const threat of threats) assert.match(threat, /`test\/[^`]+\.test\.ts`: /, threat.slice(0, 80));
});

test('each decision has a number of its own', () => {
  const numbers = decisions().map((path) => path.match(/\/(\d{4})-[^/]+\.md$/)?.[1]);
  assert.ok(numbers.length >= 7 && !numbers.includes(undefined));
  assert.equal(new Set(numbers).size, numbers.length);
});

/** Every page that is written for people. */
const pages = (): string[] =>
  ['', 'docs/', 'docs/decisions/'].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`),
  );

/** What the headings of a page are linked by. */
const anchorsOf = (file: URL): Set<string> =>
  new Set(
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const decisions = (): string[] => readdirSync(new URL('docs/decisions/', root)).map((name) => `docs/decisions/${name}`);
