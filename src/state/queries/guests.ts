/** The guest window for those who ask: who, when last, from where. */
import { compareText, type SignIn } from '../../detection/fact.ts';
import { groupBy } from '../../detection/group.ts';
import { compareSignIns } from '../../detection/guests.ts';
import { homeUpn, isOutbound } from '../../detection/identity.ts';
import { formatTicks } from '../../detection/time.ts';
import { GUEST_BUCKETS, homeToken, objectToken } from '../keys.ts';
import { pipeline } from '../redis.ts';
import type { State } from '../state.ts';
import { isHourField, readGuests, readRelated } from '../window.ts';
import { type Caller, knownTenants, mayObserve, type TenantNeeded } from './caller.ts';
import { PAGE_BYTES_MAX } from './page.ts';

export interface Guest {
  readonly tenantId: string;
  readonly upn: string;
  readonly objectId: string | null;
  readonly objectIds: string[];
  readonly homeTenantId: string | null;
  readonly outbound: boolean;
  readonly firstSignIn: string;
  readonly lastSignIn: string;
  readonly signInIp: string;
  readonly ips: string[];
  readonly signInsKept: number;
}

/** Buckets looked into in one round trip, and for one page. */
const BUCKETS_PER_READ = 256;
const BUCKETS_PER_PAGE = GUEST_BUCKETS;
const IPS_MAX = 1_000;

type Page = { readonly kind: 'page'; readonly items: readonly Guest[]; readonly nextCursor: string | null };

export function guestQueries(state: State) {
  return {
    /** In an order of the store's own, which does not move with sign-ins. */
    async list(
      caller: Caller,
      query: { limit: number; cursor: string | null; tenantId: string | null },
    ): Promise<Page | { kind: 'bad_cursor' }> {
      const place =
        query.cursor === null ? { shard: 0, bucket: 0, after: '' } : parsePlace(query.cursor, state.shards.length);
      if (place === null) return { kind: 'bad_cursor' };
      const only = query.tenantId === null ? null : state.shards.indexOf(state.shardOf(query.tenantId));
      const items: Guest[] = [];
      let looked = 0;
      let bytes = 0;
      for (
        let shard = Math.max(place.shard, only ?? 0);
        shard < state.shards.length && (only === null || shard === only);
        shard++
      ) {
        const begin = shard === place.shard ? place.bucket : 0;
        for (let bucket = begin; bucket < GUEST_BUCKETS; bucket += BUCKETS_PER_READ) {
          const tokens = await tokensIn(state, shard, bucket, Math.min(BUCKETS_PER_READ, GUEST_BUCKETS - bucket));
          for (const { bucket: own, token } of tokens) {
            if (shard === place.shard && own === place.bucket && token.toString('hex') <= place.after) continue;
            const { client, key } = state.shards[shard]!;
            const guests = guestsOf(await readGuests(client, key, [token])).filter(
              ({ tenantId }) =>
                mayObserve(caller, tenantId) && (query.tenantId === null || query.tenantId === tenantId),
            );
            items.push(...guests);
            bytes += JSON.stringify(guests).length;
            if (items.length >= query.limit || bytes >= PAGE_BYTES_MAX)
              return {
                kind: 'page',
                items: items.slice(0, query.limit),
                nextCursor: `${shard}.${own}.${token.toString('hex')}`,
              };
          }
          looked += BUCKETS_PER_READ;
          if (looked >= BUCKETS_PER_PAGE && bucket + BUCKETS_PER_READ < GUEST_BUCKETS) {
            return { kind: 'page', items, nextCursor: `${shard}.${bucket + BUCKETS_PER_READ}.` };
          }
        }
      }
      return { kind: 'page', items, nextCursor: null };
    },

    async get(
      caller: Caller,
      who: string,
      tenantId: string | null,
    ): Promise<{ kind: 'guest'; guest: Guest } | { kind: 'unknown' } | TenantNeeded> {
      const tenants = (await knownTenants(state, caller)).filter((known) => tenantId === null || known === tenantId);
      const found = await Promise.all(tenants.map((tenant) => guestIn(state, tenant, who)));
      const known = found.filter((guest) => guest !== null);
      if (known.length > 1) return { kind: 'tenant_needed', tenants: known.map((guest) => guest.tenantId) };
      return known[0] === undefined ? { kind: 'unknown' } : { kind: 'guest', guest: known[0] };
    },
  };
}

async function guestIn(state: State, tenantId: string, who: string): Promise<Guest | null> {
  const { client, key } = state.shardOf(tenantId);
  const signIns = await readRelated(client, key, [homeToken(tenantId, homeUpn(who))], [objectToken(tenantId, who)]);
  const guests = guestsOf(signIns).sort((a, b) => compareText(b.lastSignIn, a.lastSignIn));
  return (
    guests.find(({ upn }) => upn === who) ??
    guests.find(({ objectIds }) => objectIds.includes(who)) ??
    guests[0] ??
    null
  );
}

/** One guest for each UPN, or else for each object id. */
function guestsOf(signIns: readonly SignIn[]): Guest[] {
  const own = groupBy(signIns, ({ tenantId, upn, objectId }) =>
    JSON.stringify([tenantId, upn, upn === '' ? objectId : null]),
  );
  return [...own.values()].map((group) => {
    const sorted = group.sort(compareSignIns);
    const newest = sorted.at(-1)!;
    const newestWith = (key: 'objectId' | 'homeTenantId'): string | null =>
      sorted.findLast((signIn) => signIn[key] !== null)?.[key] ?? null;
    return {
      tenantId: newest.tenantId,
      upn: newest.upn,
      objectId: newestWith('objectId'),
      objectIds: [...new Set(sorted.flatMap(({ objectId }) => objectId ?? []))].sort(compareText),
      homeTenantId: newestWith('homeTenantId'),
      outbound: sorted.every(isOutbound),
      firstSignIn: formatTicks(sorted[0]!.time),
      lastSignIn: formatTicks(newest.time),
      signInIp: newest.ip,
      ips: [...new Set(sorted.map(({ ip }) => ip))].sort(compareText).slice(0, IPS_MAX),
      signInsKept: sorted.length,
    };
  });
}

async function tokensIn(
  state: State,
  shard: number,
  from: number,
  count: number,
): Promise<{ bucket: number; token: Buffer }[]> {
  const { client, key } = state.shards[shard]!;
  const buckets = Array.from({ length: count }, (_, i) => from + i);
  const fields = (await pipeline(
    client,
    buckets.map((bucket) => ['HKEYS', `${key}g:${bucket}`] as const),
  )) as Buffer[][];
  return fields.flatMap((own, i) =>
    own
      .filter((field) => !isHourField(field))
      .sort(Buffer.compare)
      .map((token) => ({ bucket: from + i, token })),
  );
}

function parsePlace(cursor: string, shards: number): { shard: number; bucket: number; after: string } | null {
  const match = /^(\d{1,4})\.(\d{1,5})\.((?:[0-9a-f]{24})?)$/.exec(cursor);
  if (match === null) return null;
  const place = { shard: Number(match[1]), bucket: Number(match[2]), after: match[3]! };
  return place.shard < shards && place.bucket < GUEST_BUCKETS ? place : null;
}
