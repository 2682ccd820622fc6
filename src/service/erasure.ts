/** Erases someone from the Redis of the settings, while services run or none does. */
import type { Config } from '../config.ts';
import { TICKS_PER_MS } from '../detection/time.ts';
import { type Erasure, eraseActor } from '../state/erasing.ts';
import { shardOf } from '../state/keys.ts';
import { checkServer, readGeneration } from '../state/open.ts';
import { readInForce } from '../state/ruling.ts';
import type { ShardHandle } from '../state/shard.ts';
import { atRedis } from './atRedis.ts';

export type { Erasure } from '../state/erasing.ts';

export interface Erasing {
  erase(who: { readonly tenantId: string; readonly actor: string }, how: { readonly isDry: boolean }): Promise<Erasure>;
  close(): void;
}

/** Connects to the Redis of the settings. Every rejection is a StartFault where someone can mend it. */
export function openErasing(config: Config, now: () => number): Erasing {
  const redis = atRedis(config, now);
  return {
    erase: (who, how) =>
      redis.asked(async (place) => {
        const { client, keys, shards } = place;
        await checkServer(client, place);
        const { rule } = config;
        const partAt = async (key: string): Promise<ShardHandle> => ({
          ...{ client, key, generation: await readGeneration(client, key), retentionMs: config.state.retentionMs },
          windowMs: Number(rule.window / TICKS_PER_MS),
        });
        const [shard, letters] = await Promise.all([
          partAt(keys.shard(shardOf(who.tenantId, shards))),
          partAt(keys.deadLetters),
        ]);
        const inForce = (await readInForce(place))?.rule ?? rule;
        return eraseActor({ shard, letters, keys, rule: inForce, now }, who, how);
      }),
    close: () => redis.close(),
  };
}
