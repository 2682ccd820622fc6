/** Those who look on while faults strike: where all is well they find nothing, and each of them finds what was planted for it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import { Redis } from 'ioredis';
import { Webhook as Reference } from 'standardwebhooks';
import { markField, type PartitionRecord } from '../../src/state/positions.ts';
import { OTHER_SECRET, SECRET } from '../delivery/receiver.ts';
import { askForAll, type FindingAnswer } from '../e2e/asking.ts';
import { findingsSettle } from '../e2e/laws.ts';
import { eventually, FAST, onStage, openServers, type Servers, type Stage } from '../e2e/support.ts';
import { arrangeEvents, hostileScenario } from '../oracle/hostile.ts';
import type { SentItem } from '../oracle/naive.ts';
import { type Crew, LAYOUTS, openCrew } from './process/crew.ts';
import { watchCoverage } from './watch/coverage.ts';
import { feedViolation } from './watch/feedLaws.ts';
import { lossSilence, stepBackSilence, tookState } from './watch/lossLaw.ts';
import { watchMemory } from './watch/memory.ts';
import { type Reader, type ReaderOptions, startReader } from './watch/reader.ts';
import { type Sampler, startSampler } from './watch/sampler.ts';
import { type Came, type Hook, openHook } from './watch/webhook.ts';
import { type FeedEvent, feedAt, hookViolation, isKnownAt, stillMissing } from './watch/webhookLaws.ts';

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

function itemsFor(stage: Stage, seed: number, count: number): SentItem[] {
  const { records, arrangement } = hostileScenario(seed, count, { base: Date.now() - 49 * 3_600_000 });
  return arrangeEvents(records, arrangement, { hubs: stage.hubs, packMax: 3 });
}

const listed = (crew: Crew): Promise<FindingAnswer[]> =>
  askForAll(crew.urls()[0]!, '/v1/findings', { view: 'any', suppressed: 'include', limit: 500 });

describe('the watches', { concurrency: 2 }, () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 8 });
  });
  after(() => servers?.stop());

  interface Scene {
    readonly crew: Crew;
    readonly stage: Stage;
    readonly redis: Redis;
    readonly hook: Hook;
    read(options: Partial<ReaderOptions>): Reader;
    sample(): Sampler;
  }

  /** A crew that is ready, and whatever is started on it; all of it ends with the test. */
  const onScene = (number: number, layout: keyof typeof LAYOUTS, run: (scene: Scene) => Promise<void>): Promise<void> =>
    onStage(servers, number, async (stage) => {
      const redis = new Redis(stage.environment['REDIS_URL']!);
      const closers: (() => unknown)[] = [() => redis.disconnect()];
      const hook = await openHook();
      closers.push(() => hook.close());
      const environment = { ...stage.environment, WEBHOOKS_FILE: hook.file };
      const crew = await openCrew({ environment, layout: LAYOUTS[layout], tuning: FAST });
      closers.push(() => crew.killAll());
      const read: Scene['read'] = (options) => {
        const reader = startReader({ name: 'reader', urls: crew.urls, from: 'begin', waitSeconds: 0, ...options });
        closers.push(() => reader.cut());
        return reader;
      };
      const sample = (): Sampler => {
        const sampler = startSampler({
          ...{ redis: () => redis, shards: 1, sent: stage.sent, intervalMs: 50 },
          container: BlobServiceClient.fromConnectionString(servers.azurite.connectionString).getContainerClient(
            stage.environment['CHECKPOINT_CONTAINER']!,
          ),
        });
        closers.push(() => sampler.stop());
        return sampler;
      };
      try {
        await crew.ready();
        await run({ crew, stage, redis, hook, read, sample });
      } finally {
        for (const closer of closers.reverse()) await closer();
      }
    });

  test(
    'readers have each revision once while processes are killed; a loss sends them back, and they go on',
    {
      timeout: 300_000,
    },
    () =>
      onScene(0, 'two', async ({ crew, stage, redis, read }) => {
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
      onScene(1 + i, 'one', async ({ crew, stage, redis, read }) => {
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
      onScene(6, 'two', async ({ crew, stage, redis, hook }) => {
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

  test('a receiver of webhooks takes what is signed, once, and notes what comes again as something else', async () => {
    const hook = await openHook();
    try {
      const [url] = /http:\S+/.exec(await readFile(hook.file, 'utf8'))!;
      const post = async (id: string, body: string, secret = SECRET): Promise<number> => {
        const at = new Date();
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': new Reference(secret).sign(id, at, body),
        };
        return (await fetch(url, { method: 'POST', headers, body })).status;
      };
      const bodyOf = (n: number): string => JSON.stringify({ n, data: { tenantId: 'tenant' } });
      assert.equal(await post('a', bodyOf(1), OTHER_SECRET), 401);
      assert.deepEqual(hook.came, []);
      assert.equal(await post('a', bodyOf(1)), 204);
      assert.equal(await post('b', bodyOf(2)), 204);
      assert.equal(await post('a', bodyOf(1)), 204);
      assert.deepEqual(
        hook.came.map(({ id, body, tenantId }) => [id, body, tenantId]),
        [
          ['a', bodyOf(1), 'tenant'],
          ['b', bodyOf(2), 'tenant'],
        ],
      );
      assert.deepEqual(hook.oddities, []);
      assert.equal(await post('a', bodyOf(3)), 204);
      assert.match(
        hookViolation(hook, { feed: [], mayHaveLost: true }) ?? '',
        /a came again as {"n":3,.*}, it was {"n":1,/,
      );
    } finally {
      await hook.close();
    }
  });

  test(
    'facts lead while processes are killed and frozen, and after a loss that was told; a loss is told everywhere',
    {
      timeout: 300_000,
    },
    () =>
      onScene(4, 'two', async ({ crew, stage, redis, sample }) => {
        const sampler = sample();
        const coverage = watchCoverage({ processes: () => crew.processes });
        const items = itemsFor(stage, 3, 240);
        const third = Math.ceil(items.length / 3);
        await stage.send(items.slice(0, third));
        crew.processes[1]!.freeze();
        await stage.send(items.slice(third, 2 * third));
        await eventually(() => sampler.confirmed > third, 'facts are found');
        crew.processes[1]!.thaw();
        await findingsSettle(crew.urls()[0]!, stage.sent);
        assert.deepEqual(coverage.since(0, 'loss'), []);

        const from = Date.now();
        const before = sampler.confirmed;
        sampler.lossBegins();
        await redis.flushdb();
        const until = Date.now();
        sampler.lossEnds();
        await stage.send(items.slice(2 * third));
        await findingsSettle(crew.urls()[0]!, stage.sent);
        assert.equal(await sampler.finish(), null);
        assert.equal(sampler.confirmed - before, items.length);
        assert.ok(tookState({ from, until }, [], sampler.stepsBack), 'looks saw what it took');
        const loss = { what: 'flushed', from, ableFrom: from };
        await eventually(() => lossSilence(loss, coverage, crew.log) === null, 'the loss is told', 13_000);
        await coverage.stop();
        assert.match(
          lossSilence({ ...loss, from: Date.now() }, coverage, crew.log) ?? '',
          /not told .* in: coverage, metrics, log/,
        );
      }),
  );

  interface Planted {
    readonly redis: Redis;
    readonly stage: Stage;
    /** A partition that was read, with its position. */
    readonly field: string;
    readonly record: { hub: string; partition: string; sequenceNumber: number; [name: string]: unknown };
  }
  const write = ({ redis, field, record }: Planted, sequenceNumber: number): Promise<unknown> =>
    redis.hset('{guestwatch:p}positions', field, JSON.stringify({ ...record, sequenceNumber }));

  const plants: readonly [what: string, law: string, detail: RegExp, plant: (of: Planted) => Promise<unknown>][] = [
    [
      'a position ahead of its facts',
      'facts_lead',
      /is not there, but the position is/,
      async (of) => {
        const { hub, partition, sequenceNumber } = of.record;
        await of.stage.send(itemsFor(of.stage, 5, 40).map((item) => ({ ...item, hub, partition })));
        await write(of, sequenceNumber + 10);
      },
    ],
    [
      'a position ahead of a dead letter',
      'facts_lead',
      /dead letter \(not_json\)/,
      async (of) => {
        const { hub, partition, sequenceNumber } = of.record;
        await of.stage.send([{ body: Buffer.from('no JSON'), hub, partition }]);
        await write(of, sequenceNumber + 1);
      },
    ],
    [
      'a position that goes back',
      'never_back',
      /the position went from/,
      (of) => write(of, of.record.sequenceNumber - 1),
    ],
    [
      'a mark that goes back',
      'never_back',
      /the mark .* went from/,
      async ({ redis, record }) => {
        const marks = await redis.hgetall('{guestwatch:0}marks');
        const [name] = Object.entries(marks).find(
          ([own]) => own.startsWith(`${record.hub} `) && own.endsWith(` ${record.partition}`),
        )!;
        await redis.hset('{guestwatch:0}marks', name, '0');
      },
    ],
    [
      'a checkpoint ahead of its position',
      'position_leads',
      /the checkpoint is/,
      async ({ stage, record }) => {
        const { CHECKPOINT_STORAGE_CONNECTION_STRING: storage, CHECKPOINT_CONTAINER: container } = stage.environment;
        const blobs = BlobServiceClient.fromConnectionString(storage!).getContainerClient(container!);
        for await (const { name, metadata } of blobs.listBlobsFlat({ includeMetadata: true })) {
          if (!name.endsWith(`/${record.hub}/$default/checkpoint/${record.partition}`)) continue;
          const sequencenumber = String(record.sequenceNumber + 1);
          await blobs.getBlockBlobClient(name).setMetadata({ offset: metadata!['offset']!, sequencenumber });
        }
      },
    ],
  ];
  test(
    'a step back by one event is told of by a service that lives, and by one that starts after it; where nobody tells, the law finds it',
    { timeout: 300_000 },
    () =>
      onScene(7, 'one', async ({ crew, stage, redis, sample }) => {
        const sampler = sample();
        let next: Crew | undefined;
        // Each crew counts its processes from the beginning.
        const ofNext = () =>
          (next?.processes ?? []).map(({ apiUrl, opsUrl }) => ({ name: 'the next', apiUrl, opsUrl }));
        const coverage = watchCoverage({ processes: () => [...crew.processes, ...ofNext()] });
        await stage.send(itemsFor(stage, 6, 60));
        await findingsSettle(crew.urls()[0]!, stage.sent);
        /** Sets back the mark of some partition, as if its last event had never come, and its position as well where that is said. */
        const setBack = async (alsoPosition: boolean): Promise<string> => {
          const { looks } = sampler;
          await eventually(
            () => sampler.looks > looks + 1,
            () => `it has looked: ${JSON.stringify(sampler.violation)}`,
          );
          const positions = Object.values(await redis.hgetall('{guestwatch:p}positions'));
          const records = positions.map((text) => JSON.parse(text) as PartitionRecord);
          const record = records.find(({ marks }) => (marks[0] ?? 0) > 2)!;
          const mark = record.marks[0]! - 1;
          await redis.hset('{guestwatch:0}marks', markField(record), mark);
          const earlier = { ...record, sequenceNumber: mark, marks: [mark, ...record.marks.slice(1)] };
          const field = `${record.hub} ${record.partition}`;
          if (alsoPosition) await redis.hset('{guestwatch:p}positions', field, JSON.stringify(earlier));
          return `${record.hub}/${record.partition}`;
        };
        const found = async (count: number) => {
          await eventually(() => sampler.stepsBack.length >= count, 'the step back is found');
          return sampler.stepsBack[count - 1]!;
        };
        sampler.lossBegins();
        const place = await setBack(false);
        const told = await found(1);
        assert.equal(told.place, place);
        await eventually(
          () => stepBackSilence(told, coverage, crew.log) === null,
          () => stepBackSilence(told, coverage, crew.log) ?? '',
          20_000,
        );
        await findingsSettle(crew.urls()[0]!, stage.sent);
        await crew.stopAll();
        await setBack(true);
        const silent = await found(2);
        const silence = () => stepBackSilence(silent, coverage, [...crew.log, ...(next?.log ?? [])]);
        assert.match(silence() ?? '', /held .* then .* not told of .* in: coverage, metrics, log$/);
        try {
          next = await openCrew({ environment: stage.environment, layout: LAYOUTS.one, tuning: FAST });
          await eventually(
            () => silence() === null,
            () => silence() ?? '',
            30_000,
          );
          await findingsSettle(next.urls()[0]!, stage.sent);
        } finally {
          await coverage.stop();
          await next?.killAll();
        }
      }),
  );

  test('the sampler finds each thing that was planted, and says how it came there', { timeout: 300_000 }, () =>
    onScene(5, 'one', async ({ crew, stage, redis, sample }) => {
      await stage.send(itemsFor(stage, 4, 120));
      await findingsSettle(crew.urls()[0]!, stage.sent);
      const quiet = sample();
      await crew.stopAll();
      assert.equal(await quiet.finish(), null);
      assert.equal(quiet.confirmed, stage.sent.length);

      for (const [i, [what, law, detail, plant]] of plants.entries()) {
        const all = await redis.hgetall('{guestwatch:p}positions');
        // Each its own partition: what was sent to one for a plant stays there.
        const [field, text] = Object.entries(all).filter(([, own]) => JSON.parse(own).sequenceNumber > 2)[i]!;
        const marks = await redis.hgetall('{guestwatch:0}marks');
        const planted: Planted = { redis, stage, field, record: JSON.parse(text) };
        const sampler = sample();
        await eventually(
          () => sampler.looks > 1,
          () => `it has looked: ${JSON.stringify(sampler.violation)}`,
          20_000,
        );
        await plant(planted);
        await eventually(() => sampler.violation !== null, what, 20_000);
        const { violation } = sampler;
        assert.deepEqual(
          { what, law: violation!.law, place: violation!.place },
          { what, law, place: field.replace(' ', '/') },
        );
        assert.match(violation!.detail, detail);
        assert.ok(violation!.way.length > 0);
        assert.deepEqual(await sampler.finish(), violation);
        // Those that follow begin in the state that was right.
        await write(planted, planted.record.sequenceNumber);
        await redis.hset('{guestwatch:0}marks', marks);
      }
    }),
  );
});

const findingOf = (fields: readonly string[]): FindingAnswer =>
  JSON.parse(fields[fields.indexOf('finding') + 1]!) as FindingAnswer;
