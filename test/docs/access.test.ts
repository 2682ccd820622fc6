/** The page on who may call: its example is a file of keys that is taken, and it names the limits that there are. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SCOPES } from '../../src/access/key.ts';
import { readKeys } from '../../src/access/keysFile.ts';
import * as limits from '../../src/api/limits.ts';

const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');

test('the example of a file of keys is one', () => {
  const text = /<!-- keys -->\n```yaml\n([\s\S]*?)```\n<!-- \/keys -->/.exec(page)?.[1];
  const read = readKeys(text ?? '');
  assert.ok('keys' in read, JSON.stringify(read));
  assert.deepEqual(
    read.keys.map(({ name }) => name),
    ['siem', 'on call'],
  );
});

test('the scopes and limits are those of the service', () => {
  for (const scope of SCOPES) assert.ok(page.includes(`| \`${scope}\` |`), scope);
  const shown = (count: number): string => count.toLocaleString('en');
  for (const said of [
    `${shown(limits.RATE_PER_CALLER_MAX)} requests`,
    `an address ${shown(limits.RATE_PER_ADDRESS_MAX)}`,
    `${limits.RATE_FAILURES_MAX} refused keys`,
  ])
    assert.ok(page.includes(said), said);
});
