/** Ten tries over about three days, and what a receiver may wish for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JITTER, PAUSES_MS, pauseAfter, retryAfterMs, TRIES_MAX, WISH_MS_MAX } from '../../src/delivery/ladder.ts';
import { settlementOf, type Try } from '../../src/delivery/settle.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');

test('there are ten tries, and the last comes about three days after the first', () => {
  assert.equal(TRIES_MAX, 10);
  const whole = PAUSES_MS.reduce((sum, pause) => sum + pause, 0);
  assert.ok(whole > 70 * HOUR_MS && whole < 74 * HOUR_MS, `${whole / HOUR_MS} h`);
  assert.ok(whole * (1 + JITTER) <= WISH_MS_MAX);
  assert.equal(
    pauseAfter(10, 'ten', () => 0.5),
    null,
  );
});

test('pauses vary by a tenth at most, so that what failed together does not come back together', () => {
  for (const [i, pause] of PAUSES_MS.entries()) {
    assert.equal(
      pauseAfter(i + 1, 'ten', () => 0.5),
      pause,
    );
    assert.equal(
      pauseAfter(i + 1, 'ten', () => 0),
      Math.round(pause * 0.9),
    );
    assert.ok(pauseAfter(i + 1, 'ten', () => 0.999)! <= pause * 1.1);
  }
});

test('an event hub is tried for ever, every five minutes at the least', () => {
  for (const tries of [1, 5, 10, 1_000]) {
    const pause = pauseAfter(tries, 'endless', () => 0.5)!;
    assert.ok(pause > 0 && pause <= 300_000);
  }
});

test('a wish in seconds or as a date is read, and nothing else; none is longer than the ladder', () => {
  assert.equal(retryAfterMs('120', NOW), 120_000);
  assert.equal(retryAfterMs('Mon, 23 Nov 2026 12:02:00 GMT', NOW), 120_000);
  assert.equal(retryAfterMs('Mon, 23 Nov 2026 11:00:00 GMT', NOW), 0);
  assert.equal(retryAfterMs('99999999', NOW), WISH_MS_MAX);
  for (const text of [undefined, '', '-1', '1.5', 'soon', '2026-11-23', '0x10', 'Infinity'])
    assert.equal(retryAfterMs(text, NOW), null);
});

const tried = (changes: Partial<Try>): Try => ({
  answer: { kind: 'failed', failure: 'status', status: 500, detail: 'Answered 500.', retryAfterMs: null },
  ...{ tries: 0, isTest: false, begunAt: NOW, now: NOW, ms: 5 },
  ...changes,
});
const settled = (changes: Partial<Try>, ladder: 'ten' | 'endless' = 'ten') =>
  settlementOf(tried(changes), ladder, () => 0.5);

test('a wish longer than the pause is obeyed, and a shorter one makes no try earlier', () => {
  const failed = { kind: 'failed', failure: 'status', status: 429, detail: '' } as const;
  const dueAt = (retryAfter: number) => {
    const { settlement } = settled({ answer: { ...failed, retryAfterMs: retryAfter } });
    return settlement.kind === 'again' ? settlement.dueAt - NOW : null;
  };
  assert.equal(dueAt(60_000), 60_000);
  assert.equal(dueAt(1), PAUSES_MS[0]);
});

test('the tenth failure is the last, and that of an event hub is not', () => {
  assert.equal(settled({ tries: 8 }).settlement.kind, 'again');
  assert.equal(settled({ tries: 9 }).settlement.kind, 'failed');
  assert.equal(settled({ tries: 9 }, 'endless').settlement.kind, 'again');
});

test('what is too large for an event hub fails at once, and what we broke off is no try', () => {
  const tooLarge = { kind: 'failed', failure: 'too_large', status: null, detail: '', retryAfterMs: null } as const;
  assert.equal(settled({ answer: tooLarge }, 'endless').settlement.kind, 'failed');
  assert.equal(settled({ answer: { kind: 'cut' } }).settlement.kind, 'released');
});
