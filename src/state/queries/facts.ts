/** The facts and the knowledge of their completeness that answers about a moment are made of. */
import type { Operation } from '../../detection/fact.ts';
import type { Actor } from '../../detection/finding.ts';
import { homeUpn } from '../../detection/identity.ts';
import { type Ticks, ticksOfMs } from '../../detection/time.ts';
import { expiredTo } from '../facts/expiry.ts';
import { operationKey } from '../facts/operations.ts';
import { unpackOperation } from '../facts/packing.ts';
import { homeToken, objectToken, type Token } from '../keys.ts';
import { isFresh } from '../partitions/losses.ts';
import type { PartitionRecord } from '../partitions/partitionRecord.ts';
import { retentionClock } from '../partitions/retentionClock.ts';
import { readField, readHash } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import type { State } from '../state.ts';

/** A partition that was last seen read to its end longer ago than this may be behind. */
const SEEN_RECENTLY_MS = 90_000;

export interface Kept {
  /** Whether nothing is missing that had been read, as it is after a loss of state until all was read again. */
  readonly whole: boolean;
  /** All facts whose event time is at or after this are kept, as far as they were read. */
  readonly since: Ticks;
  /** The earliest moment whose window is kept whole. */
  readonly earliest: Ticks;
  readonly records: readonly PartitionRecord[];
}

export async function whatIsKept(state: State): Promise<Kept> {
  const { options } = state;
  const records = await state.records();
  const clock = retentionClock(records, options.now()).time;
  const gone = await Promise.all(state.shards.map(expiredTo));
  // A retention that was made longer brings back nothing.
  const since = ticksOfMs(Math.max(clock - options.retentionMs, ...gone));
  const whole = await isWhole(state, records);
  return { since, earliest: since + state.rule.window, records, whole };
}

/** Whether nothing is missing that these partitions had read. */
export async function isWhole(state: State, records: readonly PartitionRecord[]): Promise<boolean> {
  if (records.some(({ rebuilding }) => rebuilding)) return false;
  const [missing, losses] = await Promise.all([state.missingIn(records), state.losses()]);
  return missing.size === 0 && !isFresh(losses, state.options.now());
}

/** Whether every record that was enqueued since `from` (ms) was read, up to now or (where given) up to `until`. */
export function isComplete(
  { records, whole: nothingMissing }: Pick<Kept, 'records' | 'whole'>,
  from: number,
  until: number | null,
  now: number,
): boolean {
  return (
    nothingMissing &&
    records.length > 0 &&
    records.every(({ spans, gaps, lagEvents, readToEndAt }) => {
      const span = spans.at(-1);
      const whole = span !== undefined && span.from <= from && !gaps.some((gap) => (gap.until ?? now) >= from);
      const reaches = until !== null && span !== undefined && span.until >= until;
      const current = (lagEvents ?? 1) === 0 && readToEndAt !== null && now - readToEndAt <= SEEN_RECENTLY_MS;
      return whole && (reaches || current);
    })
  );
}

/** An actor with its operations, and the tokens that its guests are found by. */
export interface KnownActor {
  readonly id: string;
  readonly actor: Actor;
  readonly operations: readonly Operation[];
  readonly homes: readonly Token[];
  readonly objects: readonly Token[];
}

export async function readActor(shard: ShardHandle, id: string): Promise<KnownActor | null> {
  const text = await readField(shard.client, `${shard.key}a:${id}`, 'actor');
  if (text === null) return null;
  const actor = JSON.parse(text) as Actor;
  const stored = await readHash(shard.client, operationKey(shard.key, id));
  const operations = [...stored.values()].map((value) => unpackOperation(String(value)));
  const home = homeUpn(actor.upn);
  const objectIds = new Set(
    [...operations.map(({ actorObjectId }) => actorObjectId), actor.objectId].filter((objectId) => objectId !== null),
  );
  return {
    id,
    actor,
    operations,
    homes: home === '' ? [] : [homeToken(actor.tenantId, home)],
    objects: [...objectIds].map((objectId) => objectToken(actor.tenantId, objectId)),
  };
}
