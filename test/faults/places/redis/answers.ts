/** Faults between a service and a Redis that is well: answers that come late, or not although all was done. */
import { type Fault, HARMLESS } from '../../fault.ts';
import type { Arrangement } from './arrangement.ts';

/** Commands that write come as scripts, so that what is cut is the answer to an effect. */
const isScript = (bytes: Buffer): boolean => /evalsha|eval/i.test(bytes.toString('latin1'));

export const slow = (place: Arrangement): Fault => ({
  ...{ name: 'redis.slow', ...HARMLESS },
  async begin(dice) {
    const ms = 20 + dice.below(480);
    const ends = place.proxies.map((proxy) => proxy.delay(ms));
    return async () => {
      for (const end of ends) end();
    };
  },
});

/** The connection is cut between a script's effect and its answer, a few times. */
export const cutAnswers = (place: Arrangement): Fault => ({
  ...{ name: 'redis.cut-answers', ...HARMLESS },
  async begin(dice) {
    const count = 1 + dice.below(5);
    const ends = place.proxies.map((proxy) => proxy.cutAnswers(count, isScript));
    return async () => {
      for (const end of ends) end();
    };
  },
});
