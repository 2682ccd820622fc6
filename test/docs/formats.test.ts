/** What docs/formats.md shows is what the API answers, to the character but for white space; the README shows the same in short. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { appOf } from '../api/ask.ts';
import { memory } from '../api/ports.ts';
import { findingOf } from '../api/samples.ts';

const read = (page: string): string => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
const shownIn = (page: string) =>
  [...page.matchAll(/^`GET (\S+)`(?:, `Accept: (\S+)`)?\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, url, accept, language, text]) => ({ url: url!, accept, language: language!, text: text! }),
  );
const shown = shownIn(read('docs/formats.md'));

const { ports, feed, findings } = memory();
findings.set('f-1', JSON.stringify(findingOf('f-1')));
feed.append(JSON.stringify(findingOf('f-1')));
const { ask } = await appOf(ports);

test('a finding is shown in every form', () => {
  assert.deepEqual(
    shown.map(({ url, accept, language }) => [url.split('?')[1] ?? '', accept ?? '', language]),
    [
      ['', '', 'json'],
      ['format=ocsf', '', 'json'],
      ['after=begin', 'application/cloudevents-batch+json', 'json'],
      ['format=csv', '', 'csv'],
    ],
  );
});

for (const { url, accept, language, text } of shown) {
  test(`${url} answers what is shown`, async () => {
    const { body } = await ask(url, { headers: accept === undefined ? {} : { accept } });
    const answered =
      language === 'json' ? `${JSON.stringify(JSON.parse(body), null, 2)}\n` : body.replaceAll('\r\n', '\n');
    assert.equal(text, answered);
  });
}

test('the README shows the same, in the same forms, but for what it leaves out', () => {
  const inShort = shownIn(read('README.md'));
  assert.deepEqual(
    inShort.map(({ text: _, ...form }) => form),
    shown.map(({ text: _, ...form }) => form),
  );
  for (const [i, { url, text }] of inShort.entries()) {
    const parts = text.replaceAll(/\s/g, '').split('…');
    assert.ok(parts.length > 1, `${url} leaves something out`);
    const pattern = parts.map((part) => part.replaceAll(/[^\w]/g, '\\$&')).join('.*?');
    assert.match(shown[i]!.text.replaceAll(/\s/g, ''), new RegExp(`^${pattern}$`), url);
  }
});
