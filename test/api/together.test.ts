/** Questions that many ask at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Together } from '../../src/api/together.ts';

/** Readings that end when they are told to, in the order in which they began. */
function readings() {
  const begun: { end(answer: string): void; fail(): void }[] = [];
  const read = (): Promise<string> =>
    new Promise((resolve, reject) => {
      begun.push({ end: resolve, fail: () => reject(new Error('not read')) });
    });
  return { begun, read };
}

test('who asks while the same is being read shares the next reading, and none gets one that began before', async () => {
  const together = new Together<string>();
  const { begun, read } = readings();
  const first = together.ask('a', read);
  const [second, third] = [together.ask('a', read), together.ask('a', read)];
  await turn();
  assert.equal(begun.length, 1);
  begun[0]!.end('old');
  assert.equal(await first, 'old');
  await turn();
  assert.equal(begun.length, 2, 'one for both');
  const fourth = together.ask('a', read);
  begun[1]!.end('new');
  assert.deepEqual(await Promise.all([second, third]), ['new', 'new']);
  await turn();
  assert.equal(begun.length, 3, 'the fourth came while the second reading was under way');
  begun[2]!.end('newest');
  assert.equal(await fourth, 'newest');
  void together.ask('a', read);
  assert.equal(begun.length, 4, 'nothing is kept');
});

test('other questions wait for nobody', () => {
  const together = new Together<string>();
  const { begun, read } = readings();
  void together.ask('a', read);
  void together.ask('b', read);
  assert.equal(begun.length, 2);
});

test('a reading that fails is that of its askers alone', async () => {
  const together = new Together<string>();
  const { begun, read } = readings();
  const first = together.ask('a', read);
  const second = together.ask('a', read);
  begun[0]!.fail();
  await assert.rejects(first, /not read/);
  await turn();
  begun[1]!.end('read');
  assert.equal(await second, 'read');
});

test('a reading that throws at once is one that fails, and the question can be asked again', async () => {
  const together = new Together<string>();
  const { begun, read } = readings();
  const throws = (): never => {
    throw new Error('not begun');
  };
  const first = together.ask('a', read);
  const second = together.ask('a', throws);
  begun[0]!.end('read');
  assert.equal(await first, 'read');
  await assert.rejects(second, /not begun/);
  await turn();
  void together.ask('a', read);
  assert.equal(begun.length, 2);
});
