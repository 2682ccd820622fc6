/** Small things that several tests of the core need. */
export { formatTicks } from '../../src/detection/time.ts';

const UNIX_EPOCH = 621_355_968_000_000_000n;

/** Ticks since 1970, as the second reading counts them, as the core's own. */
export const parseUnixTicks = (ticks: bigint): bigint => ticks + UNIX_EPOCH;
