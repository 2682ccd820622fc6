/** Findings by the ids that they have, had, or could have had. */

import { fieldOf, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import type { State } from '../state.ts';

/** What is looked at in a stored body. */
export interface Body {
  readonly id: string;
  readonly tenantId: string;
  readonly actorUpn: string;
  readonly actorIp: string;
  readonly operations: readonly string[];
  readonly status: string;
  readonly severity: string;
  readonly suppressed: unknown;
  readonly lastSeen: string;
  readonly supersededBy: string | null;
}

export interface Found {
  readonly shard: ShardHandle;
  readonly id: string;
  readonly json: string;
  readonly parsed: Body;
  readonly revision: number;
}

const SUPERSESSIONS_MAX = 1_000;

/** A stored finding by its id; or, where none has it, the one in which the operation stands that it was made from. */
export async function findBody(state: State, id: string): Promise<Found | null> {
  if (!/^[0-9a-f]{32}$/.test(id)) return null;
  for (const shard of state.shards) {
    const found = await readBody(shard, id);
    if (found !== null) return found;
  }
  for (const shard of state.shards) {
    const now = await shard.client.hget(`${shard.key}ids`, id);
    if (now === null) continue;
    const found = await readBody(shard, now);
    if (found !== null) return found;
  }
  return null;
}

async function readBody(shard: ShardHandle, id: string): Promise<Found | null> {
  const places = ['revision', 'body'].map((field) => fieldOf(`${shard.key}f:${id}`, field));
  const [revision, body] = await readValues(shard.client, places);
  if (body == null) return null;
  const json = String(body);
  return { shard, id, json, parsed: JSON.parse(json) as Body, revision: Number(revision) };
}

/** The body of a finding as it is given out: it names the finding that took it over, which may have been taken over since. */
export async function toldBody({
  shard,
  id,
  parsed,
  json,
}: Found): Promise<{ json: string; supersededBy: string | null }> {
  const survivor = await survivorOf(shard, id);
  if (survivor === id) return { json, supersededBy: null };
  const isNamed = parsed.supersededBy === survivor;
  return { json: isNamed ? json : JSON.stringify({ ...parsed, supersededBy: survivor }), supersededBy: survivor };
}

/** The finding that stands today for one that may have been taken over, again and again. */
export async function survivorOf(shard: ShardHandle, id: string): Promise<string> {
  let survivor = id;
  for (let i = 0; i < SUPERSESSIONS_MAX; i++) {
    const next = await shard.client.hget(`${shard.key}f:${survivor}`, 'supersededBy');
    if (next === null) return survivor;
    survivor = next;
  }
  return survivor;
}
