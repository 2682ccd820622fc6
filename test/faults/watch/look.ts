/** One look, past all proxies, at how far everything says it is: first the checkpoints, then the positions, then the marks, as each follows the next. */
import type { ContainerClient } from '@azure/storage-blob';
import type { PartitionRecord } from '../../../src/state/partitions/partitionRecord.ts';
import { readRecords } from '../../../src/state/partitions/positions.ts';
import type { StateView } from './expected.ts';

/** A shard, or the place of the dead letters: its generation, and its marks by name. */
export interface Part {
  readonly generation: string | null;
  readonly marks: ReadonlyMap<string, number>;
}

/** By `hub/partition`. */
export interface Look {
  /** From when on it was had, and when it was over (ms since the Unix epoch). */
  readonly from: number;
  readonly at: number;
  readonly checkpoints: ReadonlyMap<string, number>;
  readonly records: ReadonlyMap<string, PartitionRecord>;
  /** The shards in order, then the place of the dead letters: as positions name what they count on. */
  readonly parts: readonly Part[];
  /** The readers whose processes lived at its beginning or its end: one that died between had its last word before. */
  readonly living: Living;
}

/** Readers by their names, or whoever there is. */
export type Living = ReadonlySet<string> | 'all';

/** Rejects where one of them cannot be asked. */
export async function look(state: StateView, container: ContainerClient, living: () => Living): Promise<Look> {
  const from = Date.now();
  const livedThen = living();
  const checkpoints = await readCheckpoints(container);
  const records = await readRecords(state.client, state.keys);
  const shards = Array.from({ length: state.shards }, (_, shard) => state.keys.shard(shard));
  const parts: Part[] = [];
  for (const key of [...shards, state.keys.deadLetters]) {
    const generation = await state.client.hget(`${key}meta`, 'generation');
    const marks = Object.entries(await state.client.hgetall(`${key}marks`));
    parts.push({ generation, marks: new Map(marks.map(([name, mark]) => [name, Number(mark)])) });
  }
  return {
    ...{ from, at: Date.now(), checkpoints, parts, living: eitherOf(livedThen, living()) },
    records: new Map(records.map((record) => [`${record.hub}/${record.partition}`, record])),
  };
}

const eitherOf = (one: Living, other: Living): Living =>
  one === 'all' || other === 'all' ? 'all' : new Set([...one, ...other]);

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
