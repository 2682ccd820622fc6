/** Triage on a real Redis: each of it one revision, none lost to others or to folds, and what opens a finding again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { ratingOf } from '../../src/detection/rule.ts';
import { COMMENTS_MAX } from '../../src/detection/triage.ts';
import { foldOnce } from '../../src/state/folding/folding.ts';
import { revise } from '../../src/state/noted/revising.ts';
import { triageQueries } from '../../src/state/queries/triage.ts';
import type { State } from '../../src/state/state.ts';
import { dropFindings, publishQuiet } from '../../src/state/sweep.ts';
import { before } from './interpose.ts';
import { ANN, type Body, historyOf, listed, only, patch, reasonsOf } from './noted.ts';
import {
  allFindings,
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  foldOf,
  keysOf,
  redisOfFile,
  settle,
  stateOptions,
  withState,
  withStates,
} from './redis.ts';
import { batchOf, HOUR_MS, MINUTE_MS, operation, signIn } from './samples.ts';

const redis = redisOfFile();
const NOW = Date.now();
const options = (changes = {}) => stateOptions(redis.url, { now: () => NOW, ...changes });
const { rule } = stateOptions('');

/** A state with one finding of one operation. */
const withFinding = (use: (state: State, id: string) => Promise<void>, changes = {}) =>
  withState(options(changes), async (state) => {
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW)]);
    await use(state, (await only(state)).id);
  });

test('triage is one revision, and what changes nothing is none', async () => {
  await withFinding(async (state, id) => {
    const asked = {
      status: 'inProgress',
      classification: 'benignPositive',
      assignedTo: 'bob',
      comment: 'why?',
    } as const;
    const first = await patch(state, id, asked, [1]);
    assert.equal(first.kind, 'finding');
    const { revision, comments, ...body } = first.body!;
    assert.deepEqual(
      [revision, body.status, body.classification, body.assignedTo],
      [2, ...Object.values(asked).slice(0, 3)],
    );
    assert.deepEqual(comments, [{ at: new Date(NOW).toISOString(), by: 'ann', text: 'why?' }]);
    assert.deepEqual(await only(state), first.body);

    const { comment: _, ...same } = asked;
    for (const nothing of [same, { status: 'inProgress' } as const]) {
      const again = await patch(state, id, nothing, [2]);
      assert.deepEqual([again.kind, again.body], ['finding', first.body]);
    }
    await patch(state, id, { classification: null, assignedTo: null }, [2]);
    assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'triage']);
    assert.deepEqual([(await only(state)).classification, (await only(state)).assignedTo], [null, null]);
    assert.deepEqual(await historyOf(state, id), ['ann triage', 'ann triage']);
    await assertWholeFeed(state);
  });
});

test('who expects another revision gets the finding as it is, and changes nothing', async () => {
  await withFinding(async (state, id) => {
    await patch(state, id, { status: 'resolved' }, [1]);
    for (const expected of [[1], [3], []]) {
      const late = await patch(state, id, { status: 'new' }, expected, 'bob');
      assert.deepEqual([late.kind, late.body], ['moved_on', await only(state)]);
    }
    assert.equal((await patch(state, id, { status: 'new' }, [1, 2])).kind, 'finding', 'one of several');
  });
});

test('a sign-in that moves quietly makes no triage fail, and is told with it', async () => {
  await withFinding(async (state, id) => {
    await applyFacts(state, [signIn('t', NOW + 1)]);
    const { body } = await patch(state, id, { comment: 'seen' }, [1]);
    assert.equal(body!.revision, 2);
    assert.deepEqual(await publishQuiet(state.shards[0]!, rule, NOW + 2 * HOUR_MS), []);
    assert.deepEqual(
      await contentsIn(state),
      contentsOfAll(foldOf([signIn('s', NOW), signIn('t', NOW + 1), operation('a', NOW)])),
    );
  });
});

test('of two who write at once one wins, and the other is told what came of it', async () => {
  await withFinding(async (state, id) => {
    const both = await Promise.all(['ann', 'bob'].map((by) => patch(state, id, { assignedTo: by }, [1], by)));
    assert.deepEqual(both.map(({ kind }) => kind).sort(), ['finding', 'moved_on']);
    const [won, lost] = both.sort((a, b) => (a.kind < b.kind ? -1 : 1));
    assert.deepEqual(lost!.body, won!.body);
    assert.deepEqual(await reasonsOf(state), ['new', 'triage']);
  });
});

test('triage that comes while a fold is under way is kept by it', async () => {
  let act: (() => Promise<unknown>) | undefined;
  const beforeStore = async () => {
    const once = act;
    act = undefined;
    await once?.();
  };
  await withFinding(
    async (state, id) => {
      act = () => patch(state, id, { status: 'inProgress', comment: 'mine' }, [1]);
      await applyFacts(state, [operation('b', NOW + 1)]);
      const { revision, status, comments } = await only(state);
      assert.deepEqual([revision, status, comments.length], [3, 'inProgress', 1]);
      assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'operation']);
      await assertWholeFeed(state);
    },
    { hooks: { beforeStore } },
  );
});

for (const [what, fact, reasons] of [
  ['an operation', operation('b', NOW + 1), ['new', 'operation', 'triage']],
  ['a sign-in that moves quietly', signIn('t', NOW + 1), ['new', 'triage']],
] as const) {
  test(`${what} that comes between reading for triage and writing it is kept`, async () => {
    await withFinding(async (state, id) => {
      const shard = before('revise', state.shards[0]!, () => applyFacts(state, [fact]));
      const outcome = await revise(shard, id, { now: NOW, by: 'ann', rating: ratingOf(rule) }, ({ triage }) => ({
        ...{ reason: 'triage', triage: { ...triage, status: 'inProgress' } },
      }));
      assert.equal(outcome.kind, 'revised');
      assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([signIn('s', NOW), operation('a', NOW), fact])));
      assert.deepEqual(await reasonsOf(state), reasons);
      assert.equal((await only(state)).status, 'inProgress');
      await assertWholeFeed(state);
    });
  });
}

test('many who write while facts come in lose nothing, and no revision is told twice', async () => {
  await withStates(options(), 3, async (states) => {
    const [state] = states as [State];
    const facts = [signIn('s', NOW), operation('a', NOW)];
    await applyFacts(state, facts);
    const { id } = await only(state);
    const more = Array.from({ length: 30 }, (_, i) =>
      i % 3 === 0 ? signIn(`s${i}`, NOW + i) : operation(`o${i}`, NOW + i * MINUTE_MS),
    );
    const texts = Array.from({ length: 30 }, (_, i) => `comment ${i}`);
    await Promise.all([
      ...more.map((fact, i) => states[i % 3]!.apply(batchOf([fact]))),
      ...texts.map(async (comment, i) => {
        // Each writes onto what it saw last, as a client does.
        for (let seen = [1]; ; ) {
          const outcome = await patch(states[i % 3]!, id, { comment }, seen, `writer ${i}`);
          if (outcome.kind === 'finding') return;
          seen = [outcome.body!.revision];
        }
      }),
      publishQuiet(state.shards[0]!, rule, NOW + 2 * HOUR_MS),
    ]);
    await settle(states);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...facts, ...more])));
    const { comments } = await only(state);
    assert.deepEqual(comments.map(({ text }) => text).sort(), texts.sort());
    assert.ok(comments.every(({ by, text }) => by === `writer ${text.slice('comment '.length)}`));
    assert.equal((await historyOf(state, id)).length, texts.length);
    await assertWholeFeed(state);
  });
});

test('comments are bounded, and the one too many is refused', async () => {
  await withFinding(async (state, id) => {
    for (let i = 0; i < COMMENTS_MAX; i++) await patch(state, id, { comment: `${i}` });
    assert.equal((await patch(state, id, { comment: 'more' })).kind, 'too_many_comments');
    assert.equal((await patch(state, id, { status: 'resolved' })).kind, 'finding', 'all else goes on');
    assert.equal((await only(state)).comments.length, COMMENTS_MAX);
  });
});

const resolved = { status: 'resolved', classification: 'benignPositive', assignedTo: 'bob', comment: 'done' } as const;

test('a new operation opens a resolved finding again, and the history says so; who had it and what was noted stay', async () => {
  await withFinding(async (state, id) => {
    await patch(state, id, resolved);
    await applyFacts(state, [operation('b', NOW + 1)]);
    const { status, classification, assignedTo, comments } = await only(state);
    assert.deepEqual([status, classification, assignedTo, comments.length], ['new', 'benignPositive', 'bob', 1]);
    assert.deepEqual(await historyOf(state, id), ['ann triage', 'guestwatch reopened']);
    assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'operation']);
  });
});

test('a finding in progress that gains an operation stays in progress', async () => {
  await withFinding(async (state, id) => {
    await patch(state, id, { status: 'inProgress' });
    await applyFacts(state, [operation('b', NOW + 1)]);
    assert.equal((await only(state)).status, 'inProgress');
    assert.deepEqual(await historyOf(state, id), ['ann triage']);
  });
});

test('a late sign-in that gives a view opens a resolved finding again', async () => {
  await withState(options(), async (state) => {
    const upn = 'ann_partner.com#ext#@contoso.onmicrosoft.com';
    // To the letter, and outbound: the strict view alone.
    await applyFacts(state, [signIn('out', NOW, { upn, resourceTenantId: 'elsewhere' }), operation('a', NOW)]);
    const { id } = await only(state);
    await patch(state, id, resolved);
    await applyFacts(state, [signIn('in', NOW, { source: { enqueuedAt: NOW + HOUR_MS } })]);
    assert.equal((await only(state)).status, 'new');
    assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'late_sign_in']);
    assert.deepEqual(await historyOf(state, id), ['ann triage', 'guestwatch reopened']);
  });
});

test('neither a sign-in, told quietly or not, nor a replay opens a resolved finding again', async () => {
  await withFinding(async (state, id) => {
    await patch(state, id, resolved);
    await applyFacts(state, [signIn('t', NOW + 1)]);
    assert.equal((await publishQuiet(state.shards[0]!, rule, NOW + 2 * HOUR_MS)).length, 1);
    await applyFacts(state, [signIn('s', NOW), operation('a', NOW), signIn('t', NOW + 1)]);
    assert.equal((await only(state)).status, 'resolved');
    assert.deepEqual(await historyOf(state, id), ['ann triage']);
  });
});

test('a sign-in that explains better what is seen already opens nothing again', async () => {
  await withState(options(), async (state) => {
    await applyFacts(state, [signIn('home', NOW, { objectId: null }), operation('a', NOW)]);
    const { id } = await only(state);
    await patch(state, id, resolved);
    await applyFacts(state, [signIn('id', NOW + 1)]);
    assert.deepEqual(await reasonsOf(state), ['new', 'triage', 'sign_in']);
    assert.equal((await only(state)).status, 'resolved');
    assert.deepEqual(await historyOf(state, id), ['ann triage']);
  });
});

/** Two findings that an operation between them makes one. */
const APART = [
  signIn('s', NOW - 10 * HOUR_MS),
  signIn('t', NOW + 10 * HOUR_MS),
  operation('a', NOW - 18 * HOUR_MS),
  operation('b', NOW + 18 * HOUR_MS),
];
const BRIDGE = operation('bridge', NOW);

test('findings that meet keep what was noted of both, and the history tells it in order', async () => {
  let now = NOW;
  await withState(options({ now: () => now }), async (state) => {
    await applyFacts(state, APART);
    const [younger, older] = (await listed(state)).sort((a, b) => (a.id < b.id ? 1 : -1)) as [Body, Body];
    await patch(state, older.id, { status: 'resolved', classification: 'benignPositive', comment: 'one' });
    now += 1;
    await patch(state, younger.id, {
      status: 'inProgress',
      classification: 'benignPositive',
      assignedTo: 'bob',
      comment: 'two',
    });
    now += 1;
    await patch(state, older.id, { comment: 'three' });
    now += 1;
    await applyFacts(state, [BRIDGE]);
    const { id, status, classification, assignedTo, comments } = await only(state);
    assert.deepEqual([id, status, classification, assignedTo], [older.id, 'inProgress', 'benignPositive', 'bob']);
    assert.deepEqual(
      comments.map(({ text }) => text),
      ['one', 'two', 'three'],
    );
    const history = ['ann triage', 'ann triage', 'ann triage', 'guestwatch merged'];
    assert.deepEqual(await historyOf(state, id), history);
    assert.deepEqual(await historyOf(state, younger.id), history, 'of the one that was taken over too');
    await assertWholeFeed(state);
  });
});

test('two resolved findings that a new operation makes one are new, because nobody has judged that', async () => {
  let now = NOW;
  await withState(options({ now: () => now }), async (state) => {
    await applyFacts(state, APART);
    for (const { id } of await listed(state)) await patch(state, id, { status: 'resolved' });
    now += 1;
    await applyFacts(state, [BRIDGE]);
    const { id, status } = await only(state);
    assert.equal(status, 'new');
    assert.deepEqual((await historyOf(state, id)).slice(2), ['guestwatch merged', 'guestwatch reopened']);
  });
});

test('a finding that was taken over takes no triage and names the one that stands', async () => {
  await withState(options(), async (state) => {
    await applyFacts(state, APART);
    const ids = (await listed(state)).map(({ id }) => id);
    await applyFacts(state, [BRIDGE]);
    const { id } = await only(state);
    const gone = ids.find((one) => one !== id)!;
    for (const expected of ['any', [1], [2]] as const) {
      const outcome = await patch(state, gone, { status: 'resolved' }, expected);
      assert.ok(outcome.kind === 'superseded');
      assert.deepEqual([outcome.by, outcome.body!.supersededBy], [id, id]);
    }
  });
});

test('triage of a finding that is taken over meanwhile is refused, or is in the one that stands', async () => {
  await withState(options(), async (state) => {
    await applyFacts(state, APART);
    const all = (await listed(state)).map(({ id }) => id);
    const [outcomes] = await Promise.all([
      Promise.all(all.map((id) => patch(state, id, { comment: `on ${id}` }, [1]))),
      applyFacts(state, [BRIDGE]),
    ]);
    const { comments } = await only(state);
    const taken = all.filter((_, i) => outcomes[i]!.kind === 'finding').map((id) => `on ${id}`);
    assert.deepEqual(comments.map(({ text }) => text).sort(), taken.sort());
    await assertWholeFeed(state);
  });
});

test('a fold that met triage between two findings of one step reads both again', async () => {
  await withState(options(), async (state) => {
    state.folder.wake = () => {};
    const wake = async () => {
      for (const actor of await state.client.zrange(`${state.shards[0]!.key}fold`, '0', '-1'))
        await foldOnce(state.shards[0]!, actor, { rule, quietDelayMs: HOUR_MS, now: () => NOW });
    };
    await state.apply(batchOf(APART));
    await wake();
    const ids = (await listed(state)).map(({ id }) => id);
    await state.apply(batchOf([BRIDGE]));
    const shard = before('store', state.shards[0]!, () => patch(state, ids[0]!, { comment: 'in between' }, [1]));
    await foldOnce(shard, actorKey(actorOf(BRIDGE)), { rule, quietDelayMs: HOUR_MS, now: () => NOW });
    assert.deepEqual(
      (await only(state)).comments.map(({ text }) => text),
      ['in between'],
    );
    await assertWholeFeed(state);
  });
});

test('a history is paged, each entry once, and knows no other cursor', async () => {
  await withFinding(async (state, id) => {
    for (let i = 0; i < 7; i++) await patch(state, id, { comment: `${i}` });
    const told: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await triageQueries(state).history(ANN, id, { limit: 3, cursor });
      assert.ok(page.kind === 'page');
      told.push(...page.items.map(({ change }) => ('comment' in change ? change.comment! : '')));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(told, ['0', '1', '2', '3', '4', '5', '6']);
    const { history } = triageQueries(state);
    assert.deepEqual(await history(ANN, id, { limit: 3, cursor: '-' }), { kind: 'bad_cursor' });
    assert.deepEqual(await history({ tenants: ['other'] }, id, { limit: 3, cursor: null }), { kind: 'unknown' });
  });
});

test('a caller without the tenant can triage nothing of it', async () => {
  await withFinding(async (state, id) => {
    const outcome = await triageQueries(state).patch({ name: 'eve', tenants: ['other'] }, id, resolved, 'any');
    assert.deepEqual(outcome, { kind: 'unknown' });
    assert.equal((await only(state)).status, 'new');
  });
});

test('a list by status has what is of that status, also while findings move from one to another', async () => {
  await withState(options(), async (state) => {
    const facts = Array.from({ length: 6 }, (_, i) => operation(`o${i}`, NOW + i, { actorIp: `198.51.100.${i}` }));
    await applyFacts(state, [signIn('s', NOW), ...facts]);
    const all = (await listed(state)).map(({ id }) => id);
    await patch(state, all[1]!, { status: 'resolved' });
    await patch(state, all[4]!, { status: 'inProgress' });
    const ids = async (status: 'new' | 'inProgress' | 'resolved') =>
      (await listed(state, { status })).map(({ id }) => id);
    assert.deepEqual(await ids('resolved'), [all[1]]);
    assert.deepEqual(await ids('inProgress'), [all[4]]);
    assert.deepEqual(
      await ids('new'),
      [0, 2, 3, 5].map((i) => all[i]),
    );
    await patch(state, all[1]!, { status: 'new' });
    assert.deepEqual([await ids('new'), await ids('resolved')], [[0, 1, 2, 3, 5].map((i) => all[i]), []]);
    assert.equal((await allFindings(state)).length, 6, 'each stands in the lists once');
  });
});

test('what was noted goes with the finding', async () => {
  await withFinding(async (state, id) => {
    await patch(state, id, resolved);
    assert.ok((await keysOf(state)).some((key) => key.includes('fh:')));
    assert.equal(await dropFindings(state.shards[0]!, NOW + 1), 1);
    assert.deepEqual(
      (await keysOf(state)).filter((key) => key.includes(id)),
      [],
    );
    assert.deepEqual(await listed(state), []);
    assert.equal((await patch(state, id, resolved)).kind, 'unknown');
  });
});
