/** Prepares the claim of a partition: asks the state, the hub and the store, and tells the state what was decided. */
import type { EventHubConsumerClient } from '@azure/event-hubs';
import { type LogSink, log } from '../log.ts';
import type { Checkpoints, Standing } from './checkpoints.ts';
import { Claim } from './claim.ts';
import type { Clock } from './clock.ts';
import { StartPostponed } from './errors.ts';
import type { Tuning } from './options.ts';
import type { Ownerships } from './ownership.ts';
import type { Partition } from './partition.ts';
import type { Place, StatePort, Stored } from './ports.ts';
import { decideStart, isBeyondEnd, type StartDecision } from './start.ts';
import type { StoreNames } from './store.ts';

export interface ClaimingDeps {
  readonly client: EventHubConsumerClient;
  readonly checkpoints: Checkpoints;
  readonly names: StoreNames;
  readonly hub: string;
  readonly state: StatePort;
  readonly ownerships: Ownerships;
  readonly clock: Clock;
  readonly tuning: Tuning;
  readonly logger: LogSink;
  readonly startBackMs: number;
  /** Aborted when the client is closed. */
  readonly signal: AbortSignal;
}

/** So many answers in a row must say that the hub ends before the position, until it is believed. */
const looksBeyondMax = 3;

/** Rejects with `StartPostponed` while something must be waited for, and with whatever could not be asked. */
export async function prepareClaim(deps: ClaimingDeps, partition: Partition): Promise<Claim> {
  const { client, checkpoints, names, clock, state, signal, hub } = deps;
  const { createdOn } = await client.getEventHubProperties({ abortSignal: signal });
  const place: Place = { hub, hubCreatedAt: createdOn.getTime(), partition: partition.id };
  // Asked first: as it follows the position, one that is further than what is loaded then is from before a loss.
  const standing = await checkpoints.read(names, partition.id);
  const stored = knownBy(partition, place, await state.positions.load(place, signal));
  const asked = clock.now();
  const properties = await client.getPartitionProperties(partition.id, { abortSignal: signal });
  // Asked on both sides: what the partition told is of this hub only if that is the same before and after.
  const { createdOn: createdThen } = await client.getEventHubProperties({ abortSignal: signal });
  if (createdThen.getTime() !== place.hubCreatedAt) throw new StartPostponed('The hub was made anew just now.');
  lookAgain(partition, isBeyondEnd({ place, stored, hub: properties }));
  // What was enqueued while nothing was read after a first start is not older than that start.
  const begunAt = (stored.kind === 'none' ? stored.since : null) ?? Number.POSITIVE_INFINITY;
  const startBackAt = Math.min(clock.now() - deps.startBackMs, begunAt);
  const checkpoint = checkpointOf(deps, partition.id, standing);
  const decision = decideStart({ place, stored, hub: properties, checkpoint, startBackAt });
  await tell(deps, partition, place, decision);
  partition.metIn = place.hubCreatedAt;
  const claim = new Claim(decision.start, clock.elapsed(), standing.etag);
  partition.endSequenceNumber = null;
  partition.asked = null;
  // It may have begun further back than where it had come to its end.
  partition.readToEndAt = null;
  partition.noteAnswer(properties.lastEnqueuedSequenceNumber, asked);
  return claim;
}

/** Where nothing is stored, memory may be all that is left to tell of another life of the hub: what was in it is gone unread. */
function knownBy({ metIn }: Partition, { hubCreatedAt }: Place, stored: Stored): Stored {
  const isOther = metIn !== null && metIn !== hubCreatedAt;
  return stored.kind === 'none' && stored.since === undefined && isOther ? { kind: 'none', isOtherHub: true } : stored;
}

/** A hub that seems to end before the position is asked again, some times: its answer may be a little old. */
function lookAgain(partition: Partition, isBeyond: boolean): void {
  partition.looksBeyond = isBeyond ? partition.looksBeyond + 1 : 0;
  if (partition.looksBeyond > 0 && partition.looksBeyond < looksBeyondMax) {
    throw new StartPostponed('The hub seems to end before the position. It is asked again.');
  }
  partition.looksBeyond = 0;
}

/** The sequence number of the partition's checkpoint; -1 if there is one that cannot be read, null if there is none. */
function checkpointOf({ logger }: ClaimingDeps, partition: string, { checkpoint, etag }: Standing): number | null {
  if (checkpoint !== null) return checkpoint.sequenceNumber;
  if (etag === null) return null;
  log(logger, 'checkpoint_unreadable', { partition });
  return -1;
}

async function tell(
  deps: ClaimingDeps,
  partition: Partition,
  place: Place,
  { beginning, gap }: StartDecision,
): Promise<void> {
  const { state, logger, signal } = deps;
  if (beginning) {
    const { cause, detail, after, since } = beginning;
    const fields = { ...place, cause, after: after?.sequenceNumber ?? null, since };
    log(logger, cause === 'first' ? 'first_start' : 'reading_anew', fields, detail);
    await state.positions.begin(place, beginning, signal);
  }
  if (gap) {
    log(logger, 'events_expired', { ...place, ...gap });
    await state.reportGap(place, gap, signal);
    partition.totals.gaps += 1;
  }
}
