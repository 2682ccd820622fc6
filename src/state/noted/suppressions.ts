/**
 * Suppressions as they lie in Redis.
 *
 * Those of a tenant have a version, which moves with each that comes or goes. Whoever decides by them whether a finding is
 * hidden says by which version, and is refused by another: so nothing that is made while they move is decided by those of before.
 */
import type { Suppression } from '../../detection/suppression.ts';
import { freshVersion } from '../redis/cells.ts';
import type { Client } from '../redis/client.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { readHash, readSet } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';

/** Suppressions in force of one tenant: enough for what can be expected one by one, few enough to be held against every finding. */
export const SUPPRESSIONS_MAX = 100;
/** Suppressions that have ended and are still told of, of one tenant. */
const ENDED_MAX = 400;
/** Suppressions that end or go in one round. */
const DUE_PER_ROUND_MAX = 500;
/** Tenants whose suppressions are remembered between two folds. */
const REMEMBERED_MAX = 1_000;

const makeScript = loadScript('suppress');
const endScript = loadScript('endsuppression');
const dropScript = loadScript('dropsuppression');

export interface SuppressionsRead {
  /** Empty where there are none. */
  readonly version: string;
  readonly inForce: readonly Suppression[];
}

/** A suppression that hides nothing any more: when (ms since the Unix epoch), and who ended it; null where its time was past. */
export interface Ended extends Suppression {
  readonly endedAt: number;
  readonly endedBy: string | null;
}

const VERSION = 'version';
const remembered = new WeakMap<Client, Map<string, SuppressionsRead>>();

/** The suppressions of a tenant that have not been ended. */
export async function readSuppressions({ client, key }: ShardHandle, tenantId: string): Promise<SuppressionsRead> {
  const own = `${key}sup:${tenantId}`;
  const known = remembered.get(client) ?? new Map<string, SuppressionsRead>();
  remembered.set(client, known);
  for (;;) {
    const version = (await client.hget(own, VERSION)) ?? '';
    if (version === '') return { version, inForce: [] };
    const last = known.get(own);
    if (last?.version === version) return last;
    const fields = await readHash(client, own);
    // They may have moved while they were read, part by part.
    if (String(fields.get(VERSION)) !== version || (await client.hget(own, VERSION)) !== version) continue;
    fields.delete(VERSION);
    const read = { version, inForce: [...fields.values()].map(unpack<Suppression>) };
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(own, read);
    return read;
  }
}

/** Those of a tenant that have ended and are still told of. */
export async function readEnded({ client, key }: ShardHandle, tenantId: string): Promise<Ended[]> {
  return [...(await readHash(client, `${key}supended:${tenantId}`)).values()].map(unpack<Ended>);
}

const unpack = <T>(json: Buffer): T => JSON.parse(String(json)) as T;

/** The tenant that a suppression is of, in force or ended; null where there is no such. */
export const tenantOfSuppression = ({ client, key }: ShardHandle, id: string): Promise<string | null> =>
  client.hget(`${key}sup`, id);

export const tenantsWithSuppressions = ({ client, key }: ShardHandle): Promise<Set<string>> =>
  readSet(client, `${key}suptenants`);

export type Lost = { readonly kind: 'lost' };

/** Puts a suppression in force, from `now` (ms) on. */
export async function makeSuppression(
  shard: ShardHandle,
  suppression: Suppression,
  now: number,
): Promise<{ readonly kind: 'made' | 'full' } | Lost> {
  const { id, tenantId, expiresAt } = suppression;
  const json = JSON.stringify(suppression);
  const args = [shard.generation, tenantId, id, json, expiresAt, SUPPRESSIONS_MAX, freshVersion(), now];
  const [outcome] = (await runScript(shard.client, makeScript, shard.key, args)) as Buffer[];
  return { kind: String(outcome) as 'made' | 'full' | 'lost' };
}

/** Ends a suppression at `now` (ms); what it was is told of for `keptMs` more. */
export async function endSuppression(
  shard: ShardHandle,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
  by: string | null,
  { now, keptMs }: { readonly now: number; readonly keptMs: number },
): Promise<{ readonly kind: 'ended' | 'unknown' } | Lost> {
  const { client, key, generation } = shard;
  const stored = await client.hget(`${key}sup:${tenantId}`, id);
  if (stored === null) return { kind: 'unknown' };
  const ended: Ended = { ...(JSON.parse(stored) as Suppression), endedAt: now, endedBy: by };
  const args = [generation, tenantId, id, JSON.stringify(ended), now + keptMs, ENDED_MAX, freshVersion(), now];
  const [outcome, gaveWay] = (await runScript(client, endScript, key, args)) as Buffer[];
  if (String(outcome) === 'ended' && String(gaveWay) !== '') await dropSuppression(shard, tenantId, String(gaveWay));
  return { kind: String(outcome) as 'ended' | 'unknown' | 'lost' };
}

/** Lets go of what is kept of a suppression that has ended. */
export async function dropSuppression(
  { client, key, generation }: ShardHandle,
  tenantId: string,
  id: string,
): Promise<void> {
  await runScript(client, dropScript, key, [generation, tenantId, id]);
}

/** Ends the suppressions whose time is past, and lets go of those that ended long ago. */
export async function sweepSuppressions(shard: ShardHandle, now: number, keptMs: number): Promise<void> {
  const { client, key } = shard;
  const due = await client.zrangebyscore(`${key}supdue`, '-inf', now, 'LIMIT', 0, DUE_PER_ROUND_MAX);
  for (const id of due) {
    const tenantId = await tenantOfSuppression(shard, id);
    if (tenantId !== null && (await client.hexists(`${key}sup:${tenantId}`, id)) === 1)
      await endSuppression(shard, { tenantId, id }, null, { now, keptMs });
    else await dropSuppression(shard, tenantId ?? '', id);
  }
}
