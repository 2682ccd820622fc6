/** The rule in Redis, for who asks for it or changes it without a service. */
import type { Config } from '../config.ts';
import { ruleHash } from '../detection/rule.ts';
import { StateRefused, StateUnavailable } from '../state/errors.ts';
import { keysUnder } from '../state/keys.ts';
import { checkServer } from '../state/open.ts';
import { connect } from '../state/redis.ts';
import { type InForce, putInForce, readInForce } from '../state/ruling.ts';
import { startFault } from './faults.ts';
import { PREFIX } from './prefix.ts';

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
  let lastError: Error | null = null;
  const { url, cluster } = config.redis;
  const client = connect({
    ...{ url, cluster },
    onError: (error) => {
      lastError = error;
    },
  });
  const place = { client, keys: keysUnder(PREFIX), shards: config.state.shards };
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof StateRefused || !(error instanceof Error)) throw startFault(error);
      // What the connection said tells more than that a command was given up.
      throw startFault(new StateUnavailable(`Redis cannot be used: ${(lastError ?? error).message}`, { cause: error }));
    }
  };
  return {
    inForce: () => asked(() => readInForce(place)),
    adopt: () =>
      asked(async () => {
        await checkServer(client, place);
        const inForce = await putInForce(place, config.rule, now(), false);
        if (inForce.hash !== ruleHash(config.rule)) throw new Error('another rule was adopted at the same moment');
        return inForce;
      }),
    close: async () => client.disconnect(),
  };
}
