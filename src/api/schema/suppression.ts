/** What a suppression looks like from outside, and what makes one. */
import { Type } from 'typebox';
import { IPV4_PREFIX_MIN, IPV6_PREFIX_MIN } from '../../detection/ipRange.ts';
import { COMMENT_LENGTH_MAX, EXPECTED_OPERATIONS_MAX, NAME_LENGTH_MAX, TEXT_LENGTH_MAX } from '../limits.ts';
import { written } from './text.ts';
import * as w from './words.ts';

const MATCHER =
  'All that it gives must hold for all of a finding: one operation that is not expected shows the finding.';
const OPERATIONS = 'Every operation of the finding is one of these, spelling set aside.';

const Matcher = w.shape('Matcher', MATCHER, {
  actorUpn: w.textOrNull("The finding's `actorUpn`.", 'ann_partner.com#ext#@contoso.onmicrosoft.com'),
  actorObjectId: w.textOrNull('Object id of the actor of every operation of the finding.', null),
  operations: w.orNull(w.texts(OPERATIONS, ['Add member to role']), OPERATIONS),
  ipRange: w.textOrNull("The finding's `actorIp` lies in it: CIDR.", '203.0.113.0/24'),
});

export const Suppression = w.shape('Suppression', 'Activity that someone expects.', {
  id: w.text('Its id.', '7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f'),
  tenantId: w.text('Tenant, lower case.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
  matcher: Matcher,
  owner: w.text('Who answers for it.', 'identity-team'),
  reason: w.text('Why the activity is expected.', 'The partner rotates credentials on weekdays.'),
  expiresAt: w.time('From then on it hides nothing.'),
  createdAt: w.time('When it was made.'),
  createdBy: w.text('Who made it.', 'ann'),
  endedAt: w.timeOrNull('When it ended; null while it is in force.'),
  endedBy: w.textOrNull('Who ended it; null while it is in force, and where its time was past.', null),
  hiddenCount: w.count('Number of findings that it hides or has hidden, each once.', 3),
});

export const SuppressionsPage = w.page('SuppressionsPage', Suppression, 'by tenant, newest first');

export const SuppressionRequest = Type.Object(
  {
    tenantId: Type.Optional(written(TEXT_LENGTH_MAX, 'Tenant, in any case. Left out: the only one known.', 't-1')),
    matcher: Type.Object(
      {
        actorUpn: Type.Optional(
          written(TEXT_LENGTH_MAX, "The finding's `actorUpn`, in any case.", 'ann_partner.com#ext#@contoso.com'),
        ),
        actorObjectId: Type.Optional(
          written(TEXT_LENGTH_MAX, 'Object id of the actor of every operation, in any case.', 'a-1'),
        ),
        operations: Type.Optional(
          Type.Array(Type.String({ pattern: `^[\\s\\S]{1,${NAME_LENGTH_MAX}}$` }), {
            minItems: 1,
            maxItems: EXPECTED_OPERATIONS_MAX,
            description: `${OPERATIONS} Not all of the rule's.`,
            examples: [['Add member to role']],
            'x-mend': `must be a list of 1 to ${EXPECTED_OPERATIONS_MAX} names, each a text of 1 to ${NAME_LENGTH_MAX} characters`,
          }),
        ),
        ipRange: Type.Optional(
          written(
            NAME_LENGTH_MAX,
            `An address or a range in CIDR notation, IPv4 (/${IPV4_PREFIX_MIN} or longer) or IPv6 (/${IPV6_PREFIX_MIN} or longer), in which the finding's \`actorIp\` lies.`,
            '203.0.113.0/24',
          ),
        ),
      },
      {
        title: 'NewMatcher',
        description: `${MATCHER} At least one member.`,
        additionalProperties: false,
        'x-mend': 'must be a JSON object with at least one of `actorUpn`, `actorObjectId`, `operations` and `ipRange`',
      },
    ),
    owner: written(NAME_LENGTH_MAX, 'Who answers for it.', 'identity-team'),
    reason: written(
      COMMENT_LENGTH_MAX,
      'Why the activity is expected.',
      'The partner rotates credentials on weekdays.',
    ),
    expiresAt: Type.String({
      format: 'date-time',
      description: 'From then on it hides nothing: a year ahead at most. RFC 3339 with offset.',
      examples: [w.EXAMPLE_TIME],
      'x-mend': 'must be an RFC 3339 time with its offset, a year ahead at most',
    }),
  },
  {
    title: 'SuppressionRequest',
    description: 'What is expected, of whom, why, and until when.',
    additionalProperties: false,
  },
);
