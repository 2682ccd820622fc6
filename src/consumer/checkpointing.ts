/** Writes a claim's checkpoint, and lets stand what another owner has written meanwhile if that is further. */
import type { Checkpoint, Checkpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';
import type { Clock } from './clock.ts';
import type { Ownerships } from './ownership.ts';
import type { StoreNames } from './store.ts';

export interface CheckpointingDeps {
  readonly clock: Clock;
  readonly checkpoints: Checkpoints;
  readonly names: () => StoreNames;
  readonly ownerships: Ownerships;
  /**
   * Looks at the owners anew if that was not done since this moment of the elapsed clock, or where none is given, if what is
   * known of them is old; rejects if the store cannot be asked, and without a moment given at once where that is known.
   */
  confirmOwner(since?: number): Promise<void>;
  /** Asks the hub for the partition's last sequence number. */
  endOf(partition: string): Promise<number>;
}

/** Another owner seldom writes even once in between; this often, something is wrong. */
const triesMax = 3;

/** Whether it was written. Not so where it is not to be: the claim is over, or the one that stands is further. */
export async function putCheckpoint(deps: CheckpointingDeps, claim: Claim, checkpoint: Checkpoint): Promise<boolean> {
  const { clock, checkpoints, names } = deps;
  const { partition } = claim.place;
  await deps.confirmOwner();
  for (let tries = 0; tries < triesMax; tries++) {
    if (isOver(deps, claim)) return false;
    const etag = await checkpoints.write(names(), partition, checkpoint, claim.checkpoint.etag);
    if (etag !== null) {
      Object.assign(claim.checkpoint, { etag, sequenceNumber: checkpoint.sequenceNumber });
      return true;
    }
    const standing = await checkpoints.read(names(), partition);
    const { sequenceNumber, offset } = standing.checkpoint ?? { sequenceNumber: -1, offset: null };
    claim.checkpoint.etag = standing.etag;
    // The first answer was lost on its way, and the write was sent again; or another had come just as far.
    const isThere = sequenceNumber === checkpoint.sequenceNumber && offset === checkpoint.offset;
    if (!isThere) {
      // Asked after what stands was read: if we own it still, that is from one before us, and a later one has another version.
      await deps.confirmOwner(clock.elapsed());
      // What the hub has not come to yet is from a former life of it.
      const isFurther = sequenceNumber > checkpoint.sequenceNumber && sequenceNumber <= (await deps.endOf(partition));
      if (!isFurther) continue;
    }
    claim.checkpoint.sequenceNumber = sequenceNumber;
    return isThere;
  }
  throw new Error(`In ${triesMax} tries, another had always written one meanwhile.`);
}

function isOver({ ownerships }: CheckpointingDeps, claim: Claim): boolean {
  return claim.isEnded || ownerships.isLost(claim.place.partition);
}
