/** The rule in Redis, for who asks for it or changes it without a service. */
import { pino } from 'pino';
import { type Config, StartFault } from '../config.ts';
import { ruleHash } from '../detection/rule.ts';
import { StateRefused, unusable } from '../state/errors.ts';
import { keysUnder } from '../state/keys.ts';
import { checkServer } from '../state/open.ts';
import { type Client, connect } from '../state/redis.ts';
import { type InForce, putInForce, readInForce } from '../state/ruling.ts';
import { startFault } from './faults.ts';
import { PREFIX } from './prefix.ts';
import { type RedisLogin, redisLogin } from './redisLogin.ts';

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
  let login: RedisLogin | null = null;
  let client: Client | null = null;
  const open = async () => {
    const { url, cluster, tlsServerName } = config.redis;
    login ??= await redisLogin(config, now, pino({ level: 'silent' }));
    client ??= connect({
      ...{ url, cluster, tlsServerName, login: login.source },
      onError: (error) => {
        lastError = error;
      },
    });
    return { client, keys: keysUnder(PREFIX), shards: config.state.shards };
  };
  const asked = async <T>(ask: (place: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> => {
    try {
      return await ask(await open());
    } catch (error) {
      if (error instanceof StateRefused || error instanceof StartFault || !(error instanceof Error))
        throw startFault(error);
      throw startFault(unusable(error, lastError));
    }
  };
  return {
    inForce: () => asked((place) => readInForce(place)),
    adopt: () =>
      asked(async (place) => {
        await checkServer(place.client, place);
        const inForce = await putInForce(place, config.rule, now(), false);
        if (inForce.hash !== ruleHash(config.rule)) throw new Error('another rule was adopted at the same moment');
        return inForce;
      }),
    close: async () => {
      client?.disconnect();
      login?.close();
    },
  };
}
