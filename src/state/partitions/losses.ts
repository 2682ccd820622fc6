/** Losses of state: what is noted of them where they were, so that it outlives whoever noticed. */

import { loadScript, runScript } from '../redis/scripts.ts';
import type { ShardHandle } from '../shard.ts';

const noteScript = loadScript('noteloss');

/** What was lost, in the words of the metrics and of coverage. */
export const LOSS_REASONS = ['state_lost', 'findings_lost', 'keys_evicted', 'hub_recreated', 'events_expired'] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

/** A loss that was noticed, and when (milliseconds since the Unix epoch). */
export interface NotedLoss {
  readonly at: number;
  /** Missing in what earlier versions noted. */
  readonly reason?: LossReason;
  readonly detail: string;
}

/** A loss under the name that all give it who notice it. */
export interface NamedLoss extends NotedLoss {
  readonly name: string;
}

/** Losses remembered of a shard or a partition; the oldest go first. */
export const LOSSES_MAX = 100;

type Part = Pick<ShardHandle, 'client' | 'key'>;

/** Notes losses of a part. `wholeAt` (ms): it is known to have been whole then; null where nobody knows. */
export async function noteLosses(
  part: Part,
  wholeAt: number | null,
  now: number,
  losses: readonly NamedLoss[],
): Promise<void> {
  const entries = losses.flatMap(({ name, ...loss }) => [name, JSON.stringify(loss)]);
  await runScript(part.client, noteScript, part.key, [wholeAt ?? '', now, LOSSES_MAX, losses.length, ...entries]);
}

/** The name of the loss by which keys of a generation were evicted. */
export const evictionOf = (generation: string): string => `evicted ${generation}`;

/** The generations of a part of which it is noted that keys were evicted. */
export async function readEvicted({ client, key }: Part): Promise<string[]> {
  const prefix = `loss ${evictionOf('')}`;
  const fields = await client.hkeys(`${key}meta`);
  return fields.filter((field) => field.startsWith(prefix)).map((field) => field.slice(prefix.length));
}

export interface NotedLosses {
  readonly losses: readonly NotedLoss[];
  readonly notedAt: number | null;
}

/**
 * Every process notices a loss within this time. Until then nobody can know whether the partitions of which something is
 * known are all that there were.
 */
const NOTICED_WITHIN_MS = 15_000;

export const isFresh = ({ notedAt }: NotedLosses, now: number): boolean =>
  notedAt !== null && now - notedAt < NOTICED_WITHIN_MS;

/** The losses that were noted of a part, and when (ms) the last of them was. */
export async function readLosses({ client, key }: Part): Promise<NotedLosses> {
  const meta = Object.entries(await client.hgetall(`${key}meta`));
  const notedAt = meta.find(([field]) => field === 'lossNotedAt')?.[1];
  return {
    losses: meta.filter(([field]) => field.startsWith('loss ')).map(([, json]) => JSON.parse(json) as NotedLoss),
    notedAt: notedAt === undefined ? null : Number(notedAt),
  };
}
