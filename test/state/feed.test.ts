/** Whoever follows the feed has every revision once, or is told that something is missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Changes, type FeedQueries, feedQueries } from '../../src/state/queries/feed.ts';
import type { State, StateOptions } from '../../src/state/state.ts';
import { applyFacts, redisOfFile, stateOptions, withState } from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { HOUR_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const ALL = { tenants: 'all' } as const;
const BEGIN = { kind: 'begin' } as const;
const LATEST = { kind: 'now' } as const;

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

const readOn = (feed: FeedQueries, cursor: string) => feed.read(ALL, { kind: 'cursor', cursor }, 1_000);
const answered = async (read: ReturnType<FeedQueries['read']>): Promise<Changes> => {
  const found = await read;
  assert.equal(found.kind, 'changes');
  return found as Changes;
};
const revisionsIn = ({ items }: Changes): number[] => items.map(({ json }) => JSON.parse(json).revision);
const whyNot = async (read: ReturnType<FeedQueries['read']>) => {
  const found = await read;
  return found.kind === 'resync' ? found.why : found.kind;
};
/** One more revision of the one finding. */
const revise = (state: State, name: string) => applyFacts(state, [operation(name, NOW)]);

test('after the feed has lost its end, who had a lost revision is told so, and all others read on', async () => {
  await withFeed({}, async (state, feed) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    await revise(state, 'b');
    const kept = await answered(feed.read(ALL, BEGIN, 1_000));
    const fallBack = await snapshotOf(state);
    await revise(state, 'lost');
    const lost = await answered(readOn(feed, kept.cursor));
    assert.deepEqual(revisionsIn(lost), [3]);
    await fallBack();

    assert.equal(await whyNot(readOn(feed, lost.cursor)), 'ahead');
    assert.deepEqual(revisionsIn(await answered(readOn(feed, kept.cursor))), []);
    // Later ones make the lost place one in the midst of the feed.
    await revise(state, 'c');
    await revise(state, 'd');
    assert.equal(await whyNot(readOn(feed, lost.cursor)), 'lost');
    assert.deepEqual(revisionsIn(await answered(readOn(feed, kept.cursor))), [3, 4]);
    for (const { cursor } of kept.items.slice(0, 1))
      assert.deepEqual(revisionsIn(await answered(readOn(feed, cursor))), [2, 3, 4]);
  });
});

test('another revision under the id of a lost one is not taken for it, in the feed or at its trimmed edge', async () => {
  let now = NOW;
  await withFeed({ now: () => now, feedRetentionMs: HOUR_MS }, async (state, feed) => {
    const { client, key } = state.shards[0]!;
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    const fallBack = await snapshotOf(state);
    await revise(state, 'lost');
    const [[id]] = (await client.xrevrange(`${key}feed`, '+', '-', 'COUNT', 1)) as [[string, string[]]];
    const lost = await answered(feed.read(ALL, BEGIN, 1_000));
    await fallBack();
    await client.xadd(`${key}feed`, id, 'reason', 'operation', 'tenant', 't', 'finding', '{"revision":2}');
    assert.equal(await whyNot(readOn(feed, lost.cursor)), 'lost');
    const own = await answered(feed.read(ALL, BEGIN, 1_000));
    assert.deepEqual(revisionsIn(await answered(readOn(feed, own.cursor))), []);

    now = Date.now() + HOUR_MS + 5_000;
    await state.maintain();
    assert.equal(await client.xlen(`${key}feed`), 0);
    assert.equal(await whyNot(readOn(feed, lost.cursor)), 'lost');
    assert.deepEqual(revisionsIn(await answered(readOn(feed, own.cursor))), []);
  });
});

test('a cursor of an empty feed, and one whose revision has left it since, have missed nothing', async () => {
  let now = NOW;
  await withFeed({ now: () => now, feedRetentionMs: HOUR_MS }, async (state, feed) => {
    const empty = await answered(feed.read(ALL, LATEST, 1_000));
    assert.equal((await answered(feed.read(ALL, BEGIN, 1_000))).cursor, empty.cursor);
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    assert.deepEqual(revisionsIn(await answered(readOn(feed, empty.cursor))), [1]);
    const latest = await answered(feed.read(ALL, LATEST, 1_000));
    now = Date.now() + HOUR_MS + 5_000;
    await state.maintain();
    assert.equal(await whyNot(readOn(feed, empty.cursor)), 'trimmed');
    for (const after of [BEGIN, LATEST])
      assert.equal((await answered(feed.read(ALL, after, 1_000))).cursor, latest.cursor);
    await revise(state, 'b');
    assert.deepEqual(revisionsIn(await answered(readOn(feed, latest.cursor))), [2]);
    assert.deepEqual(revisionsIn(await answered(feed.read(ALL, BEGIN, 1_000))), [2]);
  });
});

test('after all was lost a cursor of before is refused, and one taken at once is good', async () => {
  await withFeed({ shards: 3 }, async (state, feed) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    const before = await answered(feed.read(ALL, BEGIN, 1_000));
    await state.client.flushall();
    assert.equal(await whyNot(readOn(feed, before.cursor)), 'lost');
    const { cursor } = await answered(feed.read(ALL, LATEST, 1_000));
    assert.deepEqual(revisionsIn(await answered(readOn(feed, cursor))), []);
    assert.equal(await whyNot(readOn(feed, before.cursor)), 'lost');
  });
});

test('who waits behind a revision that was lost is woken', { timeout: 10_000 }, async () => {
  await withFeed({}, async (state, feed) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    const fallBack = await snapshotOf(state);
    await revise(state, 'lost');
    const lost = await answered(feed.read(ALL, LATEST, 1_000));
    await fallBack();
    const started = performance.now();
    await feed.wait(ALL, lost.cursor, new AbortController().signal);
    assert.ok(performance.now() - started < 1_000, 'at once, and not when it looks for itself');
    assert.equal(await whyNot(readOn(feed, lost.cursor)), 'ahead');
  });
});

test('a feed is read page by page, each revision once', async () => {
  await withFeed({}, async (state, feed) => {
    const facts = Array.from({ length: 30 }, (_, i) => operation(`o${i}`, NOW - i * 26 * HOUR_MS));
    await applyFacts(state, [...facts, ...facts.map((_, i) => signIn(`s${i}`, NOW - i * 26 * HOUR_MS))]);
    const seen: string[] = [];
    let page = await answered(feed.read(ALL, BEGIN, 7));
    while (page.items.length > 0) {
      seen.push(...page.items.map(({ json }) => JSON.parse(json).id));
      page = await answered(feed.read(ALL, { kind: 'cursor', cursor: page.cursor }, 7));
    }
    assert.deepEqual([seen.length, new Set(seen).size], [30, 30]);
  });
});

test('pages tell nothing of how many revisions of other tenants there are', async () => {
  const own = '44444444-4444-4444-8444-444444444444';
  for (const shards of [1, 2]) {
    await withFeed({ shards }, async (state, feed) => {
      const caller = { tenants: [own] };
      const tell = (tenantId: string, name: string) =>
        applyFacts(state, [signIn(`${name}-s`, NOW, { tenantId }), operation(name, NOW, { tenantId })]);
      for (let n = 0; n < 20; n++) await tell(n % 9 === 4 ? own : `other-${n % 3}`, `o-${n}`);
      const stored = await answered(feed.read(ALL, BEGIN, 1_000));
      const mine = stored.items.filter(({ json }) => JSON.parse(json).tenantId === own).map(({ id }) => id);
      assert.ok(mine.length >= 2 && stored.items.length >= 3 * mine.length);

      const ids: (string | undefined)[] = [];
      let place: Changes | null = null;
      do {
        const after = place === null ? BEGIN : ({ kind: 'cursor', cursor: place.cursor } as const);
        place = await answered(feed.read(caller, after, 1));
        ids.push(place.items[0]?.id);
      } while (place.items.length > 0);
      assert.deepEqual(ids, [...mine, undefined], 'one to a page, and then the end');
      assert.equal(
        (await answered(feed.read(caller, { kind: 'cursor', cursor: place.cursor }, 1))).cursor,
        place.cursor,
      );

      // And so for who follows.
      const enough = new AbortController();
      const followed: number[] = [];
      for await (const found of feed.follow(caller, BEGIN, 1, enough.signal)) {
        assert.equal(found.kind, 'changes');
        followed.push((found as Changes).items.length);
        if (followed.length === mine.length) enough.abort();
      }
      assert.deepEqual(
        followed,
        mine.map(() => 1),
      );
    });
  }
});
