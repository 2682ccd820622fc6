/** A client that writes to a place as services do, through its proxies, and says what became of it. */
import { Cluster, Redis } from 'ioredis';
import type { RedisPlace } from './redis.ts';

/** For this long a command waits for an answer, so that it is seen that there is none. */
const answerMsMax = 1_000;

/** Spread over all nodes of a Cluster. */
export const KEYS = Array.from({ length: 60 }, (_, i) => `{tag-${i % 12}}:${i}`);

export interface Writer {
  readonly client: Redis | Cluster;
  /** Writes each key once. Empty where all were written, otherwise the errors. */
  write(keys: readonly string[], value?: string): Promise<string[]>;
  /** Writes a key again and again, until it is written. */
  writeAtLast(key: string, value?: string): Promise<void>;
  close(): void;
}

export function openWriter({ environment, kind }: RedisPlace): Writer {
  const url = environment['REDIS_URL']!;
  const options = { maxRetriesPerRequest: 0, commandTimeout: answerMsMax, retryStrategy: () => 20 };
  const client =
    kind === 'cluster'
      ? new Cluster([url], { redisOptions: options, clusterRetryStrategy: () => 20, slotsRefreshTimeout: answerMsMax })
      : new Redis(url, options);
  client.on('error', () => {});
  const write: Writer['write'] = async (keys, value = 'x'.repeat(200)) => {
    const results = await Promise.allSettled(keys.map((key) => client.set(key, value)));
    return results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  };
  return {
    ...{ client, write },
    async writeAtLast(key, value) {
      while ((await write([key], value)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close: () => client.disconnect(),
  };
}

/** Those of the keys that are there, looked at past the proxies. */
export async function present(place: RedisPlace, keys: readonly string[] = KEYS): Promise<string[]> {
  const values = await Promise.all(keys.map((key) => place.look().get(key)));
  return keys.filter((_, i) => values[i] !== null);
}
