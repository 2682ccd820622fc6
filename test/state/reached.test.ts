/** A step back is told by whoever lives, though another was reading, and as soon as Redis is reached again. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import type { Cluster, Redis } from 'ioredis';
import { startRedisCluster } from '../../local/redis.ts';
import { coverageQueries } from '../../src/state/queries/coverage.ts';
import { type Client, connect, onReached } from '../../src/state/redis/client.ts';
import { repeat } from '../../src/state/redis/repeat.ts';
import { loadScript } from '../../src/state/redis/scripts.ts';
import type { State } from '../../src/state/state.ts';
import { redisOfFile, stateEvents, stateOptions, withState, withStates } from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { batchOf, HOUR_MS, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const OTHER = { ...PLACE, partition: '1' };
const FIRST = { cause: 'first', after: null, since: 0, previous: null, checkpoint: null, detail: 'it begins' } as const;
const progress = (sequenceNumber: number) => ({
  position: { sequenceNumber, offset: String(sequenceNumber), enqueuedAt: sequenceNumber, hubCreatedAt: 1 },
  ...{ readToEndAt: null, lagEvents: 0 },
});

test('a step back is told as soon as Redis is reached again, not at the next round', { timeout: 30_000 }, async () => {
  const told = new EventEmitter();
  const events = stateEvents({ onLost: (detail) => told.emit('lost', detail), onError: () => {} });
  await withState(stateOptions(redis.url, { events, hooks: { pauseMs: HOUR_MS } }), async (state) => {
    const put = (event: number) => state.apply(batchOf([signIn(`s${event}`, Date.now())], event));
    state.start();
    // The first look is over by then: it asks for each thing before this one does.
    await state.maintain();
    await put(10);
    const fallBack = await snapshotOf(state);
    await put(20);
    await fallBack();
    const lost = once(told, 'lost');
    await cut(state.client as Redis);
    assert.match((await lost)[0], /shard 0 of the state no longer holds all/);
  });
});

test('a reader that lives notices what another one had stored of its partition, and tells of it everywhere', async () => {
  const told: string[] = [];
  const options = stateOptions(redis.url, { events: stateEvents({ onLost: (detail) => told.push(detail) }) });
  await withStates(options, 2, async ([reads, lives]) => {
    const fallBack = await snapshotOf(reads!);
    await reads!.positions.begin(PLACE, FIRST);
    await reads!.apply(batchOf([signIn('s10', Date.now())], 10));
    await reads!.positions.advance(PLACE, progress(10));
    await reads!.positions.begin(OTHER, FIRST);
    await reads!.positions.advance(OTHER, progress(3));
    await lives!.maintain();
    const halfBack = await snapshotOf(reads!);
    await reads!.apply(batchOf([signIn('s20', Date.now())], 20));
    await reads!.positions.advance(PLACE, progress(20));
    await lives!.maintain();
    // All of it together, and nobody is left that read it.
    await halfBack();
    await lives!.maintain();
    await lives!.maintain();
    assert.deepEqual(told.splice(0), [`shard 0 of the state no longer holds all that logs/0 has put there`]);
    const { losses } = await coverageQueries(lives!, () => null).now();
    assert.deepEqual(
      losses.map(({ detail }) => detail),
      ['shard 0 of the state no longer holds all that logs/0 has put there'],
    );
    // It goes on from where all agree; and what is gone altogether it misses, though it never read it.
    assert.deepEqual(await lives!.positions.load(PLACE), { kind: 'position', position: progress(10).position });
    await fallBack();
    assert.deepEqual((await lives!.positions.load(OTHER)).kind, 'lost');
    assert.deepEqual((await lives!.positions.load(PLACE)).kind, 'lost');
  });
});

test('so does one that had read the partition before, though what it read itself is there', async () => {
  const told: string[] = [];
  const options = stateOptions(redis.url, { events: stateEvents({ onLost: (detail) => told.push(detail) }) });
  await withStates(options, 2, async ([lives, reads]) => {
    const read = async (state: State, event: number): Promise<void> => {
      await state.apply(batchOf([signIn(`s${event}`, Date.now())], event));
      await state.positions.advance(PLACE, progress(event));
    };
    await lives!.positions.begin(PLACE, FIRST);
    await read(lives!, 10);
    await reads!.positions.load(PLACE);
    await read(reads!, 15);
    const fallBack = await snapshotOf(reads!);
    await read(reads!, 20);
    await lives!.maintain();
    await fallBack();
    await lives!.maintain();
    assert.deepEqual(told, ['shard 0 of the state no longer holds all that logs/0 has put there']);
    const { losses } = await coverageQueries(lives!, () => null).now();
    assert.deepEqual(
      losses.map(({ detail }) => detail),
      told,
    );
  });
});

test('a loss that was told and could not be noted at once is noted by the next look', async () => {
  const told: string[] = [];
  const options = stateOptions(redis.url, { events: stateEvents({ onLost: (detail) => told.push(detail) }) });
  await withStates(options, 2, async ([reads, lives]) => {
    await reads!.positions.begin(PLACE, FIRST);
    const fallBack = await snapshotOf(reads!);
    await reads!.apply(batchOf([signIn('s10', Date.now())], 10));
    await reads!.positions.advance(PLACE, progress(10));
    await lives!.maintain();
    await fallBack();
    const { client } = lives!;
    const { sha } = loadScript('noteloss');
    const callBuffer = client.callBuffer.bind(client);
    client.callBuffer = ((...args: [string, ...(string | number | Buffer)[]]) =>
      args[1] === sha ? Promise.reject(new Error('Connection is closed.')) : callBuffer(...args)) as typeof callBuffer;
    await assert.rejects(lives!.maintain(), /closed/);
    client.callBuffer = callBuffer;
    assert.equal(told.length, 1);
    await lives!.maintain();
    const { losses } = await coverageQueries(lives!, () => null).now();
    assert.deepEqual(
      losses.map(({ detail }) => detail),
      told,
    );
  });
});

test('a server alone tells that it is reached', async () => {
  const client = connect({ url: redis.url, cluster: false }) as Redis;
  try {
    await client.ping();
    await assertTells(client, client);
  } finally {
    client.disconnect();
  }
});

test('each node of a Cluster that went is a reason to look', { timeout: 60_000 }, async () => {
  const cluster = await startRedisCluster({ appendOnly: false });
  const client = connect({ url: cluster.nodes[0]!.url, cluster: true }) as Cluster;
  try {
    await client.mget('{a}', '{a}b');
    for (const node of client.nodes()) {
      await node.ping();
      await assertTells(client, node);
    }
  } finally {
    client.disconnect();
    await cluster.stop();
  }
});

test('a round that is asked for during another comes after it, and before a pause', async () => {
  const steps = new EventEmitter();
  let rounds = 0;
  const round = async (): Promise<void> => {
    rounds += 1;
    setImmediate(() => steps.emit(`begun ${rounds}`));
    if (rounds === 1) await once(steps, 'go on');
  };
  const { hurry, end } = repeat(round, (error) => assert.fail(error as Error), HOUR_MS);
  await once(steps, 'begun 1');
  hurry();
  steps.emit('go on');
  await once(steps, 'begun 2');
  hurry();
  await once(steps, 'begun 3');
  await end();
  assert.equal(rounds, 3);
});

async function assertTells(client: Client, node: Redis): Promise<void> {
  const reached = new EventEmitter();
  onReached(client, () => reached.emit('reached'));
  const told = once(reached, 'reached');
  await cut(node);
  await told;
}

/** Cuts a connection from the server's side. */
async function cut(connection: Redis): Promise<void> {
  const id = await connection.client('ID');
  const other = connection.duplicate();
  await other.client('KILL', 'ID', id);
  other.disconnect();
}
