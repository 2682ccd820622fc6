/** Lines for people: wrapped, and coloured only where that is seen. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { sumOf } from '../../local/demo/answers.ts';
import { createTerminal, wrap } from '../../local/demo/terminal.ts';

async function printed(screen: { isTTY?: boolean; columns?: number }, env: NodeJS.ProcessEnv): Promise<string> {
  const stream = Object.assign(new PassThrough(), screen);
  const terminal = createTerminal(stream, env);
  terminal.paragraph(`${terminal.colour('red', 'x')} ${'word '.repeat(30).trim()}`, 4);
  stream.end();
  return text(stream);
}

test('colours are for terminals that want them', async () => {
  assert.match(await printed({ isTTY: true }, {}), /\x1b\[31mx\x1b\[39m/);
  for (const [screen, env] of [
    [{}, {}],
    [{ isTTY: true }, { NO_COLOR: '1' }],
    [{ isTTY: true }, { TERM: 'dumb' }],
  ] as const)
    assert.ok(!(await printed(screen, env)).includes('\x1b'));
});

test('text is wrapped to the terminal, and never narrower than 80 columns', async () => {
  for (const [columns, max] of [
    [40, 80],
    [100, 100],
    [300, 110],
  ] as const) {
    const lengths = (await printed({ columns }, {}))
      .trimEnd()
      .split('\n')
      .map((line) => line.length);
    assert.ok(Math.max(...lengths) <= max && Math.max(...lengths) > max - 10, `${columns}: ${lengths}`);
  }
});

test('no word is lost or broken', () => {
  assert.deepEqual(wrap('aa bb ccccccc d', 5), ['aa bb', 'ccccccc', 'd']);
});

test('a metric is the sum of its series', () => {
  const metrics =
    'g_records{hub="a",outcome="all"} 3\ng_records{hub="b",outcome="all"} 4\ng_records{outcome="irrelevant"} 9\ng_records_x 1\n';
  assert.equal(sumOf(metrics, 'g_records', 'outcome="all"'), 7);
});
