// Holds the oracle's reading of times against spellings whose moment was worked out by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTime, writeTime } from './ticks.ts';

/** 2025-11-14T01:48:53Z is 1,763,084,933 s after 1970: 20,406 days and 6,533 s. */
const SECONDS = 20_406n * 86_400n + 6_533n;
const TICKS = SECONDS * 10_000_000n;

test('every form names the same moment', () => {
  const forms = [
    '2025-11-14T01:48:53Z',
    '2025-11-14T01:48:53.0Z',
    '2025-11-14T01:48:53.000000000Z',
    '2025-11-14T01:48:53',
    '2025-11-14 01:48:53',
    '2025-11-14 01:48:53Z',
    '2025-11-14T07:18:53+05:30',
    '2025-11-13T17:48:53.000-08:00',
    '11/14/2025 1:48:53 AM',
  ];
  for (const form of forms) assert.equal(readTime(form), TICKS, form);
});

test('noon and midnight of the American form', () => {
  assert.equal(writeTime(readTime('1/2/2026 12:00:00 AM')!), '2026-01-02T00:00:00.0000000Z');
  assert.equal(writeTime(readTime('1/2/2026 12:00:00 PM')!), '2026-01-02T12:00:00.0000000Z');
  assert.equal(writeTime(readTime('12/31/2026 11:59:59 PM')!), '2026-12-31T23:59:59.0000000Z');
});

test('seven digits are kept and further ones cut', () => {
  assert.equal(readTime('2025-11-14T01:48:53.1234567Z'), TICKS + 1_234_567n);
  assert.equal(readTime('2025-11-14T01:48:53.123456799Z'), TICKS + 1_234_567n);
  assert.equal(readTime('2025-11-14T01:48:53.5Z'), TICKS + 5_000_000n);
  assert.equal(writeTime(TICKS + 42n), '2025-11-14T01:48:53.0000042Z');
  assert.equal(writeTime(-1n), '1969-12-31T23:59:59.9999999Z');
});

test('what names no moment is not read', () => {
  const texts = [
    '',
    'yesterday',
    '12345',
    '2026-02-29T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '13/14/2025 1:48:53 AM',
    '11/14/2025 13:48:53 PM',
    '11/14/2025 0:48:53 AM',
  ];
  for (const text of texts) assert.equal(readTime(text), undefined, text);
  assert.notEqual(readTime('2028-02-29T00:00:00Z'), undefined);
});
