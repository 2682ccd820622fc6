/** When guests were last seen in non-interactive sign-ins: one time for each, kept by the day for as long as it can explain anything. */
import { msOfTicks, type Ticks } from '../detection/time.ts';
import type { ShardHandle } from './apply.ts';
import type { Token } from './keys.ts';
import { pipeline } from './redis.ts';
import { guestToken, pages } from './window.ts';

export interface NonInteractive {
  readonly tenantId: string;
  readonly upn: string;
  readonly objectId: string | null;
  readonly time: Ticks;
}

const DAY_MS = 86_400_000;
const KEPT_S = 4 * 86_400;
/** An event can hold very many. */
const SEEN_PER_STEP_MAX = 1_000;

const dayKey = (shard: ShardHandle, ms: number): string => `${shard.key}ni:${Math.floor(ms / DAY_MS)}`;

/** A later sighting of the same day replaces an earlier one; which of two comes last does not matter within a day. */
export async function noteNonInteractive(shard: ShardHandle, seen: readonly NonInteractive[]): Promise<void> {
  const days = new Set<string>();
  for (const page of pages(seen, SEEN_PER_STEP_MAX)) {
    const commands = page.map((one) => {
      const ms = msOfTicks(one.time);
      days.add(dayKey(shard, ms));
      return ['HSET', dayKey(shard, ms), guestToken(one), ms] as const;
    });
    await pipeline(shard.client, commands);
  }
  await pipeline(
    shard.client,
    [...days].map((key) => ['EXPIRE', key, KEPT_S] as const),
  );
}

/** Whether one of the tokens was seen on the day of a moment or on the day before or after it. */
export async function wasSeenNonInteractively(
  shard: ShardHandle,
  tokens: readonly Token[],
  at: Ticks,
): Promise<boolean> {
  const days = [-DAY_MS, 0, DAY_MS].map((offset) => dayKey(shard, msOfTicks(at) + offset));
  const asked = days.flatMap((key) => tokens.map((token) => ['HEXISTS', key, token] as const));
  return (await pipeline(shard.client, asked)).includes(1);
}
