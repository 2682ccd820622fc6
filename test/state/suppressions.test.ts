/** Suppressions on a real Redis: what they hide and give back, each once, whoever stops in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matcherFaults, type Suppression } from '../../src/detection/suppression.ts';
import { redecide, redecideOwed } from '../../src/state/noted/redeciding.ts';
import { endSuppression, makeSuppression, SUPPRESSIONS_MAX } from '../../src/state/noted/suppressions.ts';
import { suppressionQueries } from '../../src/state/queries/suppressions.ts';
import type { State } from '../../src/state/state.ts';
import { before } from './interpose.ts';
import { ANN, historyOf, listed, NO_MATCHER, only, patch, reasonsOf, suppress } from './noted.ts';
import {
  applyFacts,
  assertWholeFeed,
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
  withStates,
} from './redis.ts';
import { batchOf, HOUR_MS, operation, signIn, TENANT } from './samples.ts';

const redis = redisOfFile();
const NOW = Date.now();
const DAY_MS = 24 * HOUR_MS;
const options = (changes = {}) => stateOptions(redis.url, { now: () => NOW, ...changes });
const FACTS = [signIn('s', NOW), operation('a', NOW)];
const EXPECTED = { operations: ['Add member to role'], ipRange: '198.51.100.0/24' };

const withFinding = (use: (state: State, id: string) => Promise<void>, changes = {}) =>
  withState(options(changes), async (state) => {
    await applyFacts(state, FACTS);
    await use(state, (await only(state)).id);
  });

const hiddenBy = async (state: State): Promise<(string | null)[]> =>
  (await listed(state)).map(({ suppressed }) => suppressed?.id ?? null);

/** A suppression as the script is told of it, of which nobody has decided anything yet. */
const made = (id: string, changes: Partial<Suppression> = {}): Suppression => ({
  ...{ id, tenantId: TENANT, matcher: { ...NO_MATCHER, ...EXPECTED }, owner: 'team', reason: 'expected' },
  ...{ expiresAt: NOW + HOUR_MS, createdAt: NOW, createdBy: 'ann', ...changes },
});

test('what is there is hidden by one revision, and comes back by one', async () => {
  await withFinding(async (state, id) => {
    const { hiddenCount, ...suppression } = await suppress(state, EXPECTED);
    const { suppressed, revision } = await only(state);
    assert.deepEqual(suppressed, {
      id: suppression.id,
      owner: 'team',
      reason: 'expected',
      expiresAt: suppression.expiresAt,
    });
    assert.deepEqual([hiddenCount, revision], [1, 2]);
    await state.maintain();
    assert.deepEqual(await suppressionQueries(state).end(ANN, suppression.id), { kind: 'ended' });
    await state.maintain();
    assert.deepEqual(await hiddenBy(state), [null]);
    assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'triage']);
    assert.deepEqual(await historyOf(state, id), ['guestwatch suppressed', 'guestwatch unsuppressed']);
    await assertWholeFeed(state);
  });
});

test('what comes later is hidden from its first revision on, is stored, counted and told in the feed', async () => {
  const told: [string, boolean][] = [];
  const events = stateEvents({ onPublished: ({ reason, isSuppressed }) => void told.push([reason, isSuppressed]) });
  await withState(options({ events }), async (state) => {
    await state.client.sadd(`${state.shards[0]!.key}tenants`, TENANT);
    const { id } = await suppress(state, EXPECTED);
    await applyFacts(state, FACTS);
    assert.deepEqual(told, [['new', true]]);
    const [first] = await feedOf(state);
    assert.equal((first!.body as unknown as { suppressed: { id: string } }).suppressed.id, id);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(FACTS)));
    assert.deepEqual([await listed(state, { suppressed: 'exclude' }), await hiddenBy(state)], [[], [id]]);
    assert.deepEqual((await listed(state, { suppressed: 'only' })).length, 1);
  });
});

test('one operation that nobody expected shows the finding, by the revision that it makes', async () => {
  await withFinding(async (state, id) => {
    await suppress(state, EXPECTED);
    await applyFacts(state, [operation('b', NOW + 1, { operation: 'Set domain authentication' })]);
    assert.deepEqual(await hiddenBy(state), [null]);
    assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'operation']);
    assert.deepEqual(await historyOf(state, id), ['guestwatch suppressed', 'guestwatch unsuppressed']);
  });
});

test('an operation of another object id under the same name shows the finding', async () => {
  await withFinding(async (state) => {
    await suppress(state, { actorObjectId: operation('a', NOW).actorObjectId });
    assert.notDeepEqual(await hiddenBy(state), [null]);
    await applyFacts(state, [operation('b', NOW - 1, { actorObjectId: null })]);
    assert.deepEqual(await hiddenBy(state), [null]);
  });
});

test('only what changed is revised: neither others, nor for a second suppression of the same', async () => {
  let now = NOW;
  const moving = { now: () => now };
  await withFinding(async (state, id) => {
    await applyFacts(state, [operation('b', NOW, { actorIp: '192.0.2.1' })]);
    const first = await suppress(state, EXPECTED);
    now += 1;
    const second = await suppress(state, { actorUpn: operation('a', NOW).actorUpn });
    const by = Object.fromEntries((await listed(state)).map((one) => [one.id, one.suppressed?.id]));
    assert.equal(by[id], first.id);
    assert.deepEqual(Object.values(by).sort(), [first.id, second.id].sort());
    assert.equal((await reasonsOf(state)).filter((reason) => reason === 'triage').length, 2);
    // The other goes on hiding what the first one hid.
    await suppressionQueries(state).end(ANN, first.id);
    assert.deepEqual(await hiddenBy(state), [second.id, second.id]);
    assert.equal((await reasonsOf(state)).filter((reason) => reason === 'triage').length, 3);
  }, moving);
});

test('when its time is past a suppression ends by itself, and what it hid comes back once', async () => {
  let now = NOW;
  await withFinding(
    async (state, id) => {
      const { id: by } = await suppress(state, EXPECTED, HOUR_MS);
      now += HOUR_MS - 1;
      await state.maintain();
      assert.deepEqual(await hiddenBy(state), [by]);
      now += 1;
      // Whatever comes before anyone has swept is not hidden any more.
      await applyFacts(state, [operation('b', NOW + 1)]);
      assert.deepEqual(await hiddenBy(state), [null]);
      await state.maintain();
      await state.maintain();
      assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'operation']);
      const ended = await suppressionQueries(state).get(ANN, by);
      assert.ok(ended.kind === 'suppression');
      assert.deepEqual([ended.suppression.endedAt !== null, ended.suppression.endedBy], [true, null]);
      assert.deepEqual(await historyOf(state, id), ['guestwatch suppressed', 'guestwatch unsuppressed']);
    },
    { now: () => now },
  );
});

test('what a process left undecided another one decides: after one was made, after it ended, and each once', async () => {
  await withStates(options(), 2, async (states) => {
    const [gone, next] = states as [State, State];
    await applyFacts(gone, FACTS);
    const id = 'a'.repeat(32);
    await makeSuppression(gone.shards[0]!, made(id), NOW);
    assert.deepEqual(await hiddenBy(next), [null], 'its process stopped here');
    await Promise.all(states.map((state) => state.maintain()));
    assert.deepEqual(await hiddenBy(next), [id]);
    await endSuppression(gone.shards[0]!, { tenantId: TENANT, id }, 'ann', { now: NOW, keptMs: DAY_MS });
    assert.deepEqual(await hiddenBy(next), [id]);
    await Promise.all(states.map((state) => state.maintain()));
    assert.deepEqual(await hiddenBy(next), [null]);
    assert.deepEqual(await reasonsOf(next), ['new', 'triage', 'triage']);
    assert.equal(await next.client.zcard(`${next.shards[0]!.key}decide`), 0);
    await assertWholeFeed(next);
  });
});

test('a fold under way while a suppression is made does not miss it, nor one that is ended', async () => {
  let act: (() => Promise<unknown>) | undefined;
  const beforeStore = async () => {
    const once = act;
    act = undefined;
    await once?.();
  };
  await withState(options({ hooks: { beforeStore } }), async (state) => {
    const shard = state.shards[0]!;
    const id = 'b'.repeat(32);
    act = () => makeSuppression(shard, made(id), NOW);
    await applyFacts(state, FACTS);
    assert.deepEqual(await hiddenBy(state), [id]);
    act = () => endSuppression(shard, { tenantId: TENANT, id }, 'ann', { now: NOW, keptMs: DAY_MS });
    await applyFacts(state, [operation('b', NOW + 1)]);
    assert.deepEqual(await hiddenBy(state), [null]);
    await state.maintain();
    assert.deepEqual(await reasonsOf(state), ['new', 'operation']);
  });
});

test('a suppression that is made behind a walk over the findings is not taken for decided by it', async () => {
  await withFinding(async (state) => {
    const id = 'c'.repeat(32);
    const context = { now: () => NOW, rule: state.options.rule, onRevised: () => {} };
    const shard = before('settlesuppressions', state.shards[0]!, () =>
      makeSuppression(state.shards[0]!, made(id), NOW),
    );
    await redecide(shard, TENANT, context);
    assert.deepEqual(await hiddenBy(state), [null], 'the walk had passed it');
    await redecideOwed(state.shards[0]!, context);
    assert.deepEqual(await hiddenBy(state), [id]);
  });
});

test('suppressions that come and go while facts come in leave every finding as the last of them says', async () => {
  await withStates(options(), 3, async (states) => {
    const [state] = states as [State];
    await applyFacts(state, FACTS);
    const facts = Array.from({ length: 24 }, (_, i) => operation(`o${i}`, NOW + i, { actorIp: `198.51.100.${i % 8}` }));
    const churn = async (i: number) => {
      const { id } = await suppress(states[i]!, EXPECTED);
      await suppressionQueries(states[i]!).end(ANN, id);
      return suppress(states[i]!, { ipRange: `198.51.100.${i}` });
    };
    const writers = facts.map((fact, i) => states[i % 3]!.apply(batchOf([fact])));
    const [kept] = await Promise.all([Promise.all([0, 1, 2].map(churn)), ...writers]);
    await settle(states);
    await state.maintain();
    for (const { suppressed, ...one } of await listed(state)) {
      const ip = Number((one as unknown as { actorIp: string }).actorIp.split('.')[3]);
      assert.equal(suppressed?.id ?? null, kept[ip]?.id ?? null, String(ip));
    }
    await assertWholeFeed(state);
  });
});

test('triage of what is hidden is kept, and does not show it', async () => {
  await withFinding(async (state, id) => {
    const { id: by } = await suppress(state, EXPECTED);
    const { body } = await patch(state, id, { status: 'resolved' }, [2]);
    assert.deepEqual([body!.suppressed?.id, body!.status], [by, 'resolved']);
    assert.deepEqual((await listed(state, { suppressed: 'only', status: 'resolved' })).length, 1);
    assert.deepEqual(await listed(state, { suppressed: 'only', status: 'new' }), []);
  });
});

test('what each has hidden is counted and listed, also after its end, as long as findings are kept', async () => {
  let now = NOW;
  await withState(options({ now: () => now, findingRetentionMs: 10 * DAY_MS }), async (state) => {
    const facts = Array.from({ length: 5 }, (_, i) => operation(`o${i}`, NOW + i, { actorIp: `198.51.100.${i}` }));
    await applyFacts(state, [signIn('s', NOW), ...facts, operation('other', NOW, { actorIp: '192.0.2.1' })]);
    const { id } = await suppress(state, EXPECTED, DAY_MS);
    const queries = suppressionQueries(state);
    const countOf = async (which: 'inForce' | 'ended') => {
      const page = await queries.list(ANN, { tenantId: null, state: which, limit: 10, cursor: null });
      assert.ok(page.kind === 'page');
      return page.items.map(({ hiddenCount }) => hiddenCount);
    };
    assert.deepEqual([await countOf('inForce'), await countOf('ended')], [[5], []]);
    now += DAY_MS;
    await state.maintain();
    assert.deepEqual([await countOf('inForce'), await countOf('ended')], [[], [5]]);
    const found: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await queries.findings(ANN, id, { limit: 2, cursor });
      assert.ok(page.kind === 'page');
      found.push(...page.items.map((json) => JSON.parse(json).actorIp));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    assert.deepEqual(
      found.sort(),
      facts.map(({ actorIp }) => actorIp),
    );
    now += 10 * DAY_MS + 1;
    await state.maintain();
    await state.maintain();
    assert.deepEqual(await countOf('ended'), []);
    assert.deepEqual(
      (await keysOf(state)).filter((key) => /^0 (sup|hid|decide|fh)/.test(key)),
      [],
    );
  });
});

test('a tenant has so many suppressions in force and no more, and lists are paged over tenants', async () => {
  await withState(options({ shards: 2 }), async (state) => {
    const queries = suppressionQueries(state);
    const make = (tenantId: string) =>
      queries.make(ANN, {
        ...{ tenantId, matcher: { ...NO_MATCHER, actorUpn: 'ann' }, owner: 'team', reason: 'expected' },
        expiresAt: NOW + HOUR_MS,
      });
    for (let i = 0; i < SUPPRESSIONS_MAX; i++) assert.equal((await make('t-1')).kind, 'made');
    assert.deepEqual(await make('t-1'), { kind: 'too_many', most: SUPPRESSIONS_MAX });
    for (const tenant of ['t-2', 't-3', 't-2']) assert.equal((await make(tenant)).kind, 'made');
    const listed = async (tenants: 'all' | string[], tenantId: string | null) => {
      const seen: [string, string][] = [];
      for (let cursor: string | null = null; ; ) {
        const page = await queries.list({ tenants }, { tenantId, state: 'all', limit: 40, cursor });
        assert.ok(page.kind === 'page' && page.items.length <= 40);
        seen.push(...page.items.map((one): [string, string] => [one.tenantId, one.id]));
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      assert.equal(new Set(seen.map(String)).size, seen.length, 'each once');
      return seen.map(([tenant]) => tenant);
    };
    const all = [...Array(SUPPRESSIONS_MAX).fill('t-1'), 't-2', 't-2', 't-3'];
    assert.deepEqual(await listed('all', null), all);
    assert.deepEqual(await listed(['t-3', 't-2'], null), ['t-2', 't-2', 't-3']);
    assert.deepEqual([await listed(['t-3'], 't-1'), await listed('all', 't-3')], [[], ['t-3']]);
    assert.deepEqual(await queries.list(ANN, { tenantId: null, state: 'all', limit: 1, cursor: 'x' }), {
      kind: 'bad_cursor',
    });
  });
});

test('a caller without the tenant sees, makes and ends none of its suppressions', async () => {
  await withFinding(async (state) => {
    const { id } = await suppress(state, EXPECTED);
    const eve = { name: 'eve', tenants: ['other'] };
    const queries = suppressionQueries(state);
    assert.deepEqual(await queries.get(eve, id), { kind: 'unknown' });
    assert.deepEqual(await queries.end(eve, id), { kind: 'unknown' });
    assert.deepEqual(await queries.findings(eve, id, { limit: 1, cursor: null }), { kind: 'unknown' });
    const asked = { matcher: { ...NO_MATCHER, ...EXPECTED }, owner: 'eve', reason: 'none', expiresAt: NOW + 1 };
    const refused = await queries.make(eve, { ...asked, tenantId: TENANT });
    assert.ok(refused.kind === 'faulty' && refused.faults[0]!.name === 'tenantId');
    // Who may see one tenant need not name it.
    const own = await queries.make(eve, { ...asked, tenantId: null });
    assert.equal(own.kind === 'made' && own.suppression.tenantId, 'other');
    assert.deepEqual(await hiddenBy(state), [id]);
  });
});

test('what would hide everything, or for ever, is refused and puts nothing in force', async () => {
  await withFinding(async (state) => {
    const queries = suppressionQueries(state);
    for (const [matcher, forMs, name] of [
      [{}, HOUR_MS, 'matcher'],
      [{ ipRange: '0.0.0.0/0' }, HOUR_MS, 'matcher.ipRange'],
      [{ operations: [...state.options.rule.operations] }, HOUR_MS, 'matcher.operations'],
      [EXPECTED, 0, 'expiresAt'],
      [EXPECTED, 367 * DAY_MS, 'expiresAt'],
    ] as const) {
      const asked = {
        tenantId: null,
        matcher: { ...NO_MATCHER, ...matcher },
        owner: 'a',
        reason: 'b',
        expiresAt: NOW + forMs,
      };
      const outcome = await queries.make(ANN, asked);
      assert.ok(outcome.kind === 'faulty', name);
      assert.deepEqual(
        outcome.faults.map((fault) => fault.name),
        [name],
      );
    }
    assert.deepEqual([await hiddenBy(state), await reasonsOf(state)], [[null], ['new']]);
    assert.deepEqual(matcherFaults({ ...NO_MATCHER, ...EXPECTED }, state.options.rule), []);
  });
});

test('of findings that meet, the one that stands is hidden only if what hides it vouches for both', async () => {
  const apart = [
    ...[signIn('s', NOW - 10 * HOUR_MS), signIn('t', NOW + 10 * HOUR_MS)],
    ...[operation('a', NOW - 18 * HOUR_MS), operation('b', NOW + 18 * HOUR_MS, { operation: 'Add policy.' })],
  ];
  await withState(options(), async (state) => {
    await applyFacts(state, apart);
    await suppress(state, { operations: ['Add member to role'] });
    assert.equal((await hiddenBy(state)).filter((id) => id !== null).length, 1);
    await applyFacts(state, [operation('bridge', NOW)]);
    assert.deepEqual(await hiddenBy(state), [null]);
    await assertWholeFeed(state);
  });
});

test('what people wrote and a Redis that was put back to before it has not is noticed, once', async () => {
  const told: [string, string][] = [];
  const events = stateEvents({ onLost: (detail, reason) => void told.push([reason, detail]) });
  await withFinding(
    async (state, id) => {
      await state.maintain();
      const { client, key } = state.shards[0]!;
      const before = await client.dumpBuffer(`${key}meta`);
      await patch(state, id, { comment: 'one' });
      await suppress(state, EXPECTED);
      await state.maintain();
      assert.deepEqual(told, []);
      await client.restore(`${key}meta`, 0, before!, 'REPLACE');
      await state.maintain();
      await state.maintain();
      assert.equal(told.length, 1);
      assert.match(told.flat().join(), /^findings_lost,3 changes of triage and suppressions in shard 0/);
      assert.deepEqual(
        (await state.losses()).losses.map(({ reason }) => reason),
        ['findings_lost'],
      );
    },
    { events },
  );
});
