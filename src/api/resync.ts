/** What is said to a reader of the feed whose place is no longer in it. */
import type { After, Resync } from './ports.ts';
import { type Problem, problem } from './problem.ts';

const WHY: Record<Resync['why'], string> = {
  trimmed: 'The revisions after this cursor are no longer kept',
  ahead: 'This cursor is ahead of the feed, which has lost its end',
  lost: 'The feed, or the end of it that this cursor is of, was lost',
};

/** For one who asks: `mend` says how to go on. */
export const resyncProblem = (
  why: Resync['why'],
  mend = 'Take `after=now` and keep its cursor, list `/v1/findings` whole, then go on from that cursor.',
): Problem =>
  problem('resync', `${WHY[why]}. ${mend}`, {
    errors: [{ in: 'query', name: 'after', detail: 'must be taken anew with `now`' }],
  });

export const afterOf = (text: string): After =>
  text === 'begin' || text === 'now' ? { kind: text } : { kind: 'cursor', cursor: text };
