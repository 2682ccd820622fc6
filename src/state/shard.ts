/** A shard as one process holds it: what every step on it is given. */
import type { Client } from './redis/client.ts';

export interface ShardHandle {
  readonly client: Client;
  /** The shard's hash tag, which every key begins with. */
  readonly key: string;
  /** The generation that this process knows; see `lost`. */
  readonly generation: string;
  readonly retentionMs: number;
  /** The window of the rule that this process writes under. */
  readonly windowMs: number;
}

/** The shard is not what this process knew: an empty or older state has taken its place. */
export interface Lost {
  readonly kind: 'lost';
  readonly generation: string;
}
