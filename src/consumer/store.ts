/**
 * Stands between the client library and the checkpoint store: shows it ownerships as they should be seen, tells it where to
 * start, and thins its writes.
 */
import type { CheckpointStore, EventPosition, PartitionOwnership } from '@azure/event-hubs';
import type { Clock } from './clock.ts';
import type { Tuning } from './options.ts';
import type { Ownerships } from './ownership.ts';

export interface StoreOptions {
  readonly inner: CheckpointStore;
  readonly ownerships: Ownerships;
  readonly clock: Clock;
  readonly tuning: Tuning;
  /** Read by the client library right after `listCheckpoints`, per partition: it keeps this very object. */
  readonly startPositions: Record<string, EventPosition>;
  /** Whether a receiver of ours runs on the partition. */
  isRunning(partition: string): boolean;
  /** Whether a partition without receiver may be started now. */
  mayStart(partition: string): boolean;
  /** Called at each round of the client library's own loop. */
  onRound(): void;
  /** Called after each look at the store. */
  onLook(): void;
  /** Called when the store could not be asked. */
  onFailure(error: unknown): void;
  /** Decides where a claimed partition begins, or rejects if it cannot begin now. */
  prepare(partition: string): Promise<EventPosition>;
}

export interface OwnershipStore extends CheckpointStore {
  /** Looks at the store for ourselves; rejects if that fails. */
  look(): Promise<PartitionOwnership[]>;
  /**
   * With `givesUp` ownerships are shown as they are from now on, so that the client library gives up those that are ours. Else it is
   * shown none and claims none: they are the next session's, also where a question of this one is answered long after.
   */
  close(givesUp: boolean): void;
}

/** Namespace, hub and consumer group, as the client library names them in its records. */
export type StoreNames = readonly [namespace: string, hub: string, consumerGroup: string];

export function createStore(options: StoreOptions, names: () => StoreNames): OwnershipStore {
  const { inner, ownerships, clock, tuning, startPositions } = options;
  let state: 'open' | 'gives_up' | 'over' = 'open';
  /** The library claims one partition after the other, and asks for checkpoints right after the claim, without saying for which. */
  let claimed: string | undefined;

  async function look(): Promise<PartitionOwnership[]> {
    const asked = clock.elapsed();
    try {
      const list = await inner.listOwnership(...names());
      ownerships.observe(list, asked, clock.now());
      options.onLook();
      return list;
    } catch (error) {
      options.onFailure(error);
      throw error;
    }
  }

  /** A partition of ours without receiver is shown as abandoned: the library would else wait until its ownership is too old. */
  function shown(ownership: PartitionOwnership): PartitionOwnership {
    const { partitionId } = ownership;
    const lastModifiedTimeInMs = Date.now() - ownerships.age(partitionId, clock.elapsed());
    const isOurs = ownership.ownerId === ownerships.ownerId;
    const isStopped = isOurs && !options.isRunning(partitionId) && options.mayStart(partitionId);
    return { ...ownership, lastModifiedTimeInMs, ...(isStopped ? { ownerId: '' } : {}) };
  }

  function isFresh({ partitionId, ownerId }: PartitionOwnership): boolean {
    if (ownerId !== ownerships.ownerId || !options.isRunning(partitionId)) return false;
    return clock.elapsed() - ownerships.renewedAt(partitionId) < tuning.renewMs;
  }

  async function claimOwnership(requests: PartitionOwnership[]): Promise<PartitionOwnership[]> {
    if (state === 'over') return [];
    const kept = requests.filter(isFresh);
    const claims = requests.filter((request) => !kept.includes(request));
    if (claims.length === 0) return kept;
    const at = clock.elapsed();
    const won = await inner.claimOwnership(claims);
    for (const ownership of won) ownerships.noteClaimed(ownership, at);
    claimed = won.at(-1)?.partitionId;
    return [...kept, ...won];
  }

  return {
    look,
    close(givesUp) {
      state = givesUp ? 'gives_up' : 'over';
    },
    async listOwnership() {
      options.onRound();
      const list = await look();
      if (state === 'over') return [];
      return state === 'open' ? list.map(shown) : list;
    },
    claimOwnership,
    async listCheckpoints() {
      const partition = claimed;
      if (partition === undefined) throw new Error('The client library asked for a start without a claim.');
      startPositions[partition] = await options.prepare(partition);
      return [];
    },
    async updateCheckpoint() {
      throw new Error('Checkpoints are written by the consumer itself, after the position.');
    },
  };
}
