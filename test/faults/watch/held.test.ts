/** Those who look on at what is held, positions and facts, and at how its loss is told: where all is well they find nothing, and each of them finds what was planted for it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import type { Redis } from 'ioredis';
import type { PartitionRecord } from '../../../src/state/partitions/partitionRecord.ts';
import { markField } from '../../../src/state/partitions/positions.ts';
import { findingsSettle } from '../../e2e/laws.ts';
import { eventually, FAST, openServers, type Servers, type Stage } from '../../e2e/support.ts';
import { type Crew, LAYOUTS, openCrew } from '../process/crew.ts';
import { watchCoverage } from './coverage.ts';
import { lossSilence, stepBackSilence, tookState } from './lossLaw.ts';
import { itemsFor, onScene } from './scene.ts';

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
// One scene at a time: a loss must be told within seconds, and whoever watches what is told has two scenes meanwhile.
describe('the watches of what is held', () => {
  let servers: Servers;
  before(async () => {
    servers = await openServers({ stages: 3 });
  });
  after(() => servers?.stop());

  test(
    'facts lead while processes are killed and frozen, and after a loss that was told; a loss is told everywhere',
    {
      timeout: 300_000,
    },
    () =>
      onScene(servers, 0, 'two', async ({ crew, stage, redis, sample }) => {
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

  test(
    'a step back by one event is told of by a service that lives, and by one that starts after it; where nobody tells, the law finds it',
    { timeout: 300_000 },
    () =>
      onScene(servers, 1, 'one', async ({ crew, stage, redis, sample }) => {
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
    onScene(servers, 2, 'one', async ({ crew, stage, redis, sample }) => {
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
