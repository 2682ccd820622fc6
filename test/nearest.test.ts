/** Words that were meant: the distance between two, and the nearest of many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distance, nearest } from '../src/nearest.ts';

test('the distance counts letters inserted, left out, replaced, or swapped with their neighbour', () => {
  assert.equal(distance('same', 'same'), 0);
  assert.equal(distance('', 'abc'), 3);
  assert.equal(distance('REDIS_ULR', 'REDIS_URL'), 1);
  assert.equal(distance('replya', 'replay'), 1);
  assert.equal(distance('kitten', 'sitting'), 3);
});

test('the distance is the same both ways, and 0 only between equals', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      assert.equal(distance(a, b), distance(b, a));
      assert.equal(distance(a, b) === 0, a === b);
    }),
  );
});

test('one edit is a distance of one', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 12 }), fc.nat(), (word, place) => {
      const at = place % word.length;
      assert.equal(distance(word, word.slice(0, at) + word.slice(at + 1)), 1);
    }),
  );
});

test('the nearest word is within the bound, and of equally near ones the first', () => {
  assert.equal(nearest('serv', ['replay', 'serve'], 2), 'serve');
  assert.equal(nearest('xyz', ['replay', 'serve'], 2), undefined);
  assert.equal(nearest('bat', ['cat', 'rat'], 1), 'cat');
});
