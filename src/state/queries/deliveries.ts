/** Targets and deliveries for those who ask, whichever process sends them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Deliveries, type KeptDelivery, STATUSES, type Status } from '../deliveries.ts';
import { type Caller, mayObserve } from './caller.ts';

/** Deliveries looked at for one page, those of other tenants among them. */
const LOOKED_AT_MAX = 2_000;
const DELIVERIES_PER_READ = 100;
/** How long a test is waited for: longer than a try may take, and less than a call. */
const TEST_MS_MAX = 18_000;
const TEST_LOOK_MS = 50;

const isoOf = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoOf(ms));

type BadCursor = { readonly kind: 'bad_cursor' };
type Unknown = { readonly kind: 'unknown' };

interface Page<Item> {
  readonly kind: 'page';
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** What the file says of a target, as it is written down for all. */
interface About {
  readonly kind: 'webhook' | 'eventHub';
  readonly url: string;
  readonly format: 'cloudevents' | 'ocsf';
  readonly tenants: 'all' | readonly string[];
  readonly view: 'any' | 'resolved' | 'strict';
  readonly severity: 'informational' | 'low' | 'medium' | 'high';
  readonly isEnabled: boolean;
  readonly allowPrivate: boolean;
}

export function deliveryQueries(deliveries: Deliveries, now: () => number) {
  const webhook = async (caller: Caller, name: string) => {
    const target = await deliveries.state(name);
    if (target === null) return [];
    const { isEnabled, tenants, ...about } = JSON.parse(target.about) as About;
    if (!mayKnow(caller, tenants)) return [];
    return [{ name, ...about, tenants: tenants === 'all' ? null : tenants, ...standing(target, isEnabled, now()) }];
  };

  return {
    webhooks: {
      async list(caller: Caller, { limit, cursor }: { limit: number; cursor: string | null }) {
        const after = cursor === null ? '' : decoded(cursor);
        const names = (await deliveries.names()).filter((name) => name > after);
        const page = names.slice(0, limit);
        const items = (await Promise.all(page.map((name) => webhook(caller, name)))).flat();
        return { kind: 'page' as const, items, nextCursor: names.length > limit ? encoded(page.at(-1)!) : null };
      },

      /** Asked of whoever sends, who alone has the secrets; the answer is the delivery as it stands after the try. */
      async test(caller: Caller, name: string) {
        if ((await webhook(caller, name)).length === 0) return { kind: 'unknown' } satisfies Unknown;
        const id = randomUUID().replaceAll('-', '');
        const asked = await deliveries.askTest(name, id, now());
        if (asked === 'unknown' || asked === 'busy') return { kind: asked } satisfies Unknown | { kind: 'busy' };
        const end = performance.now() + TEST_MS_MAX;
        for (;;) {
          const kept = await deliveries.get(id);
          if (kept === null) return { kind: 'unknown' as const };
          if (kept.status !== 'waiting' || performance.now() > end)
            return { kind: 'tested' as const, delivery: told(kept) };
          await delay(TEST_LOOK_MS);
        }
      },
    },

    deliveries: {
      async list(
        caller: Caller,
        query: { webhook: string | null; status: Status | null; limit: number; cursor: string | null },
      ): Promise<Page<ReturnType<typeof told>> | BadCursor> {
        let after = query.cursor === null ? null : placeIn(query.cursor);
        if (query.cursor !== null && after === null) return { kind: 'bad_cursor' };
        const names = query.webhook === null ? await deliveries.names() : [query.webhook];
        const statuses = query.status === null ? STATUSES : [query.status];
        const items: ReturnType<typeof told>[] = [];
        for (let looked = 0; looked < LOOKED_AT_MAX; looked += DELIVERIES_PER_READ) {
          const places = await newest(deliveries, names, statuses, after);
          for (const kept of await deliveries.read(places.map((place) => place.slice(place.indexOf('|') + 1)))) {
            // It may have given way since its place was read.
            if (kept === null) continue;
            after = kept.place;
            if (!mayRead(caller, kept)) continue;
            items.push(told(kept));
            if (items.length === query.limit) return { kind: 'page', items, nextCursor: encoded(after) };
          }
          if (places.length < DELIVERIES_PER_READ) return { kind: 'page', items, nextCursor: null };
          after = places.at(-1)!;
        }
        return { kind: 'page', items, nextCursor: after === null ? null : encoded(after) };
      },

      async retry(caller: Caller, id: string) {
        const kept = await deliveries.get(id);
        if (kept === null || !mayRead(caller, kept)) return { kind: 'unknown' } satisfies Unknown;
        const outcome = await deliveries.resend(id, now());
        if (outcome !== 'queued') return { kind: outcome };
        const queued = await deliveries.get(id);
        return queued === null ? { kind: 'unknown' as const } : { kind: 'queued' as const, delivery: told(queued) };
      },
    },
  };
}

type TargetState = NonNullable<Awaited<ReturnType<Deliveries['state']>>>;

function standing(target: TargetState, isEnabled: boolean, now: number) {
  const { disabledAt, pausedUntil } = target;
  const isPaused = pausedUntil !== null && pausedUntil > now;
  return {
    state: !isEnabled
      ? ('off' as const)
      : disabledAt !== null
        ? ('disabled' as const)
        : isPaused
          ? ('paused' as const)
          : ('enabled' as const),
    detail: !isEnabled
      ? 'The file says enabled: false.'
      : disabledAt !== null
        ? `It answered 410 at ${isoOf(disabledAt)}; a test, or a delivery sent again, that it takes enables it, and so does another URL.`
        : isPaused
          ? `It asked to be left alone until ${isoOf(pausedUntil)}.`
          : null,
    waiting: target.waiting,
    waitingBytes: target.waitingBytes,
    oldestWaitingAt: isoOrNull(target.oldestWaitingAt),
    fullSince: isoOrNull(target.fullSince),
    takenUntil: isoOf(target.takenUntil),
    lastSuccessAt: isoOrNull(target.lastSuccessAt),
    lastFailureAt: isoOrNull(target.lastFailureAt),
    dropped: target.dropped,
    seenAt: isoOf(target.seenAt),
  };
}

/** Without its body, which is the finding's. */
function told({ target, findingId, tenantId, due, place: _, attempts, ...kept }: KeptDelivery) {
  return {
    ...kept,
    webhook: target,
    findingId: findingId === '' ? null : findingId,
    tenantId: tenantId === '' ? null : tenantId,
    nextAttemptAt: kept.status === 'waiting' ? isoOf(due) : null,
    attempts: attempts.map((attempt) => ({ ...attempt })),
  };
}

/** What a webhook is told of tenants that a caller may not see, be it only how much, is not for the caller. */
const mayKnow = (caller: Caller, tenants: About['tenants']): boolean =>
  caller.tenants === 'all' || (tenants !== 'all' && tenants.every((tenant) => mayObserve(caller, tenant)));

/** A test is of no tenant, and for callers of all. */
const mayRead = (caller: Caller, { tenantId }: KeptDelivery): boolean =>
  caller.tenants === 'all' || (tenantId !== '' && mayObserve(caller, tenantId));

/** The next places of several lists as of one, newest first. */
async function newest(
  deliveries: Deliveries,
  names: readonly string[],
  statuses: readonly Status[],
  after: string | null,
): Promise<string[]> {
  const sets = names.flatMap((name) => statuses.map((status) => [name, status] as const));
  const found = await Promise.all(
    sets.map(([name, status]) => deliveries.places(name, status, after, DELIVERIES_PER_READ)),
  );
  return found
    .flat()
    .sort((a, b) => (a < b ? 1 : -1))
    .slice(0, DELIVERIES_PER_READ);
}

const encoded = (place: string): string => Buffer.from(place, 'utf8').toString('base64url');
const decoded = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');

function placeIn(cursor: string): string | null {
  const place = decoded(cursor);
  return /^\d{4}-\d\d-\d\dT[^|]*\|[0-9a-f]{32}$/.test(place) ? place : null;
}
