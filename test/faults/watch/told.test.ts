/** Those who look on at what is told, the feed and a webhook: where all is well they find nothing, and each of them finds what was planted for it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Redis } from 'ioredis';
import { askForAll, type FindingAnswer } from '../../e2e/asking.ts';
import { findingsSettle } from '../../e2e/laws.ts';
import { eventually, openServers, type Servers } from '../../e2e/support.ts';
import type { Crew } from '../process/crew.ts';
import { feedViolation } from './feedLaws.ts';
import { watchMemory } from './memory.ts';
import { itemsFor, onScene } from './scene.ts';
import type { Came } from './webhook.ts';
import { type FeedEvent, feedAt, hookViolation, isKnownAt, stillMissing } from './webhookLaws.ts';

/** What came of a feed, and of one of its findings the first and the second revision. */
interface Sample {
  readonly came: readonly Came[];
  readonly feed: readonly FeedEvent[];
  readonly first: Came;
  readonly second: Came;
}

const SUPPRESSED = {
  id: 'a',
  owner: 'identity-team',
  reason: 'Their rollout.',
  expiresAt: '2099-01-01T00:00:00.0000000Z',
};

const listed = (crew: Crew): Promise<FindingAnswer[]> =>
  askForAll(crew.urls()[0]!, '/v1/findings', { view: 'any', suppressed: 'include', limit: 500 });

const findingOf = (fields: readonly string[]): FindingAnswer =>
  JSON.parse(fields[fields.indexOf('finding') + 1]!) as FindingAnswer;

describe('the watches of what is told', { concurrency: 2 }, () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 5 });
  });
  after(() => servers?.stop());

  test(
    'readers have each revision once while processes are killed; a loss sends them back, and they go on',
    {
      timeout: 300_000,
    },
    () =>
      onScene(servers, 0, 'two', async ({ crew, stage, redis, read }) => {
        const memory = watchMemory(() => crew.processes);
        const items = itemsFor(stage, 1, 240);
        const third = Math.ceil(items.length / 3);
        const readers = [
          read({ name: 'poller' }),
          read({ name: 'long poller', waitSeconds: 5, limit: 7 }),
          read({ name: 'stream reader', streams: true }),
        ];
        await stage.send(items.slice(0, third));
        readers.push(
          read({ name: 'poller from now', from: 'now' }),
          read({ name: 'long poller from now', from: 'now', waitSeconds: 5 }),
          read({ name: 'stream reader from now', from: 'now', streams: true }),
        );
        const sending = stage.send(items.slice(third, 2 * third));
        await crew.processes[0]!.kill9();
        await sending;
        await findingsSettle(crew.urls()[0]!, stage.sent);

        const lossFrom = Date.now();
        await redis.flushdb();
        await stage.send(items.slice(2 * third));
        await findingsSettle(crew.urls()[0]!, stage.sent);
        const truth = { listed: await listed(crew), lossFrom };
        for (const reader of readers) {
          await reader.close();
          assert.equal(feedViolation(reader, truth), null);
          assert.equal(reader.generations.length, 2);
          assert.match(
            feedViolation(reader, { ...truth, lossFrom: null }) ?? '',
            /sent back .* though no state had been lost/,
          );
        }
        assert.ok(readers.some(({ generations }) => generations[0]!.told.length > 5));
        await memory.stop();
        assert.deepEqual([...memory.peaks().keys()].sort(), ['consumer+api+delivery-0.1', 'consumer+api+delivery-1.1']);
        assert.ok([...memory.peaks().values()].every(({ peak }) => peak > 50_000_000));
      }),
  );

  const feedPlants: readonly [what: string, found: RegExp, plant: (redis: Redis) => Promise<unknown>][] = [
    [
      'a revision that is told twice',
      /revision 1 \(new\) of .* came after \d/,
      async (redis) => {
        const [entry] = await redis.xrange('{guestwatch:0}feed', '-', '+', 'COUNT', 1);
        await redis.xadd('{guestwatch:0}feed', '*', ...entry![1]);
      },
    ],
    [
      'a revision that is left out',
      /revision 2 .* came after none before|revision 3 .* came after 1/,
      async (redis) => {
        const entries = await redis.xrange('{guestwatch:0}feed', '-', '+');
        const ids = entries.map(([id, fields]) => ({ id, finding: findingOf(fields) }));
        const second = ids.find(({ finding }) => finding.revision === 2)!;
        const first = ids.find(({ finding }) => finding.id === second.finding.id)!;
        await redis.xdel('{guestwatch:0}feed', first.id);
      },
    ],
    [
      'a last revision that never comes',
      /never told of revision/,
      async (redis) => {
        const entries = await redis.xrevrange('{guestwatch:0}feed', '+', '-');
        const last = entries.find(([, fields]) => findingOf(fields).supersededBy === null)!;
        await redis.xdel('{guestwatch:0}feed', last[0]);
      },
    ],
  ];
  for (const [i, [what, found, plant]] of feedPlants.entries()) {
    test(`the feed's law finds ${what}`, { timeout: 180_000 }, () =>
      onScene(servers, 1 + i, 'one', async ({ crew, stage, redis, read }) => {
        await stage.send(itemsFor(stage, 2, 120));
        await findingsSettle(crew.urls()[0]!, stage.sent);
        const truth = { listed: await listed(crew), lossFrom: null };
        const good = read({});
        await good.close();
        assert.equal(feedViolation(good, truth), null);
        await plant(redis);
        const reader = read({});
        await reader.close();
        assert.match(feedViolation(reader, truth) ?? '', found);
      }),
    );
  }

  const hookPlants: readonly [what: string, found: RegExp, plant: (of: Sample) => Partial<Sample>][] = [
    [
      'a revision that is withheld',
      /revision \d.* never came/,
      ({ came, second }) => ({ came: came.filter((one) => one !== second) }),
    ],
    [
      'a revision that comes before the one that it follows',
      /revision 1 .* came after revision 2/,
      ({ came, first, second }) => ({
        came: came.map((one) => (one === first ? second : one === second ? first : one)),
      }),
    ],
    [
      'a revision that is not as it is in the feed',
      /came as .*"revision":77.*, the feed has/,
      ({ came, first }) => ({
        came: came.map((one) =>
          one === first ? { ...one, body: one.body.replace(/"revision":\d+/, '"revision":77') } : one,
        ),
      }),
    ],
    [
      'a revision that the feed does not have',
      /as another is not in the feed/,
      ({ came, first }) => ({ came: [...came, { ...first, id: 'another' }] }),
    ],
    [
      'a revision that is suppressed',
      /is suppressed, and came at/,
      ({ feed, first }) => ({
        feed: feed.map((event) =>
          event.id === first.id ? { ...event, data: { ...event.data, suppressed: SUPPRESSED } } : event,
        ),
      }),
    ],
  ];
  test(
    'a webhook is sent what the feed has while a process is killed and after a loss; each thing that was planted is found',
    { timeout: 300_000 },
    () =>
      onScene(servers, 4, 'two', async ({ crew, stage, redis, hook }) => {
        await eventually(() => isKnownAt(crew.urls()[0]!, hook), 'it is written down');
        const items = itemsFor(stage, 6, 240);
        const half = Math.ceil(items.length / 2);
        const all = async (): Promise<FeedEvent[]> => {
          await findingsSettle(crew.urls()[0]!, stage.sent);
          let feed: FeedEvent[] = [];
          await eventually(
            async () => {
              feed = await feedAt(crew.urls()[0]!);
              return stillMissing(hook, feed) === null;
            },
            () => stillMissing(hook, feed) ?? '',
          );
          return feed;
        };
        const sending = stage.send(items.slice(0, half));
        await crew.processes[0]!.kill9();
        await sending;
        const feed = await all();
        const truth = { feed, mayHaveLost: false };
        assert.equal(hookViolation(hook, truth), null);

        const { subject } = feed.find(({ data }) => data.revision === 2)!;
        const [first, second] = hook.came.filter(({ body }) => JSON.parse(body).subject === subject);
        const sample: Sample = { came: [...hook.came], feed, first: first!, second: second! };
        for (const [what, found, plant] of hookPlants) {
          const planted = { ...sample, ...plant(sample) };
          const violation = hookViolation({ came: planted.came, oddities: [] }, { ...truth, feed: planted.feed });
          assert.match(violation ?? '', found, what);
        }

        await redis.flushdb();
        await stage.send(items.slice(half));
        const after = await all();
        assert.equal(hookViolation(hook, { feed: after, mayHaveLost: true }), null);
        assert.match(hookViolation(hook, { feed: after, mayHaveLost: false }) ?? '', /is not in the feed/);
      }),
  );
});
