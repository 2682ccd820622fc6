/** Instants at the log's own precision of 100 ns, which neither a double nor a JavaScript date can hold. */

/** 100 ns units since 0001-01-01T00:00:00Z, never negative. */
export type Ticks = bigint;

export const TICKS_PER_MS = 10_000n;
export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_MINUTE = 60n * TICKS_PER_SECOND;
export const TICKS_PER_HOUR = 60n * TICKS_PER_MINUTE;
export const TICKS_PER_DAY = 24n * TICKS_PER_HOUR;
/** 1970-01-01T00:00:00Z. */
const UNIX_EPOCH = 621_355_968_000_000_000n;

/** Milliseconds since the Unix epoch as ticks. */
export const ticksOfMs = (ms: number): Ticks => BigInt(Math.trunc(ms)) * TICKS_PER_MS + UNIX_EPOCH;

/** Ticks as milliseconds since the Unix epoch, rounded down. */
export const msOfTicks = (ticks: Ticks): number =>
  Number((ticks - UNIX_EPOCH) / TICKS_PER_MS - ((ticks - UNIX_EPOCH) % TICKS_PER_MS < 0n ? 1n : 0n));

/** RFC 3339 in UTC with seven fractional digits: `2026-11-23T03:12:09.1234567Z`. */
export function formatTicks(ticks: Ticks): string {
  const seconds = new Date(msOfTicks(ticks - (ticks % TICKS_PER_SECOND))).toISOString().slice(0, 19);
  return `${seconds}.${String(ticks % TICKS_PER_SECOND).padStart(7, '0')}Z`;
}
