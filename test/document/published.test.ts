/** What is committed of the document is what the program gives, and breaks nobody who wrote a program by an older one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ownedLine, unownedDifferences } from '../../local/document/compare.ts';
import {
  CHANGELOG,
  currentDocument,
  DOCUMENT,
  documentText,
  RELEASED,
  TYPES,
  typesText,
} from '../../local/document/document.ts';

const read = (file: URL): string => readFileSync(file, 'utf8');
const current = await currentDocument();
const MEND = 'npm run document writes it anew';

test('docs/openapi.json is the document of the program', () => {
  assert.ok(read(DOCUMENT) === documentText(current), MEND);
});

test("the client's types are those of the document", async () => {
  assert.ok(read(TYPES) === (await typesText(current)), MEND);
});

test('nothing breaks the programs that were written by the released document, but what the changelog owns up to', () => {
  const released = JSON.parse(read(RELEASED));
  assert.ok(Object.keys(released.paths).length >= 13);
  assert.deepEqual(unownedDifferences([released], current, read(CHANGELOG)).map(ownedLine), []);
});
