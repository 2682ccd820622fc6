/** What must hold of what a reader of the feed was told: each revision once, in order, none left out. */
import type { FindingAnswer } from '../../e2e/asking.ts';
import type { Generation, Reader } from './reader.ts';

export interface FeedTruth {
  /** All findings at the end (`view=any`, `suppressed=include`), listed before the reader read to its end. */
  readonly listed: readonly Pick<FindingAnswer, 'id' | 'revision'>[];
  /** From when on (ms since the Unix epoch) state may have been lost, and readers may be sent back; null where none was lost. */
  readonly lossFrom: number | null;
}

/** The first violation in words, null where there is none. */
export function feedViolation(
  reader: Pick<Reader, 'name' | 'generations' | 'oddities'>,
  truth: FeedTruth,
): string | null {
  const { name, generations, oddities } = reader;
  const found =
    oddities[0] ??
    sentBack(generations, truth.lossFrom) ??
    first(generations, (generation, i) => outOfOrder(generation, `generation ${i}`)) ??
    leftOut(generations, truth.listed);
  return found === null ? null : `${name}: ${found}`;
}

function first<T>(list: readonly T[], of: (one: T, index: number) => string | null): string | null {
  for (const [index, one] of list.entries()) {
    const found = of(one, index);
    if (found !== null) return found;
  }
  return null;
}

function sentBack(generations: readonly Generation[], lossFrom: number | null): string | null {
  return first(generations.slice(1), ({ at, why }) => {
    if (lossFrom !== null && at >= lossFrom) return null;
    return `it was sent back at ${iso(at)} though no state had been lost: ${why}`;
  });
}

/** Revisions that were neither listed nor told before begin with the first; each is followed by the next and by no other. */
function outOfOrder({ listed, told }: Generation, where: string): string | null {
  const last = new Map<string, number>();
  // What was merged away between `now` and the list stands in no list, whatever its revision.
  const merged = new Set(listed === null ? [] : told.filter(({ isSuperseded }) => isSuperseded).map(({ id }) => id));
  return first(told, ({ id, revision, reason, cursor, url, at }) => {
    const before = last.get(id);
    const known = listed?.get(id) ?? 0;
    last.set(id, revision);
    // What was published between `now` and the list stands in the list already, and is told after it all the same.
    const isFirst = (revision >= 1 && revision <= known + 1) || (known === 0 && merged.has(id));
    const isNext = before === undefined ? isFirst : revision === before + 1;
    if (isNext) return null;
    const after = before === undefined ? (known === 0 ? 'none before' : `${known} in the list`) : `${before}`;
    return `${where}: revision ${revision} (${reason}) of ${id} came after ${after}, at ${iso(at)} from ${url}, cursor ${cursor}`;
  });
}

function leftOut(generations: readonly Generation[], listed: FeedTruth['listed']): string | null {
  const generation = generations.at(-1);
  if (generation === undefined) return 'it never got an answer';
  const known = new Map(generation.listed ?? []);
  for (const { id, revision } of generation.told) known.set(id, Math.max(revision, known.get(id) ?? 0));
  return first(listed, ({ id, revision }) => {
    const last = known.get(id);
    if (last !== undefined && last >= revision) return null;
    return `it was never told of revision ${revision} of ${id}: ${last === undefined ? 'it does not know it' : `the last it knows is ${last}`} (generation ${generations.length - 1}, ${generation.why})`;
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();
