/**
 * Storms: one guest that signs in all the time, one actor that never rests. Counts stay exact and evidence is what a fold over
 * everything lists. What a batch costs at the start and at the end is printed, not asserted: clocks are no judges.
 * STORM=full lets them last for 100,000 operations and 250,000 sign-ins.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../../src/detection/fact.ts';
import type { State } from '../../src/state/state.ts';
import { listen } from './interpose.ts';
import {
  allFindings,
  applyFacts,
  contentsIn,
  contentsOfAll,
  foldOf,
  redisOfFile,
  stateOptions,
  withState,
} from './redis.ts';
import { HOUR_MS, operation, signIn } from './samples.ts';

const SCALE = process.env['STORM'] === 'full' ? 1 : 1 / 40;
const OPERATIONS = 100_000 * SCALE;
const SIGN_INS = 250_000 * SCALE;
const WINDOW_MS = 47 * HOUR_MS;

const redis = redisOfFile();

const NOW = Date.now();
const START = NOW - WINDOW_MS;

const operations = (count: number) =>
  Array.from({ length: count }, (_, i) => operation(`o${i}`, START + Math.floor((i * WINDOW_MS) / count)));
const signIns = (count: number) =>
  Array.from({ length: count }, (_, i) => signIn(`s${i}`, START + Math.floor((i * WINDOW_MS) / count) + 1));

/** Applies facts in batches, as time goes by, and folds each. Prints what the batches cost at first and at last. */
async function weather(what: string, state: State, facts: readonly Fact[], size: number): Promise<void> {
  const costs: number[] = [];
  const talk = listen(state.client);
  for (let i = 0; i < facts.length; i += size) {
    const begun = performance.now();
    await applyFacts(state, facts.slice(i, i + size), i);
    costs.push(performance.now() - begun);
  }
  const mean = (some: readonly number[]): string => (some.reduce((a, b) => a + b, 0) / some.length).toFixed(1);
  const tenth = Math.max(1, Math.floor(costs.length / 10));
  const middle = Math.floor(costs.length / 2);
  const info = await state.client.info('memory');
  process.stdout.write(
    `${what}: ${facts.length} facts, ${size} to a batch; ms per batch in the first tenth ${mean(costs.slice(0, tenth))}, ` +
      `at half ${mean(costs.slice(middle, middle + tenth))}, in the last tenth ${mean(costs.slice(-tenth))}; ` +
      `longest arguments ${talk.argumentsMax}, longest reply ${talk.replyMax} bytes; ` +
      `Redis ${/used_memory_human:(\S+)/.exec(info)![1]}, process ${Math.round(process.memoryUsage().rss / 1e6)} MB\n`,
  );
  assert.ok(talk.argumentsMax <= 1_000_000 && talk.replyMax <= 1_000_000, JSON.stringify(talk));
}

test('a storm of operations of one actor: all are counted, the oldest and the newest listed', async () => {
  const facts = operations(OPERATIONS);
  await withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, [signIn('s', START), signIn('t', NOW)]);
    await weather('operations', state, facts, 400);
    const [finding, ...others] = await allFindings(state);
    assert.deepEqual(others, []);
    assert.deepEqual([finding!.itemCount, finding!.correlationCount], [OPERATIONS, OPERATIONS]);
    assert.deepEqual(
      [...finding!.items.values()].map(([own]) => own!.recordId).sort(),
      [...facts.slice(0, 500), ...facts.slice(-500)].map(({ recordId }) => recordId).sort(),
    );
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([signIn('s', START), signIn('t', NOW), ...facts])));
  });
});

test('a storm of sign-ins of one guest: whatever is thinned, its findings are those of a fold over all', async () => {
  const facts = signIns(SIGN_INS);
  const own = Array.from({ length: 30 }, (_, i) => operation(`o${i}`, START + i * 1.5 * HOUR_MS));
  await withState(stateOptions(redis.url), async (state) => {
    await applyFacts(state, own.slice(0, 15));
    await weather('sign-ins', state, facts, 400);
    await applyFacts(state, own.slice(15));
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf([...facts, ...own])));
  });
});

test('both at once: an actor with thousands of operations that signs in all the time', async () => {
  const [some, more] = [operations(OPERATIONS / 2), signIns(SIGN_INS / 2)];
  const perOperation = SIGN_INS / OPERATIONS;
  const facts = some.flatMap((one, i) => [one, ...more.slice(i * perOperation, (i + 1) * perOperation)]);
  await withState(stateOptions(redis.url), async (state) => {
    await weather('both', state, facts, 350);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(facts)));
  });
});
