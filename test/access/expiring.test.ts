/** Keys that run out soon are told of in time, once a day, and no longer than they hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Expiring, nextExpiry } from '../../src/access/expiring.ts';
import { hashOf, type Key } from '../../src/access/key.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const END = 100 * DAY;

const keyOf = (name: string, expiresAt: number | null): Key => ({
  ...{ name, sha256: hashOf(name), scopes: ['findings:read'], tenants: 'all', expiresAt },
});
const names = (keys: readonly Key[]): string[] => keys.map(({ name }) => name);

test('a key is told of once a day, from two weeks before it runs out until it has, however often it is looked', () => {
  const expiring = new Expiring();
  const keys = [keyOf('a', END), keyOf('never', null), keyOf('later', END + 50 * DAY), keyOf('gone', DAY)];
  const told: number[] = [];
  for (let now = END - 20 * DAY; now <= END + 5 * DAY; now += HOUR) {
    const due = names(expiring.due(keys, now));
    assert.ok(due.length === 0 || (due.length === 1 && due[0] === 'a'), due.join());
    if (due.length > 0) told.push((END - now) / DAY);
  }
  assert.deepEqual(told, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test('a key that comes is told of at once, one that goes and comes back is too, and others wait for their day', () => {
  const expiring = new Expiring();
  const [a, b] = [keyOf('a', END), keyOf('b', END + DAY)];
  assert.deepEqual(names(expiring.due([a], END - 5 * DAY)), ['a']);
  assert.deepEqual(names(expiring.due([a, b], END - 5 * DAY + HOUR)), ['b']);
  assert.deepEqual(names(expiring.due([b], END - 5 * DAY + 2 * HOUR)), []);
  assert.deepEqual(names(expiring.due([a, b], END - 5 * DAY + 3 * HOUR)), ['a']);
});

test('a clock that is put back silences nothing', () => {
  const expiring = new Expiring();
  const key = keyOf('a', END);
  assert.deepEqual(names(expiring.due([key], END - DAY)), ['a']);
  assert.deepEqual(names(expiring.due([key], END - 10 * DAY)), ['a']);
});

test('the next expiry is the first that lies ahead; of keys that have run out, or never do, there is none', () => {
  const keys = [keyOf('a', END), keyOf('b', END - DAY), keyOf('c', null)];
  assert.equal(nextExpiry(keys, 0), END - DAY);
  assert.equal(nextExpiry(keys, END - DAY), END);
  assert.equal(nextExpiry(keys, END), null);
});
