/** The Redis of the settings, for commands that ask it or change it without a service. */
import { pino } from 'pino';
import { type Config, StartFault } from '../config.ts';
import { type Keys, keysUnder } from '../state/keys.ts';
import { type Client, connect } from '../state/redis/client.ts';
import { StateRefused, unusable } from '../state/redis/errors.ts';
import { startFault } from './faults.ts';
import { PREFIX } from './prefix.ts';
import { type RedisLogin, redisLogin } from './redisLogin.ts';

export interface RedisPlace {
  readonly client: Client;
  readonly keys: Keys;
  readonly shards: number;
}

export interface AtRedis {
  /** Connects where it is not connected yet, and asks. Rejects with a StartFault where someone can mend it. */
  asked<T>(ask: (place: RedisPlace) => Promise<T>): Promise<T>;
  close(): void;
}

export function atRedis(config: Config, now: () => number): AtRedis {
  let lastError: Error | null = null;
  let login: RedisLogin | null = null;
  let client: Client | null = null;
  const open = async (): Promise<RedisPlace> => {
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
  return {
    async asked(ask) {
      try {
        return await ask(await open());
      } catch (error) {
        if (error instanceof StateRefused || error instanceof StartFault || !(error instanceof Error))
          throw startFault(error);
        throw startFault(unusable(error, lastError));
      }
    },
    close() {
      client?.disconnect();
      login?.close();
    },
  };
}
