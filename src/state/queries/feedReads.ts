/** What Redis says of a shard's feed: its bounds, and the revisions behind a place, if that is still in it. */

import { openShard } from '../open.ts';
import { CALL_BYTES_MAX } from '../redis/calls.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { PAGE_BYTES_MAX } from './page.ts';
import { compareIds, type Entry, FIRST_ID, NO_SEAL, type Place, shortened } from './place.ts';

export interface Resync {
  readonly kind: 'resync';
  readonly why: 'trimmed' | 'ahead' | 'lost';
}

/** Revisions read in one round trip. */
export const ENTRIES_PER_READ_MAX = 200;
const ENTRY_PARTS = 5;

const boundsScript = loadScript('feedbounds', { isGuarded: false });
const revisionsScript = loadScript('revisions', { isGuarded: false });

export interface Bounds {
  /** Up to where the feed was trimmed. */
  readonly trimmed: Place;
  /** Its last revision, also where that was erased since; where there is none, the edge of what was trimmed. */
  readonly last: Place;
  /** Another with each erasure: what was read before one is not given out after it. */
  readonly erased: string;
}

export async function boundsOf({ client, key }: ShardHandle): Promise<Bounds> {
  const reply = (await runScript(client, boundsScript, key, [])) as Buffer[];
  const [known, edge, newest, newestSeal, erased] = reply.map(String) as [string, string, string, string, string];
  // A shard that is empty gets its generation here as anywhere: that it is another one all can see who knew the last.
  const whole = known !== '' ? known : await openShard(client, key);
  const [id = FIRST_ID, seal = NO_SEAL] = edge === '' ? [] : edge.split(' ');
  const generation = shortened(whole);
  const trimmed = { generation, id, seal };
  const last = newest === '' ? trimmed : { generation, id: newest, seal: newestSeal };
  return { trimmed, last, erased };
}

/** `isEnd`: there was nothing more behind them when they were read. */
export type Look =
  | {
      readonly kind: 'here';
      readonly entries: readonly Entry[];
      readonly isEnd: boolean;
      readonly erased: Bounds['erased'];
    }
  | Resync;

/**
 * The revisions behind a place, if that is still in the feed. A feed that has lost its end, as after a failover to a replica
 * that lagged behind, goes on under the same generation with later ids: only the very revision that the reader had last says
 * that the reader misses none. Of one that was erased it is known that it was there.
 */
export async function lookBehind(shard: ShardHandle, place: Place, limit: number): Promise<Look> {
  const { found, isEnd } = await entriesFrom(shard, place.id, limit + 1);
  // Asked after the entries were read: what was trimmed from among them in the meantime shows here.
  const { trimmed, last, erased } = await boundsOf(shard);
  const resync = (why: Resync['why']): Look => ({ kind: 'resync', why });
  if (place.generation !== last.generation) return resync('lost');
  if (compareIds(place.id, trimmed.id) < 0) return resync('trimmed');
  const own = found[0]?.id === place.id ? found[0] : undefined;
  const seal = own?.seal ?? (place.id === trimmed.id ? trimmed.seal : await sealOfErased(shard, place.id));
  if (seal === null) return resync(compareIds(place.id, last.id) > 0 ? 'ahead' : 'lost');
  if (seal !== place.seal) return resync('lost');
  const behind = own === undefined ? found : found.slice(1);
  return { kind: 'here', entries: behind.slice(0, limit), isEnd: isEnd && behind.length <= limit, erased };
}

async function sealOfErased({ client, key }: ShardHandle, id: string): Promise<string | null> {
  const ms = id.slice(0, id.indexOf('-'));
  const found = await client.zrangebyscore(`${key}feederased`, ms, ms);
  return found.find((one) => one.startsWith(`${id} `))?.slice(id.length + 1) ?? null;
}

/** Entries from an id on, that of the id included; of many large ones fewer, but always one behind the first. */
async function entriesFrom(
  shard: ShardHandle,
  from: string,
  limit: number,
): Promise<{ found: Entry[]; isEnd: boolean }> {
  const found: Entry[] = [];
  let bytes = 0;
  for (let start = from; found.length < limit; start = `(${found.at(-1)!.id}`) {
    const { entries, isEnd } = await readEntries(shard, start, Math.min(limit - found.length, ENTRIES_PER_READ_MAX));
    found.push(...entries);
    for (const { finding } of entries) bytes += finding.length;
    if (isEnd) return { found, isEnd };
    if (found.length > 1 && bytes >= PAGE_BYTES_MAX) break;
  }
  return { found, isEnd: false };
}

/** Some entries from an id on, or from behind it where a `(` stands before it. */
export async function readEntries({ client, key }: ShardHandle, start: string, count: number) {
  const reply = (await runScript(client, revisionsScript, key, [start, count, CALL_BYTES_MAX])) as (Buffer | null)[];
  const entries: Entry[] = [];
  for (let i = 1; i < reply.length; i += ENTRY_PARTS) {
    const [id, seal, reason, tenantId] = reply.slice(i, i + ENTRY_PARTS - 1).map(String) as [
      string,
      string,
      string,
      string,
    ];
    const finding = String(reply[i + ENTRY_PARTS - 1] ?? (await largeFinding({ client, key }, id)));
    entries.push({ id, seal, reason, tenantId, finding });
  }
  return { entries, isEnd: String(reply[0]) === '1' };
}

/** What a revision tells that is too large for a reply; nothing where it was trimmed away meanwhile, as the reader will be told. */
async function largeFinding({ client, key }: Pick<ShardHandle, 'client' | 'key'>, id: string): Promise<string> {
  const [finding] = await readValues(client, [{ command: 'XRANGE', key: `${key}feed`, name: id }]);
  return finding == null ? '' : String(finding);
}
