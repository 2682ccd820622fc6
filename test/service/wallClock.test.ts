/** The wall clock with a witness: no machine's clock that is ahead makes it later than it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wallClock } from '../../src/service/wallClock.ts';

const HOUR = 3_600_000;

function clocks() {
  const at = { own: 1_000 * HOUR, witness: 1_000 * HOUR, elapsed: 5_000 };
  const clock = wallClock(
    async () => at.witness,
    () => at.own,
    () => at.elapsed,
  );
  const pass = (ms: number): void => {
    at.own += ms;
    at.witness += ms;
    at.elapsed += ms;
  };
  return { at, clock, pass };
}

test('a clock that jumps ahead is not believed, neither at once nor later', async () => {
  const { at, clock, pass } = clocks();
  await clock.hear();
  pass(10_000);
  const right = at.own;
  at.own += 72 * HOUR;
  assert.equal(clock.now(), right);
  pass(60_000);
  await clock.hear();
  assert.equal(clock.now(), right + 60_000);
  at.own = at.witness;
  assert.equal(clock.now(), at.own);
});

test('a witness that is ahead makes it no later either', async () => {
  const { at, clock } = clocks();
  at.witness += 72 * HOUR;
  await clock.hear();
  assert.equal(clock.now(), at.own);
});

test('a small difference is that of the way the answer took, and our own clock holds', async () => {
  const { at, clock } = clocks();
  await clock.hear();
  at.own += 1_500;
  assert.equal(clock.now(), at.own);
});

test('without a witness our own clock holds, and what was heard last holds while nothing new can be', async () => {
  const at = { own: 50 * HOUR, elapsed: 0, fails: true };
  const clock = wallClock(
    async () => {
      if (at.fails) throw new Error('nobody there');
      return 50 * HOUR;
    },
    () => at.own,
    () => at.elapsed,
  );
  await assert.rejects(clock.hear(), /nobody there/);
  assert.equal(clock.now(), 50 * HOUR);
  at.fails = false;
  await clock.hear();
  at.fails = true;
  at.elapsed += HOUR;
  at.own += 5 * HOUR;
  await assert.rejects(clock.hear(), /nobody there/);
  assert.equal(clock.now(), 51 * HOUR);
});
