/** Keys that Redis has let go are a loss of state: what is left is made whole by reading again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedis } from '../../local/redis.ts';
import type { Fact } from '../../src/detection/fact.ts';
import { listLetters } from '../../src/state/deadLetters.ts';
import { openState, type State } from '../../src/state/state.ts';
import {
  allFindings,
  applyFacts,
  contentsIn,
  contentsOfAll,
  foldOf,
  stateEvents,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { batchOf, HOUR_MS, operation, PLACE, signIn } from './samples.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis({ appendOnly: false });
  await withState(stateOptions(redis.url), evictSome);
});
after(() => redis.stop());

const NOW = Date.now();
const ACTORS = 40;
const guest = (i: number) => ({ upn: `g${i}@partner.com`, objectId: null });
const actor = (i: number) => ({ actorUpn: `g${i}_partner.com#ext#@contoso.com`, actorObjectId: null });
const FACTS = Array.from({ length: ACTORS }, (_, i) => [
  signIn(`s${i}`, NOW - HOUR_MS, guest(i)),
  operation(`o${i}`, NOW - HOUR_MS, actor(i)),
]).flat();

const beginning = { after: null, since: NOW - 48 * HOUR_MS, previous: null, checkpoint: null, detail: 'begun' };

/** Has the server evict some keys. */
async function evictSome({ client }: State): Promise<void> {
  const before = await evicted(client);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
  await client.config('SET', 'maxmemory', used - 40_000);
  for (let i = 0; (await evicted(client)) === before; i++) await client.set(`filler ${i}`, 'x'.repeat(1_000));
  await client.config('SET', 'maxmemory', 0);
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  const fillers = await client.keys('filler *');
  if (fillers.length > 0) await client.del(fillers);
}

const evicted = async (client: State['client']): Promise<number> =>
  Number(/evicted_keys:(\d+)/.exec(await client.info('stats'))![1]);

test('after an eviction all is read again, and the same findings stand', { timeout: 60_000 }, async () => {
  const told: string[] = [];
  const events = stateEvents({ onLost: (_detail, reason) => void told.push(reason) });
  const options = stateOptions(redis.url, { events });
  await withStates(options, 2, async ([state, other]) => {
    await state!.positions.begin(PLACE, { ...beginning, cause: 'first' });
    await applyFacts(state!, FACTS, 7);
    const position = { sequenceNumber: 7, offset: null, enqueuedAt: NOW, hubCreatedAt: 1 };
    await state!.positions.advance(PLACE, { position, readToEndAt: NOW, lagEvents: 0 });
    await state!.maintain();
    assert.equal(told.length, 0);

    await evictSome(state!);
    await state!.maintain();
    assert.deepEqual(told.slice(0, 2), ['keys_evicted', 'keys_evicted'], 'of the shard, and of the dead letters');
    assert.ok(told.includes('state_lost'));
    const { generation } = state!.shards[0]!;
    assert.notEqual((await state!.positions.load(PLACE)).kind, 'position');
    await state!.positions.begin(PLACE, { ...beginning, cause: 'lost' });
    await applyFacts(state!, FACTS, 7);
    assert.equal((await allFindings(state!)).length, ACTORS);
    assert.deepEqual(await contentsIn(state!), contentsOfAll(foldOf(FACTS)));

    // Who looks later finds it told, and renews nothing; nor does one that begins now.
    await other!.maintain();
    await withState(options, (next) => next.maintain());
    const count = told.length;
    await state!.maintain();
    assert.deepEqual([state!.shards[0]!.generation, told.length], [generation, count]);
  });
});

test('whichever key was evicted, the same findings stand once all was read again', { timeout: 60_000 }, async () => {
  const facts = FACTS.slice(0, 4);
  for (let i = 0; ; i++) {
    const state = await openState(stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) }));
    try {
      await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
      await applyFacts(state, facts, 7);
      await state.maintain();
      const keys = (await state.client.keys(`${state.shards[0]!.key}*`)).sort();
      if (i >= keys.length) return;
      await state.client.del(keys[i]!);
      // The server cannot be told which to evict. It has done so before, and that is made news.
      const { key, client } = state.shards[0]!;
      const [run] = String(await client.hget(`${state.letters.key}meta`, 'evicted')).split(' ');
      await client.hset(`${key}meta`, 'evicted', `${run} 0`);
      await state.maintain();
      await state.positions.begin(PLACE, { ...beginning, cause: 'lost' });
      await applyFacts(state, facts, 7);
      assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(facts)), keys[i]);
    } finally {
      await state.close();
    }
  }
});

test('nor does it where the key that would tell of it went too, and everyone who knew the part is gone', {
  timeout: 60_000,
}, async () => {
  const facts = FACTS.slice(0, 4);
  const events = stateEvents({ onLost: () => {}, onError: () => {} });
  for (let i = 0, isOver = false; !isOver; i++) {
    const options = stateOptions(redis.url, { events });
    await withState(options, async (state) => {
      await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
      await applyFacts(state, facts, 7);
      await state.maintain();
      const { key, client } = state.shards[0]!;
      const keys = (await client.keys(`${key}*`)).filter((name) => name !== `${key}meta`).sort();
      isOver = i >= keys.length;
      if (isOver) return;
      await client.del(keys[i]!, `${key}meta`);
      const next = await openState(options);
      try {
        assert.notEqual((await next.positions.load(PLACE)).kind, 'position');
        await next.positions.begin(PLACE, { ...beginning, cause: 'lost' });
        await applyFacts(next, facts, 7);
        assert.deepEqual(await contentsIn(next), contentsOfAll(foldOf(facts)), keys[i]);
      } finally {
        await next.close();
      }
    });
  }
});

for (const isLed of [true, false])
  test(`nor does it matter what was folded again before anyone noticed, ${isLed ? 'into the findings' : 'past them'}`, () =>
    foldInBetween(isLed));

async function foldInBetween(isLed: boolean): Promise<void> {
  const facts = [FACTS[0]!, FACTS[1]!, operation('more', NOW - HOUR_MS + 1, actor(0)), signIn('later', NOW, guest(0))];
  for (let i = 0; ; i++) {
    const state = await openState(
      stateOptions(redis.url, { events: stateEvents({ onLost: () => {}, onError: () => {} }) }),
    );
    try {
      await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
      await applyFacts(state, facts, 7);
      await state.maintain();
      const { key, client } = state.shards[0]!;
      const keys = (await client.keys(`${key}*`)).filter((name) => name !== `${key}meta`).sort();
      if (i >= keys.length) return;
      const leading = keys.filter((name) => /(ao|ai|af|f):|list/.test(name.slice(key.length)));
      await client.del(keys[i]!, ...(isLed ? [] : leading));
      const others = [signIn('other', NOW - 2 * HOUR_MS, guest(0)), operation('other', NOW, actor(0))];
      const between = isLed ? others : facts.slice(0, 2);
      for (const fact of between) await again(state, [fact]);
      const [run] = String(await client.hget(`${state.letters.key}meta`, 'evicted')).split(' ');
      await client.hset(`${key}meta`, 'evicted', `${run} 0`);
      await state.maintain();
      await state.positions.begin(PLACE, { ...beginning, cause: 'lost' });
      const all = [...new Set([...facts, ...between])];
      await applyFacts(state, all, 7);
      assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(all)), keys[i]);
    } finally {
      await state.close();
    }
  }
}

/** Applies facts beside the partition's way, as another owner does, and folds what is owed for them: others may be owed one that are not known any more. */
async function again(state: State, facts: readonly Fact[]): Promise<void> {
  await state.applyAgain({ place: PLACE, facts, nonInteractive: [], deadLetters: [] });
  await state.folder.idle();
}

test('a finding that was evicted is not raised a second time before the loss is noticed, and comes as rebuilt after it', async () => {
  const errors: unknown[] = [];
  const events = stateEvents({ onLost: () => {}, onError: (error) => void errors.push(error) });
  const facts = FACTS.slice(0, 2);
  await withState(stateOptions(redis.url, { events }), async (state) => {
    await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
    await applyFacts(state, facts, 7);
    await state.maintain();
    const { key, client } = state.shards[0]!;
    const told = async () => (await client.xrange(`${key}feed`, '-', '+')).map(([, [, reason]]) => reason);
    assert.deepEqual(await told(), ['new']);
    await client.del(...(await client.keys(`${key}f:*`)));
    const [run] = String(await client.hget(`${state.letters.key}meta`, 'evicted')).split(' ');
    await client.hset(`${key}meta`, 'evicted', `${run} 0`);
    const between = operation('between', NOW, actor(0));
    await again(state, [between]);
    assert.deepEqual(await told(), ['new']);
    assert.match(String(errors[0]), /has evicted keys/);
    await state.maintain();
    await state.positions.begin(PLACE, { ...beginning, cause: 'lost' });
    await applyFacts(state, [...facts, between], 7);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...facts, between])));
    assert.ok(
      (await told()).slice(1).every((reason) => reason !== 'new'),
      String(await told()),
    );
  });
});

test('a server that was started anew counts from nothing, and that is no eviction', async () => {
  const own = await startRedis({ settings: { appendfsync: 'always' } });
  const told: string[] = [];
  const events = stateEvents({ onLost: (_detail, reason) => void told.push(reason), onError: () => {} });
  try {
    const state = await openState(stateOptions(own.url, { events }));
    await applyFacts(state, FACTS.slice(0, 2));
    await state.client.hset(`${state.shards[0]!.key}meta`, 'evicted', `${'0'.repeat(40)} 12`);
    await own.restart();
    await state.maintain();
    assert.deepEqual(told, []);
    await state.close();
  } finally {
    await own.stop();
  }
});

const letter = (sequenceNumber: number, receivedAt: number) => ({
  ...{ reason: 'not_json' as const, sequenceNumber, enqueuedAt: NOW, receivedAt, recordIndex: null },
  bytes: Buffer.from(`letter ${sequenceNumber}`),
});
const lettersOf = (last: number, ...letters: ReturnType<typeof letter>[]) => ({
  ...batchOf([], last),
  deadLetters: letters,
});

for (const kind of ['letters', 'order']) {
  test(`where the key '${kind}' of the dead letters was evicted, each is listed once after all was read again`, async () => {
    await withState(stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) }), async (state) => {
      await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
      await state.apply(lettersOf(2, letter(1, NOW), letter(2, NOW)));
      await state.maintain();
      const { key, client } = state.letters;
      await client.del(key + kind);
      // One comes again, later, before anyone has noticed.
      await state.apply(lettersOf(3, letter(2, NOW + 1_000), letter(3, NOW + 1_000)));
      const [run] = String(await client.hget(`${key}meta`, 'evicted')).split(' ');
      await client.hset(`${key}meta`, 'evicted', `${run} 0`);
      await state.maintain();
      await state.positions.begin(PLACE, { ...beginning, cause: 'lost' });
      await state.apply(lettersOf(3, ...[1, 2, 3].map((i) => letter(i, NOW + 2_000))));
      const { letters } = await listLetters(state.letters, null, 100);
      assert.deepEqual(letters.map((one) => one.letter.content).sort(), ['letter 1', 'letter 2', 'letter 3']);
      const kept = (await client.hvals(`${key}letters`)).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      assert.equal(Number(await client.hget(`${key}meta`, 'bytes')), kept);
    });
  });
}

test('an eviction that was noticed stays one when Redis falls back to before the notice, and forgets what it has evicted', async () => {
  const facts = FACTS.slice(0, 4);
  const options = stateOptions(redis.url, { events: stateEvents({ onLost: () => {} }) });
  await withStates(options, 2, async ([state, other]) => {
    await state!.positions.begin(PLACE, { ...beginning, cause: 'first' });
    await applyFacts(state!, facts, 7);
    await state!.maintain();
    await other!.maintain();
    const { key, client } = state!.shards[0]!;
    // The operations stay, and nothing leads to them any more.
    const led = await Promise.all(['ai:*', 'af:*', 'f:*', 'list*'].map((kind) => client.keys(key + kind)));
    await client.del(...led.flat());
    const fallBack = await snapshotOf(state!);
    const [run] = String(await client.hget(`${state!.letters.key}meta`, 'evicted')).split(' ');
    await client.hset(`${key}meta`, 'evicted', `${run} 0`);
    await state!.maintain();
    await other!.maintain();
    await fallBack();
    // Only one is left who knows of it, and that one has it from the other.
    await other!.maintain();
    await other!.positions.begin(PLACE, { ...beginning, cause: 'lost' });
    await applyFacts(other!, facts, 7);
    assert.deepEqual(await contentsIn(other!), contentsOfAll(foldOf(facts)));
  });
});
