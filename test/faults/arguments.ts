/** Numbers and durations as they stand in the arguments of commands; what is wrong with one is an error in one sentence. */

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

export function wholeNumber(name: string, text: string, min = 1): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
  throw new Error(`${name} ${text} is no whole number from ${min} to 999999999.`);
}

export function durationMs(name: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? [];
  if (Number(count) > 0) return Number(count) * UNITS[unit!]!;
  throw new Error(`${name} ${text} is no duration, such as 90s, 30m or 2h.`);
}
