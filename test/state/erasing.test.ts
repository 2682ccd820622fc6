/** Erasing someone: nothing is left of them, nothing comes back, and nobody else loses anything, whatever goes on meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedisCluster } from '../../local/redis.ts';
import { BOUNDS } from '../../src/delivery/delivery.ts';
import { BUILT_IN_RULE } from '../../src/detection/rule.ts';
import { deliveriesOf } from '../../src/state/deliveries.ts';
import { ERASED_KEPT_MS, type ErasedCounts, type ErasingPlace, eraseActor } from '../../src/state/erasing.ts';
import { feedQueries } from '../../src/state/queries/feed.ts';
import type { Client } from '../../src/state/redis/client.ts';
import type { State, StateOptions } from '../../src/state/state.ts';
import {
  ANN,
  BOB,
  fill,
  findingsOf,
  keep,
  keysNaming,
  lettersIn,
  NEEDLES,
  NOW,
  ofAnn,
  ofBob,
  type Told,
} from './everywhere.ts';
import { ANN as CALLER } from './noted.ts';
import {
  allFindings,
  applyFacts,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, GUEST_ID, HOUR_MS, MINUTE_MS, operation, PLACE, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();

const placeOf = (state: State, client: Client = state.client): ErasingPlace => ({
  shard: { ...state.shardOf(TENANT), client },
  letters: { ...state.letters, client },
  ...{ keys: state.keys, rule: BUILT_IN_RULE, now: state.options.now },
});

async function erase(state: State, who = ANN, isDry = false): Promise<ErasedCounts> {
  const erasure = await eraseActor(placeOf(state), who, { isDry });
  assert.ok(erasure.kind === 'erased');
  return erasure.counts;
}

test('nothing is left of who is erased in any key, and of others nothing is gone', () =>
  eraseOne(stateOptions(redis.url)));

test('nor on any node of a Cluster', { timeout: 120_000 }, async () => {
  const cluster = await startRedisCluster({ appendOnly: false });
  try {
    await eraseOne({ ...stateOptions(cluster.nodes[0]!.url, { shards: 3 }), cluster: true });
  } finally {
    await cluster.stop();
  }
});

const eraseOne = (options: StateOptions): Promise<void> =>
  withState(options, async (state) => {
    await fill(state);
    const before = await keysNaming(state);
    // The control: she is in all of these.
    for (const kind of ['g', 'a', 'ao', 'f', 'fe', 'fs', 'fh', 'feed', 'sup', 'letters', 'd'])
      assert.ok(
        before.some((key) => key.includes(`}${kind}:`) || key.endsWith(`}${kind}`)),
        kind,
      );
    const kept = contentsOfAll(foldOf(ofBob()));
    const bob = (await findingsOf(state, BOB.upn))[0]!;

    const dry = await erase(state, ANN, true);
    assert.deepEqual(await keysNaming(state), before);
    const counts = await erase(state);
    assert.deepEqual(counts, dry);
    const { findings, revisions, deliveries, notes, ...numbers } = counts;
    assert.deepEqual(numbers, { signIns: 2, operations: 2, deadLetters: 3, suppressions: 1 });
    assert.equal(findings.length, 2);
    assert.deepEqual(notes, [bob.id]);
    // Of hers all, and of his the one with the words of the note.
    assert.equal(revisions, deliveries);
    assert.ok(revisions >= 7, String(revisions));

    assert.deepEqual(await keysNaming(state), []);
    assert.deepEqual(await lettersIn(state), [13]);
    assert.deepEqual(await contentsIn(state), kept);
    const after = (await findingsOf(state, BOB.upn))[0]!;
    assert.deepEqual(
      [after.id, after.comments.map(({ text }) => text), after.assignedTo],
      [bob.id, ['[erased]'], 'eve'],
    );
    assert.equal(after.revision, bob.revision + 1);
    await settle([state]);
    await state.maintain();
    assert.deepEqual(await keysNaming(state), []);

    // Doing it again finds nothing.
    assert.deepEqual(await erase(state, { ...ANN, actor: GUEST_ID }), {
      ...{ signIns: 0, operations: 0, findings: [], revisions: 0, deliveries: 0, deadLetters: 0, suppressions: 0 },
      notes: [],
    });
  });

test('queues count what is left in them, and the next of a finding is due', () =>
  withState(stateOptions(redis.url), async (state) => {
    await fill(state);
    await erase(state);
    const { client, keys } = state;
    const standing = await deliveriesOf(state).state('soc');
    const waiting = await client.zrange(`${keys.deliveries}s:soc:waiting`, '0', '-1');
    const bodies = await Promise.all(
      waiting.map((one) => client.hget(`${keys.deliveries}d:${one.split('|')[1]}`, 'bytes')),
    );
    assert.ok(waiting.length > 0);
    assert.equal(standing!.waiting, waiting.length);
    assert.equal(
      standing!.waitingBytes,
      bodies.reduce((sum, bytes) => sum + Number(bytes), 0),
    );
    const due = await client.zrange(`${keys.deliveries}due:soc`, '0', '-1');
    assert.deepEqual(due, [waiting[0]!.split('|')[1]]);
  }));

test('what was read of the feed before is taken into no queue after it', () =>
  withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, ofAnn());
    const deliveries = deliveriesOf(state);
    await deliveries.set({ name: 'soc', address: 'a', about: '{}' }, { place: 'p', takenUntil: 0 }, NOW);
    const read = await deliveries.state('soc');
    const [{ id }] = (await feedOf(state)) as unknown as [{ id: string }];
    await erase(state);
    const of = { id, eventId: id, findingId: id, revision: 1, tenantId: TENANT, reason: 'new', json: '{}' };
    const steps = [{ place: 'q', at: NOW, delivery: of }];
    assert.deepEqual(await deliveries.takeIn('soc', read!, steps, BOUNDS, NOW), { kind: 'changed' });
    const again = await deliveries.state('soc');
    assert.equal((await deliveries.takeIn('soc', again!, steps, BOUNDS, NOW)).kind, 'taken');
  }));

test('what is read again does not bring them back; what they do from then on is told', async () => {
  let now = NOW;
  const applied = { newFacts: 0, erasedFacts: 0, knownFacts: 0 };
  const events = stateEvents({
    onApplied: (counts) => {
      for (const name of ['newFacts', 'erasedFacts', 'knownFacts'] as const) applied[name] += counts[name];
    },
  });
  await withState(stateOptions(redis.url, { events, now: () => now }), async (state) => {
    await fill(state);
    await erase(state);
    Object.assign(applied, { newFacts: 0, erasedFacts: 0, knownFacts: 0 });
    await applyFacts(state, [...ofAnn(), ...ofBob()], 20);
    assert.deepEqual(applied, { newFacts: 0, erasedFacts: 4, knownFacts: 2 });
    const kept = await keep(state);
    assert.ok(kept.kind === 'kept');
    assert.deepEqual([kept.added, await lettersIn(state)], [[], [13]]);
    assert.deepEqual(await keysNaming(state), []);

    const later = Date.now() + MINUTE_MS;
    await applyFacts(state, ofAnn(later), 30);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...ofAnn(later), ...ofBob()])));

    // The marks go when nothing can come any more.
    now = Date.now() + ERASED_KEPT_MS + MINUTE_MS;
    await state.maintain();
    assert.equal(await state.client.exists(`${state.shards[0]!.key}erased`, `${state.letters.key}erased`), 0);
  });
});

test('a reader of the feed goes on from wherever it was, and skips nothing else', () =>
  withState(stateOptions(redis.url, { feedRetentionMs: 7 * 24 * HOUR_MS }), async (state) => {
    const feed = await feedQueries(state);
    const read = async (cursor: string) => {
      const found = await feed.read(CALLER, { kind: 'cursor', cursor }, 1_000);
      assert.ok(found.kind === 'changes', found.kind);
      return found;
    };
    const ending = new AbortController();
    const followed = feed.follow(CALLER, { kind: 'now' }, 100, ending.signal);
    await followed.next();
    const facts = [ofBob(NOW - 9 * HOUR_MS), ofAnn(), ofBob(NOW - 40 * HOUR_MS), [operation('ann last', NOW)]];
    for (const [i, some] of facts.entries()) await applyFacts(state, some, i);
    const begin = await feed.read(CALLER, { kind: 'begin' }, 1_000);
    assert.ok(begin.kind === 'changes');
    const bobs = begin.items.filter(({ json }) => (JSON.parse(json) as Told).guestUpn === BOB.upn);
    assert.ok(bobs.length >= 2 && bobs.length < begin.items.length);

    await erase(state);
    for (const [i, { cursor }] of begin.items.entries()) {
      const behind: typeof bobs = begin.items.slice(i + 1).filter((one) => bobs.includes(one));
      assert.deepEqual(
        (await read(cursor)).items.map(({ id }) => id),
        behind.map(({ id }) => id),
        `from ${i}`,
      );
    }
    // Who follows, and who waits at the very end, which is gone, is told the next.
    const waiting = feed.wait(CALLER, begin.items.at(-1)!.cursor, ending.signal);
    await applyFacts(state, ofBob(NOW - 20 * HOUR_MS), 9);
    await waiting;
    const next = await read(begin.items.at(-1)!.cursor);
    assert.ok(next.items.length > 0);
    let told: readonly { readonly id: string; readonly json: string }[] = [];
    while (!told.some(({ id }) => id === next.items.at(-1)!.id)) {
      const { value } = await followed.next();
      assert.ok(value?.kind === 'changes');
      told = value.items;
      assert.ok(told.every(({ json }) => !json.includes('ann@partner.com')));
    }
    ending.abort();
    await feed.close();
  }));

test('the edge of a feed that was trimmed behind what was erased is known to those who stood there', async () => {
  let now = Date.now();
  await withState(stateOptions(redis.url, { now: () => now }), async (state) => {
    await applyFacts(state, [...ofBob(), ...ofAnn()]);
    const feed = await feedQueries(state);
    const end = await feed.read(CALLER, { kind: 'now' }, 1);
    assert.ok(end.kind === 'changes');
    await erase(state);
    now += 8 * 24 * HOUR_MS;
    await state.maintain();
    assert.equal(await state.client.exists(`${state.shards[0]!.key}feederased`), 0);
    assert.equal((await feed.read(CALLER, { kind: 'cursor', cursor: end.cursor }, 1)).kind, 'changes');
    await feed.close();
  });
});

test('whatever others write meanwhile, it is as if the facts of who is erased had never come', () =>
  withStates(stateOptions(redis.url, { shards: 2 }), 3, async (states) => {
    const [first] = states as [State];
    const times = Array.from({ length: 16 }, (_, i) => NOW - (i + 1) * 110 * MINUTE_MS);
    const batches = times.flatMap((at) => [ofAnn(at), ofBob(at), [...ofAnn(at), ...ofBob(at)]]);
    const half = Math.floor(batches.length / 2);
    const apply = async (from: number, to: number) => {
      for (let i = from; i < to; i++)
        assert.equal(
          (await states[i % 3]!.apply({ ...batchOf(batches[i]!, i), place: { ...PLACE, partition: String(i % 3) } }))
            .kind,
          'applied',
        );
    };
    await apply(0, half);
    await Promise.all([apply(half, batches.length), eraseActor(placeOf(first), ANN, { isDry: false })]);
    await settle(states);
    assert.deepEqual(await keysNaming(first), []);
    assert.deepEqual(await contentsIn(first), contentsOfAll(foldOf(times.flatMap((at) => ofBob(at)))));
  }));

test('one that is cut short anywhere is ended by the next', async () => {
  let isCut = true;
  for (let calls = 1; isCut; calls += 9) {
    await withState(stateOptions(redis.url), async (state) => {
      await fill(state);
      const client = failingAfter(state.client, calls);
      isCut = await eraseActor(placeOf(state, client), ANN, { isDry: false }).then(
        () => false,
        () => true,
      );
      await erase(state, isCut ? { ...ANN, actor: GUEST_ID } : ANN);
      await settle([state]);
      assert.deepEqual(await keysNaming(state), [], `after ${calls} calls`);
      assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(ofBob())));
    });
  }
});

/** A client whose connection is gone after so many scripts that write. */
function failingAfter(client: Client, calls: number): Client {
  let left = calls;
  return new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'callBuffer') return typeof value === 'function' ? value.bind(target) : value;
      return (...args: [string, ...(string | number | Buffer)[]]) => {
        if (/^EVAL/.test(args[0]) && left-- <= 0) return Promise.reject(new Error('Connection is closed.'));
        return target.callBuffer(...args);
      };
    },
  });
}

test('a UPN that was passed on is no name of one account', () =>
  withState(stateOptions(redis.url), async (state) => {
    const other = '44444444-4444-4444-4444-444444444444';
    const at = NOW - 2 * HOUR_MS;
    const ofOther = [
      signIn('other', at, { objectId: other }),
      operation('other', at + MINUTE_MS, { actorObjectId: other }),
    ];
    await applyFacts(state, [...ofAnn(), ...ofOther]);
    const several = await eraseActor(placeOf(state), ANN, { isDry: false });
    assert.deepEqual(several, { kind: 'several', objectIds: [GUEST_ID, other] });

    // By the account: what is the other's stays, and is folded anew, as both had been in one finding.
    await erase(state, { ...ANN, actor: GUEST_ID });
    await settle([state]);
    assert.deepEqual(await keysNaming(state, NEEDLES.slice(2)), []);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(ofOther)));
    await applyFacts(state, [...ofAnn(), ...ofOther], 1);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(ofOther)));
    assert.equal((await allFindings(state)).length, 1);
  }));
