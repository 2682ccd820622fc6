/** Decides what becomes of a delivery after a try: pure, by the answer, the tries so far and the clock. */
import { pauseAfter } from './ladder.ts';
import type { Attempt, Receiver, Settlement } from './ports.ts';
import type { Answer, Target } from './target.ts';

export interface Try {
  readonly answer: Answer;
  /** Tries that counted before this one. */
  readonly tries: number;
  readonly isTest: boolean;
  readonly begunAt: number;
  readonly now: number;
  readonly ms: number;
}

/** Failures that say something of one body and not of the receiver. */
const OF_THE_BODY = new Set(['too_large', 'redirect', 'gone', 'fault']);

const UNTOUCHED: Receiver = { isDown: false, pausedUntil: null, isGone: false };

export function settlementOf(
  { answer, tries, isTest, begunAt, now, ms }: Try,
  ladder: Target['ladder'],
  dice: () => number,
): { readonly settlement: Settlement; readonly receiver: Receiver } {
  if (answer.kind === 'cut') return { settlement: { kind: 'released' }, receiver: UNTOUCHED };
  const { status, detail } = answer;
  const failure = answer.kind === 'taken' ? null : answer.failure;
  const attempt: Attempt = { at: new Date(begunAt).toISOString(), ms: Math.round(ms), status, failure, detail };
  if (answer.kind === 'taken') return { settlement: { kind: 'delivered', attempt }, receiver: UNTOUCHED };

  const isGone = failure === 'gone';
  const receiver: Receiver = {
    isDown: isDown(answer),
    // Asked of one body, it is meant for all.
    pausedUntil: answer.retryAfterMs === null ? null : now + answer.retryAfterMs,
    isGone,
  };
  if (isTest || failure === 'too_large') return { settlement: { kind: 'failed', attempt }, receiver };
  // Nothing is wrong with what waits: it waits until somebody enables the webhook again, and no try is counted.
  if (isGone) return { settlement: { kind: 'again', attempt, dueAt: now, counts: false }, receiver };
  const pause = pauseAfter(tries + 1, ladder, dice);
  if (pause === null) return { settlement: { kind: 'failed', attempt }, receiver };
  const dueAt = now + Math.max(pause, answer.retryAfterMs ?? 0);
  return { settlement: { kind: 'again', attempt, dueAt, counts: true }, receiver };
}

function isDown(answer: Extract<Answer, { kind: 'failed' }>): boolean {
  if (answer.failure === 'status') return (answer.status ?? 0) >= 500 || answer.status === 429;
  return !OF_THE_BODY.has(answer.failure);
}
