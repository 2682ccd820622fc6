/** The feed for those who follow it: revisions after a place, and a way to wait for the next. */
import type { Cluster, Redis } from 'ioredis';
import type { ShardHandle } from '../apply.ts';
import type { State } from '../state.ts';
import { type Caller, mayObserve } from './caller.ts';

export type After =
  | { readonly kind: 'begin' }
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string };

export interface ChangeText {
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

/** Where a reader stands in one shard: the generation that it knows, and the id of the last revision that it had. */
interface Place {
  readonly generation: string;
  readonly id: string;
}

/** Revisions read in one round trip. */
const ENTRIES_PER_READ_MAX = 200;
/** A wake-up could be lost with its connection: whoever waits looks for itself this often. */
const LOOK_INTERVAL_MS = 5_000;
const FIRST_ID = '0-0';

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
    const entries = (
      await Promise.all(state.shards.map((shard, i) => entriesAfter(shard, i, places[i]!.id, limit)))
    ).flat();
    // Asked after the entries were read: what was trimmed from among them in the meantime shows here.
    const bounds = await Promise.all(state.shards.map((shard) => boundsOf(shard)));
    for (const [i, place] of places.entries()) {
      const { generation, trimmed, last } = bounds[i]!;
      if (place.generation !== shortened(generation)) return { kind: 'resync', why: 'lost' };
      if (compareIds(place.id, trimmed) < 0) return { kind: 'resync', why: 'trimmed' };
      if (compareIds(place.id, last) > 0) return { kind: 'resync', why: 'ahead' };
    }
    entries.sort((a, b) => compareIds(a.id, b.id));
    const standing = [...places];
    const items: ChangeText[] = [];
    for (const { shard, id, fields } of entries.slice(0, limit)) {
      standing[shard] = { generation: standing[shard]!.generation, id };
      if (!mayObserve(caller, fields.get('tenant') ?? '')) continue;
      items.push({
        cursor: encode(standing),
        reason: fields.get('reason') as ChangeReason,
        json: fields.get('finding') ?? '',
      });
    }
    return { kind: 'changes', items, cursor: encode(standing) };
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

async function hasMore(state: State, cursor: string): Promise<boolean> {
  const places = decode(cursor);
  if (places === null || places.length !== state.shards.length) return true;
  const found = await Promise.all(
    state.shards.map(async (shard, i) => {
      const generation = await shard.client.hget(`${shard.key}meta`, 'generation');
      if (shortened(generation ?? '') !== places[i]!.generation) return true;
      return (await shard.client.xrange(`${shard.key}feed`, `(${places[i]!.id}`, '+', 'COUNT', 1)).length > 0;
    }),
  );
  return found.includes(true);
}

async function placesOf(state: State, after: After): Promise<Place[] | null> {
  if (after.kind === 'cursor') {
    const places = decode(after.cursor);
    return places !== null && places.length === state.shards.length ? places : null;
  }
  return Promise.all(
    state.shards.map(async (shard) => {
      const { generation, trimmed, last } = await boundsOf(shard);
      return { generation: shortened(generation), id: after.kind === 'begin' ? trimmed : last };
    }),
  );
}

/** Up to where the feed of a shard was trimmed, and its last revision. */
async function boundsOf({ client, key }: ShardHandle): Promise<{ generation: string; trimmed: string; last: string }> {
  const [generation, trimmed] = await client.hmget(`${key}meta`, 'generation', 'feedTrimmed');
  const [newest] = await client.xrevrange(`${key}feed`, '+', '-', 'COUNT', 1);
  return { generation: generation ?? '', trimmed: trimmed ?? FIRST_ID, last: newest?.[0] ?? trimmed ?? FIRST_ID };
}

async function entriesAfter({ client, key }: ShardHandle, shard: number, after: string, limit: number) {
  const found: { shard: number; id: string; fields: Map<string, string> }[] = [];
  for (let id = after; found.length < limit; id = found.at(-1)!.id) {
    const count = Math.min(limit - found.length, ENTRIES_PER_READ_MAX);
    const entries = await client.xrange(`${key}feed`, `(${id}`, '+', 'COUNT', count);
    for (const [entryId, list] of entries) {
      const fields = new Map<string, string>();
      for (let i = 0; i < list.length; i += 2) fields.set(list[i]!, list[i + 1]!);
      found.push({ shard, id: entryId, fields });
    }
    if (entries.length < count) break;
  }
  return found;
}

function compareIds(a: string, b: string): number {
  const [aMs = '0', aSeq = '0'] = a.split('-');
  const [bMs = '0', bSeq = '0'] = b.split('-');
  return Number(aMs) - Number(bMs) || Number(aSeq) - Number(bSeq);
}

/** A random value is told from another by its first eight digits; cursors stay short. */
const shortened = (generation: string): string => generation.slice(0, 8);

const encode = (places: readonly Place[]): string =>
  places
    .map(
      ({ generation, id }) =>
        `${generation}.${id
          .split('-')
          .map((part) => Number(part).toString(36))
          .join('.')}`,
    )
    .join('~');

function decode(cursor: string): Place[] | null {
  const places = cursor.split('~').map((part) => /^([0-9a-f]{8})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})$/.exec(part));
  if (places.some((place) => place === null)) return null;
  return places.map((place) => ({
    generation: place![1]!,
    id: `${Number.parseInt(place![2]!, 36)}-${Number.parseInt(place![3]!, 36)}`,
  }));
}
