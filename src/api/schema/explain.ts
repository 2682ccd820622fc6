/** What an explanation looks like from outside: every predicate that held or failed, for each fact of an actor that is kept. */
import { Type } from 'typebox';
import { OperationFact, SignInFact } from './finding.ts';
import * as w from './words.ts';

/** Why something that one might look for is not among the facts. */
export const MISSING_REASONS = ['expired', 'gap', 'before_start', 'thinned', 'not_fact'] as const;

const Predicate = w.shape('Predicate', 'One thing that the rule asks, and its answer.', {
  name: w.text('Stable name of the predicate.', 'objectIdEqual'),
  held: Type.Unsafe<boolean | null>({
    type: ['boolean', 'null'],
    description: 'Whether it held; null where a side has nothing to compare.',
    examples: [true],
  }),
  signIn: w.countOrNull(
    'Index into `signIns` of the sign-in that it was asked of; null for a predicate of one fact alone.',
    0,
  ),
  detail: w.text('The values that were compared, in a sentence.', 'both have the object id 9d5e6f0c-…'),
});

const Verdict = w.shape('Verdict', 'What one view makes of one fact.', {
  holds: Type.Boolean({ description: 'Operation: it is matched. Sign-in: it matches an operation.', examples: [true] }),
  why: w.text(
    'Why, in one sentence.',
    'Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 198.51.100.4, 22 min before it: the object ids are equal.',
  ),
  predicates: w.listOf(Predicate, 'Each predicate that was asked.'),
});

const Verdicts = w.shape('Verdicts', 'What each view makes of one fact.', { strict: Verdict, resolved: Verdict });

export const Explanation = w.shape('Explanation', "Why an actor's operations are findings, or are not.", {
  tenantId: w.textOrNull('The tenant looked at; null where the actor is known in none.', null),
  actor: w.text('Whom was asked about, lower case.', 'ann@partner.com'),
  at: w.time('The moment that it was asked for: facts after it play no part.'),
  upns: w.texts('All UPNs by which the actor is known.', ['ann@partner.com']),
  objectIds: w.texts('All object ids by which the actor is known.', ['9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22']),
  operations: w.listOf(
    w.shape('ExplainedOperation', 'A privileged operation of the actor.', {
      operation: OperationFact,
      verdicts: Verdicts,
      findingId: w.textOrNull('The finding that it is evidence of.', null),
    }),
    'Privileged operations kept, newest first.',
  ),
  signIns: w.listOf(
    w.shape('ExplainedSignIn', 'A guest sign-in of the actor.', { signIn: SignInFact, verdicts: Verdicts }),
    'Guest sign-ins kept, newest first.',
  ),
  truncated: w.flag(
    'True when there are more than the 50 newest operations, or the 50 newest sign-ins, that are listed.',
  ),
  keptSince: w.timeOrNull('Facts before it are no longer kept, but for those in the evidence of findings.'),
  complete: w.flag('True when every record since `keptSince` was read.'),
  missing: w.listOf(
    w.shape('Missing', 'Something that is not kept and could have changed the answer.', {
      reason: w.choice(
        MISSING_REASONS,
        '`expired`: no longer kept. `gap`: never read. `before_start`: older than where reading began. `thinned`: too many sign-ins in a minute. `not_fact`: never kept, as no record of that kind can match.',
      ),
      from: w.timeOrNull('Start of the span in question.'),
      until: w.timeOrNull('End of the span in question.'),
      detail: w.text('In a sentence.', 'Sign-ins before this time have expired.'),
    }),
    'What is no longer, or never was, kept.',
  ),
});
