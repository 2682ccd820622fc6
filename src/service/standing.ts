/** Why a partition stands still, if it does: the same words for readiness, metrics and coverage. */
import type { ConsumerStatus, HubStatus, PartitionStatus } from '../consumer/consumer.ts';
import type { Trouble } from '../state/partitions/troubles.ts';

export interface Standing {
  /** Lower case with underscores: `redis_out_of_memory`, `hub_unreachable`. */
  readonly code: string;
  readonly detail: string;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
}

/** The same in one line, as coverage says it. */
export const lineOf = ({ code, detail }: Standing): string => `${code}: ${detail}`;

/** All partitions that stand still here, for those who are asked elsewhere. */
export const troublesOf = (hubs: ConsumerStatus['hubs']): Trouble[] =>
  hubs.flatMap((hub) =>
    hub.partitions.flatMap((own) => {
      const standing = standingOf(hub, own);
      return standing === null
        ? []
        : [{ hub: hub.hub, partition: own.partition, detail: lineOf(standing), since: standing.since }];
    }),
  );

/**
 * Null while it is read, and while it is another's to read. What was read and cannot be applied comes first; then what keeps
 * partitions that are not read from being begun; then why it cannot be received.
 */
export function standingOf(hub: HubStatus, partition: PartitionStatus): Standing | null {
  if (partition.stalled !== null) return partition.stalled;
  const isOthers = partition.owner !== null && partition.owner !== hub.ownerId;
  if (isOthers) return null;
  const trouble = isTroubled(hub, partition) ? hub.trouble : null;
  // Why its last receiver ended is not why it has no other.
  return partition.state === 'starting' && trouble !== null ? trouble : (partition.receiving ?? trouble);
}

/** While storage is away, what is read goes on; while the hub is, a link can look open, but nothing comes over it. */
function isTroubled({ trouble }: HubStatus, { state, progressAt }: PartitionStatus): boolean {
  if (trouble === null || state !== 'reading') return trouble !== null;
  return !trouble.code.startsWith('storage_') && (progressAt ?? 0) < trouble.since;
}
