/** Whether the parts of the state still hold what a partition's position expects of them. */

import { eventOf } from '../facts/steps.ts';
import type { Shards } from '../shards.ts';
import { readLosses } from './losses.ts';
import type { PartitionRecord } from './partitionRecord.ts';
import { markField } from './positions.ts';

/** What the parts say of one partition: its marks, and their generations. */
export interface PartsNow {
  readonly marks: readonly (number | null)[];
  readonly generations: readonly (string | null)[];
}

export interface PartLost {
  readonly part: number;
  /** `replaced`: it is another; `gone`: it has no mark of the partition; else the last event of which all is there. */
  readonly holds: 'replaced' | 'gone' | number;
}

/** The parts that hold less than a position expects. One of which it expects nothing cannot have lost anything of it. */
export function lostParts(record: Pick<PartitionRecord, 'marks' | 'generations'>, now: PartsNow): PartLost[] {
  return record.marks.flatMap((expected, part): PartLost[] => {
    if (expected === null) return [];
    if (now.generations[part] !== record.generations[part]) return [{ part, holds: 'replaced' }];
    const mark = now.marks[part] ?? null;
    if (mark === null) return [{ part, holds: 'gone' }];
    return mark < expected ? [{ part, holds: eventOf(mark) }] : [];
  });
}

/** A record with the marks of a process that knows further ones than the last that were written. */
export function withMarks(record: PartitionRecord, known: PartsNow): PartitionRecord {
  const marks = record.generations.map((generation, part) => {
    const written = record.marks[part] ?? null;
    const own = known.generations[part] === generation ? (known.marks[part] ?? null) : null;
    return written === null || own === null ? (written ?? own) : Math.max(written, own);
  });
  return { ...record, marks };
}

/** Where reading goes on if the parts are not what a position expects, null for as far back as may be; null if they are. */
export function goingBack(
  record: PartitionRecord,
  now: PartsNow,
  hubCreatedAt: number,
  nameOf: (part: number) => string,
): { readonly after: number | null; readonly detail: string } | null {
  const lost = lostParts(record, now);
  const replaced = lost.find(({ holds }) => holds === 'replaced');
  if (replaced !== undefined)
    return { after: null, detail: `${nameOf(replaced.part)} is not the one that the position was written for` };
  // Marks are of one life of the hub, and a position of another says nothing of them.
  if (lost.length === 0 || record.hubCreatedAt !== hubCreatedAt) return null;
  const gone = lost.find(({ holds }) => holds === 'gone');
  if (gone !== undefined) return { after: null, detail: `the mark of the partition in ${nameOf(gone.part)} is gone` };
  const event = Math.min(...lost.map(({ holds }) => Number(holds)));
  const detail = `${nameOf(lost[0]!.part)} holds what came up to event ${event} only`;
  // Without a position reading began by time, and met nothing before the event that the mark tells of.
  return { after: record.hasPosition ? Math.min(record.sequenceNumber, event) : event, detail };
}

/** A partition of which something is missing, whether anyone has noticed it yet or not. */
export interface Missing {
  /** When it was noticed (ms); null where nobody has. */
  readonly noticedAt: number | null;
  readonly parts: readonly number[];
}

/** Holds the records of partitions against the state as it is now: those of which something is missing. */
export async function missingIn(
  shards: Shards,
  records: readonly PartitionRecord[],
): Promise<Map<PartitionRecord, Missing>> {
  const missing = new Map<PartitionRecord, Missing>();
  if (records.length === 0) return missing;
  const looks = await Promise.all(
    shards.parts.map(async ({ client, key }) => ({
      generation: await client.hget(`${key}meta`, 'generation'),
      marks: await client.hmget(`${key}marks`, ...records.map(markField)),
      notedAt: (await readLosses({ client, key })).notedAt,
    })),
  );
  for (const [i, record] of records.entries()) {
    const marks = looks.map((look) => (look.marks[i] == null ? null : Number(look.marks[i])));
    const parts = lostParts(record, { marks, generations: looks.map(({ generation }) => generation) });
    if (parts.length === 0) continue;
    const noticed = parts.flatMap(({ part }) => looks[part]!.notedAt ?? []).filter((at) => at >= record.seenAt);
    missing.set(record, {
      noticedAt: noticed.length === 0 ? null : Math.min(...noticed),
      parts: parts.map(({ part }) => part),
    });
  }
  return missing;
}
