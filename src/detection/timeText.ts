/** Reads the ways in which the logs write an instant, to the tick; JavaScript dates would lose the 100 ns and read the US form in local time. */
import { TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, type Ticks } from './time.ts';

const ISO_FORM = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):?(\d{2}))?$/;
/** The portal's export puts a comma after the date, and newer Unicode data a narrow space before AM. */
const US_FORM = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d+))?[ \u202f]([AaPp])[Mm]$/;

const FRACTION_DIGITS = 7;
/** 9999-12-31 is day 3,652,058 after 0001-01-01. */
const TICKS_END = 3_652_059n * TICKS_PER_DAY;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits after the point, any number of them. */
  readonly fraction: string;
}

/**
 * Ticks of an instant written as ISO 8601 (`T` or a space; any number of fractional digits, cut after the seventh; `Z`, an offset
 * or no zone, which means UTC) or as `11/14/2025 1:48:53 AM` (US order, UTC). Undefined where the text is in no such form, names no
 * real moment (30 February, 24:00, a leap second) or lies outside the years 1 to 9999.
 */
export function parseTime(text: string): Ticks | undefined {
  const iso = ISO_FORM.exec(text);
  if (iso !== null) return parseIso(iso);
  const us = US_FORM.exec(text);
  return us === null ? undefined : parseUs(us);
}

function parseIso(parts: RegExpExecArray): Ticks | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = parts;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offset = BigInt(offsetHour) * TICKS_PER_HOUR + BigInt(offsetMinute) * TICKS_PER_MINUTE;
  const local = ticksOfWallTime({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction,
  });
  return local === undefined ? undefined : withinYears(sign === '-' ? local + offset : local - offset);
}

function parseUs(parts: RegExpExecArray): Ticks | undefined {
  const [, month, day, year, hour, minute, second, fraction = '', half] = parts;
  if (Number(hour) < 1 || Number(hour) > 12) return undefined;
  return ticksOfWallTime({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: (Number(hour) % 12) + (half === 'P' || half === 'p' ? 12 : 0),
    minute: Number(minute),
    second: Number(second),
    fraction,
  });
}

function ticksOfWallTime(at: WallTime): Ticks | undefined {
  if (at.year < 1 || at.month < 1 || at.month > 12 || at.day < 1 || at.day > daysInMonth(at.year, at.month)) {
    return undefined;
  }
  if (at.hour > 23 || at.minute > 59 || at.second > 59) return undefined;
  const seconds = at.hour * 3600 + at.minute * 60 + at.second;
  const ticks = at.fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0');
  return BigInt(daysBefore(at)) * TICKS_PER_DAY + BigInt(seconds) * TICKS_PER_SECOND + BigInt(ticks);
}

/** An offset can carry the first or the last hours of the calendar out of it. */
const withinYears = (ticks: Ticks): Ticks | undefined => (ticks >= 0n && ticks < TICKS_END ? ticks : undefined);

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysInMonth = (year: number, month: number): number =>
  DAYS_BEFORE_MONTH[month]! - DAYS_BEFORE_MONTH[month - 1]! + (month === 2 && isLeap(year) ? 1 : 0);

/** Whole days from 0001-01-01 to the date. */
function daysBefore({ year, month, day }: WallTime): number {
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapDayOfYear = month > 2 && isLeap(year) ? 1 : 0;
  return past * 365 + leapDays + DAYS_BEFORE_MONTH[month - 1]! + leapDayOfYear + day - 1;
}
