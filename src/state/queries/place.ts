/** Where a reader of the feed stands, and the cursors that say so. */

/** A place in the feed of one shard: behind a revision that the reader had, or at the edge of what was trimmed. */
export interface Place {
  /** The generation of the shard, shortened. */
  readonly generation: string;
  /** Of the stream; `0-0` stands before the first revision. */
  readonly id: string;
  /**
   * What tells the revision from another that came under the same id, after the first was lost: six digits of the SHA-1 of all
   * that was told, as `revisions.lua`, `feedbounds.lua` and `trimfeed.lua` make it; six zeros for none.
   */
  readonly seal: string;
}

/** A revision as it stands in the feed. */
export interface Entry {
  readonly id: string;
  readonly seal: string;
  readonly reason: string;
  readonly tenantId: string;
  /** JSON. */
  readonly finding: string;
}

export const FIRST_ID = '0-0';
export const NO_SEAL = '000000';

/** A random value is told from another by its first eight digits; cursors stay short. */
export const shortened = (generation: string): string => generation.slice(0, 8);

export function compareIds(a: string, b: string): number {
  const [aMs = '0', aSeq = '0'] = a.split('-');
  const [bMs = '0', bSeq = '0'] = b.split('-');
  return Number(aMs) - Number(bMs) || Number(aSeq) - Number(bSeq);
}

/** The places of all shards as one text. */
export const encodePlaces = (places: readonly Place[]): string =>
  places
    .map(({ generation, seal, id }) => {
      const parts = id.split('-').map((part) => Number(part).toString(36));
      return `${generation}${seal}.${parts.join('.')}`;
    })
    .join('~');

/** Null where the text is no cursor of so many shards. */
export function decodePlaces(cursor: string, shards: number): Place[] | null {
  const places = cursor
    .split('~')
    .map((part) => /^([0-9a-f]{8})([0-9a-f]{6})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})$/.exec(part));
  if (places.length !== shards || places.some((place) => place === null)) return null;
  return places.map((place) => ({
    generation: place![1]!,
    seal: place![2]!,
    id: `${Number.parseInt(place![3]!, 36)}-${Number.parseInt(place![4]!, 36)}`,
  }));
}
