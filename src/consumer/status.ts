/** How the consumer fares, as plain data: for coverage, readiness, liveness and metrics. */

import type { HubContext } from './context.ts';
import type { Partition, PartitionTotals, Trouble } from './partition.ts';
import type { Position } from './ports.ts';
import type { Session } from './session.ts';

/**
 * `unowned`: it is another consumer's, or no one's yet. `starting`: ours, and not read yet. `reading`. `stalled`: what was
 * read cannot be applied. `interrupted`: it cannot be received just now.
 */
export type PartitionState = 'unowned' | 'starting' | 'reading' | 'stalled' | 'interrupted';

/** All times are milliseconds since the Unix epoch, all null where not known. */
export interface PartitionStatus {
  readonly hub: string;
  readonly partition: string;
  readonly state: PartitionState;
  /** The consumer that owns it, as the store last said. */
  readonly owner: string | null;
  /** When the hub was made. */
  readonly hubCreatedAt: number | null;
  /** Up to here everything is safe. */
  readonly position: Position | null;
  /** The newest event known to be in the partition. */
  readonly lastEnqueuedSequenceNumber: number | null;
  readonly lagEvents: number | null;
  readonly stalled: Trouble | null;
  readonly receiving: Trouble | null;
  readonly progressAt: number | null;
  /** Nothing was enqueued up to this time that is not safe. */
  readonly readToEndAt: number | null;
  /** Since when something is known to lie unread, in milliseconds since the Unix epoch; null where nothing is. */
  readonly behindSince: number | null;
  readonly totals: Readonly<PartitionTotals>;
}

export interface HubStatus {
  readonly hub: string;
  /** Ourselves, as owner. */
  readonly ownerId: string;
  /** What keeps us from looking after partitions: storage or Event Hubs do not answer. */
  readonly trouble: Trouble | null;
  /** New clients in a row that brought no progress. */
  readonly renewals: number;
  /** So many of them that only a new process may help. */
  readonly isDead: boolean;
  readonly partitions: readonly PartitionStatus[];
}

export interface ConsumerStatus {
  readonly hubs: readonly HubStatus[];
  /** Bytes of events that are being read and applied. */
  readonly inFlightBytes: number;
}

export function describePartition(hub: HubContext, session: Session, partition: Partition): PartitionStatus {
  const owner = session.ownerships.ownerOf(partition.id);
  return {
    hub: hub.hub,
    partition: partition.id,
    state: stateOf(partition, owner === hub.ownerId),
    owner,
    hubCreatedAt: partition.claim?.place.hubCreatedAt ?? null,
    position: partition.position,
    lastEnqueuedSequenceNumber: partition.endSequenceNumber,
    lagEvents: partition.lagEvents,
    stalled: partition.stalled,
    receiving: partition.receiving,
    progressAt: partition.progressAt,
    readToEndAt: partition.readToEndAt,
    behindSince: partition.behindSince,
    totals: { ...partition.totals },
  };
}

function stateOf(partition: Partition, isOurs: boolean): PartitionState {
  if (partition.running) {
    if (partition.stalled) return 'stalled';
    return partition.receiving ? 'interrupted' : 'reading';
  }
  return isOurs ? 'starting' : 'unowned';
}
