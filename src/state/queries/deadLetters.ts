/** Dead letters for those who ask, newest first. */
import { type Letter, listLetters } from '../deadLetters.ts';
import type { State } from '../state.ts';
import type { Caller } from './caller.ts';

/** A page ends early once its letters are so large together. */
const PAGE_BYTES_MAX = 512 * 1024;
const LETTERS_PER_READ = 8;
/** Letters looked at for one page. */
const LOOKED_AT_MAX = 2_000;

type Page = { readonly kind: 'page'; readonly items: readonly Letter[]; readonly nextCursor: string | null };

export function deadLetterQueries(state: State) {
  return {
    async list(
      caller: Caller,
      query: { limit: number; cursor: string | null; reason: string | null; tenantId: string | null },
    ): Promise<Page | { kind: 'bad_cursor' }> {
      let after = query.cursor === null ? null : placeIn(query.cursor);
      if (query.cursor !== null && after === null) return { kind: 'bad_cursor' };
      const mayRead = ({ tenantId, reason }: Letter): boolean =>
        (caller.tenants === 'all' || (tenantId !== null && caller.tenants.includes(tenantId))) &&
        (query.reason === null || query.reason === reason) &&
        (query.tenantId === null || query.tenantId === tenantId);
      const items: Letter[] = [];
      let bytes = 0;
      for (let looked = 0; looked < LOOKED_AT_MAX; looked += LETTERS_PER_READ) {
        const page = await listLetters(state.client, state.keys, after, LETTERS_PER_READ);
        for (const { letter, place } of page) {
          after = place;
          if (!mayRead(letter)) continue;
          items.push(letter);
          bytes += letter.content.length;
          if (items.length === query.limit || bytes >= PAGE_BYTES_MAX)
            return { kind: 'page', items, nextCursor: cursorOf(after) };
        }
        if (page.length < LETTERS_PER_READ) return { kind: 'page', items, nextCursor: null };
      }
      return { kind: 'page', items, nextCursor: after === null ? null : cursorOf(after) };
    },
  };
}

const cursorOf = (place: string): string => Buffer.from(place, 'utf8').toString('base64url');

function placeIn(cursor: string): string | null {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^\d{4}-\d\d-\d\dT[^|]*\|[0-9a-f]{32}$/.test(place) ? place : null;
}
