/** Dead letters that are lost are noticed as facts are: before anything is written over the loss, and read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { startRedisCluster } from '../../local/redis.ts';
import { listLetters } from '../../src/state/deadLetters.ts';
import type { NewLetter } from '../../src/state/letter.ts';
import { markField } from '../../src/state/partitions/positions.ts';
import type { State } from '../../src/state/state.ts';
import { allFindings, redisOfFile, settle, stateEvents, stateOptions, withState } from './redis.ts';
import { batchOf, HOUR_MS, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const FACTS = [signIn('s', NOW), operation('a', NOW)];
const letter = (sequenceNumber: number, name = ''): NewLetter => ({
  ...{ reason: 'not_json', sequenceNumber, enqueuedAt: NOW, receivedAt: NOW, recordIndex: null },
  bytes: Buffer.from(`letter ${sequenceNumber}${name}`),
});
const lettersOf = (...letters: NewLetter[]) => ({
  ...batchOf([], letters.at(-1)!.sequenceNumber),
  deadLetters: letters,
});
const at = (sequenceNumber: number) => ({ sequenceNumber, offset: null, enqueuedAt: NOW, hubCreatedAt: 1 });
const progress = (sequenceNumber: number) => ({ position: at(sequenceNumber), readToEndAt: null, lagEvents: 0 });
const beginning = (cause: 'first' | 'lost', after: number | null) => ({
  ...{ cause, after: after === null ? null : at(after), since: after === null ? NOW - 48 * HOUR_MS : null },
  ...{ previous: null, checkpoint: null, detail: `begun as ${cause}` },
});

/** A partition that is read up to event 30: facts at 10, letters at 15 and, in several steps, at 20. */
const LAST = ['', ' b', ' c', ' d', ' e'].map((name) => letter(20, name));
async function readTo30(state: State, beforeLast: (state: State) => Promise<unknown> = async () => {}): Promise<void> {
  await state.positions.begin(PLACE, beginning('first', null));
  await state.apply(batchOf(FACTS, 10));
  await state.apply(lettersOf(letter(15)));
  await beforeLast(state);
  await state.apply(lettersOf(...LAST));
  assert.deepEqual(await state.positions.advance(PLACE, progress(30)), { kind: 'applied' });
  await settle([state]);
}

const letterKeys = (state: State): string[] =>
  ['meta', 'marks', 'letters', 'order'].map((name) => state.letters.key + name);
const contents = async (state: State): Promise<string[]> =>
  (await listLetters(state.letters, null, 100)).letters.map((one) => one.letter.content).sort();
const ALL = [letter(15), ...LAST, letter(31)].map(({ bytes }) => Buffer.from(bytes).toString()).sort();

/** What a replica held that had not heard of the last letters yet. */
async function replicaOf(state: State): Promise<() => Promise<void>> {
  const dumps = await Promise.all(letterKeys(state).map((key) => state.client.dumpBuffer(key)));
  return async () => {
    for (const [i, key] of letterKeys(state).entries()) await state.client.restore(key, 0, dumps[i]!, 'REPLACE');
  };
}

interface Loss {
  readonly after: number | null;
  readonly lose: (state: State, failOver: () => Promise<void>) => Promise<unknown>;
}

const LOSSES: Readonly<Record<string, Loss>> = {
  'the place of the letters is emptied': { after: null, lose: (state) => state.client.del(letterKeys(state)) },
  'their generation is another': {
    after: null,
    lose: (state) => state.client.hset(`${state.letters.key}meta`, 'generation', 'x'),
  },
  'their mark is gone': {
    after: null,
    lose: (state) => state.client.hdel(`${state.letters.key}marks`, markField(PLACE)),
  },
  'a replica without the last letters takes over': { after: 15, lose: (_state, failOver) => failOver() },
};

for (const [what, { after: goesOnAfter, lose }] of Object.entries(LOSSES)) {
  /** A state that has lost them, and what its log says of losses. */
  const withLoss = async (use: (state: State, lost: readonly string[]) => Promise<void>): Promise<void> => {
    const lost: string[] = [];
    const events = stateEvents({ onLost: (detail) => void lost.push(detail) });
    await withState(stateOptions(redis.url, { events }), async (state) => {
      let failOver = async (): Promise<void> => {};
      await readTo30(state, async () => {
        failOver = await replicaOf(state);
      });
      await state.maintain();
      assert.deepEqual(lost, []);
      await lose(state, failOver);
      await use(state, lost);
    });
  };

  test(`where ${what}, no letter is put over the loss; read again, each is kept once`, () =>
    withLoss(async (state) => {
      const letters = await contents(state);
      assert.equal((await state.apply(lettersOf(letter(31)))).kind, 'lost_state');
      assert.deepEqual(await contents(state), letters);
      const found = await state.positions.load(PLACE);
      assert.ok(found.kind === 'lost');
      assert.deepEqual([found.after, found.position], [goesOnAfter, at(30)]);
      assert.match(found.detail, /the dead letters/);

      await state.positions.begin(PLACE, beginning('lost', found.after));
      for (const batch of [batchOf(FACTS, 10), lettersOf(letter(15)), lettersOf(...LAST), lettersOf(letter(31))])
        assert.deepEqual(await state.apply(batch), { kind: 'applied' });
      assert.deepEqual(await state.positions.advance(PLACE, progress(31)), { kind: 'applied' });
      assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(31) });
      assert.deepEqual(await contents(state), ALL);
      await settle([state]);
      assert.equal((await allFindings(state)).length, 1);
    }));

  test(`where ${what}, a partition that brings no letters learns of it with its next position, and the log at once`, () =>
    withLoss(async (state, lost) => {
      await state.maintain();
      assert.ok(lost.length > 0);
      assert.match(lost[0]!, /the dead letters/);
      assert.equal((await state.positions.advance(PLACE, progress(40))).kind, 'lost_state');
      assert.equal((await state.positions.load(PLACE)).kind, 'lost');
    }));

  test(`where ${what}, facts are refused once that is known`, () =>
    withLoss(async (state) => {
      await state.maintain();
      assert.equal((await state.apply(batchOf([operation('late', NOW)], 31))).kind, 'lost_state');
    }));
}

test('a partition that was never known to have letters does not take those of another for its own', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await readTo30(state);
    const other = { ...PLACE, partition: '1' };
    assert.deepEqual(await state.positions.load(other), { kind: 'none' });
    await state.positions.begin(other, beginning('first', null));
    assert.deepEqual(await state.apply({ ...lettersOf(letter(3)), place: other }), { kind: 'applied' });
    assert.deepEqual(await state.positions.load(PLACE), { kind: 'position', position: at(30) });
  });
});

test('where letters are there and the position is gone, that is a loss', async () => {
  await withState(stateOptions(redis.url), async (state) => {
    await state.positions.begin(PLACE, beginning('first', null));
    await state.apply(lettersOf(letter(15)));
    await state.client.del(`${state.keys.service}positions`);
    assert.equal((await state.positions.load(PLACE)).kind, 'lost');
  });
});

test('a Cluster node that is emptied and held the letters alone is a loss that all partitions notice', async () => {
  const cluster = await startRedisCluster({ appendOnly: false });
  const direct = new Redis(cluster.nodes[0]!.url);
  try {
    const ranges = (await direct.cluster('SLOTS')) as unknown as [number, number, [string, number]][];
    const portOf = async (key: string): Promise<number> => {
      const slot = Number(await direct.cluster('KEYSLOT', key));
      return ranges.find(([from, to]) => slot >= from && slot <= to)![2][1];
    };
    const options = await lettersApart(cluster.nodes[0]!.url, portOf);
    const port = await portOf(`{${options.prefix}:d}`);
    await withState(options, async (state) => {
      await readTo30(state);
      const node = new Redis(cluster.nodes.find(({ url }) => new URL(url).port === String(port))!.url);
      await node.flushall();
      node.disconnect();
      assert.equal((await state.positions.load(PLACE)).kind, 'lost');
      await state.positions.begin(PLACE, beginning('lost', null));
      for (const batch of [lettersOf(letter(15)), lettersOf(...LAST)])
        assert.deepEqual(await state.apply(batch), { kind: 'applied' });
      assert.equal((await contents(state)).length, 6);
      await settle([state]);
      assert.equal((await allFindings(state)).length, 1, 'what lies on other nodes is untouched');
    });
  } finally {
    direct.disconnect();
    await cluster.stop();
  }
});

/** Options with a prefix under which the letters lie on another node than the facts and the positions. */
async function lettersApart(url: string, portOf: (key: string) => Promise<number>) {
  for (;;) {
    const options = stateOptions(url, { cluster: true });
    const [facts, positions, letters] = await Promise.all(
      ['0', 'p', 'd'].map((part) => portOf(`{${options.prefix}:${part}}`)),
    );
    if (letters !== facts && letters !== positions) return options;
  }
}
