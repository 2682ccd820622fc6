/** Remembers who owns which partition, from every look at the store, and how old that knowledge is. */
import type { PartitionOwnership } from '@azure/event-hubs';

interface Known {
  readonly ownerId: string;
  /** The version of the store's record. */
  readonly version: string;
  /** When this version was first seen, by the elapsed clock; the age that it had then, in milliseconds. */
  readonly seenAt: number;
  readonly age: number;
}

export class Ownerships {
  readonly ownerId: string;
  readonly #known = new Map<string, Known>();
  /** When ours was last written, by the elapsed clock. */
  readonly #renewedAt = new Map<string, number>();
  /** When the store was last looked at, by the elapsed clock. */
  seenAt = Number.NEGATIVE_INFINITY;

  constructor(ownerId: string) {
    this.ownerId = ownerId;
  }

  /**
   * Takes in a look at the store. `asked` is the elapsed clock from before the question: an answer that was slow is old.
   * `wall` is the time of day, which counts only for what is seen for the first time: after that, age is measured by how
   * long the record stays the same, so that no clock that is wrong or jumps makes anyone's partitions look abandoned.
   */
  observe(list: readonly PartitionOwnership[], asked: number, wall: number): void {
    this.seenAt = asked;
    const present = new Set<string>();
    for (const ownership of list) {
      present.add(ownership.partitionId);
      const version = versionOf(ownership);
      const known = this.#known.get(ownership.partitionId);
      // What we wrote after the question was asked is newer than the answer.
      if (known && (known.version === version || known.seenAt > asked)) continue;
      const { ownerId } = ownership;
      const age = known ? 0 : Math.max(0, wall - (ownership.lastModifiedTimeInMs ?? 0));
      this.#known.set(ownership.partitionId, { ownerId, version, seenAt: asked, age });
    }
    for (const [partition, known] of this.#known) {
      if (!present.has(partition) && known.seenAt <= asked) this.#known.delete(partition);
    }
  }

  /** Takes in a claim of ours that the store accepted, at this moment of the elapsed clock. */
  noteClaimed(ownership: PartitionOwnership, at: number): void {
    const { partitionId, ownerId } = ownership;
    this.#known.set(partitionId, { ownerId, version: versionOf(ownership), seenAt: at, age: 0 });
    this.#renewedAt.set(partitionId, at);
  }

  /** Null if no one ever owned it, or the last owner gave it up. */
  ownerOf(partition: string): string | null {
    return this.#known.get(partition)?.ownerId || null;
  }

  /** Whether the store says that another has the partition. Its owner may be dead; ours it is not. */
  isLost(partition: string): boolean {
    const owner = this.ownerOf(partition);
    return owner !== null && owner !== this.ownerId;
  }

  renewedAt(partition: string): number {
    return this.#renewedAt.get(partition) ?? Number.NEGATIVE_INFINITY;
  }

  /** How old a partition's record is by our own measure, in milliseconds. */
  age(partition: string, at: number): number {
    const known = this.#known.get(partition);
    return known ? known.age + (at - known.seenAt) : Number.POSITIVE_INFINITY;
  }
}

/** The store quotes an etag in the answer to a write, and does not in a list. */
function versionOf({ ownerId, etag, lastModifiedTimeInMs }: PartitionOwnership): string {
  return `${ownerId} ${etag?.replaceAll('"', '') ?? lastModifiedTimeInMs}`;
}
