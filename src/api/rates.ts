/** How often one may ask: counted per address, per caller, and per address for keys and tokens that were refused. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import * as limits from './limits.ts';
import type { Server } from './server.ts';

export type Rate = 'address' | 'caller' | 'failures';

/** Requests in a minute. */
export type RatesMax = Readonly<Record<Rate, number>>;

export const RATES_MAX: RatesMax = {
  address: limits.RATE_PER_ADDRESS_MAX,
  caller: limits.RATE_PER_CALLER_MAX,
  failures: limits.RATE_FAILURES_MAX,
};

/** Counts a request; gives the seconds to wait where it is one too many, else null. */
export type Counts = Readonly<Record<Rate, (request: FastifyRequest) => Promise<number | null>>>;

/**
 * Addresses are the plugin's own keys: what an IPv6 network of 64 bits, which is one customer, sends is counted together. The
 * counters are there once the server is ready, which is before any request.
 */
export function countRates(server: Server, max: RatesMax): Counts {
  const counters = new Map<Rate, ReturnType<Server['createRateLimit']>>();
  server.register(rateLimit, { global: false, cache: limits.RATE_COUNTED_MAX });
  server.after(() => {
    const bounds = { timeWindow: limits.RATE_WINDOW_MS, cache: limits.RATE_COUNTED_MAX };
    const byCaller = ({ caller }: FastifyRequest): string => caller?.name ?? '';
    counters.set('address', server.createRateLimit({ ...bounds, max: max.address }));
    counters.set('failures', server.createRateLimit({ ...bounds, max: max.failures }));
    counters.set('caller', server.createRateLimit({ ...bounds, max: max.caller, keyGenerator: byCaller }));
  });
  const count = (rate: Rate) => async (request: FastifyRequest) => {
    const counted = await counters.get(rate)!(request);
    return !counted.isAllowed && counted.isExceeded ? Math.max(1, counted.ttlInSeconds) : null;
  };
  return { address: count('address'), caller: count('caller'), failures: count('failures') };
}
