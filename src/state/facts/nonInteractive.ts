/** When guests were last seen in non-interactive sign-ins: one time for each, kept by the day for as long as it can explain anything. */
import { msOfTicks, type Ticks } from '../../detection/time.ts';
import type { Token } from '../keys.ts';
import { pipeline } from '../redis/calls.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import type { ShardHandle } from '../shard.ts';
import { guestToken, pages } from './window.ts';

export interface NonInteractive {
  readonly tenantId: string;
  readonly upn: string;
  readonly objectId: string | null;
  readonly time: Ticks;
}

const noteSeenScript = loadScript('noteseen');
const DAY_MS = 86_400_000;
/** An event can hold very many. */
const SEEN_PER_STEP_MAX = 1_000;

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
/** How many days before and after an operation its window reaches. */
const reachOf = ({ windowMs }: ShardHandle): number => Math.ceil(windowMs / DAY_MS);

/** A later sighting of the same day replaces an earlier one; which of two comes last does not matter within a day. */
export async function noteNonInteractive(shard: ShardHandle, seen: readonly NonInteractive[]): Promise<void> {
  // An operation is asked about once its window has passed, and may come a day late.
  const keptS = (2 * reachOf(shard) + 2) * (DAY_MS / 1_000);
  for (const page of pages(seen, SEEN_PER_STEP_MAX)) {
    const entries = page.map((one) => {
      const ms = msOfTicks(one.time);
      return [dayOf(ms), guestToken(one), ms];
    });
    await runScript(shard.client, noteSeenScript, shard.key, [keptS, entries.length, ...entries.flat()]);
  }
}

/** Whether one of the tokens was seen on the day of a moment, or on a day before or after it that its window reaches. */
export async function wasSeenNonInteractively(
  shard: ShardHandle,
  tokens: readonly Token[],
  at: Ticks,
): Promise<boolean> {
  const reach = reachOf(shard);
  const days = Array.from({ length: 2 * reach + 1 }, (_, i) => dayOf(msOfTicks(at)) - reach + i);
  const asked = days.flatMap((day) => tokens.map((token) => ['HEXISTS', `${shard.key}ni:${day}`, token] as const));
  return (await pipeline(shard.client, asked)).includes(1);
}
