/** Opening the state: is this Redis fit to keep it, and is what lies in it ours? */
import { randomUUID } from 'node:crypto';
import { ITEMS_PER_END_MAX } from '../detection/finding.ts';
import type { Keys } from './keys.ts';
import type { Client } from './redis/client.ts';
import { StateRefused } from './redis/errors.ts';
import { loadScript, runScript } from './redis/scripts.ts';

/** The form of everything in Redis. A change to it that this program could not read is a new number. */
export const SCHEMA_VERSION = '2';
const REDIS_VERSION_MIN = 7;

export interface OpenOptions {
  readonly keys: Keys;
  readonly shards: number;
}

/** Checks the server and what it holds. Throws StateRefused with what is wrong and what to do. */
export async function checkServer(client: Client, { keys, shards }: OpenOptions): Promise<void> {
  await checkPolicy(client);
  const schema = await agree(client, keys, 'schema', SCHEMA_VERSION);
  if (schema !== SCHEMA_VERSION) {
    throw new StateRefused(
      `Redis holds the state of another version of guestwatch (schema ${schema}, this one writes ${SCHEMA_VERSION}): use that version, or point REDIS_URL at an empty database`,
    );
  }
  await agree(client, keys, 'shards', String(shards));
  await checkShards(client, { keys, shards });
}

/** How many shards there are, and to how many that is being changed; `text` as it stands in Redis. */
interface StoredShards {
  readonly now: number;
  readonly moving: number | null;
  readonly text: string;
}

export const shardsMoving = (from: number, to: number): string => `${from}>${to}`;

/** Null where no state was ever opened. */
export async function readShards(client: Client, { service }: Keys): Promise<StoredShards | null> {
  const text = await client.hget(`${service}meta`, 'shards');
  if (text === null) return null;
  const [now, moving] = text.split('>').map(Number);
  return { now: now!, moving: moving ?? null, text };
}

/** Throws StateRefused where the state has another number of shards than this process was told, or is being given one. */
export async function checkShards(client: Client, { keys, shards }: OpenOptions): Promise<void> {
  const stored = await readShards(client, keys);
  if (stored === null) return;
  if (stored.moving !== null) {
    throw new StateRefused(
      `the state in Redis is being changed from ${stored.now} shards to ${stored.moving}, or that was cut short: run \`guestwatch reshard --shards ${stored.moving}\` to its end, then set STATE_SHARDS=${stored.moving}`,
    );
  }
  if (stored.now !== shards) {
    throw new StateRefused(
      `STATE_SHARDS is ${shards}, but the state in Redis was made with ${stored.now}: tenants would be looked for in the wrong place. Set STATE_SHARDS=${stored.now}, or stop all services and change it with \`guestwatch reshard --shards ${shards}\``,
    );
  }
}

/** Facts must never be evicted: INFO tells the policy also where CONFIG is forbidden. */
export async function checkPolicy(client: Client): Promise<void> {
  const info = await serverInfo(client);
  if (info.get('redis_mode') === 'cluster' && !('nodes' in client))
    throw new StateRefused('REDIS_URL leads to a node of a Redis Cluster: set REDIS_CLUSTER to on');
  const version = info.get('redis_version') ?? '0';
  if (Number.parseInt(version, 10) < REDIS_VERSION_MIN)
    throw new StateRefused(`REDIS_URL leads to Redis ${version}; ${REDIS_VERSION_MIN}.0 or newer is needed`);
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction') {
    throw new StateRefused(
      `maxmemory-policy of the Redis at REDIS_URL is ${policy}, so that it may drop sign-ins and findings: set it to noeviction`,
    );
  }
}

/** INFO of the server, or of all primaries of a Cluster as one. */
async function serverInfo(client: Client): Promise<Map<string, string>> {
  // A Cluster knows its nodes only once it has answered something.
  await client.ping();
  const nodes = 'nodes' in client ? client.nodes('master') : [client];
  const texts = await Promise.all(nodes.map((node) => node.info()));
  const fields = texts.flatMap((text) => text.split('\r\n')).filter((line) => line.includes(':'));
  // On a Cluster one node with another policy is enough to lose state: the first that is not noeviction counts.
  const found = new Map<string, string>();
  for (const line of fields) {
    const name = line.slice(0, line.indexOf(':'));
    const value = line.slice(line.indexOf(':') + 1);
    if (!found.has(name) || (name === 'maxmemory_policy' && value !== 'noeviction')) found.set(name, value);
  }
  return found;
}

const agreeScript = loadScript('agree');

/** Writes a value if there is none, and gives the one that stands. */
async function agree(client: Client, { service }: Keys, field: string, value: string): Promise<string> {
  // Asked first: who only looks, or waits for its rule, writes nothing.
  const stands = await client.hget(`${service}meta`, field);
  return stands ?? String(await runScript(client, agreeScript, service, [field, value]));
}

const renewScript = loadScript('renew');

/**
 * Looks whether keys were evicted where a part of the state lies since `told`; what is left of it is then no whole, and gets
 * another generation. `told` is for the next look; '' for the first. With `isKnown` no look is needed: keys of the generation
 * that is there were evicted, though the server that tells of it may have been started anew since.
 */
export async function renewEvicted(
  client: Client,
  partKey: string,
  told: string,
  isKnown = false,
): Promise<{ readonly told: string; readonly isRenewed: boolean; readonly before: string }> {
  return renew(client, partKey, told, isKnown ? 'evicted' : '');
}

/** The generation of a shard, as it is: '' where it has none. */
export const readGeneration = async (client: Client, shardKey: string): Promise<string> =>
  (await client.hget(`${shardKey}meta`, 'generation')) ?? '';

/**
 * The generation of a shard; one that has none gets a new one. What else is there then, as after an eviction that nobody has
 * noticed, is no whole either.
 */
export async function openShard(client: Client, shardKey: string): Promise<string> {
  return (await renew(client, shardKey, '', 'opened')).now;
}

async function renew(client: Client, partKey: string, told: string, why: '' | 'evicted' | 'opened') {
  const args = [randomUUID(), told, why, 2 * ITEMS_PER_END_MAX];
  const reply = (await runScript(client, renewScript, partKey, args)) as Buffer[];
  const [outcome, toldNow, before, now] = reply.map(String) as [string, string, string, string];
  return { isRenewed: outcome === 'renewed', told: toldNow, before, now };
}
