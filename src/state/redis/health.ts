/** Whether Redis answers, takes anything in, and what its clock says. */

import type { Client } from './client.ts';
import { StateUnavailable } from './errors.ts';

/**
 * Why what lies under some of these keys would not be changed just now: each is asked for a write that needs room and leave,
 * and changes nothing, as there is never such a list. Null where all would; rejects where one cannot be asked.
 */
export async function refusalOf(client: Client, keys: readonly string[]): Promise<string | null> {
  const answers = await Promise.allSettled(keys.map((key) => client.lpushx(`${key}nothing`, '')));
  for (const answer of answers) {
    if (answer.status === 'fulfilled') continue;
    const { reason: error } = answer;
    if (!(error instanceof StateUnavailable) || error.reason === 'redis_unreachable') throw error;
    return `${error.reason}: ${error.message}`;
  }
  return null;
}

/** Rejects with StateUnavailable if Redis does not answer for some of these keys: of a Cluster one node may be gone. */
export async function ping(client: Client, keys: readonly string[]): Promise<void> {
  try {
    await Promise.all(keys.map((key) => client.hget(`${key}meta`, 'generation')));
  } catch (error) {
    throw new StateUnavailable('Redis does not answer', { cause: error });
  }
}

/** What Redis's clock says, in milliseconds since the Unix epoch. */
export async function serverTime(client: Client): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
}
