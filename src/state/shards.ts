/** The shards as this process knows them: each with the generation that it had when it was last looked at. */
import type { ShardHandle } from './apply.ts';
import { shardOf } from './keys.ts';
import { openShard } from './open.ts';

type Handle = { -readonly [K in keyof ShardHandle]: ShardHandle[K] };

export class Shards {
  readonly #handles: readonly Handle[];
  readonly #onLost: (detail: string) => void;

  constructor(handles: readonly ShardHandle[], onLost: (detail: string) => void) {
    this.#handles = handles.map((handle) => ({ ...handle }));
    this.#onLost = onLost;
  }

  /** The same objects for as long as the process lives; their generations change. */
  get handles(): readonly ShardHandle[] {
    return this.#handles;
  }

  indexOf(tenantId: string): number {
    return shardOf(tenantId, this.#handles.length);
  }

  of(tenantId: string): ShardHandle {
    return this.#handles[this.indexOf(tenantId)]!;
  }

  /** Looks at every shard, and notices those that are not what they were. */
  async verify(): Promise<void> {
    await Promise.all(
      this.#handles.map(async (handle) => {
        const generation = await handle.client.hget(`${handle.key}meta`, 'generation');
        if (generation !== handle.generation) await this.reopen(handle);
      }),
    );
  }

  /** Takes a shard as it is now, giving it a generation where it has none. */
  async reopen(shard: ShardHandle): Promise<void> {
    const own = this.#handles.find(({ key }) => key === shard.key)!;
    const { generation } = await openShard(own.client, own.key);
    if (generation === own.generation) return;
    own.generation = generation;
    this.#onLost(`shard ${this.#handles.indexOf(own)} of the state was lost or replaced`);
  }
}
