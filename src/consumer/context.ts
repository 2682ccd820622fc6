/** What stays the same on a hub, whichever client reads it. */
import type { CheckpointStore } from '@azure/event-hubs';
import type { ByteBudget } from './budget.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';
import type { ResolvedOptions } from './options.ts';
import type { Partition } from './partition.ts';

export interface HubContext {
  readonly options: ResolvedOptions;
  readonly hub: string;
  /** The same for all clients, so that the next one takes over what the one before had. */
  readonly ownerId: string;
  /** Keeps the ownerships. */
  readonly store: CheckpointStore;
  readonly checkpoints: Checkpoints;
  readonly budget: ByteBudget;
  readonly partitions: ReadonlyMap<string, Partition>;
  /** The partition of this id, made if it is new. */
  partition(id: string): Partition;
}

/** The partitions that are being read, with their claims. */
export function runningOf({ partitions }: HubContext): [Partition, Claim][] {
  return [...partitions.values()].flatMap((partition): [Partition, Claim][] =>
    partition.running ? [[partition, partition.running]] : [],
  );
}
