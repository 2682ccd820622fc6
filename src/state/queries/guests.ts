/** The guest window for those who ask: who, when last, from where. */
import { digest } from '../../detection/digest.ts';
import { compareText, type SignIn } from '../../detection/fact.ts';
import { groupBy } from '../../detection/group.ts';
import { compareSignIns } from '../../detection/guests.ts';
import { homeUpn, isOutbound } from '../../detection/identity.ts';
import { formatTicks } from '../../detection/time.ts';
import { guestToken, pages, readGuests, readRelated } from '../facts/window.ts';
import { bucketOf, GUEST_BUCKETS, homeToken, objectToken, type Token } from '../keys.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import type { State } from '../state.ts';
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

const tokensScript = loadScript('guests', { isGuarded: false });

/** Buckets looked into in one call: Redis serves nobody else for that long, some milliseconds where all are empty. */
const BUCKETS_PER_CALL = 2_048;
/** Tokens that are enough for one call; a bucket is told whole. */
const TOKENS_PER_CALL = 1_000;
/** Tokens whose sign-ins are read at once. */
const TOKENS_PER_READ = 16;
/** And for one page, where most are of tenants that were not asked for. */
const TOKENS_PER_PAGE = 10_000;
const IPS_MAX = 1_000;

type Page = { readonly kind: 'page'; readonly items: readonly Guest[]; readonly nextCursor: string | null };

export function guestQueries(state: State) {
  return {
    /** In an order of the store's own, which does not move with sign-ins. */
    async list(
      caller: Caller,
      query: { limit: number; cursor: string | null; tenantId: string | null },
    ): Promise<Page | { kind: 'bad_cursor' }> {
      const only = query.tenantId === null ? null : state.shards.indexOf(state.shardOf(query.tenantId));
      const begin = query.cursor === null ? startOf(only ?? 0) : parsePlace(query.cursor, state.shards.length);
      if (begin === null) return { kind: 'bad_cursor' };
      const isAsked = ({ tenantId }: Guest): boolean =>
        mayObserve(caller, tenantId) && (query.tenantId === null || query.tenantId === tenantId);
      const items: Guest[] = [];
      const page = (end: Place | null): Page => ({
        kind: 'page',
        items,
        nextCursor: end === null ? null : placeText(end),
      });
      let looked = 0;
      let bytes = 0;
      for (let place: Place | null = begin; place !== null; ) {
        const { tokens, next } = await tokensFrom(state, place);
        for (const group of pages(tokens, Math.min(TOKENS_PER_READ, query.limit))) {
          for (const { token, mark, guest } of await guestsUnder(state, place.shard, group)) {
            const here = { ...place, bucket: bucketOf(Buffer.from(token, 'hex')), token, mark };
            if (!isBehind(here, place) || !isAsked(guest)) continue;
            items.push(guest);
            bytes += JSON.stringify(guest).length;
            if (items.length >= query.limit || bytes >= PAGE_BYTES_MAX) return page(here);
          }
          looked += group.length;
          const last = group.at(-1)!;
          if (looked >= TOKENS_PER_PAGE)
            return page({ ...place, bucket: bucketOf(last), token: last.toString('hex'), mark: LAST_MARK });
        }
        const isLast: boolean = next === null && (only !== null || place.shard + 1 === state.shards.length);
        place = isLast ? null : next === null ? startOf(place.shard + 1) : { ...startOf(place.shard), bucket: next };
      }
      return page(null);
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

/**
 * Where a page ended: behind a guest, of whom several may have one token; or before a bucket, where there is no token. Within a
 * bucket guests stand by token, under a token by their marks, which sign-ins do not move.
 */
interface Place {
  readonly shard: number;
  readonly bucket: number;
  /** In hexadecimal; empty before the first. */
  readonly token: string;
  readonly mark: string;
}

const MARK_LENGTH = 16;
const LAST_MARK = 'f'.repeat(MARK_LENGTH);

const startOf = (shard: number): Place => ({ shard, bucket: 0, token: '', mark: '' });

const isBehind = (one: Place, place: Place): boolean =>
  one.bucket > place.bucket || one.token > place.token || (one.token === place.token && one.mark > place.mark);

const placeText = ({ shard, bucket, token, mark }: Place): string =>
  token === '' ? `${shard}.${bucket}` : `${shard}.${bucket}.${token}.${mark}`;

function parsePlace(cursor: string, shards: number): Place | null {
  const match = /^(\d{1,4})\.(\d{1,5})(?:\.([0-9a-f]{24})\.([0-9a-f]{16}))?$/.exec(cursor);
  if (match === null) return null;
  const place = { shard: Number(match[1]), bucket: Number(match[2]), token: match[3] ?? '', mark: match[4] ?? '' };
  return place.shard < shards && place.bucket < GUEST_BUCKETS ? place : null;
}

/** Tokens from a place on, in order, its own included; `next` is the bucket to go on with, null at the shard's end. */
async function tokensFrom(
  state: State,
  { shard, bucket, token }: Place,
): Promise<{ tokens: readonly Token[]; next: number | null }> {
  const { client, key } = state.shards[shard]!;
  const last = Math.min(bucket + BUCKETS_PER_CALL, GUEST_BUCKETS);
  const [next, ...found] = (await runScript(client, tokensScript, key, [bucket, last, TOKENS_PER_CALL])) as [
    number,
    ...Buffer[],
  ];
  const own = Buffer.from(token, 'hex');
  const tokens = found
    .filter((one) => bucketOf(one) > bucket || Buffer.compare(one, own) >= 0)
    .sort((a, b) => bucketOf(a) - bucketOf(b) || Buffer.compare(a, b));
  return { tokens, next: next < GUEST_BUCKETS ? next : null };
}

/** The guests under some tokens, in the order of these, and of their marks under each. */
async function guestsUnder(state: State, shard: number, tokens: readonly Token[]) {
  const { client, key } = state.shards[shard]!;
  const read = guestsOf(await readGuests(client, key, tokens)).map((guest) => ({
    token: guestToken(guest).toString('hex'),
    mark: digest([guest.upn, guest.upn === '' ? (guest.objectId ?? '') : '']).slice(0, MARK_LENGTH),
    guest,
  }));
  const byToken = groupBy(read, ({ token }) => token);
  return tokens.flatMap((token) =>
    (byToken.get(token.toString('hex')) ?? []).sort((a, b) => compareText(a.mark, b.mark)),
  );
}
