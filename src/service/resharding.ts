/** Gives the state in the Redis of the settings another number of shards, while no service runs. */
import type { Config } from '../config.ts';
import { type Resharded, reshard } from '../state/resharding.ts';
import { atRedis } from './atRedis.ts';

export type { Resharded } from '../state/resharding.ts';

export interface Resharding {
  reshard(to: number): Promise<Resharded>;
  close(): void;
}

/** Connects to the Redis of the settings. Every rejection is a StartFault where someone can mend it. */
export function openResharding(config: Config, now: () => number): Resharding {
  const redis = atRedis(config, now);
  return {
    reshard: (to) => redis.asked((place) => reshard(place, to)),
    close: () => redis.close(),
  };
}
