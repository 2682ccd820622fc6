/** Suppressions for those who expect something: made, ended, listed, with what each has hidden. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Matcher, matcherFaults, type Suppression, tidied } from '../../detection/suppression.ts';
import { endSuppression, makeSuppression, SUPPRESSIONS_MAX } from '../noted/suppressions.ts';
import { fieldOf, readValues } from '../redis/values.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve, type TenantNeeded, tenantOf } from './caller.ts';
import { PAGE_BYTES_MAX } from './page.ts';
import { survivorOf } from './stored.ts';
import {
  find,
  isBehind,
  placeOf,
  readAll,
  readCursor,
  readHidden,
  type SuppressionTold,
  tenantsOf,
  withCounts,
  writeCursor,
} from './suppressionReads.ts';

/** The longest that something is expected for without being asked again. */
const TERM_MAX_MS = 366 * 86_400_000;
/** Whoever makes or ends a suppression waits this long for what it hides to be decided; what takes longer goes on by itself. */
const DECIDING_WAIT_MS = 2_000;

export interface NewSuppression {
  /** Lower case; null where it may be inferred. */
  readonly tenantId: string | null;
  readonly matcher: Matcher;
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

export interface Fault {
  /** The member at fault, its place with dots. */
  readonly name: string;
  readonly detail: string;
}

export interface SuppressionsQuery {
  readonly limit: number;
  readonly cursor: string | null;
  readonly tenantId: string | null;
  readonly state: 'inForce' | 'ended' | 'all';
}

type Unknown = { readonly kind: 'unknown' };
type BadCursor = { readonly kind: 'bad_cursor' };
type Page<T> = { readonly kind: 'page'; readonly items: readonly T[]; readonly nextCursor: string | null };
export function suppressionQueries(state: State) {
  const decide = async (tenantId: string): Promise<void> => {
    const ending = new AbortController();
    const deciding = state
      .redecide(tenantId)
      .catch(state.options.events.onError)
      .finally(() => ending.abort());
    await Promise.race([
      deciding,
      setTimeout(DECIDING_WAIT_MS, undefined, { signal: ending.signal, ref: false }),
    ]).catch(
      () => {}, // Aborted: it is done.
    );
  };

  return {
    async list(caller: Caller, query: SuppressionsQuery): Promise<Page<SuppressionTold> | BadCursor> {
      const place = query.cursor === null ? null : readCursor(query.cursor);
      if (place === undefined) return { kind: 'bad_cursor' };
      const tenants = await tenantsOf(state, caller, query.tenantId);
      const items: SuppressionTold[] = [];
      for (const tenantId of tenants) {
        if (place !== null && tenantId < place.tenantId) continue;
        const shard = state.shardOf(tenantId);
        const own = await readAll(shard, tenantId, query.state);
        const left = place?.tenantId === tenantId ? own.filter((one) => placeOf(one) > place.place) : own;
        const page = left.slice(0, query.limit - items.length);
        items.push(...(await withCounts(shard, page)));
        if (items.length === query.limit)
          return { kind: 'page', items, nextCursor: writeCursor(tenantId, placeOf(page.at(-1)!)) };
      }
      return { kind: 'page', items, nextCursor: null };
    },

    async get(
      caller: Caller,
      id: string,
    ): Promise<{ readonly kind: 'suppression'; readonly suppression: SuppressionTold } | Unknown> {
      const found = await find(state, caller, id);
      if (found === null) return { kind: 'unknown' };
      const all = await readAll(found.shard, found.tenantId, 'all');
      const [suppression] = await withCounts(
        found.shard,
        all.filter((one) => one.id === id),
      );
      return suppression === undefined ? { kind: 'unknown' } : { kind: 'suppression', suppression };
    },

    async make(
      caller: Caller & { readonly name: string },
      asked: NewSuppression,
    ): Promise<
      | { readonly kind: 'made'; readonly suppression: SuppressionTold }
      | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }
      | { readonly kind: 'too_many'; readonly most: number }
      | TenantNeeded
    > {
      const { now, rule } = state.options;
      const tenantId = await tenantOf(state, caller, asked.tenantId);
      if (typeof tenantId !== 'string') return tenantId;
      const at = now();
      const faults = [
        ...(mayObserve(caller, tenantId)
          ? []
          : [{ name: 'tenantId', detail: 'is none of the tenants of this caller' }]),
        ...matcherFaults(asked.matcher, rule).map(({ name, detail }) => ({
          name: name === null ? 'matcher' : `matcher.${name}`,
          detail,
        })),
        ...termFaults(asked.expiresAt, at),
      ];
      if (faults.length > 0) return { kind: 'faulty', faults };
      const { owner, reason, expiresAt } = asked;
      const suppression: Suppression = {
        id: randomUUID().replaceAll('-', ''),
        ...{ tenantId, matcher: tidied(asked.matcher), owner, reason, expiresAt },
        ...{ createdAt: at, createdBy: caller.name },
      };
      const shard = state.shardOf(tenantId);
      const { kind } = await state.onKnown(shard, () => makeSuppression(shard, suppression, at));
      if (kind === 'full') return { kind: 'too_many', most: SUPPRESSIONS_MAX };
      await decide(tenantId);
      const [told] = await withCounts(shard, [suppression]);
      return { kind: 'made', suppression: told! };
    },

    async end(caller: Caller & { readonly name: string }, id: string): Promise<{ readonly kind: 'ended' } | Unknown> {
      const found = await find(state, caller, id);
      if (found === null) return { kind: 'unknown' };
      const { shard, tenantId } = found;
      const times = { now: state.options.now(), keptMs: state.options.findingRetentionMs };
      const { kind } = await state.onKnown(shard, () => endSuppression(shard, { tenantId, id }, caller.name, times));
      if (kind === 'unknown') return { kind };
      await decide(tenantId);
      return { kind: 'ended' };
    },

    /** Findings that a suppression hides or has hidden, as they are now: the last that it began to hide first. */
    async findings(
      caller: Caller,
      id: string,
      query: { readonly limit: number; readonly cursor: string | null },
    ): Promise<Page<string> | Unknown | BadCursor> {
      const place = /^(\d{1,15})\.([0-9a-f]{32})$/.exec(query.cursor ?? '');
      if (query.cursor !== null && place === null) return { kind: 'bad_cursor' };
      const found = await find(state, caller, id);
      if (found === null) return { kind: 'unknown' };
      const { client, key } = found.shard;
      const hidden = await readHidden(found.shard, id);
      const left = place === null ? hidden : hidden.filter(([at, one]) => isBehind([at, one], place));
      const page = left.slice(0, query.limit);
      const survivors: string[] = [];
      for (const [, one] of page) survivors.push(await survivorOf(found.shard, one));
      const places = survivors.map((one) => fieldOf(`${key}f:${one}`, 'body'));
      const bodies = await readValues(client, places, PAGE_BYTES_MAX);
      const last = page[bodies.length - 1];
      // Those that were merged are told as one; one that is older than findings are kept has gone.
      const items = new Set(bodies.flatMap((body) => (body === null ? [] : [String(body)])));
      const isLast = last === undefined || bodies.length >= left.length;
      return { kind: 'page', items: [...items], nextCursor: isLast ? null : `${last[0]}.${last[1]}` };
    },
  };
}

function termFaults(expiresAt: number, now: number): Fault[] {
  if (expiresAt <= now) return [{ name: 'expiresAt', detail: 'must be in the future' }];
  return expiresAt - now > TERM_MAX_MS ? [{ name: 'expiresAt', detail: 'must be within a year from now' }] : [];
}
