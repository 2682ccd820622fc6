/** Times as callers write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseInstant } from '../../src/api/time.ts';
import { formatTicks, type Ticks, ticksOfMs } from '../../src/detection/time.ts';

const ticks = fc.bigInt({ min: 0n, max: ticksOfMs(Date.UTC(9999, 11, 31, 23, 59, 59)) });
const two = (value: number): string => String(value).padStart(2, '0');

test('what the service writes it reads again, to the tick', () => {
  fc.assert(fc.property(ticks, (time: Ticks) => assert.equal(parseInstant(formatTicks(time)), time)));
});

test('an offset says the same instant in other words', () => {
  const some = fc.bigInt({ min: ticksOfMs(Date.UTC(2000, 0)), max: ticksOfMs(Date.UTC(2100, 0)) });
  const offset = fc.tuple(fc.constantFrom(1n, -1n), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
  fc.assert(
    fc.property(some, offset, (time, [sign, hours, minutes]) => {
      const shifted = formatTicks(time + sign * BigInt(hours * 60 + minutes) * 600_000_000n).slice(0, -1);
      assert.equal(parseInstant(`${shifted}${sign > 0n ? '+' : '-'}${two(hours)}:${two(minutes)}`), time);
    }),
  );
});

test('a calendar day is read if and only if there is one', () => {
  const part = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9998 }), part, part, (year, month, day) => {
      const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
      const exists = !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
      assert.equal(parseInstant(`${date}T00:00:00Z`) !== null, exists, date);
    }),
    { numRuns: 500 },
  );
});

test('digits past the seventh are cut, fewer are filled', () => {
  const at = (fraction: string) => parseInstant(`0001-01-01T00:00:00${fraction}Z`);
  assert.equal(at('.00000019999'), 1n);
  assert.equal(at('.1'), 1_000_000n);
  assert.equal(at(''), 0n);
});

test('whatever is no instant is none', () => {
  for (const text of [
    '',
    '2026-11-23',
    '2026-11-23T03:12:09',
    '2026-11-23 03:12:09Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T23:60:00Z',
    '2026-11-23T23:59:60Z',
    '2026-11-23T03:12:09.Z',
    '2026-11-23T03:12:09+24:00',
    '2026-11-23T03:12:09+01:60',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    ' 2026-11-23T03:12:09Z',
    '2026-11-23T03:12:09Z\n',
    '12026-11-23T03:12:09Z',
  ])
    assert.equal(parseInstant(text), null, text);
  fc.assert(fc.property(fc.string(), (text) => assert.doesNotThrow(() => parseInstant(text))));
});
