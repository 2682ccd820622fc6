/** When a delivery is tried again, and when no more: ten tries over about three days. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The pauses between the tries of a webhook. The first are short, for a restart; the last leave a weekend's time. */
export const PAUSES_MS = [
  ...[5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS],
  ...[HOUR_MS, 3 * HOUR_MS, 8 * HOUR_MS, 20 * HOUR_MS, 40 * HOUR_MS],
] as const;
export const TRIES_MAX = PAUSES_MS.length + 1;
/** Each pause is longer or shorter by at most so much of it, so that what failed together does not come back together. */
export const JITTER = 0.1;
/** No wish of a receiver's puts a try off for longer: with all pauses at their longest, the ladder ends by then. */
export const WISH_MS_MAX = 80 * HOUR_MS;

/** The longest pause of a target that is tried for ever. */
const ENDLESS_PAUSE_MS_MAX = 5 * MINUTE_MS;

/** How long to wait after so many tries, 1 or more; null when they are over. `dice` gives a number from 0 up to 1. */
export function pauseAfter(tries: number, ladder: 'ten' | 'endless', dice: () => number): number | null {
  const pause =
    ladder === 'ten'
      ? PAUSES_MS[tries - 1]
      : Math.min(PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1]!, ENDLESS_PAUSE_MS_MAX);
  return pause === undefined ? null : Math.round(pause * (1 + JITTER * (2 * dice() - 1)));
}

/** What a `Retry-After` asks for, in milliseconds from now: seconds, or a date. Null for what is neither. */
export function retryAfterMs(text: string | undefined, now: number): number | null {
  const trimmed = text?.trim() ?? '';
  if (/^\d{1,10}$/.test(trimmed)) return Math.min(Number(trimmed) * SECOND_MS, WISH_MS_MAX);
  // Only the form of HTTP: the parser takes much that is no date.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(trimmed)) return null;
  const at = Date.parse(trimmed);
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now, 0), WISH_MS_MAX);
}
