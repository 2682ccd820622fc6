/** Suppressions as they are read and told: which a caller may know of, in which order, and what each has hidden. */
import type { Suppression } from '../../detection/suppression.ts';
import {
  type Ended,
  readEnded,
  readSuppressions,
  tenantOfSuppression,
  tenantsWithSuppressions,
} from '../noted/suppressions.ts';
import type { ShardHandle } from '../shard.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';

export type SuppressionTold = ReturnType<typeof describe>;

const ID = /^[0-9a-f]{32}$/;

/** Where a suppression is. */
interface Place {
  readonly shard: ShardHandle;
  readonly tenantId: string;
}

/** A suppression that the caller may know of, and where it is. */
export async function find(state: State, caller: Caller, id: string): Promise<Place | null> {
  if (!ID.test(id)) return null;
  for (const shard of state.shards) {
    const tenantId = await tenantOfSuppression(shard, id);
    if (tenantId !== null) return mayObserve(caller, tenantId) ? { shard, tenantId } : null;
  }
  return null;
}

/** The tenants with suppressions that the caller may know of, or the one that is named, sorted. */
export async function tenantsOf(state: State, caller: Caller, named: string | null): Promise<string[]> {
  const sets = await Promise.all(state.shards.map(tenantsWithSuppressions));
  return sets
    .flatMap((tenants) => [...tenants])
    .filter((tenantId) => mayObserve(caller, tenantId) && (named === null || tenantId === named))
    .sort();
}

/** A suppression in force, or one that has ended. */
export type Kept = Suppression & Partial<Ended>;

/** A tenant's suppressions, the newest first. */
export async function readAll(
  shard: ShardHandle,
  tenantId: string,
  which: 'inForce' | 'ended' | 'all',
): Promise<Kept[]> {
  const inForce = which === 'ended' ? [] : (await readSuppressions(shard, tenantId)).inForce;
  const ended = which === 'inForce' ? [] : await readEnded(shard, tenantId);
  // One that was ended between the two looks is told once.
  const all = new Map<string, Kept>([...inForce, ...ended].map((one) => [one.id, one]));
  return [...all.values()].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

const TIME_MAX = 10 ** 15;

/** Its place among those of its tenant, as text that sorts: the newest first. */
export const placeOf = ({ createdAt, id }: Suppression): string =>
  `${String(TIME_MAX - createdAt).padStart(15, '0')}.${id}`;

export const writeCursor = (tenantId: string, place: string): string =>
  `${place}.${Buffer.from(tenantId).toString('base64url')}`;

/** Undefined for what is no cursor. */
export function readCursor(cursor: string): { readonly tenantId: string; readonly place: string } | undefined {
  const [, place, tenant] = /^(\d{15}\.[0-9a-f]{32})\.([A-Za-z0-9_-]+)$/.exec(cursor) ?? [];
  if (place === undefined || tenant === undefined) return undefined;
  return { tenantId: Buffer.from(tenant, 'base64url').toString(), place };
}

/** As they are told, each with how many findings it has hidden. */
export async function withCounts({ client, key }: ShardHandle, own: readonly Kept[]): Promise<SuppressionTold[]> {
  if (own.length === 0) return [];
  const counts = await client.hmget(`${key}hid`, ...own.map(({ id }) => id));
  return own.map((one, i) => describe(one, Number(counts[i] ?? 0)));
}

const iso = (ms: number): string => new Date(ms).toISOString();

function describe({ id, tenantId, matcher, owner, reason, ...times }: Kept, hiddenCount: number) {
  const { expiresAt, createdAt, createdBy, endedAt, endedBy } = times;
  return {
    ...{ id, tenantId, matcher, owner, reason },
    expiresAt: iso(expiresAt),
    createdAt: iso(createdAt),
    createdBy,
    endedAt: endedAt === undefined ? null : iso(endedAt),
    endedBy: endedBy ?? null,
    hiddenCount,
  };
}

/** When each finding was first hidden (ms) and its id, the last first. */
export async function readHidden({ client, key }: ShardHandle, id: string): Promise<[number, string][]> {
  const flat = await client.zrevrange(`${key}hid:${id}`, 0, -1, 'WITHSCORES');
  return Array.from({ length: flat.length / 2 }, (_, i) => [Number(flat[2 * i + 1]), flat[2 * i]!]);
}

/** Whether a finding comes after a place in that order. */
export const isBehind = (
  [at, id]: readonly [number, string],
  [, placeAt, placeId]: readonly (string | undefined)[],
): boolean => at < Number(placeAt) || (at === Number(placeAt) && id < placeId!);
