/** A Redis that outlived its stack, because whoever killed that killed the guard beside it too. */
import fs from 'node:fs';
import { Redis } from 'ioredis';

/** Whatever else listens there may never answer. */
const ANSWER_MS_MAX = 500;

/** Ends the Redis on a port if its data are those in this folder, and nothing else. Never rejects. */
export async function endStrayRedis(port: number, folder: string): Promise<void> {
  const client = new Redis({
    ...{ port, host: '127.0.0.1', lazyConnect: true, enableReadyCheck: false },
    ...{ connectTimeout: ANSWER_MS_MAX, commandTimeout: ANSWER_MS_MAX, maxRetriesPerRequest: 0 },
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  try {
    const [, itsFolder] = (await client.config('GET', 'dir')) as string[];
    // With its log of writes on disk there is nothing more to save.
    if (itsFolder === fs.realpathSync(folder)) await client.shutdown('NOSAVE');
  } catch {
    // Gone by now, or no Redis.
  } finally {
    client.disconnect();
  }
}
