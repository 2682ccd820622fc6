/** Where findings are delivered to, and what became of each delivery, as seen from outside. */
import { Type } from 'typebox';
import { CHANGE_REASONS, SEVERITIES } from './finding.ts';
import * as w from './words.ts';

export const DELIVERY_STATUSES = ['waiting', 'failed', 'delivered'] as const;
export const WEBHOOK_STATES = ['enabled', 'paused', 'disabled', 'off'] as const;
const FORMATS = ['cloudevents', 'ocsf'] as const;
const FAILURES = [
  ...['status', 'redirect', 'gone', 'timeout', 'connection', 'tls', 'name_not_resolved', 'address_refused'],
  ...['too_large', 'hub', 'fault'],
] as const;

export const Webhook = w.shape('Webhook', 'A receiver of findings: a webhook, or the event hub of findings.', {
  name: w.text('Its name in the file; of the event hub `eventhub:` and the name of the hub.', 'soc'),
  kind: w.choice(['webhook', 'eventHub'], 'What it is.'),
  url: w.text(
    'Where it is, without what may be secret: no user, no query. Of an event hub its name.',
    'https://hooks.example/in',
  ),
  format: w.choice(FORMATS, 'What the CloudEvents carry: the finding, or it as an OCSF Detection Finding.'),
  tenants: Type.Unsafe<string[] | null>({
    type: ['array', 'null'],
    items: { type: 'string' },
    description: 'Tenants whose findings it gets; null for all.',
    examples: [null],
  }),
  view: w.choice(['any', 'resolved', 'strict'], 'The view that a finding must stand in.'),
  severity: w.choice(SEVERITIES, 'The least severity.'),
  allowPrivate: w.flag("True where it may be an address of one's own network."),
  state: w.choice(
    WEBHOOK_STATES,
    '`enabled`; `paused`: it asked to be left alone for a while; `disabled`: it answered 410; `off`: the file says so. In all of them what comes waits.',
  ),
  detail: w.textOrNull('Why it is not enabled, and the mend.', null),
  waiting: w.count('How many deliveries wait.', 0),
  waitingBytes: w.count('Bytes of findings that wait.', 0),
  oldestWaitingAt: w.timeOrNull('Since when the oldest of them waits.'),
  fullSince: w.timeOrNull(
    'Since when there is no room for more: the feed is not read on for it, and keeps what comes for as long as it reaches back.',
  ),
  takenUntil: w.time('When the newest revision was made that was looked at for it.'),
  lastSuccessAt: w.timeOrNull('When it last took something.'),
  lastFailureAt: w.timeOrNull('When a try last failed.'),
  dropped: w.count('How many failed deliveries gave way to newer ones.', 0),
  seenAt: w.time('When a process that delivers last said that it has it.'),
});

const Attempt = w.shape('Attempt', 'One try.', {
  at: w.time('When it began.'),
  ms: w.count('How long it took, in milliseconds.', 41),
  status: w.countOrNull('HTTP status; null where none came.', 503),
  failure: w.choiceOrNull(FAILURES, 'Why it failed; null for the one that did not.'),
  detail: w.text('What happened.', 'Answered 503.'),
});

export const Delivery = w.shape('Delivery', 'One revision on its way to one receiver. Its body is left out.', {
  id: w.text('Its id.', '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'),
  webhook: w.text('Name of the receiver.', 'soc'),
  findingId: w.textOrNull('The finding; null for a test.', '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'),
  revision: w.count('Revision of the finding; 0 for a test.', 3),
  tenantId: w.textOrNull('Tenant of the finding; null for a test.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
  reason: w.choice(
    [...CHANGE_REASONS, 'resync', 'test'],
    'Why the revision was made; `resync` where that is no longer known, since the feed was read too late.',
  ),
  status: w.choice(DELIVERY_STATUSES, '`failed`: all tries are over; it is kept, and can be sent again.'),
  isTest: w.flag('True for a test.'),
  bytes: w.count('Bytes of the finding.', 1480),
  createdAt: w.time('When it was put down to be delivered.'),
  nextAttemptAt: w.timeOrNull(
    'When it is next due, if no earlier revision of its finding waits; null where it no longer waits.',
  ),
  tries: w.count('How many tries have counted since it was put down or sent again.', 1),
  attempts: w.listOf(Attempt, 'The newest tries, oldest first.'),
});

export const WebhooksPage = w.page('WebhooksPage', Webhook, 'by name');
export const DeliveriesPage = w.page('DeliveriesPage', Delivery, 'newest first');
