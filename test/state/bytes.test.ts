/** However large facts are: no call is long, memory is bounded, a finding is stored whole, and answers are cut where they grow too large. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../../src/detection/fact.ts';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { foldOnce } from '../../src/state/folding/folding.ts';
import { objectToken } from '../../src/state/keys.ts';
import { deadLetterQueries } from '../../src/state/queries/deadLetters.ts';
import { explainQueries } from '../../src/state/queries/explain.ts';
import { feedQueries } from '../../src/state/queries/feed.ts';
import { type FindingsQuery, findingQueries } from '../../src/state/queries/findings.ts';
import { guestQueries } from '../../src/state/queries/guests.ts';
import { rowQueries } from '../../src/state/queries/rows.ts';
import { fieldOf, readHash, readValues } from '../../src/state/redis/values.ts';
import type { State, StateOptions } from '../../src/state/state.ts';
import { before, listen, type Talk } from './interpose.ts';
import {
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  keysOf,
  redisOfFile,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, GUEST_ID, HOUR_MS, operation, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const ALL = { tenants: 'all' } as const;
const CALL_MAX = 1_000_000;
/** What is in memory of operations at once, with a reply more. */
const OPERATIONS_AT_ONCE_MAX = 5_000_000;
const PAGE_MAX = 4_000_000;

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Names that are the same in all operations of so many, 1,200 by default, and about 90 KB with the names beside them. */
const names = (count = 1_200): string[] => many(count, (i) => `target ${String(i).padStart(29, '0')}`);
const large = (i: number, given: Parameters<typeof operation>[2] = {}) =>
  operation(`o${i}`, NOW + i * 1_000, { targets: names(), targetNames: names(), ...given });
/** Text of so many bytes that is like no other. */
const text = (bytes: number, name: string): string => name.repeat(Math.ceil(bytes / name.length)).slice(0, bytes);

const assertShort = ({ argumentsMax, replyMax }: Talk): void =>
  assert.ok(argumentsMax <= CALL_MAX && replyMax <= CALL_MAX, `${argumentsMax} bytes said, ${replyMax} heard`);

/** All items of a list, page by page; no page is larger than it may be, unless by a single item. */
async function walk(
  read: (cursor: string | null) => Promise<{ kind: string; items?: readonly unknown[]; nextCursor?: string | null }>,
): Promise<{ items: unknown[]; pages: number }> {
  const items: unknown[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages++) {
    const page = await read(cursor);
    assert.equal(page.kind, 'page');
    const sizes = page.items!.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)).length);
    const sum = sizes.reduce((a, b) => a + b, 0);
    assert.ok(sum - (sizes.at(-1) ?? 0) <= PAGE_MAX, `${sum} bytes in a page of ${sizes.length}`);
    items.push(...page.items!);
    cursor = page.nextCursor!;
    if (cursor === null) return { items, pages };
  }
}

const findingsQuery: Omit<FindingsQuery, 'limit' | 'cursor'> = {
  ...{ view: 'any', tenantId: null, actorUpn: null, actorIp: null, operation: null, status: null, severity: null },
  ...{ suppressed: 'exclude', since: null, until: null },
};

/** Asks for everything that there is to ask for, and gives what was answered, whole. */
async function askAll(state: State) {
  const findings = findingQueries(state);
  const listed = await walk(async (cursor) => {
    const page = await findings.list(ALL, { ...findingsQuery, limit: 1_000, cursor });
    return page.kind === 'page' ? { ...page, items: JSON.parse(`[${page.findings}]`) as unknown[] } : page;
  });
  const ids = listed.items.map((item) => (item as { id: string }).id);
  const evidence: unknown[] = [];
  let evidencePages = 0;
  for (const id of ids) {
    assert.equal((await findings.get(ALL, id)).kind, 'finding');
    const found = await walk((cursor) => findings.evidence(ALL, id, { limit: 1_000, cursor }));
    evidence.push(...found.items);
    evidencePages = Math.max(evidencePages, found.pages);
  }
  await rowQueries(state).at(ALL, { tenantId: TENANT, at: null, view: 'resolved' });
  const explained = await explainQueries(state).actor(ALL, { actor: 'ann@partner.com', tenantId: TENANT, at: null });
  await walk((cursor) => guestQueries(state).list(ALL, { limit: 1_000, cursor, tenantId: null }));
  await walk((cursor) => deadLetterQueries(state).list(ALL, { limit: 1_000, cursor, reason: null, tenantId: null }));
  return { listed, evidence, evidencePages, explained, told: await followFeed(state) };
}

/** The revisions as a reader has them who begins at the beginning. */
async function followFeed(state: State): Promise<{ revisions: string[]; reads: number }> {
  const feed = await feedQueries(state);
  try {
    const revisions: string[] = [];
    let after: Parameters<typeof feed.read>[1] = { kind: 'begin' };
    for (let reads = 1; ; reads++) {
      const read = await feed.read(ALL, after, 1_000);
      assert.equal(read.kind, 'changes');
      if (read.kind !== 'changes' || read.items.length === 0) return { revisions, reads };
      revisions.push(
        ...read.items.map(({ json }) => json).map((json) => `${JSON.parse(json).id} ${JSON.parse(json).revision}`),
      );
      after = { kind: 'cursor', cursor: read.cursor };
    }
  } finally {
    await feed.close();
  }
}

const toldIn = async (state: State): Promise<string[]> =>
  (await feedOf(state)).map(({ id, revision }) => `${id} ${revision}`);

/** A state that is listened to, and another on the same data through which the test itself looks. */
const withWitness = (
  changes: Partial<StateOptions>,
  use: (state: State, witness: State) => Promise<void>,
): Promise<void> => withStates(stateOptions(redis.url, changes), 2, ([state, witness]) => use(state!, witness!));

test('no reply and no argument list exceeds a megabyte, however large the operations of an actor are', async () => {
  const operations = many(200, (i) => large(i));
  const late = [signIn('s', NOW), signIn('t', NOW + HOUR_MS, { upn: operations[0]!.actorUpn })];
  let stores = 0;
  const beforeStore = async (): Promise<void> => {
    stores++;
  };
  await withWitness({ hooks: { beforeStore } }, async (state, witness) => {
    const talk = listen(state.client);
    await applyFacts(state, operations);
    assert.deepEqual(await contentsIn(state), []);
    stores = 0;
    await applyFacts(state, [late[0]!], 1);
    const bytes = operations.reduce((sum, one) => sum + JSON.stringify([one.targets, one.targetNames]).length, 0);
    assert.ok(stores >= bytes / OPERATIONS_AT_ONCE_MAX, `${bytes} bytes of operations in ${stores} parts`);
    await applyFacts(state, [late[1]!], 2);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...operations, ...late])));
    await assertWholeFeed(witness);
    const { evidence, evidencePages, told } = await askAll(state);
    assert.equal(evidence.length, operations.length);
    assert.ok(evidencePages >= bytes / (PAGE_MAX + 200_000), `${evidencePages} pages of evidence`);
    assert.deepEqual(told.revisions, await toldIn(witness));
    assertShort(talk);
  });
});

/** Every text that a fact has, larger than a megabyte by itself. */
const MORE = 1_200_000;
const huge: readonly Fact[] = [
  signIn('s', NOW),
  operation('targets', NOW, { targets: [text(MORE, 'a target ')], targetNames: [text(MORE, 'a name ')] }),
  operation('name', NOW + 1, { operation: text(MORE, 'an operation '), correlationId: text(MORE, 'an id ') }),
  operation('address', NOW + 2, { actorIp: text(MORE, 'an address ') }),
  signIn('address', NOW + 3, { ip: text(MORE, 'another address ') }),
  signIn('upn', NOW + 4, { upn: `${text(MORE, 'someone ')}@partner.com`, objectId: null }),
  operation('upn', NOW + 5, { actorUpn: `${text(MORE, 'someone ')}@partner.com`, actorObjectId: null }),
];

test('nor does it where a single value is larger', async () => {
  let now = NOW;
  await withWitness({ now: () => now }, async (state, witness) => {
    const talk = listen(state.client);
    for (const [i, fact] of huge.entries()) await applyFacts(state, [fact], i);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(huge)));
    await assertWholeFeed(witness);
    const { listed, evidence, told } = await askAll(state);
    assert.deepEqual([listed.items.length, evidence.length], [3, 4]);
    assert.deepEqual(told.revisions, await toldIn(witness));
    now += 16 * 60_000;
    await state.maintain();
    now += 91 * 24 * HOUR_MS;
    while ((await keysOf(state)).some((key) => key.startsWith('0 due'))) await state.maintain();
    await state.maintain();
    assert.deepEqual(
      (await keysOf(state)).filter((key) => /^0 (ai|ao|ap|af|f[mces]?|g|staged):/.test(key)),
      [],
    );
    assertShort(talk);
  });
});

test('a sign-in that meets large operations of many addresses moves all of their findings', async () => {
  const operations = many(60, (i) => large(i, { actorIp: `198.51.100.${i}` }));
  const signIns = [signIn('s', NOW), signIn('t', NOW + HOUR_MS)];
  await withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    await applyFacts(state, [signIns[0]!, ...operations]);
    await applyFacts(state, [signIns[1]!], 1);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...operations, ...signIns])));
    const { listed } = await askAll(state);
    assert.equal(listed.items.length, 60);
    assert.ok(listed.pages > 1, 'the list is cut');
    assertShort(talk);
  });
});

test('a process that dies between two parts of a fold has taken nothing off that the others need', () =>
  withState(stateOptions(redis.url), async (state) => {
    const operations = many(60, (i) => large(i, { actorIp: `198.51.100.${i}` }));
    const signIns = [signIn('s', NOW), signIn('t', NOW + HOUR_MS)];
    await applyFacts(state, [signIns[0]!, ...operations]);
    await state.folder.stop();
    await state.apply(batchOf([signIns[1]!], 1));
    const [shard, actorId] = [state.shards[0]!, actorKey(actorOf(operations[0]!))];
    let parts = 0;
    const beforeStore = async (): Promise<void> => {
      if (++parts === 2) throw new Error('killed');
    };
    await assert.rejects(foldOnce(shard, actorId, { ...context, beforeStore }), /killed/);
    assert.deepEqual(await state.client.zrange(`${shard.key}fold`, '0', '-1'), [actorId], 'it is still owed');
    await foldOnce(shard, actorId, context);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...operations, ...signIns])));
  }));

/** An operation whose finding is stored by a staged call, owed but not folded, in a state that folds only when told to. */
async function withOwed(use: (state: State, actorId: string) => Promise<void>): Promise<void> {
  await withState(stateOptions(redis.url), async (state) => {
    await state.folder.stop();
    await state.apply(batchOf(owed));
    await use(state, actorKey(actorOf(owed[1])));
  });
}
const owed = [signIn('s', NOW), operation('a', NOW, { targets: [text(MORE, 'a target ')] })] as const;
const context = { rule: stateOptions('').rule, quietDelayMs: 900_000, now: Date.now };
const stagedIn = async (state: State): Promise<string[]> =>
  (await keysOf(state)).filter((key) => key.startsWith('0 staged:'));

test('what was staged by a process that died is not seen and goes', () =>
  withOwed(async (state, actorId) => {
    const died = before('store', state.shards[0]!, () => Promise.reject(new Error('killed')));
    const dying = before('unstage', died, () => Promise.reject(new Error('killed')));
    await assert.rejects(foldOnce(dying, actorId, context), /killed/);
    const [left, ...others] = await stagedIn(state);
    assert.deepEqual(others, []);
    const seconds = await state.client.ttl(`${state.shards[0]!.key}${left!.slice(2)}`);
    assert.ok(seconds > 0 && seconds <= 60, `${seconds} s are left`);
    assert.deepEqual([await contentsIn(state), await feedOf(state)], [[], []]);
    assert.equal((await foldOnce(state.shards[0]!, actorId, context)).kind, 'folded');
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(owed)));
    await assertWholeFeed(state);
    assert.deepEqual(await stagedIn(state), [left], 'who is done takes its own away');
  }));

for (const [when, script, call] of [
  ['between two pieces', 'stage', 2],
  ['before the call', 'store', 1],
] as const) {
  test(`what is gone ${when} is staged again, and stored whole`, () =>
    withOwed(async (state, actorId) => {
      const { key } = state.shards[0]!;
      const shard = before(
        script,
        state.shards[0]!,
        async () => {
          const staged = await stagedIn(state);
          assert.equal(staged.length, 1);
          await state.client.unlink(`${key}${staged[0]!.slice(2)}`);
        },
        call,
      );
      assert.equal((await foldOnce(shard, actorId, context)).kind, 'folded');
      assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(owed)));
      await assertWholeFeed(state);
      assert.deepEqual(await stagedIn(state), []);
    }));
}

test('a value that is written anew between two pieces is read from its beginning', () =>
  withState(stateOptions(redis.url), async (state) => {
    const shard = state.shards[0]!;
    const key = `${shard.key}f:1`;
    const [first, second] = [text(3 * MORE, 'a '), text(3 * MORE, 'b ')];
    await state.client.hset(key, 'body', first);
    const { client } = before('values', shard, () => state.client.hset(key, 'body', second), 3);
    const [value] = await readValues(client, [fieldOf(key, 'body')]);
    assert.ok(String(value) === second);
  }));

test('a hash is read whole, whatever the sizes of its values', () =>
  withState(stateOptions(redis.url), async (state) => {
    const key = `${state.shards[0]!.key}f:1`;
    const sizes = [0, 1, 10_000, 500_000, 949_999, 950_000, 950_001, 2_500_000];
    const wanted = new Map(many(600, (i) => [`field ${i}`, text(i % 75 === 0 ? sizes[i / 75]! : i, `${i} `)]));
    for (const [field, value] of wanted) await state.client.hset(key, field, value);
    const talk = listen(state.client);
    const found = await readHash(state.client, key);
    assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
    for (const [field, value] of wanted) assert.ok(String(found.get(field)) === value, field);
    assertShort(talk);
  }));

test('a sign-in that very many actors could have done is answered shortly, and all of them are owed a fold', () =>
  withState(stateOptions(redis.url), async (state) => {
    await state.folder.stop();
    const { client, key } = state.shards[0]!;
    const actors = many(40_000, (i) => String(i).padStart(32, '0'));
    for (let i = 0; i < actors.length; i += 10_000)
      await client.sadd(`${key}t:${objectToken(TENANT, GUEST_ID).toString('hex')}`, ...actors.slice(i, i + 10_000));
    const talk = listen(client);
    await state.apply(batchOf([signIn('s', NOW)]));
    assertShort(talk);
    assert.equal(await client.zcard(`${key}fold`), actors.length);
  }));

test('a hundred ordinary operations are applied and folded in as many calls as one', () =>
  withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    const callsFor = async (facts: readonly Fact[]): Promise<number> => {
      const before = talk.calls;
      await state.apply(batchOf(facts, 1));
      await state.folder.idle();
      return talk.calls - before;
    };
    const talk = listen(state.client);
    const one = await callsFor([operation('b', NOW + 1)]);
    assert.equal(await callsFor(many(100, (i) => operation(`c${i}`, NOW + i))), one);
  }));
