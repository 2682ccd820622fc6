/**
 * Marks within a batch. A mark says up to which event a shard has a partition's facts. A batch that takes several steps
 * raises it with each of them, by a little that is less than an event: so a shard that has lost the first step is not
 * given the second as if nothing were missing.
 */

/** A million steps stay below the next event; an event of a megabyte makes some hundred. */
const STEP = 2 ** -20;

/** The mark after one more step that does not complete a batch; `mark` is what stood before it. */
export function markWithin(mark: number): number {
  const next = mark + STEP;
  return Math.floor(next) === Math.floor(mark) ? next : mark;
}

/** The last event whose facts are all there. */
export const eventOf = (mark: number): number => Math.floor(mark);
