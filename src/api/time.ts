/** Times as callers write them: RFC 3339 and nothing looser, kept at 100 ns. */
import type { Ticks } from '../detection/time.ts';
import { parseTime } from '../detection/timeText.ts';

/** Logs are read more kindly than callers: what a log writes cannot be mended, and a caller's guess at a zone should be. */
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The instant that a text names; digits beyond the seventh are cut; null for anything that is no RFC 3339 time of the years 1 to 9999. */
export const parseInstant = (text: string): Ticks | null => (RFC3339.test(text) ? (parseTime(text) ?? null) : null);
