/** Dead letters for those who ask, newest first, and for those who have them tried again. */
import { listLetters, readLetters } from '../deadLetters.ts';
import { type KeptLetter, type Letter, tellable } from '../letter.ts';
import type { State } from '../state.ts';
import type { Caller } from './caller.ts';

/** A page ends early once its letters are so large together. */
const PAGE_BYTES_MAX = 512 * 1024;
const LETTERS_PER_READ = 8;
/** Letters looked at for one page. */
const LOOKED_AT_MAX = 2_000;

interface PageOf<Item> {
  readonly kind: 'page';
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
type Page = PageOf<Letter>;
type KeptPage = PageOf<KeptLetter>;
type BadCursor = { readonly kind: 'bad_cursor' };

interface Filters {
  readonly reason: string | null;
  readonly tenantId: string | null;
}

interface Selected {
  readonly kind: 'selected';
  readonly letters: readonly KeptLetter[];
  readonly unknown: readonly string[];
  readonly nextCursor: string | null;
}

export function deadLetterQueries(state: State) {
  return {
    async list(caller: Caller, query: Filters & { limit: number; cursor: string | null }): Promise<Page | BadCursor> {
      const page = await letterPage(state, caller, query);
      return page.kind === 'page' ? { ...page, items: page.items.map(tellable) } : page;
    },

    /** The letters to try again: of these ids, or page by page; `unknown` are ids of which no such letter is kept. */
    async select(
      caller: Caller,
      query: Filters & { ids: readonly string[] | null; limit: number; cursor: string | null },
    ): Promise<Selected | BadCursor> {
      const { ids } = query;
      if (ids === null) {
        const page = await letterPage(state, caller, query);
        if (page.kind === 'bad_cursor') return page;
        return { kind: 'selected', letters: page.items, unknown: [], nextCursor: page.nextCursor };
      }
      const wanted = [...new Set(ids)];
      const found = (await readLetters(state.letters, wanted)).map((letter) =>
        letter !== null && mayRead(caller, query, letter) ? letter : null,
      );
      return {
        kind: 'selected',
        letters: found.filter((letter) => letter !== null),
        unknown: wanted.filter((_, i) => found[i] === null),
        nextCursor: null,
      };
    },
  };
}

async function letterPage(
  state: State,
  caller: Caller,
  query: Filters & { limit: number; cursor: string | null },
): Promise<KeptPage | BadCursor> {
  let after = query.cursor === null ? null : placeIn(query.cursor);
  if (query.cursor !== null && after === null) return { kind: 'bad_cursor' };
  const items: KeptLetter[] = [];
  let bytes = 0;
  for (let looked = 0; looked < LOOKED_AT_MAX; looked += LETTERS_PER_READ) {
    const page = await listLetters(state.letters, after, LETTERS_PER_READ);
    for (const { letter, place } of page.letters) {
      after = place;
      if (!mayRead(caller, query, letter)) continue;
      items.push(letter);
      bytes += letter.content.length;
      if (items.length === query.limit || bytes >= PAGE_BYTES_MAX)
        return { kind: 'page', items, nextCursor: cursorOf(after) };
    }
    if (page.isLast) return { kind: 'page', items, nextCursor: null };
    after = page.after;
  }
  return { kind: 'page', items, nextCursor: after === null ? null : cursorOf(after) };
}

function mayRead({ tenants }: Caller, { reason, tenantId }: Filters, letter: Letter): boolean {
  return (
    (tenants === 'all' || (letter.tenantId !== null && tenants.includes(letter.tenantId))) &&
    (reason === null || reason === letter.reason) &&
    (tenantId === null || tenantId === letter.tenantId)
  );
}

const cursorOf = (place: string): string => Buffer.from(place, 'utf8').toString('base64url');

function placeIn(cursor: string): string | null {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^\d{4}-\d\d-\d\dT[^|]*\|[0-9a-f]{32}$/.test(place) ? place : null;
}
