/** Writes what is safe: the position first, now and then; the checkpoint after it, more seldom. */
import { log } from '../log.ts';
import { type CheckpointingDeps, putCheckpoint } from './checkpointing.ts';
import type { Claim } from './claim.ts';
import { messageOf } from './errors.ts';
import type { Hooks } from './options.ts';
import type { Partition } from './partition.ts';
import { type PersistDeps, persist } from './persist.ts';
import type { PositionsPort } from './ports.ts';

export interface ProgressDeps extends PersistDeps, CheckpointingDeps {
  readonly positions: PositionsPort;
  readonly hooks: Hooks;
}

/**
 * `at_once` after something was applied and all that is known was read; `when_due` otherwise, as positions of events that held
 * nothing can wait, and those of a partition that is behind are soon overtaken; `finally` when nothing will follow.
 */
export type Urgency = 'at_once' | 'when_due' | 'finally';

/** Rejects only with the `ClaimEnded` of the claim. */
export async function keepProgress(
  deps: ProgressDeps,
  partition: Partition,
  claim: Claim,
  urgency: Urgency,
): Promise<void> {
  await writePosition(deps, partition, claim, urgency);
  // One under way may be of an older position.
  if (urgency === 'finally') await claim.checkpointing;
  if (!isCheckpointDue(deps, claim, urgency)) return;
  // Not awaited while reading: storage may be slow, and nothing depends on a checkpoint.
  claim.checkpointing ??= writeCheckpoint(deps, partition, claim).finally(() => {
    claim.checkpointing = null;
  });
  if (urgency === 'finally') await claim.checkpointing;
}

async function writePosition(deps: ProgressDeps, partition: Partition, claim: Claim, urgency: Urgency): Promise<void> {
  const { clock, tuning, positions, hooks, logger } = deps;
  const { position, written } = claim;
  const { readToEndAt } = partition;
  // What lies unread while nothing comes is told as it was last answered, too.
  const askedAt = partition.asked?.at ?? null;
  const isMoved = position !== written.position;
  if (!isMoved && readToEndAt === written.readToEndAt && askedAt === written.askedAt) return;
  const isDue = clock.elapsed() - written.at >= tuning.positionMs;
  if (!isDue && !(isMoved && urgency === 'at_once') && urgency !== 'finally') return;
  const progress = { position, readToEndAt, lagEvents: partition.lagEvents };
  const outcome = await persist(deps, partition, claim, 'write the position', (signal) =>
    positions.advance(claim.place, progress, signal),
  );
  if (outcome.kind === 'lost_state') {
    log(logger, 'state_older', { ...claim.place, detail: outcome.detail });
    claim.end('state_lost', outcome.detail, clock.elapsed());
    claim.signal.throwIfAborted();
  }
  claim.written = { position, readToEndAt, askedAt, at: clock.elapsed() };
  claim.hasApplied = false;
  partition.totals.positionWrites += 1;
  await hooks.afterPosition?.(claim.place, position);
}

function isCheckpointDue({ clock, tuning }: ProgressDeps, claim: Claim, urgency: Urgency): boolean {
  const { checkpoint, written } = claim;
  if (!written.position || written.position.offset === null) return false;
  if (written.position.sequenceNumber <= checkpoint.sequenceNumber) return false;
  return (
    urgency === 'finally' ||
    checkpoint.eventsSince >= tuning.checkpointEventsMax ||
    clock.elapsed() - checkpoint.at >= tuning.checkpointMs
  );
}

/** Never rejects: the next one says the same and more. */
async function writeCheckpoint(deps: ProgressDeps, partition: Partition, claim: Claim): Promise<void> {
  const { position } = claim.written;
  if (!position || position.offset === null) return;
  const { place, checkpoint } = claim;
  // Also for one that fails: a store in trouble is not to be asked with every batch.
  checkpoint.at = deps.clock.elapsed();
  checkpoint.eventsSince = 0;
  try {
    await deps.hooks.beforeCheckpoint?.(place, position);
    const { sequenceNumber, offset } = position;
    if (await putCheckpoint(deps, claim, { sequenceNumber, offset })) partition.totals.checkpointWrites += 1;
  } catch (error) {
    partition.totals.checkpointFailures += 1;
    const fields = { err: error, hub: place.hub, partition: place.partition };
    log(deps.logger, 'checkpoint_failed', fields, messageOf(error));
  }
}
