/** One rule is in force. Who has another writes nothing at all, and goes on by itself once its own is adopted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../../src/detection/fact.ts';
import { BUILT_IN_RULE, type Rule, ruleHash } from '../../src/detection/rule.ts';
import { msOfTicks, ticksOfMs } from '../../src/detection/time.ts';
import { settleLetters } from '../../src/state/deadLetters.ts';
import { letterOf, type NewLetter } from '../../src/state/letter.ts';
import type { Beginning, Position } from '../../src/state/partitions/partitionRecord.ts';
import { whatIsKept } from '../../src/state/queries/facts.ts';
import { rowQueries } from '../../src/state/queries/rows.ts';
import { isOfOtherRule } from '../../src/state/redis/errors.ts';
import { putInForce, readInForce } from '../../src/state/ruling.ts';
import { openState, type State, type StateOptions } from '../../src/state/state.ts';
import { applyFacts, feedOf, keysOf, redisOfFile, settle, stateEvents, stateOptions, withState } from './redis.ts';
import { batchOf, GUEST_ID, HOUR_MS, MINUTE_MS, operation, PLACE, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const WIDE: Rule = { ...BUILT_IN_RULE, severity: 'high', extraOperations: ['Update policy'] };
const FACTS: readonly Fact[] = [signIn('s', NOW), operation('a', NOW)];
const extra = (name: string, atMs: number) => operation(name, atMs, { operation: 'Update policy', nameMatch: 'extra' });

const refused = (error: unknown): boolean => isOfOtherRule(error);
const placeOf = ({ client, keys, options }: State) => ({ client, keys, shards: options.shards });
const adopt = (state: State, rule: Rule) => putInForce(placeOf(state), rule, Date.now(), false);

const at = (sequenceNumber: number): Position => ({
  ...{ sequenceNumber, offset: String(sequenceNumber), enqueuedAt: NOW, hubCreatedAt: 1 },
});
const beginning: Beginning = {
  cause: 'first',
  ...{ after: null, since: NOW - HOUR_MS, previous: null, checkpoint: null, detail: 'begun' },
};

const letter = (recordIndex: number): NewLetter => ({
  ...{ sequenceNumber: 1, recordIndex, enqueuedAt: NOW, receivedAt: NOW, reason: 'no_time', sha256: `${recordIndex}` },
  ...{ bytes: Buffer.from('{}'), bytesTotal: 2, isWholeEvent: false },
});

/** All that lies in Redis, byte for byte. */
async function stored(state: State): Promise<Record<string, string>> {
  const names = (await keysOf(state)).map((name) => `{${state.options.prefix}:${name.replace(' ', '}')}`);
  const dumps = await Promise.all(names.map((name) => state.client.dumpBuffer(name)));
  return Object.fromEntries(names.map((name, i) => [name, dumps[i]?.toString('hex') ?? '']));
}

/** A state by the built-in rule in which everything that time can demand is due by `later`. */
async function fullState(options: StateOptions): Promise<State> {
  const state = await openState(options);
  await state.positions.begin(PLACE, beginning);
  await applyFacts(state, FACTS, 1);
  await applyFacts(state, [signIn('t', NOW + MINUTE_MS)], 2);
  await state.apply({ ...batchOf([], 3), deadLetters: [letter(0)], nonInteractive: [seen] });
  await state.positions.advance(PLACE, { position: at(3), readToEndAt: NOW, lagEvents: 0 });
  return state;
}

const seen = { tenantId: TENANT, upn: 'ann@partner.com', objectId: GUEST_ID, time: FACTS[0]!.time };

/** Every way in which a process writes. */
const WRITES: readonly (readonly [string, (state: State) => Promise<unknown>])[] = [
  ['facts', (state) => state.apply(batchOf([operation('b', NOW)], 4))],
  ['dead letters', (state) => state.apply({ ...batchOf([], 4), deadLetters: [letter(1)] })],
  ['guests seen without their doing', (state) => state.apply({ ...batchOf([], 4), nonInteractive: [seen] })],
  ['what is read again', (state) => state.applyAgain({ ...batchOf([operation('b', NOW)]), deadLetters: [letter(1)] })],
  ['a beginning', (state) => state.positions.begin({ ...PLACE, partition: '1' }, beginning)],
  ['a position', (state) => state.positions.advance(PLACE, { position: at(4), readToEndAt: NOW, lagEvents: 0 })],
  [
    'a gap',
    (state) =>
      state.reportGap(PLACE, {
        ...{ after: 4, before: 9 },
        afterEnqueuedAt: NOW,
        beforeEnqueuedAt: NOW,
        isFirst: false,
      }),
  ],
  ['settled letters', (state) => settleLetters(state.letters, [letterOf(PLACE, letter(0))], [])],
];

for (const [what, write] of WRITES) {
  test(`once another rule is adopted, a process that runs writes no ${what}: its next write is refused`, async () => {
    const state = await fullState(stateOptions(redis.url, { shards: 2 }));
    await adopt(state, WIDE);
    const before = await stored(state);
    // It has not looked since: the step itself tells it.
    assert.equal(state.ruling.isOwn, true);
    await assert.rejects(write(state), refused);
    assert.equal(state.ruling.isOwn, false);
    assert.deepEqual(await stored(state), before);
    await state.close();
  });
}

test('a process with another rule changes nothing in Redis, whatever is due', async () => {
  let now = NOW;
  const options = stateOptions(redis.url, { shards: 2, now: () => now, quietDelayMs: MINUTE_MS });
  const state = await fullState(options);
  // Owed a fold that nobody has made.
  await state.apply(batchOf([operation('c', NOW + MINUTE_MS)], 5));
  await state.folder.idle();
  await applyFacts(state, [signIn('u', NOW + 2 * MINUTE_MS)], 6);
  await adopt(state, WIDE);
  now += 200 * 24 * HOUR_MS;
  const before = await stored(state);
  const other = await openState({ ...options, now: () => now });
  for (const one of [state, other]) {
    one.start();
    await one.maintain();
    await one.folder.poll();
    await one.folder.idle();
    await one.close();
  }
  const third = await openState({ ...options, rule: WIDE, now: () => now });
  assert.deepEqual(await stored(third), before, 'nor does one that has the rule, before it does anything');
  await third.maintain();
  assert.notDeepEqual(await stored(third), before, 'which has much to do');
  await third.close();
});

test('the first to start puts its rule in force; one with another waits, and goes on by itself once that is adopted', async () => {
  const options = stateOptions(redis.url, { shards: 3 });
  const told: boolean[] = [];
  const events = stateEvents({ onRuling: ({ isOwn }) => void told.push(isOwn) });
  await withState(options, async (first) => {
    await withState({ ...options, rule: WIDE, events }, async (waiting) => {
      assert.equal(waiting.ruling.isOwn, false);
      assert.deepEqual(waiting.rule, BUILT_IN_RULE, 'questions are answered by the rule in force');
      await assert.rejects(waiting.apply(batchOf(FACTS)), refused);
      await waiting.maintain();
      assert.deepEqual(told, []);
      await applyFacts(first, FACTS, 1);
      await adopt(first, WIDE);
      await waiting.maintain();
      assert.deepEqual(told, [true]);
      assert.deepEqual(waiting.rule, WIDE);
      await applyFacts(waiting, [operation('b', NOW)], 2);
      await first.maintain();
      assert.equal(first.ruling.isOwn, false);
      assert.deepEqual(first.rule, WIDE);
    });
  });
});

test('a process that is superseded forgets nothing: what it had in flight another reads, and it goes on when its rule is adopted again', async () => {
  const options = stateOptions(redis.url);
  await withState(options, async (first) => {
    await first.positions.begin(PLACE, beginning);
    await withState({ ...options, rule: WIDE }, async (second) => {
      await first.apply(batchOf([FACTS[0]!], 1));
      await first.positions.advance(PLACE, { position: at(1), readToEndAt: null, lagEvents: 1 });
      await adopt(first, WIDE);
      // Event 2 was in the first one's hands.
      await assert.rejects(first.apply(batchOf([operation('a', NOW)], 2)), refused);
      await second.maintain();
      assert.deepEqual(await second.positions.load(PLACE), { kind: 'position', position: at(1) });
      assert.deepEqual(await second.apply(batchOf([operation('a', NOW), extra('x', NOW)], 2)), { kind: 'applied' });
      await second.positions.advance(PLACE, { position: at(2), readToEndAt: null, lagEvents: 0 });
      await settle([second]);
      assert.deepEqual(
        (await feedOf(second)).map(({ reason }) => reason),
        ['new'],
      );
      await adopt(second, BUILT_IN_RULE);
      await first.maintain();
      assert.deepEqual(await first.positions.load(PLACE), { kind: 'position', position: at(2) });
      await applyFacts(first, [operation('b', NOW)], 3);
    });
  });
});

test('a changed rule publishes nothing by itself; a new operation of its list makes a finding, and old ones change with their next revision', async () => {
  let now = NOW;
  const options = stateOptions(redis.url, { now: () => now });
  const bodies = async (state: State) => (await feedOf(state)).map(({ reason, body }) => ({ reason, ...rated(body) }));
  const rated = (body: object) => {
    const { severity, ruleHash: hash } = body as { severity: string; ruleHash: string };
    return { severity, hash };
  };
  const old = { severity: 'medium', hash: ruleHash(BUILT_IN_RULE) };
  const wide = { severity: 'high', hash: ruleHash(WIDE) };
  const storedBody = async (state: State) => {
    const { client, key } = state.shards[0]!;
    const [member] = await client.zrangebylex(`${key}list`, '-', '+');
    return rated(JSON.parse((await client.hget(`${key}f:${member!.split('|')[1]}`, 'body'))!) as object);
  };
  await withState(options, async (state) => {
    await applyFacts(state, [...FACTS, operation('m', NOW, { actorIp: '198.51.100.9' })], 1);
    await adopt(state, WIDE);
  });
  await withState({ ...options, rule: WIDE }, async (state) => {
    const before = (await feedOf(state)).length;
    // All of it again, and every actor folded again.
    await applyFacts(state, [...FACTS, operation('m', NOW, { actorIp: '198.51.100.9' })], 1);
    await state.maintain();
    assert.equal((await feedOf(state)).length, before, 'the feed is silent');
    assert.deepEqual(await storedBody(state), old);
    // Quiet, and so no revision yet: the stored text still says what the last one said.
    await applyFacts(state, [signIn('later', NOW + MINUTE_MS)], 2);
    assert.deepEqual(await storedBody(state), old);
    now += HOUR_MS;
    await state.maintain();
    const quiet = (await bodies(state)).slice(before);
    assert.deepEqual(quiet, [
      { reason: 'sign_in', ...wide },
      { reason: 'sign_in', ...wide },
    ]);
    assert.deepEqual(await storedBody(state), wide);
    await applyFacts(state, [signIn('later still', NOW + 2 * MINUTE_MS)], 3);
    assert.deepEqual(await storedBody(state), wide, 'nor does it go back');
    await applyFacts(state, [extra('x', NOW + 30 * HOUR_MS), signIn('then', NOW + 30 * HOUR_MS)], 4);
    const [last] = (await feedOf(state)).slice(-1);
    assert.equal(last!.reason, 'new');
    const { reasonCodes } = last!.body as unknown as { reasonCodes: string[] };
    assert.deepEqual(reasonCodes, ['object_id', 'extra_operation']);
    assert.deepEqual(rated(last!.body), wide);
    await adopt(state, BUILT_IN_RULE);
  });
  await withState(options, async (state) => {
    const before = (await feedOf(state)).length;
    await applyFacts(state, [extra('x', NOW + 30 * HOUR_MS)], 4);
    assert.equal((await feedOf(state)).length, before);
    // Kept as it was listed when it came.
    await applyFacts(state, [operation('y', NOW + 30 * HOUR_MS)], 5);
    const { reasonCodes, operations } = (await feedOf(state)).at(-1)!.body as unknown as Record<string, string[]>;
    assert.deepEqual(operations, ['Add member to role', 'Update policy']);
    assert.ok(reasonCodes!.includes('extra_operation'));
  });
});

test('a switch that was cut short is ended by whoever looks next, and never goes back', async () => {
  const options = stateOptions(redis.url, { shards: 2 });
  await withState(options, async (first) => {
    const { client, keys } = first;
    const fences = () => Promise.all(first.shards.map(({ key }) => client.hget(`${key}meta`, 'rule')));
    // As if `adopt` had been killed after its first step.
    await adopt(first, WIDE);
    const { since } = (await readInForce(placeOf(first)))!;
    const old = { rule: ruleHash(BUILT_IN_RULE), ruleSince: since - 1 };
    await client.hset(`${first.shards[1]!.key}meta`, old);
    await first.maintain();
    assert.equal(first.ruling.isOwn, false, 'the one with the old rule stops, though a part still names it');
    assert.deepEqual(await fences(), [ruleHash(WIDE), ruleHash(BUILT_IN_RULE)]);
    await withState({ ...options, rule: WIDE }, async () => {
      assert.deepEqual(await fences(), [ruleHash(WIDE), ruleHash(WIDE)]);
    });
    // Where the service's part is lost, the others know which rule was in force.
    await client.hdel(`${keys.service}meta`, 'rule', 'ruleSince', 'ruleText');
    await withState(options, async (late) => {
      assert.equal(late.ruling.isOwn, false);
    });
    await withState({ ...options, rule: WIDE }, async (again) => {
      assert.equal(again.ruling.isOwn, true);
      assert.ok((await readInForce(placeOf(again)))!.since > since, 'and later than what the parts have seen');
    });
  });
});

test('of several who start at once with different rules one wins, and the others wait', async () => {
  const options = stateOptions(redis.url, { shards: 2 });
  const rules = [BUILT_IN_RULE, WIDE, { ...WIDE, severity: 'low' as const }];
  const states = await Promise.all(rules.map((rule) => openState({ ...options, rule })));
  assert.equal(states.filter(({ ruling }) => ruling.isOwn).length, 1);
  await Promise.all(states.map((state) => state.close()));
});

test('after all is lost the one that wrote goes on, and the one that waited goes on waiting', async () => {
  const options = stateOptions(redis.url);
  await withState(options, async (first) => {
    await withState({ ...options, rule: WIDE }, async (waiting) => {
      const names = await first.client.keys(`{${options.prefix}:*`);
      await first.client.del(...names);
      await waiting.maintain();
      assert.equal(waiting.ruling.isOwn, false);
      assert.deepEqual(await keysOf(first), []);
      await first.maintain();
      assert.equal(first.ruling.isOwn, true);
      assert.equal((await readInForce(placeOf(first)))?.hash, ruleHash(BUILT_IN_RULE));
    });
  });
});

test('a retention that is made longer brings nothing back: a moment is refused whose window reaches before what is kept', async () => {
  let now = NOW;
  const options = stateOptions(redis.url, { now: () => now });
  await withState(options, async (state) => {
    await applyFacts(state, [signIn('s', NOW - 40 * HOUR_MS), operation('a', NOW - 40 * HOUR_MS)], 1);
    now += 10 * HOUR_MS;
    await state.maintain();
    assert.deepEqual(await state.client.keys(`{${options.prefix}:0}g:*`), [], 'they are gone');
  });
  const wider = { ...BUILT_IN_RULE, window: 2n * BUILT_IN_RULE.window };
  await withState({ ...options, rule: wider, retentionMs: 96 * HOUR_MS }, async (state) => {
    await adopt(state, wider);
    await state.maintain();
    const { since, earliest } = await whatIsKept(state);
    assert.equal(msOfTicks(since), now - 48 * HOUR_MS);
    assert.equal(earliest - since, wider.window);
    const asked = { tenantId: TENANT, at: ticksOfMs(now - 10 * HOUR_MS), view: 'strict' as const };
    const caller = { tenants: 'all' } as const;
    assert.equal((await rowQueries(state).at(caller, asked)).kind, 'beyond_retention');
  });
});
