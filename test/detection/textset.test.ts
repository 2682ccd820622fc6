import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addTexts, EMPTY_TEXT_SET, TEXT_SET_MAX, uniteTextSets } from '../../src/detection/textset.ts';

const many = fc.array(
  fc.nat(2 * TEXT_SET_MAX).map((n) => `t${n}`),
  { maxLength: 3 * TEXT_SET_MAX, size: 'max' },
);
const plainly = (texts: readonly string[]) => {
  const all = [...new Set(texts)].sort();
  return { values: all.slice(0, TEXT_SET_MAX), truncated: all.length > TEXT_SET_MAX };
};

test('a set holds the lowest texts, and says when it left some out, in whatever portions they come', () => {
  fc.assert(
    fc.property(many, many, (a, b) => {
      const inPortions = b.reduce((set, text) => addTexts(set, [text]), addTexts(EMPTY_TEXT_SET, a));
      assert.deepEqual(inPortions, plainly([...a, ...b]));
      assert.deepEqual(uniteTextSets(addTexts(EMPTY_TEXT_SET, a), addTexts(EMPTY_TEXT_SET, b)), plainly([...a, ...b]));
    }),
    { numRuns: 30 },
  );
});

test('a set to which nothing is added stays the same object', () => {
  const set = addTexts(EMPTY_TEXT_SET, ['b', 'a']);
  assert.equal(addTexts(set, ['a', 'b']), set);
});
