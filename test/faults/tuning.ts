/** The consumer's limits on a smaller scale: what takes half a minute in life takes seconds in a run, and the order stays. */
import type { Tuning } from '../../src/consumer/options.ts';
import { FAST } from '../e2e/support.ts';

/** Connections that hang are given up in seconds, too. */
export const TUNING: Partial<Tuning> = { ...FAST, attemptMs: 4_000, silentMs: 6_000 };
