/** What the guest window looks like from outside: who signed in as a guest, when last, and from where. */
import * as w from './words.ts';

export const Guest = w.shape(
  'Guest',
  'A guest whose sign-ins are kept: all sign-ins of one UPN, or else of one object id.',
  {
    tenantId: w.text('Tenant, lower case.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
    upn: w.textOrNull('UPN, lower case; null where known by object id alone.', 'ann@partner.com'),
    objectId: w.textOrNull('Object id of the newest sign-in that has one.', '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22'),
    objectIds: w.texts('All object ids seen with it, sorted; more than one means that the name changed hands.', [
      '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22',
    ]),
    homeTenantId: w.textOrNull('Home tenant of the newest sign-in that has one.', null),
    outbound: w.flag('True when all its sign-ins went to another tenant: a member here who is a guest there.'),
    firstSignIn: w.time('Event time of the oldest sign-in kept.'),
    lastSignIn: w.time('Event time of the newest sign-in.'),
    signInIp: w.text('Address of the newest sign-in.', '198.51.100.4'),
    ips: w.texts('Distinct addresses of the sign-ins kept, sorted; the lowest 1,000.', ['198.51.100.4']),
    signInsKept: w.count('Sign-ins kept; of a busy minute not all are.', 12),
  },
);

export const GuestsPage = w.page('GuestsPage', Guest, 'in an order of their own, which does not move with sign-ins');
