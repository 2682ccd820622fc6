/** State that is not what it was is noticed before anything is written over it; positions go forward, whoever writes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedis } from '../../local/redis.ts';
import type { Position } from '../../src/state/partitions/partitionRecord.ts';
import { markField } from '../../src/state/partitions/positions.ts';
import { coverageQueries } from '../../src/state/queries/coverage.ts';
import type { State } from '../../src/state/state.ts';
import {
  allFindings,
  applyFacts,
  keysOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, HOUR_MS, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const FACTS = [signIn('s', NOW), operation('a', NOW)];

const at = (sequenceNumber: number) => ({
  ...{ sequenceNumber, offset: String(sequenceNumber), enqueuedAt: NOW + sequenceNumber, hubCreatedAt: 1 },
});
const progress = (sequenceNumber: number) => ({ position: at(sequenceNumber), readToEndAt: null, lagEvents: 3 });
const beginning = (after: Position | null, cause: 'first' | 'lost' | 'new_hub' = 'first') => ({
  ...{ cause, after, since: after === null ? NOW - 48 * HOUR_MS : null, previous: null, checkpoint: null },
  detail: `begun as ${cause}`,
});

/** A partition that is read up to event 20, with its facts at 10 and at 20. */
async function readTo20(state: State): Promise<void> {
  assert.deepEqual(await state.positions.load(PLACE), { kind: 'none' });
  await state.positions.begin(PLACE, beginning(null));
  await state.apply(batchOf([FACTS[0]!], 10));
  await state.apply(batchOf([FACTS[1]!], 20));
  assert.deepEqual(await state.positions.advance(PLACE, progress(20)), { kind: 'applied' });
  await settle([state]);
}

/** What is stored, but for what every opening makes anew. */
async function stored(state: State): Promise<Record<string, string>> {
  const names = (await keysOf(state)).map((name) => `{${state.options.prefix}:${name.replace(' ', '}')}`);
  const dumps = await Promise.all(names.map((name) => state.client.dumpBuffer(name)));
  return Object.fromEntries(names.map((name, i) => [name, dumps[i]!.toString('hex')]));
}

test('a partition that is not known has nothing stored; one that is known goes on after its position', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await readTo20(state);
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(20) });
    assert.deepEqual(await state.positions.load({ ...PLACE, partition: '1' }), { kind: 'none' });
    // In another life of the hub the position is given as it is, for the caller to compare.
    assert.deepEqual(await state.positions.load({ ...PLACE, hubCreatedAt: 2 }), { kind: 'position', position: at(20) });
  });
});

test('an empty partition has a position before its first event', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    const first = { ...at(-1), offset: null, enqueuedAt: null };
    await state.positions.begin(PLACE, beginning(first));
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: first });
    await state.positions.begin(PLACE, beginning(null));
    const since = NOW - 48 * HOUR_MS;
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'none', since }, 'none where it began by time');
  });
});

const LOSSES: readonly [string, (state: State) => Promise<unknown>, number | null][] = [
  ['everything is gone', ({ client }) => client.flushall(), null],
  ['the generation is another', ({ client, shards }) => client.hset(`${shards[0]!.key}meta`, 'generation', 'x'), null],
  ['the mark is gone', ({ client, shards }) => client.del(`${shards[0]!.key}marks`), null],
  ['the mark is lower', ({ client, shards }) => client.hset(`${shards[0]!.key}marks`, markField(PLACE), 15), 15],
];

for (const [what, lose, afterEvent] of LOSSES) {
  test(`where ${what}, facts are refused and nothing is written`, async () => {
    await withState(stateOptions(redis.url), async (state) => {
      await readTo20(state);
      await lose(state);
      const before = await stored(state);
      const outcome = await state.apply(batchOf([operation('late', NOW)], 21));
      assert.equal(outcome.kind, 'lost_state');
      const after = await stored(state);
      // What the part is notes that it is another, and that something was lost.
      for (const found of [before, after]) delete found[`${state.shards[0]!.key}meta`];
      assert.deepEqual(after, before);

      const found = await state.positions.load(PLACE);
      assert.equal(found.kind, 'lost');
      if (found.kind !== 'lost') return;
      assert.deepEqual([found.after, found.position], [afterEvent, at(20)]);

      // From there all is had again, and the same findings stand.
      await state.positions.begin(PLACE, beginning(afterEvent === null ? null : at(afterEvent), 'lost'));
      assert.equal((await state.apply(batchOf([...FACTS, operation('late', NOW)], 21))).kind, 'applied');
      assert.deepEqual(await state.positions.advance(PLACE, progress(21)), { kind: 'applied' });
      assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(21) });
      await settle([state]);
      assert.equal((await allFindings(state))[0]!.itemCount, 2);
    });
  });

  test(`where ${what}, a partition to which nothing is written learns of it with its next position, and the log at once`, async () => {
    const lost: string[] = [];
    const events = stateEvents({ onLost: (_detail, reason) => void lost.push(reason) });
    await withState(stateOptions(redis.url, { events }), async (state) => {
      await readTo20(state);
      await state.maintain();
      assert.deepEqual(lost, []);
      await lose(state);
      await state.maintain();
      // A part that is another says so, and what was there; a partition, that its facts are gone.
      const ofPart = what.startsWith('the mark') ? [] : ['state_lost'];
      if (what === 'everything is gone') ofPart.push('findings_lost');
      const ofPartition = what === 'the generation is another' ? [] : ['state_lost'];
      assert.deepEqual(lost, [...ofPart, ...ofPartition]);
      assert.equal((await state.positions.advance(PLACE, progress(20))).kind, 'lost_state');
    });
  });
}

test('a position that is to move before anyone has looked meets the loss, and stays', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await readTo20(state);
    const before = await state.records();
    await state.client.hset(`${state.shards[0]!.key}marks`, markField(PLACE), 15);
    assert.equal((await state.positions.advance(PLACE, progress(21))).kind, 'lost_state');
    assert.deepEqual(await state.records(), before);
  });
});

test('what a claim that met a loss still writes is refused, until the next has asked where to go on', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await readTo20(state);
    await state.client.flushall();
    assert.equal((await state.apply(batchOf([operation('late', NOW)], 21))).kind, 'lost_state');
    // As when a claim ends: it writes how far it was.
    assert.equal((await state.positions.advance(PLACE, progress(20))).kind, 'lost_state');
    assert.equal((await state.apply(batchOf([operation('later', NOW)], 22))).kind, 'lost_state');
    assert.deepEqual(await state.records(), []);
    await state.positions.begin(PLACE, beginning(null, 'lost'));
    assert.equal((await state.apply(batchOf([...FACTS], 20))).kind, 'applied');
    assert.deepEqual(await state.positions.advance(PLACE, progress(20)), { kind: 'applied' });
  });
});

test('where the position is gone but facts of the partition are there, that is a loss', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await readTo20(state);
    await state.client.del(`${state.keys.service}positions`);
    const found = await state.positions.load(PLACE);
    assert.deepEqual({ ...found, detail: '' }, { kind: 'lost', after: null, position: null, detail: '' });
  });
});

test('one shard of several that is lost is a loss; one in which nothing ever was is none', async () => {
  const lost: string[] = [];
  const events = stateEvents({ onLost: (_detail, reason) => void lost.push(reason) });
  await withState(stateOptions(redis.url, { shards: 3, events }), async (state) => {
    await readTo20(state);
    const own = state.shardOf(FACTS[0]!.tenantId);
    for (const { key } of [...state.shards, state.letters]) if (key !== own.key) await state.client.del(`${key}meta`);
    await state.maintain();
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(20) });
    assert.deepEqual(await state.positions.advance(PLACE, progress(20)), { kind: 'applied' });
    // Facts of a tenant that lives there find it as it is now.
    const moved = Array.from({ length: 20 }, (_, i) => signIn(`m${i}`, NOW, { tenantId: `tenant ${i}` }));
    assert.equal((await state.apply(batchOf(moved, 21))).kind, 'applied');
    assert.deepEqual(await state.positions.advance(PLACE, progress(21)), { kind: 'applied' });
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(21) });
    assert.deepEqual(lost, []);

    await state.client.del(`${own.key}meta`);
    assert.equal((await state.positions.load(PLACE)).kind, 'lost');
    await state.positions.begin(PLACE, beginning(null, 'lost'));
    assert.equal((await state.positions.load(PLACE)).kind, 'none');
    assert.equal((await allFindings(state)).length, 1);
    assert.ok(lost.length > 0);
  });
});

test('a mark that is higher is another owner, and no loss', async () => {
  await withStates(stateOptions(redis.url), 2, async ([old, next]) => {
    await readTo20(old!);
    assert.deepEqual(await next!.positions.load(PLACE), { kind: 'position', position: at(20) });
    assert.equal((await next!.apply(batchOf([operation('b', NOW)], 30))).kind, 'applied');
    await next!.positions.advance(PLACE, progress(30));
    // The old owner wakes up, and does what it had in hand.
    assert.equal((await old!.apply(batchOf([operation('c', NOW)], 22))).kind, 'applied');
    assert.deepEqual(await old!.positions.advance(PLACE, progress(22)), { kind: 'applied' });
    const { client, key } = old!.shards[0]!;
    assert.equal(await client.hget(`${key}marks`, markField(PLACE)), '30');
    assert.deepEqual(await next!.positions.load(PLACE), { kind: 'position', position: at(30) });
    await old!.maintain();
    assert.equal((await old!.positions.advance(PLACE, progress(23))).kind, 'applied');
    await settle([old!, next!]);
    assert.equal((await allFindings(next!))[0]!.itemCount, 3);
  });
});

test('a mark of dead letters is not lowered by an owner that is behind', async () => {
  const letter = { reason: 'not_json', enqueuedAt: NOW, receivedAt: NOW, recordIndex: null } as const;
  const letters = (sequenceNumber: number) => ({
    ...batchOf([], sequenceNumber),
    deadLetters: [{ ...letter, sequenceNumber, bytes: Buffer.from('{') }],
  });
  await withStates(stateOptions(redis.url), 2, async ([old, next]) => {
    await readTo20(old!);
    assert.equal((await old!.apply(letters(21))).kind, 'applied');
    await next!.positions.load(PLACE);
    assert.equal((await next!.apply(letters(30))).kind, 'applied');
    assert.equal((await old!.apply(letters(22))).kind, 'applied');
    const { client, key } = next!.letters;
    assert.equal(await client.hget(`${key}marks`, markField(PLACE)), '30');
  });
});

test('a position goes back only when reading is begun anew, and a later life of the hub stands above an earlier one', async () => {
  await withStates(stateOptions(redis.url), 2, async ([old, next]) => {
    await readTo20(old!);
    await old!.positions.advance(PLACE, progress(19));
    assert.deepEqual(await old!.positions.load(PLACE), { kind: 'position', position: at(20) });
    await old!.positions.begin(PLACE, beginning(at(12), 'lost'));
    const back = { kind: 'position', position: at(12), isRebuilding: true };
    assert.deepEqual(await old!.positions.load(PLACE), back);

    const reborn = { ...PLACE, hubCreatedAt: 2 };
    const first = { ...at(3), hubCreatedAt: 2 };
    await next!.positions.begin(reborn, beginning(first, 'new_hub'));
    await old!.positions.advance(PLACE, progress(500));
    assert.deepEqual(await next!.positions.load(reborn), { kind: 'position', position: first });
  });
});

test('where a checkpoint alone tells of a loss, it is told, read again up to there, and what is made again says so', async () => {
  const lost: string[] = [];
  const events = stateEvents({ onLost: (detail) => void lost.push(detail) });
  await withState(stateOptions(redis.url, { events }), async (state) => {
    await readTo20(state);
    const bare = { ...at(20), offset: null, enqueuedAt: null };
    await state.positions.begin(PLACE, { ...beginning(bare, 'lost'), checkpoint: 30 });
    const coverage = await coverageQueries(state, () => null).now();
    const [own] = coverage.hubs[0]!.partitions;
    assert.notEqual(own!.rebuilding, null);
    assert.deepEqual([lost.length, coverage.losses.length], [1, 1]);
    assert.match(coverage.losses[0]!.detail, new RegExp(`^${PLACE.hub}/${PLACE.partition}: `));
    assert.notEqual((await state.losses()).notedAt, null);
    const stored = async () => (await state.positions.load(PLACE)) as { isRebuilding?: true };
    await state.positions.advance(PLACE, progress(29));
    assert.equal((await stored()).isRebuilding, true);
    await state.positions.advance(PLACE, progress(30));
    assert.equal((await stored()).isRebuilding, undefined);
  });
});

test('the checkpoint that a hub before has left is known for as long as the next one stands', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await readTo20(state);
    const reborn = { ...PLACE, hubCreatedAt: 2 };
    const first = { ...at(3), hubCreatedAt: 2 };
    await state.positions.begin(reborn, { ...beginning(first, 'new_hub'), checkpoint: 20 });
    const stored = { kind: 'position', position: first, foreignCheckpoint: 20 };
    assert.deepEqual(await state.positions.load(reborn), stored);
    await state.positions.begin(reborn, beginning(first, 'lost'));
    assert.deepEqual(await state.positions.load(reborn), { ...stored, isRebuilding: true });
    const third = { ...at(1), hubCreatedAt: 3 };
    await state.positions.begin({ ...PLACE, hubCreatedAt: 3 }, beginning(third, 'new_hub'));
    const begun = { kind: 'position', position: third };
    assert.deepEqual(await state.positions.load({ ...PLACE, hubCreatedAt: 3 }), begun);
  });
});

test('scripts that the server has forgotten are told again', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, [FACTS[0]!]);
    await state.client.script('FLUSH');
    await applyFacts(state, [FACTS[1]!], 1);
    await state.client.script('FLUSH');
    await state.maintain();
    assert.equal((await allFindings(state)).length, 1);
  });
});

test('a Redis that comes back with all it had is no loss, and one that comes back empty is', async () => {
  const own = await startRedis({ settings: { appendfsync: 'always' } });
  const lost: string[] = [];
  const events = stateEvents({ onLost: (_detail, reason) => void lost.push(reason), onError: () => {} });
  try {
    await withState(stateOptions(own.url, { events }), async (state) => {
      await readTo20(state);
      await own.kill9();
      await assert.rejects(state.apply(batchOf(FACTS, 21)));
      await own.restart();
      assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(20) });
      assert.equal((await state.apply(batchOf([operation('b', NOW)], 21))).kind, 'applied');
      await settle([state]);
      assert.equal((await allFindings(state))[0]!.itemCount, 2);
      assert.deepEqual(lost, []);

      await state.client.flushall();
      assert.equal((await state.apply(batchOf(FACTS, 22))).kind, 'lost_state');
      assert.deepEqual(lost, ['state_lost', 'findings_lost']);
    });
  } finally {
    await own.stop();
  }
});
