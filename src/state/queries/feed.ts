/** The feed for those who follow it: revisions after a place, and a way to wait for the next. */
import type { Cluster, Redis } from 'ioredis';
import type { ShardHandle } from '../apply.ts';
import { openShard } from '../open.ts';
import { CALL_BYTES_MAX, loadScript, runScript } from '../redis.ts';
import type { State } from '../state.ts';
import { readValues } from '../values.ts';
import { type Caller, mayObserve } from './caller.ts';
import { PAGE_BYTES_MAX } from './page.ts';
import {
  compareIds,
  decodePlaces,
  type Entry,
  encodePlaces,
  FIRST_ID,
  NO_SEAL,
  type Place,
  shortened,
} from './place.ts';

export type After =
  | { readonly kind: 'begin' }
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string };

export interface ChangeText {
  /** Names this revision in the feed for good: two that are stored never share it, also after a loss of state. */
  readonly id: string;
  readonly cursor: string;
  readonly reason: ChangeReason;
  readonly json: string;
}

export type ChangeReason =
  | 'rebuilt'
  | 'merge'
  | 'new'
  | 'late_operation'
  | 'operation'
  | 'late_sign_in'
  | 'sign_in'
  | 'triage';

export interface Changes {
  readonly kind: 'changes';
  readonly items: readonly ChangeText[];
  readonly cursor: string;
}

export interface Resync {
  readonly kind: 'resync';
  readonly why: 'trimmed' | 'ahead' | 'lost';
}

/** Revisions read in one round trip. */
const ENTRIES_PER_READ_MAX = 200;
const ENTRY_PARTS = 5;

const boundsScript = loadScript('feedbounds', { isGuarded: false });
const revisionsScript = loadScript('revisions', { isGuarded: false });
/** A wake-up could be lost with its connection: whoever waits looks for itself this often. */
const LOOK_INTERVAL_MS = 5_000;

export interface FeedQueries {
  read(caller: Caller, after: After, limit: number): Promise<Changes | Resync | { readonly kind: 'bad_cursor' }>;
  wait(caller: Caller, cursor: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export async function feedQueries(state: State): Promise<FeedQueries> {
  const waiting = new Set<() => void>();
  const subscriber = await subscribe(state, () => {
    for (const wake of [...waiting]) wake();
  });

  const read: FeedQueries['read'] = async (caller, after, limit) => {
    const places = await placesOf(state, after);
    if (places === null) return { kind: 'bad_cursor' };
    const looks = await Promise.all(state.shards.map((shard, i) => lookBehind(shard, places[i]!, limit)));
    const lost = looks.find((look) => look.kind === 'resync');
    if (lost !== undefined) return lost;
    const entries = looks.flatMap((look, shard) =>
      look.kind === 'resync' ? [] : look.entries.map((entry) => ({ shard, entry })),
    );
    entries.sort((a, b) => compareIds(a.entry.id, b.entry.id));
    const standing = [...places];
    const items: ChangeText[] = [];
    for (const { shard, entry } of entries.slice(0, limit)) {
      standing[shard] = { generation: standing[shard]!.generation, id: entry.id, seal: entry.seal };
      if (!mayObserve(caller, entry.tenantId)) continue;
      items.push({
        id: `${standing[shard]!.generation}-${entry.id}`,
        cursor: encodePlaces(standing),
        reason: entry.reason as ChangeReason,
        json: entry.finding,
      });
    }
    return { kind: 'changes', items, cursor: encodePlaces(standing) };
  };

  return {
    read,
    async wait(_caller, cursor, signal) {
      let wake = (): void => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const timer = setTimeout(wake, LOOK_INTERVAL_MS);
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      try {
        // Asked after the wake-up is in place: what came before shows here, what comes later wakes.
        if (signal.aborted || (await hasMore(state, cursor))) return;
        await woken;
      } finally {
        clearTimeout(timer);
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
      }
    },
    async close() {
      for (const wake of [...waiting]) wake();
      await subscriber.quit().catch(() => subscriber.disconnect());
    },
  };
}

async function subscribe(state: State, onMessage: () => void): Promise<Redis | Cluster> {
  const subscriber = 'nodes' in state.client ? state.client.duplicate() : state.client.duplicate();
  subscriber.on('error', () => {}); // The connection comes back by itself, and until then whoever waits looks for itself.
  subscriber.on('message', onMessage);
  await subscriber.subscribe(...state.shards.map(({ key }) => `${key}feed`));
  return subscriber;
}

/** Whether there is something to read behind a cursor, or to be said of it. */
async function hasMore(state: State, cursor: string): Promise<boolean> {
  const places = decodePlaces(cursor, state.shards.length);
  if (places === null) return true;
  const looks = await Promise.all(state.shards.map((shard, i) => lookBehind(shard, places[i]!, 1)));
  return looks.some((look) => look.kind === 'resync' || look.entries.length > 0);
}

async function placesOf(state: State, after: After): Promise<Place[] | null> {
  if (after.kind === 'cursor') return decodePlaces(after.cursor, state.shards.length);
  return Promise.all(
    state.shards.map(async (shard) => {
      const { generation, trimmed, last } = await boundsOf(shard);
      return { generation, ...(after.kind === 'begin' ? trimmed : last) };
    }),
  );
}

interface Bounds {
  /** Shortened. */
  readonly generation: string;
  readonly trimmed: Omit<Place, 'generation'>;
  readonly last: Omit<Place, 'generation'>;
}

/** Up to where the feed of a shard was trimmed, and its last revision. */
async function boundsOf({ client, key }: ShardHandle): Promise<Bounds> {
  const reply = (await runScript(client, boundsScript, key, [])) as Buffer[];
  const [known, edge, newest, newestSeal] = reply.map(String) as [string, string, string, string];
  // A shard that is empty gets its generation here as anywhere: that it is another one all can see who knew the last.
  const { generation } = known !== '' ? { generation: known } : await openShard(client, key);
  const [id = FIRST_ID, seal = NO_SEAL] = edge === '' ? [] : edge.split(' ');
  const trimmed = { id, seal };
  const last = newest === '' ? trimmed : { id: newest, seal: newestSeal };
  return { generation: shortened(generation), trimmed, last };
}

type Look = { readonly kind: 'here'; readonly entries: readonly Entry[] } | Resync;

/**
 * The revisions behind a place, if that is still in the feed. A feed that has lost its end, as after a failover to a replica
 * that lagged behind, goes on under the same generation with later ids: only the very revision that the reader had last says
 * that the reader misses none.
 */
async function lookBehind(shard: ShardHandle, place: Place, limit: number): Promise<Look> {
  const found = await entriesFrom(shard, place.id, limit + 1);
  // Asked after the entries were read: what was trimmed from among them in the meantime shows here.
  const { generation, trimmed, last } = await boundsOf(shard);
  const resync = (why: Resync['why']): Look => ({ kind: 'resync', why });
  if (place.generation !== generation) return resync('lost');
  if (compareIds(place.id, trimmed.id) < 0) return resync('trimmed');
  const own = found[0]?.id === place.id ? found[0] : undefined;
  const seal = own === undefined ? (place.id === trimmed.id ? trimmed.seal : null) : own.seal;
  if (seal === null) return resync(compareIds(place.id, last.id) > 0 ? 'ahead' : 'lost');
  if (seal !== place.seal) return resync('lost');
  return { kind: 'here', entries: found.slice(own === undefined ? 0 : 1, own === undefined ? limit : limit + 1) };
}

/** Entries from an id on, that of the id included; of many large ones fewer, but always one behind the first. */
async function entriesFrom(shard: ShardHandle, from: string, limit: number): Promise<Entry[]> {
  const found: Entry[] = [];
  let bytes = 0;
  for (let start = from; found.length < limit; start = `(${found.at(-1)!.id}`) {
    const { entries, isEnd } = await readEntries(shard, start, Math.min(limit - found.length, ENTRIES_PER_READ_MAX));
    found.push(...entries);
    for (const { finding } of entries) bytes += finding.length;
    if (isEnd || (found.length > 1 && bytes >= PAGE_BYTES_MAX)) break;
  }
  return found;
}

async function readEntries({ client, key }: ShardHandle, start: string, count: number) {
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
