/** Those who follow the feed: each revision once to each, read once for all, and never one of before a loss after it was noticed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Redis } from 'ioredis';
import { type ChangeText, type FeedQueries, type Found, feedQueries } from '../../src/state/queries/feed.ts';
import { subscribe } from '../../src/state/queries/feedFollowers.ts';
import type { State, StateOptions } from '../../src/state/state.ts';
import { applyFacts, redisOfFile, stateOptions, withState, withStates } from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { HOUR_MS, operation, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const ALL = { tenants: 'all' } as const;
const BEGIN = { kind: 'begin' } as const;
const LATEST = { kind: 'now' } as const;
const at = (cursor: string) => ({ kind: 'cursor', cursor }) as const;

async function withFeed(
  changes: Partial<StateOptions>,
  use: (state: State, feed: FeedQueries) => Promise<void>,
): Promise<void> {
  await withState(stateOptions(redis.url, changes), async (state) => {
    const feed = await feedQueries(state);
    try {
      await use(state, feed);
    } finally {
      await feed.close();
    }
  });
}

/** One who follows, and what it was told; `next` is the next word that says something. */
function follower(
  feed: FeedQueries,
  after: Parameters<FeedQueries['follow']>[1],
  caller: { tenants: 'all' | string[] } = ALL as never,
  limit = 100,
) {
  const ending = new AbortController();
  const words = feed.follow(caller, after, limit, ending.signal);
  const next = async (): Promise<Found | null> => {
    const { value, done } = await words.next();
    return done === true ? null : value;
  };
  return {
    next,
    /** Items until so many came. */
    async items(count: number): Promise<ChangeText[]> {
      const items: ChangeText[] = [];
      while (items.length < count) {
        const found = await next();
        assert.equal(found?.kind, 'changes');
        items.push(...(found as Extract<Found, { kind: 'changes' }>).items);
      }
      return items;
    },
    async cursor(): Promise<string> {
      const found = await next();
      assert.equal(found?.kind, 'changes');
      return (found as Extract<Found, { kind: 'changes' }>).cursor;
    },
    end: () => ending.abort(),
  };
}

const revisionsIn = (items: readonly ChangeText[]): number[] => items.map(({ json }) => JSON.parse(json).revision);
const raise = (state: State) => applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
const revise = (state: State, name: string) => applyFacts(state, [operation(name, NOW)]);
/** How often Redis was asked for revisions. */
async function readsOf({ client }: State): Promise<number> {
  const info = await (client as import('ioredis').Redis).info('commandstats');
  return Number(/cmdstat_xrange:calls=(\d+)/.exec(info)?.[1] ?? 0);
}

test('whoever follows from the beginning, from now or from a cursor has each revision once and in order', async () => {
  await withFeed({}, async (state, feed) => {
    await raise(state);
    const [first] = await follower(feed, BEGIN).items(1);
    const followers = [follower(feed, BEGIN), follower(feed, LATEST), follower(feed, at(first!.cursor))];
    const expected = [
      [1, 2, 3, 4],
      [2, 3, 4],
      [2, 3, 4],
    ];
    // The one from now is there before the next comes.
    await followers[1]!.next();
    for (const name of ['b', 'c', 'd']) await revise(state, name);
    for (const [i, one] of followers.entries())
      assert.deepEqual(revisionsIn(await one.items(expected[i]!.length)), expected[i]);
  });
});

test('a revision is read once for all who wait for it, and given to all as one object', async () => {
  await withFeed({}, async (state, feed) => {
    await raise(state);
    const followers = Array.from({ length: 200 }, () => follower(feed, LATEST));
    await Promise.all(followers.map((one) => one.next()));
    const waiting = followers.map((one) => one.items(1));
    // All of them wait by the time Redis has answered.
    await state.client.ping();
    const before = await readsOf(state);
    await revise(state, 'b');
    const given = await Promise.all(waiting);
    assert.equal(new Set(given.map(([item]) => item)).size, 1);
    assert.equal((await readsOf(state)) - before, 1);
  });
});

test('many who come back with a cursor at once are served by a few reads', async () => {
  await withFeed({}, async (state, feed) => {
    await raise(state);
    const cursor = await follower(feed, LATEST).cursor();
    await revise(state, 'b');
    const before = await readsOf(state);
    const given = await Promise.all(Array.from({ length: 200 }, () => follower(feed, at(cursor)).items(1)));
    assert.deepEqual(new Set(given.map((items) => revisionsIn(items)[0])), new Set([2]));
    assert.ok((await readsOf(state)) - before <= 2);
  });
});

test('a loss that comes while all wait is told to those whose last revision is lost, and the others go on', {
  timeout: 30_000,
}, async () => {
  await withFeed({}, async (state, feed) => {
    await raise(state);
    const kept = follower(feed, LATEST);
    const keptCursor = await kept.cursor();
    const fallBack = await snapshotOf(state);
    await revise(state, 'lost');
    await kept.items(1);
    await fallBack();
    await revise(state, 'c');
    const found = await kept.next();
    assert.deepEqual(found, { kind: 'resync', why: 'lost' });
    assert.equal(await kept.next(), null, 'nothing comes behind it');
    // What was lost is in no one's memory either.
    const [item] = await follower(feed, at(keptCursor)).items(1);
    assert.equal(JSON.parse(item!.json).evidenceCount, 2);
  });
});

test('another revision under the id of a lost one is not taken for it, also by those who hold it in memory', async () => {
  await withFeed({}, async (state, feed) => {
    const { client, key } = state.shards[0]!;
    await raise(state);
    const fallBack = await snapshotOf(state);
    await revise(state, 'lost');
    const [[id]] = (await client.xrevrange(`${key}feed`, '+', '-', 'COUNT', 1)) as [[string, string[]]];
    const lost = await follower(feed, LATEST).cursor();
    await fallBack();
    // Begins at the last that is left, and so holds the other one.
    const fresh = await feedQueries(state);
    try {
      const holding = follower(fresh, LATEST);
      await holding.next();
      const next = holding.items(1);
      await client.xadd(`${key}feed`, id, 'reason', 'operation', 'tenant', TENANT, 'finding', '{"revision":2}');
      await client.publish(`${key}feed`, '');
      const [own] = await next;
      assert.deepEqual(await follower(fresh, at(lost)).next(), { kind: 'resync', why: 'lost' });
      assert.equal((await follower(fresh, at(own!.cursor)).next())?.kind, 'changes');
    } finally {
      await fresh.close();
    }
  });
});

test('a feed that is emptied while all wait sends them away without any word from Redis', {
  timeout: 30_000,
}, async () => {
  await withFeed({ shards: 2 }, async (state, feed) => {
    await raise(state);
    const one = follower(feed, LATEST);
    await one.next();
    const next = one.next();
    await state.client.flushall();
    assert.deepEqual(await next, { kind: 'resync', why: 'lost' });
  });
});

test('a revision whose wake-up is lost comes all the same', { timeout: 30_000 }, async () => {
  await withFeed({}, async (state, feed) => {
    await raise(state);
    const one = follower(feed, LATEST);
    await one.next();
    const next = one.items(1);
    const { client, key } = state.shards[0]!;
    await client.xadd(`${key}feed`, '*', 'reason', 'operation', 'tenant', TENANT, 'finding', '{"revision":2}');
    assert.deepEqual(revisionsIn(await next), [2]);
  });
});

test('cursors are good at every process that serves the feed, also the newest at one that has not heard of it yet', async () => {
  await withStates(stateOptions(redis.url, { shards: 2 }), 2, async (states) => {
    const [a, b] = await Promise.all(states.map((state) => feedQueries(state)));
    try {
      await raise(states[0]!);
      const away = follower(b!, LATEST);
      await away.next();
      const [first] = await follower(a!, BEGIN).items(1);
      await revise(states[0]!, 'b');
      const [second] = await follower(b!, at(first!.cursor)).items(1);
      assert.deepEqual(revisionsIn([second!]), [2]);
      assert.deepEqual(await follower(a!, at(first!.cursor)).items(1), [second]);
      // One who waits at the end elsewhere is woken by what is stored here.
      const waiting = follower(a!, at(second!.cursor));
      await waiting.next();
      const next = waiting.items(1);
      await revise(states[1]!, 'c');
      assert.deepEqual(revisionsIn(await next), [3]);
    } finally {
      await Promise.all([a!.close(), b!.close()]);
    }
  });
});

test('of another tenant a follower sees that the feed has moved on, and nothing more', async () => {
  await withFeed({}, async (state, feed) => {
    const one = follower(feed, LATEST, { tenants: ['another'] });
    const begun = await one.cursor();
    const next = one.next();
    await raise(state);
    const found = (await next) as Extract<Found, { kind: 'changes' }>;
    assert.deepEqual(found.items, []);
    assert.notEqual(found.cursor, begun);
  });
});

test('one who is far behind catches up page by page and then follows', async () => {
  await withFeed({}, async (state, feed) => {
    const facts = Array.from({ length: 30 }, (_, i) => operation(`o${i}`, NOW - i * 26 * HOUR_MS));
    await applyFacts(state, [...facts, ...facts.map((_, i) => signIn(`s${i}`, NOW - i * 26 * HOUR_MS))]);
    const one = follower(feed, BEGIN, undefined, 7);
    const items = await one.items(30);
    assert.equal(new Set(items.map(({ id }) => id)).size, 30);
    const next = one.items(1);
    await revise(state, 'o30');
    assert.equal((await next).length, 1);
  });
});

test('closing ends all who wait', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const feed = await feedQueries(state);
    const one = follower(feed, LATEST);
    await one.next();
    const next = one.next();
    await feed.close();
    assert.equal(await next, null);
  });
});

test(
  'who is refused as it comes back to listen is no fault of the program, and hears again once it is let',
  { timeout: 30_000 },
  () =>
    withState(stateOptions(redis.url), async (state) => {
      const client = state.client as Redis;
      const heard: (number | null)[] = [];
      let hear = (): void => {};
      const subscriber = await subscribe(state, (shard) => {
        heard.push(shard);
        hear();
      });
      try {
        await client.call('ACL', 'SETUSER', 'default', '-subscribe');
        const back = once(subscriber, 'ready');
        await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await back;
        await client.call('ACL', 'SETUSER', 'default', '+subscribe');
        heard.length = 0;
        // With the word that it listens again comes the one that something may have been missed.
        while (!heard.includes(null)) await new Promise<void>((resolve) => (hear = resolve));
        assert.equal(await client.publish(`${state.shards[0]!.key}feed`, ''), 1);
        while (!heard.includes(0)) await new Promise<void>((resolve) => (hear = resolve));
      } finally {
        await client.call('ACL', 'SETUSER', 'default', '+subscribe');
        subscriber.disconnect();
      }
    }),
);
