/** What was noted of findings where Redis has let keys go: all of it is there, or its loss is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewEvicted } from '../../src/state/open.ts';
import { suppressionQueries } from '../../src/state/queries/suppressions.ts';
import { openState, type State } from '../../src/state/state.ts';
import { ANN, historyOf, listed, only, patch, suppress } from './noted.ts';
import {
  applyFacts,
  contentsIn,
  contentsOfAll,
  foldOf,
  redisOfFile,
  stateEvents,
  stateOptions,
  withState,
} from './redis.ts';
import { HOUR_MS, operation, PLACE, signIn } from './samples.ts';

const redis = redisOfFile();
const NOW = Date.now();
const FACTS = [signIn('s', NOW), operation('a', NOW)];
const beginning = { after: null, since: NOW - 48 * HOUR_MS, previous: null, checkpoint: null, detail: 'begun' };

/** What is done where the server tells of keys that it has let go. */
async function tellEvicted(state: State): Promise<void> {
  const { key, client } = state.shards[0]!;
  await renewEvicted(client, key, '', true);
}

test('whichever key was evicted, what was noted of a finding is there whole, or its loss is told', async () => {
  for (let i = 0; ; i++) {
    const told: string[] = [];
    const events = stateEvents({ onLost: (_detail, reason) => void told.push(reason) });
    const state = await openState(stateOptions(redis.url, { events }));
    try {
      await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
      await applyFacts(state, FACTS, 7);
      const { id } = await only(state);
      await patch(state, id, { status: 'resolved', comment: 'done' });
      await suppress(state, { operations: ['Add member to role'] });
      await state.maintain();
      const history = await historyOf(state, id);
      assert.equal(history.length, 2);
      const keys = (await state.client.keys(`${state.shards[0]!.key}*`)).sort();
      if (i >= keys.length) return;
      await state.client.del(keys[i]!);
      const { generation } = state.shards[0]!;
      await tellEvicted(state);
      await state.maintain();
      assert.notEqual(state.shards[0]!.generation, generation);
      await state.positions.begin(PLACE, { ...beginning, cause: 'lost' });
      await applyFacts(state, FACTS, 7);
      await state.maintain();
      assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(FACTS)), keys[i]);
      const { status, comments, suppressed } = await only(state);
      const isKept = status === 'resolved' && comments.length === 1;
      if (isKept) assert.deepEqual((await historyOf(state, id)).slice(0, 2), history, `all of it: ${keys[i]}`);
      else assert.deepEqual([status, comments], ['new', []], `or nothing: ${keys[i]}`);
      const query = { tenantId: null, state: 'inForce', limit: 9, cursor: null } as const;
      const page = await suppressionQueries(state).list(ANN, query);
      assert.ok(page.kind === 'page');
      assert.equal(suppressed?.id, page.items[0]?.id, `hidden by what is in force: ${keys[i]}`);
      if (!isKept || page.items.length === 0) assert.ok(told.includes('findings_lost'), keys[i]);
    } finally {
      await state.close();
    }
  }
});

test('a history of which the beginning was evicted is no whole, though it went on since', async () => {
  const events = stateEvents({ onLost: () => {} });
  await withState(stateOptions(redis.url, { events }), async (state) => {
    await state.positions.begin(PLACE, { ...beginning, cause: 'first' });
    await applyFacts(state, FACTS, 7);
    const { id } = await only(state);
    await patch(state, id, { comment: 'one' });
    await state.maintain();
    await state.client.del(`${state.shards[0]!.key}fh:${id}`);
    await patch(state, id, { comment: 'two' });
    await tellEvicted(state);
    await state.maintain();
    assert.deepEqual(await listed(state), []);
  });
});
