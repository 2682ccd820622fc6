/** The page on personal data has every kind of key in Redis, and the list of these has every key that the code makes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { filesUnder } from '../architecture/source.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The kinds that a table names, each with its place: `{P:s}f:F`. What stands behind another without a place has that one's. */
function kindsIn(text: string, prefix: string): Set<string> {
  const kinds = new Set<string>();
  for (const row of text.split('\n').filter((line) => line.startsWith(`${prefix}| \``))) {
    let place = '';
    for (const [, name] of row
      .slice(prefix.length + 2)
      .split(' | ')[0]!
      .matchAll(/`([^`]+)`/g)) {
      place = name!.match(/^\{P:\w\}/)?.[0] ?? place;
      if (place !== '') kinds.add(name!.startsWith('{') ? name! : `${place}${name}`);
    }
    for (const [kind] of row.matchAll(/(?<=`)\{P:\w\}[^`]+/g)) kinds.add(kind);
  }
  return kinds;
}

const LIST = kindsIn(read('src/state/keys.ts'), ' * ');

test('every kind of key in Redis stands on the page on personal data, and no other', () => {
  assert.ok(LIST.size > 50);
  assert.deepEqual([...kindsIn(read('docs/privacy.md'), '')].sort(), [...LIST].sort());
});

test('every key that the code makes is of a kind that is listed', () => {
  const scripts = readdirSync(new URL('../../src/state/commands/', import.meta.url)).map((name) => ({
    path: name,
    text: read(`src/state/commands/${name}`),
  }));
  const heads = new Set([...LIST].map((kind) => kind.replace(/^\{P:\w\}/, '').replace(/(?<=:).*$/, '')));
  const made = [
    ...scripts.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:\btag|KEYS\[1\]) \.\. '([^']+)'/g)].map(([, head]) => [path, head!] as const),
    ),
    ...filesUnder('src/state').flatMap(({ path, text }) =>
      [...text.matchAll(/\$\{(?:[\w.]*\.)?(?:key|tag|service|deadLetters|deliveries)\}([a-z]+:?)(?=[`$])/g)].map(
        ([, head]) => [path, head!] as const,
      ),
    ),
    // Every key at once, and one that is asked for only to see that Redis answers.
  ].filter(([, head]) => !['*', 'nothing'].includes(head));
  assert.ok(new Set(made.map(([, head]) => head)).size > 40);
  for (const [path, head] of made) assert.ok(heads.has(head), `${path}: ${head} is not in src/state/keys.ts`);
});
