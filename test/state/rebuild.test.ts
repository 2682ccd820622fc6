/** What is made again after a loss of state: once, told apart from what is new, and found under the ids that it had. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../../src/detection/fact.ts';
import { findingIdOf } from '../../src/detection/finding.ts';
import { findingQueries } from '../../src/state/queries/findings.ts';
import type { State, StateOptions } from '../../src/state/state.ts';
import {
  allFindings,
  applyFacts,
  contentsIn,
  contentsOfAll,
  feedOf,
  foldOf,
  keysOf,
  redisOfFile,
  settle,
  stateEvents,
  stateOptions,
  withState,
} from './redis.ts';
import { snapshotOf } from './rollback.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();

const NOW = Date.now();
const ALL = { tenants: 'all' } as const;
const events = stateEvents({ onLost: () => {} });

/** A state with a clock of its own, which a partition is read into from its first event on. */
async function withReader(
  use: (state: State, clock: { now: number }) => Promise<void>,
  changes: Partial<StateOptions> = {},
): Promise<void> {
  const clock = { now: NOW };
  await withState(stateOptions(redis.url, { events, now: () => clock.now, ...changes }), async (state) => {
    await state.positions.begin(PLACE, { ...BEGINNING, cause: 'first' });
    await use(state, clock);
  });
}

const BEGINNING = { after: null, since: NOW - 48 * HOUR_MS, previous: null, checkpoint: null, detail: 'begun' };

async function beginAgain(state: State): Promise<void> {
  const found = await state.positions.load(PLACE);
  assert.notEqual(found.kind, 'position');
  const after = found.kind === 'lost' && found.after !== null ? { ...NOWHERE, sequenceNumber: found.after } : null;
  await state.positions.begin(PLACE, { ...BEGINNING, after, cause: found.kind === 'lost' ? 'lost' : 'first' });
}

const NOWHERE = { offset: null, enqueuedAt: null, hubCreatedAt: PLACE.hubCreatedAt };

/** All is lost, and noticed some time later. */
async function loseAll(state: State, clock: { now: number }): Promise<void> {
  await state.client.del(await keysUnder(state));
  clock.now += MINUTE_MS;
  await state.maintain();
  await beginAgain(state);
}

const keysUnder = ({ client, options }: State): Promise<string[]> => client.keys(`{${options.prefix}:*`);
const reasonsIn = async (state: State): Promise<string[]> => (await feedOf(state)).map(({ reason }) => reason);
const lookUp = async (state: State, id: string) => {
  const found = await findingQueries(state).get(ALL, id);
  return found.kind === 'finding' ? found.id : null;
};

async function onlyFinding(state: State) {
  const found = await allFindings(state);
  assert.equal(found.length, 1);
  return found[0]!;
}

const FACTS = [signIn('s', NOW - HOUR_MS), operation('a', NOW - HOUR_MS), operation('b', NOW - MINUTE_MS)];

test('a finding that was lost is told once more, as made again; what was enqueued after the loss is new', async () => {
  await withReader(async (state, clock) => {
    await applyFacts(state, FACTS);
    await loseAll(state, clock);
    await applyFacts(state, FACTS, 1);
    assert.deepEqual(await reasonsIn(state), ['rebuilt']);
    await applyFacts(state, FACTS, 2);
    assert.deepEqual(await reasonsIn(state), ['rebuilt']);
    const later = operation('later', clock.now, { actorIp: '198.51.100.77' });
    await applyFacts(state, [later], 3);
    // Nobody looked after it was enqueued, and before the loss: it cannot have been told.
    const between = operation('between', NOW + 1, { actorIp: '198.51.100.78' });
    await applyFacts(state, [between], 4);
    const mixed = [
      operation('c', NOW - 1, { actorIp: '192.0.2.1' }),
      operation('d', NOW + 2, { actorIp: '192.0.2.1' }),
    ];
    await applyFacts(state, mixed, 5);
    assert.deepEqual(await reasonsIn(state), ['rebuilt', 'new', 'new', 'new']);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...FACTS, later, between, ...mixed])));
  });
});

test('an operation that had waited for its sign-in until after the loss is new', async () => {
  await withReader(async (state, clock) => {
    await applyFacts(state, [operation('a', NOW - HOUR_MS)]);
    await loseAll(state, clock);
    await applyFacts(state, [operation('a', NOW - HOUR_MS)], 1);
    await applyFacts(state, [signIn('s', clock.now)], 2);
    assert.deepEqual(await reasonsIn(state), ['new']);
  });
});

test('of several losses the last one counts, also for a process that began after it', async () => {
  const options = stateOptions(redis.url, { events });
  await withReader(async (state, clock) => {
    await applyFacts(state, FACTS);
    await loseAll(state, clock);
    const between = operation('between', clock.now, { actorIp: '198.51.100.78' });
    await applyFacts(state, [...FACTS, between], 1);
    await loseAll(state, clock);
    await withState({ ...options, now: () => clock.now }, async (next) => {
      await applyFacts(next, [...FACTS, between], 2);
      assert.deepEqual(await reasonsIn(next), ['rebuilt', 'rebuilt']);
    });
  }, options);
});

test('a finding that survived is not told again; one that survived in an older revision grows as ever', async () => {
  await withReader(async (state) => {
    await applyFacts(state, FACTS, 1);
    const fallBack = await snapshotOf(state);
    const late = operation('late', NOW, { actorIp: '192.0.2.9' });
    const more = operation('more', NOW);
    await applyFacts(state, [more, late], 2);
    await fallBack();
    await state.maintain();
    await beginAgain(state);
    await applyFacts(state, FACTS, 1);
    assert.deepEqual(await reasonsIn(state), ['new']);
    await applyFacts(state, [more, late], 2);
    assert.deepEqual((await reasonsIn(state)).sort(), ['new', 'operation', 'rebuilt']);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...FACTS, more, late])));
  });
});

test('the id that a finding had before the loss leads to it, until it goes', async () => {
  await withReader(async (state, clock) => {
    const [first, second] = [operation('a', NOW - HOUR_MS), operation('b', NOW - 2 * HOUR_MS)];
    await applyFacts(state, [signIn('s', NOW - HOUR_MS), first]);
    await applyFacts(state, [second], 1);
    const { id: before } = await onlyFinding(state);
    assert.equal(before, findingIdOf(first));

    await loseAll(state, clock);
    await applyFacts(state, [signIn('s', NOW - HOUR_MS), second], 2);
    assert.equal(await lookUp(state, before), null, 'its operation is not there yet');
    await applyFacts(state, [first], 3);
    const { id: now } = await onlyFinding(state);
    assert.equal(now, findingIdOf(second));
    assert.deepEqual([await lookUp(state, before), await lookUp(state, now)], [now, now]);
    const evidence = await findingQueries(state).evidence(ALL, before, { limit: 10, cursor: null });
    assert.equal(evidence.kind === 'page' && evidence.items.length, 2);
    const other = await findingQueries(state).get({ tenants: ['another'] }, before);
    assert.equal(other.kind, 'unknown');

    clock.now += 100 * 24 * HOUR_MS;
    await state.maintain();
    assert.equal(await lookUp(state, before), null);
    assert.deepEqual(
      (await keysOf(state)).filter((key) => /^0 (ids|fi:|f:)/.test(key)),
      [],
    );
  });
});

test('ids lead on through merges, and through findings that are no longer stored', async () => {
  const far = (name: string, hours: number) => operation(name, NOW - hours * HOUR_MS);
  const signIns: Fact[] = [signIn('s1', NOW - 60 * HOUR_MS), signIn('s2', NOW - 30 * HOUR_MS), signIn('s3', NOW)];
  await withReader(async (state, clock) => {
    const [old, young] = [far('old', 60), far('young', 1)];
    await applyFacts(state, [...signIns, old, far('twin', 59), young]);
    await loseAll(state, clock);
    await applyFacts(state, [...signIns, far('twin', 59), young], 1);
    await applyFacts(state, [old], 2);
    assert.equal((await allFindings(state)).length, 2);
    clock.now += HOUR_MS;
    await applyFacts(state, [far('bridge', 37), far('bridge too', 20)], 3);
    const { id: stands } = await onlyFinding(state);
    for (const one of [old, far('twin', 59), far('bridge', 37)]) {
      const found = await findingQueries(state).get(ALL, findingIdOf(one));
      const led = found.kind === 'finding' ? (JSON.parse(found.json).supersededBy ?? found.id) : null;
      assert.equal(led, stands, one.recordId);
    }
    // What was taken over goes first; who asks for it is led on all the same.
    const taken = [findingIdOf(far('twin', 59)), findingIdOf(young)].find((id) => id !== stands)!;
    clock.now += 89 * 24 * HOUR_MS;
    await applyFacts(state, [operation('revives', NOW - HOUR_MS)], 4);
    clock.now += 2 * 24 * HOUR_MS;
    await state.maintain();
    assert.deepEqual(
      (await allFindings(state)).map(({ id }) => id),
      [stands],
    );
    assert.equal(await state.client.exists(`${state.shards[0]!.key}f:${taken}`), 0);
    assert.equal(await lookUp(state, taken), stands);
  });
});

test('where nothing was ever lost no former ids are kept', async () => {
  await withReader(async (state) => {
    await state.apply(batchOf(FACTS));
    await settle([state]);
    assert.deepEqual(
      (await keysOf(state)).filter((key) => /^0 (ids|fi:)/.test(key)),
      [],
    );
  });
});
