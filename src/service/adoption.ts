/** The rule in Redis, for who asks for it or changes it without a service. */
import type { Config } from '../config.ts';
import { ruleHash } from '../detection/rule.ts';
import { checkServer } from '../state/open.ts';
import { type InForce, putInForce, readInForce } from '../state/ruling.ts';
import { atRedis } from './atRedis.ts';

export type { InForce } from '../state/ruling.ts';

export interface Adoption {
  /** The rule in force; null where nothing has been started on this Redis yet. */
  inForce(): Promise<InForce | null>;
  /** Puts the rule of the settings in force. Doing it again changes nothing, and ends what was cut short. */
  adopt(): Promise<InForce>;
  close(): Promise<void>;
}

/** Connects to the Redis of the settings. Every rejection, here and of its calls, is a StartFault where someone can mend it. */
export function openAdoption(config: Config, now: () => number): Adoption {
  const redis = atRedis(config, now);
  return {
    inForce: () => redis.asked((place) => readInForce(place)),
    adopt: () =>
      redis.asked(async (place) => {
        await checkServer(place.client, place);
        const inForce = await putInForce(place, config.rule, now(), false);
        if (inForce.hash !== ruleHash(config.rule)) throw new Error('another rule was adopted at the same moment');
        return inForce;
      }),
    close: async () => redis.close(),
  };
}
