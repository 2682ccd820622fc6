/** Instants as the logs write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTicks, TICKS_PER_DAY, ticksOfMs } from '../../../src/detection/time.ts';
import { parseTime } from '../../../src/detection/timeText.ts';

const TICKS_END = 3_652_059n * TICKS_PER_DAY;
const ticks = fc.bigInt({ min: 0n, max: TICKS_END - 1n });
const read = (text: string): string | undefined => {
  const parsed = parseTime(text);
  return parsed === undefined ? undefined : formatTicks(parsed);
};

test('the calendar begins at tick zero and the Unix epoch lies where time says', () => {
  assert.equal(parseTime('0001-01-01T00:00:00Z'), 0n);
  assert.equal(parseTime('0001-01-01T00:00:00.0000001Z'), 1n);
  assert.equal(parseTime('1970-01-01T00:00:00Z'), ticksOfMs(0));
  assert.equal(parseTime('9999-12-31T23:59:59.9999999Z'), TICKS_END - 1n);
});

test('every tick written in full is read back', () => {
  fc.assert(fc.property(ticks, (t) => assert.equal(parseTime(formatTicks(t)), t)));
});

test('the calendar agrees with the platform to the millisecond', () => {
  const date = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(fc.property(date, (d) => assert.equal(parseTime(d.toISOString()), ticksOfMs(d.getTime()))));
});

test('missing fractional digits are zeros and those beyond seven are cut, not rounded', () => {
  assert.equal(read('2026-11-23T03:12:09Z'), '2026-11-23T03:12:09.0000000Z');
  assert.equal(read('2026-11-23T03:12:09.5Z'), '2026-11-23T03:12:09.5000000Z');
  assert.equal(read('2026-11-23T03:12:09.12345678Z'), '2026-11-23T03:12:09.1234567Z');
  assert.equal(read('2026-11-23T03:12:09.999999999Z'), '2026-11-23T03:12:09.9999999Z');
  assert.equal(read(`2026-11-23T03:12:09.0000001${'9'.repeat(500)}Z`), '2026-11-23T03:12:09.0000001Z');
});

test('an offset is taken off, and no zone means UTC', () => {
  assert.equal(read('2026-11-23T03:12:09.1234567+00:00'), '2026-11-23T03:12:09.1234567Z');
  assert.equal(read('2026-11-23T03:12:09.1234567+05:30'), '2026-11-22T21:42:09.1234567Z');
  assert.equal(read('2026-11-23T23:12:09-01:00'), '2026-11-24T00:12:09.0000000Z');
  assert.equal(read('2026-11-23T03:12:09'), '2026-11-23T03:12:09.0000000Z');
  assert.equal(read('2026-11-23 03:12:09.25'), '2026-11-23T03:12:09.2500000Z');
});

test('any offset is undone to the tick', () => {
  const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59));
  const inner = fc.bigInt({ min: TICKS_PER_DAY, max: TICKS_END - TICKS_PER_DAY - 1n });
  fc.assert(
    fc.property(inner, offset, (t, [sign, hours, minutes]) => {
      const away = (BigInt(hours * 60 + minutes) * TICKS_PER_DAY) / 1440n;
      const local = formatTicks(sign === '+' ? t + away : t - away).slice(0, -1);
      const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
      assert.equal(parseTime(local + zone), t);
    }),
  );
});

test('the US form puts the month first, is UTC, and has no hour zero', () => {
  assert.equal(read('11/14/2025 1:48:53 AM'), '2025-11-14T01:48:53.0000000Z');
  assert.equal(read('1/2/2025 1:48:53 PM'), '2025-01-02T13:48:53.0000000Z');
  assert.equal(read('11/14/2025 12:00:00 AM'), '2025-11-14T00:00:00.0000000Z');
  assert.equal(read('11/14/2025 12:00:00 pm'), '2025-11-14T12:00:00.0000000Z');
  assert.equal(read('11/14/2025, 1:48:53.123 AM'), '2025-11-14T01:48:53.1230000Z');
  for (const text of [
    '11/14/2025 0:10:00 AM',
    '11/14/2025 13:10:00 PM',
    '14/11/2025 1:48:53 AM',
    '11/14/2025 1:48:53',
  ]) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test('a day is real or the time is refused', () => {
  const real = ['2024-02-29T00:00:00Z', '2000-02-29T00:00:00Z', '2026-12-31T23:59:59Z', '0004-02-29T00:00:00Z'];
  const unreal = [
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+00:60',
    '2/30/2026 1:00:00 AM',
  ];
  for (const text of real) assert.notEqual(parseTime(text), undefined, text);
  for (const text of unreal) assert.equal(parseTime(text), undefined, text);
});

test('the years run from 1 to 9999, also after the offset', () => {
  assert.equal(parseTime('0000-12-31T23:59:59Z'), undefined);
  assert.equal(parseTime('0000-12-31T23:59:59-01:00'), undefined, 'there is no year zero to come from');
  assert.equal(parseTime('1/1/0000 1:00:00 AM'), undefined);
  assert.equal(parseTime('0001-01-01T00:59:59+01:00'), undefined);
  assert.equal(parseTime('0001-01-01T01:00:00+01:00'), 0n);
  assert.equal(parseTime('9999-12-31T23:00:00-01:00'), undefined);
  assert.equal(parseTime('9999-12-31T22:59:59.9999999-01:00'), TICKS_END - 1n);
  assert.equal(parseTime('10000-01-01T00:00:00Z'), undefined);
});

test('other text is no time', () => {
  const texts = [
    '',
    ' ',
    'now',
    '2026-11-23',
    '1763869929',
    '2026-11-23T03:12Z',
    '2026-11-23T03:12:09.Z',
    ' 2026-11-23T03:12:09Z',
    '2026-11-23T03:12:09Z\n',
    '\u0662026-11-23T03:12:09Z',
  ];
  for (const text of texts) assert.equal(parseTime(text), undefined, JSON.stringify(text));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseTime(text)));
});
