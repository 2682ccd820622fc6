/** A token is renewed before its end, whatever its issuer is like, and everyone who shows it is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessToken } from '@azure/identity';
import { keepToken } from '../../src/service/keptToken.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Time that passes when it is told to, and an issuer that gives what it is told to. */
class Bench {
  now = 0;
  readonly failures: { at: number; expiresAt: number }[] = [];
  readonly asked: number[] = [];
  /** What the issuer does next; for ever what it did last. */
  answer: () => AccessToken = () => this.token(HOUR_MS);
  #due: { at: number; then: () => void } | null = null;
  #given = 0;

  token(lifeMs: number, refreshInMs?: number): AccessToken {
    this.#given += 1;
    const refresh = refreshInMs === undefined ? {} : { refreshAfterTimestamp: this.now + refreshInMs };
    return { token: `token ${this.#given}`, expiresOnTimestamp: this.now + lifeMs, ...refresh };
  }

  keep() {
    return keepToken({
      ask: async () => {
        this.asked.push(this.now);
        return this.answer();
      },
      now: () => this.now,
      after: (ms, then) => {
        const due = { at: this.now + ms, then };
        this.#due = due;
        return () => {
          if (this.#due === due) this.#due = null;
        };
      },
      onFailed: (_, expiresAt) => void this.failures.push({ at: this.now, expiresAt }),
    });
  }

  get isWaiting(): boolean {
    return this.#due !== null;
  }

  /** Lets the time pass up to the next question, and that be answered. */
  async pass(): Promise<void> {
    const due = this.#due!;
    this.#due = null;
    this.now = due.at;
    due.then();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a token of an hour is renewed ten minutes before its end at the latest, and those who show it are told', async () => {
  const bench = new Bench();
  const kept = await bench.keep();
  const told: string[] = [];
  kept.onRenewed(() => told.push(kept.token));
  await bench.pass();
  await bench.pass();
  assert.deepEqual(told, ['token 2', 'token 3']);
  for (const [i, at] of bench.asked.slice(1).entries()) assert.ok(at - bench.asked[i]! <= 50 * MINUTE_MS);
});

test('an issuer that says when is asked then, unless that is too late', async () => {
  for (const [refreshInMs, dueMs] of [
    [12 * HOUR_MS, 12 * HOUR_MS],
    [24 * HOUR_MS, 24 * HOUR_MS - 10 * MINUTE_MS],
  ] as const) {
    const bench = new Bench();
    bench.answer = () => bench.token(24 * HOUR_MS, refreshInMs);
    await bench.keep();
    await bench.pass();
    assert.equal(bench.now, dueMs);
  }
});

test('while the issuer gives the same, it is asked again, and nobody is told', async () => {
  const bench = new Bench();
  const same = bench.token(HOUR_MS);
  bench.answer = () => same;
  const kept = await bench.keep();
  let told = 0;
  kept.onRenewed(() => {
    told += 1;
  });
  for (let i = 0; i < 10; i++) await bench.pass();
  assert.equal(told, 0);
  assert.ok(bench.now < same.expiresOnTimestamp);
  bench.answer = () => bench.token(HOUR_MS);
  await bench.pass();
  assert.equal(told, 1);
});

test('an issuer that fails is told with the time that is left, and asked on beyond the end of the token', async () => {
  const bench = new Bench();
  const kept = await bench.keep();
  bench.answer = () => {
    throw new Error('away');
  };
  while (bench.now <= HOUR_MS) await bench.pass();
  assert.ok(bench.failures.length > 10);
  assert.ok(bench.failures.every(({ expiresAt }) => expiresAt === HOUR_MS));
  assert.ok(bench.failures[0]!.at < HOUR_MS - 5 * MINUTE_MS, 'in time for someone to act');
  bench.answer = () => bench.token(HOUR_MS);
  await bench.pass();
  assert.equal(kept.token, 'token 2');
});

test('the shortest of lives are renewed too, and not without a pause', async () => {
  const bench = new Bench();
  bench.answer = () => bench.token(100);
  await bench.keep();
  for (let i = 0; i < 5; i++) await bench.pass();
  assert.ok(bench.now >= 5_000);
});

test('one that is closed asks nobody, and tells nobody of an answer that comes late', async () => {
  const bench = new Bench();
  const kept = await bench.keep();
  let told = 0;
  kept.onRenewed(() => {
    told += 1;
  });
  const passed = bench.pass();
  kept.close();
  await passed;
  assert.equal(told, 0);
  assert.equal(bench.isWaiting, false);
});

test('without a token to begin with there is none to keep', async () => {
  const bench = new Bench();
  bench.answer = () => {
    throw new Error('refused');
  };
  await assert.rejects(bench.keep(), /refused/);
  assert.equal(bench.isWaiting, false);
});
