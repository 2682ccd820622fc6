/** One look, past all proxies, at how far everything says it is: first the checkpoints, then the positions, then the marks, as each follows the next. */
import type { ContainerClient } from '@azure/storage-blob';
import { type PartitionRecord, readRecords } from '../../../src/state/positions.ts';
import type { StateView } from './expected.ts';

/** By `hub/partition`. */
export interface Look {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly checkpoints: ReadonlyMap<string, number>;
  readonly records: ReadonlyMap<string, PartitionRecord>;
  /** Of each shard: its generation, and its marks by name. */
  readonly shards: readonly { readonly generation: string | null; readonly marks: ReadonlyMap<string, number> }[];
}

/** Rejects where one of them cannot be asked. */
export async function look(state: StateView, container: ContainerClient): Promise<Look> {
  const checkpoints = await readCheckpoints(container);
  const records = await readRecords(state.client, state.keys);
  const shards: Look['shards'][number][] = [];
  for (let shard = 0; shard < state.shards; shard++) {
    const key = state.keys.shard(shard);
    const generation = await state.client.hget(`${key}meta`, 'generation');
    const marks = Object.entries(await state.client.hgetall(`${key}marks`));
    shards.push({ generation, marks: new Map(marks.map(([name, mark]) => [name, Number(mark)])) });
  }
  return {
    at: Date.now(),
    checkpoints,
    records: new Map(records.map((record) => [`${record.hub}/${record.partition}`, record])),
    shards,
  };
}

/** None where the container is not there yet. */
async function readCheckpoints(container: ContainerClient): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  try {
    for await (const { name, metadata } of container.listBlobsFlat({ includeMetadata: true })) {
      const [, hub, , kind, partition] = name.split('/');
      if (kind === 'checkpoint') found.set(`${hub}/${partition}`, Number(metadata?.['sequencenumber']));
    }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return found;
}
