/**
 * Every event that the log tells of, in one place: its level, its words, what it means and what is to be done about it.
 * A line is told by the name of its event, which stands in it as `event` and stays the same; docs/logs.md is made of this.
 */

export type Level = 'info' | 'warn' | 'error' | 'fatal';

interface Entry {
  readonly level: Level;
  /** What the line says. */
  readonly message: string;
  /** When it is told, and what stands beside it. */
  readonly about: string;
  /** What the one who reads it does; an alert of the same matter leads to more. */
  readonly act: string;
}

const nothing = 'Nothing.';

export const LOG_EVENTS = {
  // --- the process ---
  started: {
    level: 'info',
    message: 'started',
    about:
      'The process listens. `roles`, `api` and `ops` say as what and where, `reader` by which name coverage tells it.',
    act: nothing,
  },
  ready: { level: 'info', message: 'ready', about: 'Nothing stands in the way of its work any more.', act: nothing },
  stopping: {
    level: 'info',
    message: 'stopping',
    about: 'It was asked to stop, by `signal`.',
    act: nothing,
  },
  stopped: { level: 'info', message: 'stopped', about: 'It has closed everything in order.', act: nothing },
  stop_forced: {
    level: 'warn',
    message: 'asked again: stopping at once',
    about: 'It was asked to stop a second time, and ends without closing.',
    act: 'Nothing: what was left undone another process does. Give it more time, if this is usual.',
  },
  stop_late: {
    level: 'error',
    message: 'not closed within SHUTDOWN_DEADLINE: stopping at once',
    about: 'An orderly stop took longer than `deadlineMs`.',
    act: 'Raise SHUTDOWN_DEADLINE, and what the platform allows above it, or see why Redis or Event Hubs are slow.',
  },
  close_failed: {
    level: 'error',
    message: 'closing failed',
    about: 'Something could not be closed; the process ends all the same.',
    act: 'Nothing is lost. Report it with the `err` of the line.',
  },
  start_refused: {
    level: 'fatal',
    message: 'it cannot start',
    about: 'A setting is wrong or something that is needed cannot be reached; one line for each fault.',
    act: 'Do what the sentence says.',
  },
  start_failed: {
    level: 'fatal',
    message: 'could not start',
    about: 'A fault of the program at the start.',
    act: 'Report it with the `err` of the line.',
  },
  program_fault: {
    level: 'fatal',
    message: 'stopped by a fault of the program',
    about: 'Something happened that nobody foresaw. The process ends, so that the next one begins from what is safe.',
    act: 'See that it was started anew. Report it with the `err` of the line.',
  },
  part_not_started: {
    level: 'warn',
    message: 'a part could not be started, and will be tried again',
    about: 'The consumer or delivery (`what`) could not begin once its rule was in force.',
    act: 'See `err`: mostly Event Hubs or storage cannot be reached.',
  },
  library: {
    level: 'info',
    message: '(as the library words it)',
    about: 'A line that a library wrote, of whatever level; those of the HTTP server have `part` `api`.',
    act: nothing,
  },

  // --- what is sent to a collector ---
  telemetry_begins: {
    level: 'info',
    message: 'sends to an OpenTelemetry collector',
    about: 'At the start, where one is set. `traces` and `metrics` say to which host each goes, null for not at all.',
    act: nothing,
  },
  telemetry_failed: {
    level: 'warn',
    message: 'the collector takes nothing just now',
    about:
      'Traces or metrics (`signal`) could not be sent, as `detail` says. Told once until it works. Nothing else waits for it; what does not fit is dropped and counted.',
    act: 'See that the collector runs, and that OTEL_EXPORTER_OTLP_ENDPOINT and its headers are right: docs/observability.md.',
  },
  telemetry_goes_on: {
    level: 'info',
    message: 'the collector takes what is sent again',
    about: 'It failed before (`signal`).',
    act: nothing,
  },
  telemetry_fault: {
    level: 'error',
    message: 'a fault of the program while metrics were read to be sent',
    about: 'None were sent this time; `/metrics` may fail alike.',
    act: 'Report it with the `err` of the line.',
  },

  // --- the rule ---
  rule_in_force: {
    level: 'info',
    message: 'the rule of this process is in force',
    about: 'It reads, writes and delivers. `rule` is its hash.',
    act: nothing,
  },
  rule_not_adopted: {
    level: 'warn',
    message:
      'another rule is in force: nothing is read or written until `guestwatch rule adopt` puts the one of this process in force',
    about: 'The process waits. `rule` is the hash of its rule, `inForce` that of the one in force.',
    act: 'Run `guestwatch rule adopt` with the settings of this process, or start it with the rule in force.',
  },

  // --- reading ---
  reading_begins: {
    level: 'info',
    message: 'reading begins',
    about: 'A partition was claimed; `from` says where.',
    act: nothing,
  },
  reading_ends: {
    level: 'info',
    message: 'reading ends',
    about: 'A claim of a partition has ended, by `why`; `owner_lost` is another process that took it over.',
    act: 'Nothing, unless partitions keep changing hands.',
  },
  first_start: {
    level: 'info',
    message: 'reading begins for the first time',
    about: 'A partition has neither position nor checkpoint, and is read from START_BACK on.',
    act: 'Nothing, where it is new. Else see `something_lost`.',
  },
  short_history: {
    level: 'info',
    message: 'the hub does not reach back as far as START_BACK',
    about: 'At a first start the hub holds less than was asked for; nothing that was known is missing.',
    act: 'Nothing. Findings that need older sign-ins come once the window is full.',
  },
  reading_anew: {
    level: 'error',
    message: 'reading begins anew',
    about: 'State was lost or the hub is another (`cause`): the partition is read again from further back.',
    act: 'See GuestwatchStateLoss in docs/runbook.md.',
  },
  events_expired: {
    level: 'error',
    message: 'events have passed out of the hub before they were read',
    about: 'A gap: nobody can read the events between `after` and `before` any more.',
    act: 'See GuestwatchCoverageGap in docs/runbook.md.',
  },
  state_older: {
    level: 'error',
    message: 'the state is older than it should be: nothing was written',
    about: 'A write was refused because Redis holds less than this process knows of; the partition is claimed anew.',
    act: 'See GuestwatchStateLoss in docs/runbook.md.',
  },
  partition_stalled: {
    level: 'warn',
    message: 'the partition is stalled, and is tried again',
    about: 'What was read cannot be applied (`code` says why). Told once; it is tried until it works.',
    act: 'See GuestwatchPartitionStalled in docs/runbook.md, if `partition_goes_on` does not follow.',
  },
  partition_goes_on: {
    level: 'info',
    message: 'the partition goes on',
    about: 'What could not be done works again.',
    act: nothing,
  },
  partition_not_begun: {
    level: 'warn',
    message: 'the partition cannot start, and is tried again',
    about: 'Where reading begins could not be found out: Redis, storage or the hub does not answer.',
    act: 'See `err`, and GuestwatchPartitionStalled in docs/runbook.md.',
  },
  receiving_failed: {
    level: 'warn',
    message: 'receiving failed, and the partition starts again',
    about: 'The link to the hub broke (`code`). Now and then that is usual.',
    act: 'Nothing, unless it goes on.',
  },
  handler_failed: {
    level: 'error',
    message: 'a handler failed, and the partition starts again at its position',
    about: 'A fault of the program while events were taken in; none is passed over.',
    act: 'Report it with the `err` of the line.',
  },
  reading_fault: {
    level: 'error',
    message: 'a fault of the program while reading a partition',
    about: 'Something that has no code went wrong; it is tried again.',
    act: 'Report it with the `err` of the line.',
  },
  partitions_unattended: {
    level: 'warn',
    message: 'partitions cannot be looked after just now',
    about: 'Who owns what cannot be found out: storage or the hub does not answer (`code`).',
    act: 'See `err`: the network, the storage account, or the rights on either.',
  },
  hub_unreachable: {
    level: 'warn',
    message: 'the hub does not answer',
    about: 'How far a hub reaches could not be asked.',
    act: 'Nothing, unless it goes on: then the network, the namespace, or the rights on it.',
  },
  secret_refused: {
    level: 'error',
    message: 'a file of a secret cannot be used: what was read before stays in use',
    about: 'The file of `setting` was changed, and is empty, not to be read, or leads to another place.',
    act: 'Put the secret right; to go to another place, start the service anew.',
  },
  secret_taken: {
    level: 'info',
    message: 'a new secret is in use',
    about: 'The file of `setting` was changed.',
    act: nothing,
  },
  redis_token_late: {
    level: 'warn',
    message: 'the token for Redis could not be renewed yet',
    about: 'The issuer did not give another (`err`); the one in use is good until `expiresAt`.',
    act: 'Nothing, unless it goes on: then the identity, and the way to Entra ID.',
  },
  redis_token_refused: {
    level: 'error',
    message: 'Redis does not take the new token on a connection that stands',
    about: 'The identity has lost its access policy, or the token is for another (`err`).',
    act: 'See GuestwatchRoleMissing in docs/runbook.md.',
  },
  checkpoint_unreadable: {
    level: 'warn',
    message: 'a checkpoint cannot be read, and is taken as a sign that there was a position',
    about: 'A blob is not what this service writes.',
    act: 'See who else writes into CHECKPOINT_CONTAINER.',
  },
  checkpoint_failed: {
    level: 'warn',
    message: 'the checkpoint could not be written, and will be with the next',
    about: 'Storage did not answer. The position in Redis is what counts.',
    act: 'Nothing, unless it goes on: then the storage account, or the rights on it.',
  },
  client_replaced: {
    level: 'error',
    message: 'the client has fallen silent, and is replaced by a new one',
    about: 'The client library brought nothing though it should have. `renewals` counts how often in a row.',
    act: 'Nothing, unless it goes on: see GuestwatchConsumerDead in docs/runbook.md.',
  },
  client_not_closed: {
    level: 'warn',
    message: 'the client could not be closed',
    about: 'A connection to Event Hubs that broke while it was closed.',
    act: nothing,
  },

  // --- the state ---
  something_lost: {
    level: 'error',
    message: 'something was lost',
    about:
      'Redis, or the hub, holds less than it did. `reason` is that of guestwatch_state_losses_total, `detail` says what.',
    act: 'See GuestwatchStateLoss, GuestwatchCoverageGap and GuestwatchFindingsLost in docs/runbook.md.',
  },
  state_step_failed: {
    level: 'warn',
    message: 'a step on the state failed and will be tried again',
    about: 'A fold, a sweep or a look at Redis failed.',
    act: 'Nothing, unless it goes on: see `err`, and GuestwatchFoldsWaiting in docs/runbook.md.',
  },
  dead_letters_kept: {
    level: 'info',
    message: 'dead letters kept',
    about: '`count` events or records could not be understood, by `reasons`.',
    act: 'See GuestwatchDeadLetters in docs/runbook.md.',
  },
  dead_letters_retried: {
    level: 'info',
    message: 'dead letters retried',
    about: 'Somebody asked for it; the line says how many were understood.',
    act: nothing,
  },
  dead_letter_not_read: {
    level: 'warn',
    message: 'an event could not be read again at its source',
    about: 'The hub did not answer while dead letters were retried (`code`, `detail`).',
    act: 'Retry once it does.',
  },
  dead_letter_fault: {
    level: 'error',
    message: 'a fault of the program while reading a dead letter',
    about: 'The letter stays.',
    act: 'Report it with the `err` of the line.',
  },

  // --- the API and who calls it ---
  api_answered: {
    level: 'info',
    message: 'answered',
    about:
      'One line for each answer: `route`, `method`, `status`, `durationMs`, `reqId`, and `traceId` where it is traced. Nothing of what was asked.',
    act: nothing,
  },
  api_write: {
    level: 'info',
    message: 'written',
    about:
      'The audit log: a call that writes. `code` is the operation, `caller` who, `target` the id, `outcome` how it went.',
    act: nothing,
  },
  actor_erased: {
    level: 'info',
    message: 'erased',
    about:
      'The audit log, written by `guestwatch erase`: an actor of `tenantId` was erased, with all that was enqueued `until` then. How much it was stands beside it; who it was does not.',
    act: nothing,
  },
  api_refused: {
    level: 'warn',
    message: 'refused',
    about: 'The audit log: a call that was refused for who asks or how often (`code`, `reason`).',
    act: 'Nothing, for a few. Many from one caller: a key that ran out, a loop, or someone who guesses.',
  },
  api_failed: {
    level: 'error',
    message: 'answer failed',
    about: 'A fault of the program: the caller got a 500 with the same `reqId`.',
    act: 'Report it with the `err` of the line.',
  },
  api_unavailable: {
    level: 'warn',
    message: 'state unavailable',
    about: 'The caller got a 503: Redis did not answer.',
    act: 'See GuestwatchNotReady in docs/runbook.md, if it goes on.',
  },
  stream_failed: {
    level: 'error',
    message: 'stream failed',
    about: 'A stream was cut off by a fault; its reader comes back with its cursor.',
    act: 'Report it with the `err` of the line.',
  },
  keys_taken: {
    level: 'info',
    message: 'new keys in force',
    about: 'API_KEYS_FILE was changed; `keys` are how many there are now.',
    act: nothing,
  },
  keys_refused: {
    level: 'error',
    message: 'new keys refused: those before stay in force',
    about: 'API_KEYS_FILE was changed and has the `faults` of the line.',
    act: 'Mend the file: see GuestwatchReloadRefused in docs/runbook.md.',
  },
  key_expiring: {
    level: 'warn',
    message: 'API_KEYS_FILE: a key runs out soon: give its caller another one',
    about: 'At the start and once a day; `key` is its name, `expiresAt` its end.',
    act: 'See GuestwatchKeyExpires in docs/runbook.md.',
  },
  signing_keys_unreachable: {
    level: 'warn',
    message: 'the keys that Entra ID signs tokens with cannot be fetched',
    about: 'Tokens whose key is known are taken for a day; others get a 503.',
    act: 'See that login.microsoftonline.com can be reached.',
  },
  certificate_taken: {
    level: 'info',
    message: 'new certificate in use',
    about: 'The files of the certificate were changed. `validTo` says until when it is good.',
    act: nothing,
  },
  certificate_refused: {
    level: 'error',
    message: 'new certificate refused: the one before stays in use',
    about: 'The files of the certificate were changed and have the `faults` of the line.',
    act: 'Mend them: see GuestwatchReloadRefused in docs/runbook.md.',
  },
  certificate_expired: {
    level: 'warn',
    message: 'API_TLS_CERT_FILE: the certificate is past its time: renew it',
    about: 'Callers refuse the connection.',
    act: 'Renew it: see GuestwatchCertificateExpires in docs/runbook.md.',
  },
  plain_http: {
    level: 'warn',
    message:
      'API_HOST can be reached by others and serves no TLS: keys cross the network in clear. Set API_TLS_CERT_FILE and API_TLS_KEY_FILE, or TRUST_PROXY where a proxy in front serves TLS.',
    about: 'At the start.',
    act: 'Do what it says.',
  },

  // --- deliveries ---
  delivery_again: {
    level: 'warn',
    message: 'a delivery failed and will be tried again',
    about: 'One try at `webhook` failed (`failure`, `status`, `detail`, and `traceId` where it is traced).',
    act: 'Nothing, unless GuestwatchDeliveryWaiting is told.',
  },
  delivery_failed: {
    level: 'error',
    message: 'a delivery failed for good',
    about: 'It was the last try, or none can succeed. The delivery is kept.',
    act: 'See GuestwatchDeliveryFailures in docs/runbook.md.',
  },
  webhook_disabled: {
    level: 'error',
    message: 'a webhook answered 410 and is disabled: see docs/webhooks.md',
    about: 'What comes for it waits.',
    act: 'See GuestwatchWebhookDisabled in docs/runbook.md.',
  },
  delivery_full: {
    level: 'warn',
    message: 'as much waits for a webhook as may: the feed is not read on for it',
    about: 'Its queue is full. Told once, until half of what waited has gone.',
    act: 'See GuestwatchDeliveryFull in docs/runbook.md.',
  },
  deliveries_dropped: {
    level: 'error',
    message: 'failed deliveries gave way to newer ones',
    about: '`count` of them cannot be sent again any more.',
    act: 'See GuestwatchDeliveriesDropped in docs/runbook.md.',
  },
  delivery_resync: {
    level: 'error',
    message: 'the place of a webhook in the feed was gone: what it may lack is delivered again',
    about: 'The feed was lost or trimmed (`why`). Receivers may get what they have once more.',
    act: 'Nothing at the receiver that knows ids. See why: a loss of state, or one that was away for longer than FEED_RETENTION.',
  },
  delivery_step_failed: {
    level: 'warn',
    message: 'a step of delivery failed and will be tried again',
    about: 'Redis did not answer, or a fault (`err`).',
    act: 'Nothing, unless it goes on.',
  },
  webhooks_refused: {
    level: 'error',
    message: 'WEBHOOKS_FILE cannot be used: what was read before stays',
    about: 'The file was changed and has the `faults` of the line.',
    act: 'Mend it: see GuestwatchReloadRefused in docs/runbook.md.',
  },
  webhooks_taken: {
    level: 'info',
    message: 'WEBHOOKS_FILE is good again',
    about: 'Its faults are mended.',
    act: nothing,
  },
  webhooks_not_changed: {
    level: 'error',
    message: 'a change of the webhooks failed and will be tried again',
    about: 'A good file could not be put into force (`err`).',
    act: 'Nothing, unless it goes on.',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type LogEvent = keyof typeof LOG_EVENTS;

/** Has lines that a library writes carry an event, too. */
export const withEvent = (fields: Record<string, unknown>): Record<string, unknown> =>
  'event' in fields ? fields : { event: 'library', ...fields };

/** The part of a pino logger that is used. */
export type LogSink = Readonly<Record<Level, (fields: object, message: string) => void>>;

/** Writes the line of an event. `detail`: what there is to say beside it, for people. */
export function log(sink: LogSink, event: LogEvent, fields: object = {}, detail?: string): void {
  const { level, message } = LOG_EVENTS[event];
  sink[level]({ event, ...fields }, detail === undefined ? message : `${message}: ${detail}`);
}
