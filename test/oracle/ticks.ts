// Reads every spelling of a time into 100 ns ticks since 1970 and writes ticks back in the one spelling of the answers.

export const TICKS_PER_MS = 10_000n;
export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_MINUTE = 60n * TICKS_PER_SECOND;
export const DAY_TICKS = 24n * 60n * TICKS_PER_MINUTE;

/** The rule's window; "24 h" in the text. */
export let WINDOW_TICKS = DAY_TICKS;

/** Reads under another window for as long as a function runs. */
export function underWindow<T>(ticks: bigint, read: () => T): T {
  WINDOW_TICKS = ticks;
  try {
    return read();
  } finally {
    WINDOW_TICKS = DAY_TICKS;
  }
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))?$/;
const US = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d):(\d\d) (AM|PM)$/;

/** Ticks since 1970, or undefined where the text is none of the known spellings or names no real moment. */
export function readTime(text: string): bigint | undefined {
  return readIso(text) ?? readUs(text);
}

function readIso(text: string): bigint | undefined {
  const m = ISO.exec(text);
  if (!m) return undefined;
  const seconds = civilSeconds(Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4]), Number(m[5]), Number(m[6]));
  if (seconds === undefined) return undefined;
  // Digits beyond the seventh are cut, never rounded.
  const fraction = BigInt((m[7] ?? '').padEnd(7, '0').slice(0, 7));
  const offsetMinutes = m[8] === undefined ? 0 : Number(m[9]) * 60 + Number(m[10]);
  if (Number(m[9] ?? 0) > 23 || Number(m[10] ?? 0) > 59) return undefined;
  const offsetSeconds = (m[8] === '-' ? -60 : 60) * offsetMinutes;
  return BigInt(seconds - offsetSeconds) * TICKS_PER_SECOND + fraction;
}

function readUs(text: string): bigint | undefined {
  const m = US.exec(text);
  if (!m) return undefined;
  const clock = Number(m[4]);
  if (clock < 1 || clock > 12) return undefined;
  const hour = (clock % 12) + (m[7] === 'PM' ? 12 : 0);
  const seconds = civilSeconds(Number(m[3]), Number(m[1]), Number(m[2]), hour, Number(m[5]), Number(m[6]));
  return seconds === undefined ? undefined : BigInt(seconds) * TICKS_PER_SECOND;
}

/** Seconds since 1970 of a UTC date and time; undefined for the 30th of February, hour 24, second 60 and the like. */
function civilSeconds(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (month < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  // setUTCFullYear and not Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}

/** The spelling of every answer: seven fractional digits and a Z. */
export function writeTime(ticks: bigint): string {
  const fraction = ((ticks % TICKS_PER_SECOND) + TICKS_PER_SECOND) % TICKS_PER_SECOND;
  const seconds = (ticks - fraction) / TICKS_PER_SECOND;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -'.000Z'.length);
  return `${whole}.${String(fraction).padStart(7, '0')}Z`;
}

export function ticksOfMs(ms: number): bigint {
  return BigInt(ms) * TICKS_PER_MS;
}
