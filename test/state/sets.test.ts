/** Storms within one finding: one correlation id over very many records, and operations with very many targets. STORM=full for the large sizes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFinding } from '../../src/detection/describe.ts';
import type { Fact } from '../../src/detection/fact.ts';
import { BUILT_IN_RULE, ratingOf } from '../../src/detection/rule.ts';
import { UNTOUCHED } from '../../src/detection/triage.ts';
import { diceOf } from '../oracle/dice.ts';
import { listen } from './interpose.ts';
import {
  allFindings,
  applyFacts,
  assertWholeFeed,
  contentsIn,
  contentsOfAll,
  foldOf,
  redisOfFile,
  stateOptions,
  withState,
} from './redis.ts';
import { HOUR_MS, operation, signIn } from './samples.ts';

const isFull = process.env['STORM'] === 'full';
const RECORDS = isFull ? 10_000 : 2_000;
const OPERATIONS = isFull ? 400 : 40;
const SET_MAX = 1_000;

const redis = redisOfFile();

const NOW = Date.now();
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const name = (i: number): string => `target ${String(i).padStart(6, '0')}`;

/** The one finding that the facts make, as the API tells it, once it has been compared with a fold over all of them. */
async function findingOf(facts: readonly Fact[], batch: number) {
  return withState(stateOptions(redis.url), async (state) => {
    const talk = listen(state.client);
    const shuffled = diceOf(5).shuffled(facts);
    let longest = 0;
    for (let i = 0; i < shuffled.length; i += batch) {
      const begun = performance.now();
      await applyFacts(state, shuffled.slice(i, i + batch), i);
      longest = Math.max(longest, performance.now() - begun);
    }
    const found = await allFindings(state);
    assert.equal(found.length, 1);
    assert.deepEqual(await contentsIn(state), contentsOfAll(foldOf(facts)));
    await assertWholeFeed(state);
    const rss = Math.round(process.memoryUsage().rss / 1e6);
    process.stdout.write(
      `${facts.length} facts: longest batch ${Math.round(longest)} ms, arguments ${talk.argumentsMax}, reply ${talk.replyMax} bytes, process ${rss} MB\n`,
    );
    const told = {
      ...{ revision: 1, supersededBy: null, createdAt: NOW, updatedAt: NOW },
      ...{ triage: UNTOUCHED, suppressed: null },
    };
    return { talk, finding: found[0]!, body: describeFinding(found[0]!, told, ratingOf(BUILT_IN_RULE)) };
  });
}

const assertShort = ({ argumentsMax, replyMax }: { argumentsMax: number; replyMax: number }): void =>
  assert.ok(argumentsMax <= 1_000_000 && replyMax <= 1_000_000, `${argumentsMax} and ${replyMax} bytes`);

test('one correlation id over very many records: one event, each record counted, the sets cut and the counts exact', async () => {
  const own = many(RECORDS, (i) =>
    operation(`o${i}`, NOW + i * 100, { correlationId: 'one', targets: [name(RECORDS - i)], targetNames: [name(i)] }),
  );
  const { talk, body, finding } = await findingOf([signIn('s', NOW), ...own], 400);
  assert.deepEqual([body.eventCount, body.evidenceCount], [1, RECORDS]);
  assert.deepEqual([body.evidenceTruncated, body.targetsTruncated], [true, true]);
  assert.equal(finding.items.size, 1_000);
  assert.deepEqual(
    body.targets,
    many(SET_MAX, (i) => name(i + 1)),
    'the lowest of all, however late they came',
  );
  assert.deepEqual(body.targetNames, many(SET_MAX, name));
  assertShort(talk);
});

test('a thousand targets in one operation are all listed, and one more is said to be left out', async () => {
  for (const count of [SET_MAX, SET_MAX + 1]) {
    const own = operation('o', NOW, { targets: many(count, name).reverse(), targetNames: [] });
    const { body } = await findingOf([signIn('s', NOW), own], 2);
    assert.deepEqual([body.targets.length, body.targetsTruncated], [SET_MAX, count > SET_MAX]);
    assert.deepEqual(body.targets, many(SET_MAX, name));
  }
});

test('many operations with more than a thousand targets each: the lowest stay, and each is counted', async () => {
  const long = 'x'.repeat(60);
  const own = many(OPERATIONS, (i) =>
    operation(`o${i}`, NOW + i * 1_000, {
      targets: many(1_200, (at) => `${name(at * OPERATIONS + i)} ${long}`),
      targetNames: many(1_200, (at) => `${name(at * OPERATIONS + i)} ${long}`),
    }),
  );
  const signIns = [signIn('s', NOW), signIn('t', NOW + HOUR_MS)];
  const { body } = await findingOf([...signIns, ...own], 20);
  assert.deepEqual(
    body.targets,
    many(SET_MAX, (i) => `${name(i)} ${long}`),
  );
  assert.deepEqual([body.eventCount, body.evidenceCount], [OPERATIONS, OPERATIONS]);
  assert.deepEqual([body.evidenceTruncated, body.targetsTruncated], [false, true]);
});

test('names that differ in case alone are cut and told like targets', async () => {
  const letters = 'addmembertorole'.length;
  const spelled = (i: number): string => {
    let bit = 0;
    return 'add member to role'.replace(/[a-z]/g, (letter) =>
      (i >> (bit++ % letters)) & 1 ? letter.toUpperCase() : letter,
    );
  };
  const own = many(SET_MAX + 1, (i) => operation(`o${i}`, NOW + i, { operation: spelled(i) }));
  const { body } = await findingOf([signIn('s', NOW), ...own], 400);
  assert.deepEqual([body.operations.length, body.targetsTruncated], [SET_MAX, true]);
});
