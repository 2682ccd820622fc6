/** What the service counts, under Prometheus names. Labels come from closed sets, or from the hubs and webhooks that are configured. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Of what the client of Prometheus tells of a process by itself. */
const NOT_TOLD = [
  // Sums of gauges beside them, under names that are for counters.
  ...['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`),
  // Times between two wakings of a timer, which count as lag whatever the timer is set to.
  ...['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((what) => `nodejs_eventloop_lag_${what}_seconds`),
];
/** At its usual 10 ms that timer takes a third of what a consumer without events takes. */
const LAG_EVERY_MS = 60_000;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_EVERY_MS });
  for (const name of NOT_TOLD) registry.removeSingleMetric(name);
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers });
  const partition = ['hub', 'partition'] as const;
  return {
    registry,
    facts: counter(
      'guestwatch_facts_total',
      'Facts that arrived: new, known already, thinned, which are sign-ins not kept because their minute holds enough of their guest, or erased, of someone who was erased since.',
      ['outcome'],
    ),
    thinned: counter(
      'guestwatch_sign_ins_thinned_total',
      'Guest sign-ins that gave way, as they came or later, because their minute holds enough of one guest.',
    ),
    deadLetters: counter(
      'guestwatch_dead_letters_total',
      'Events and records that could not be understood, by reason.',
      ['reason'],
    ),
    deadLettersDropped: counter('guestwatch_dead_letters_dropped_total', 'Dead letters that gave way to newer ones.'),
    revisions: counter('guestwatch_finding_revisions_total', 'Revisions of findings published, by reason.', ['reason']),
    suppressedRevisions: counter(
      'guestwatch_suppressed_revisions_total',
      'Of these, revisions of findings that are suppressed, which only the feed tells of.',
      ['reason'],
    ),
    nearMisses: counter('guestwatch_near_misses_total', 'What nearly was a fact or a match, by kind.', ['kind']),
    losses: counter(
      'guestwatch_state_losses_total',
      'Losses of state or of events that this process noticed, by reason.',
      ['reason'],
    ),
    build: gauge('guestwatch_build_info', '1, with the version of this process.', ['version']),
    role: gauge('guestwatch_process_role', '1 for each role that this process has.', ['role']),
    ready: gauge('guestwatch_ready', '1 where nothing stands in the way of the work of this process.', []),
    notReady: gauge('guestwatch_not_ready_reason', '1 for each reason that stands in the way, as /readyz gives them.', [
      'reason',
    ]),
    accessFileBad: gauge(
      'guestwatch_access_file_bad',
      '1 while the file of keys or the certificate was changed and has faults: what was before is in force.',
      ['file'],
    ),
    certificateExpiry: gauge(
      'guestwatch_certificate_expiry_timestamp_seconds',
      'Until when the certificate in force is good, in Unix time; none where the API serves no TLS.',
      ['file'],
    ),
    accessReloads: counter(
      'guestwatch_access_reloads_total',
      'Times that the file of keys or the certificate changed, by which of them and whether it was taken or refused.',
      ['file', 'outcome'],
    ),
    keyExpiry: gauge(
      'guestwatch_access_key_next_expiry_seconds',
      'In how many seconds the next key of the file runs out; +Inf where none does.',
      [],
    ),
    foldsOwed: gauge(
      'guestwatch_folds_waiting',
      'Actors of whom facts have come that are not folded into findings yet, all processes together.',
      [],
    ),
    foldAge: gauge('guestwatch_fold_oldest_waiting_seconds', 'For how long the first of them waits; 0 for none.', []),
    faults: counter('guestwatch_state_errors_total', 'Steps on the state that failed and are tried again.'),
    records: counter(
      'guestwatch_records_total',
      'Records that this process has read: relevant ones, which are facts or dead letters, and irrelevant ones.',
      [...partition, 'outcome'],
    ),
    events: counter('guestwatch_events_total', 'Events that this process has read.', partition),
    lag: gauge('guestwatch_lag_events', 'Events of a partition that this process reads, not yet read.', partition),
    lagSeconds: gauge(
      'guestwatch_lag_seconds',
      'For how long an event may have waited in the hub unread: since the last that was read, or all was; 0 where none does.',
      partition,
    ),
    position: gauge(
      'guestwatch_position_sequence_number',
      'The last event of a partition that this process reads whose facts are safe.',
      partition,
    ),
    owned: gauge(
      'guestwatch_partition_owned',
      '1 where this process owns the partition, and reads it unless it is stalled.',
      partition,
    ),
    stalled: gauge(
      'guestwatch_partition_stalled',
      '1 where a partition of this process, or of nobody, cannot be read or applied just now.',
      partition,
    ),
    standing: gauge('guestwatch_partition_stalled_reason', '1 for the reason why a partition is stalled.', [
      ...partition,
      'reason',
    ]),
    ruleAdopted: gauge(
      'guestwatch_rule_adopted',
      '0 where another rule than that of this process is in force, so that it writes nothing.',
      [],
    ),
    consumerDead: gauge(
      'guestwatch_consumer_dead',
      '1 where only a new process may help to read a hub; `/livez` then fails.',
      ['hub'],
    ),
    deliveryTries: counter('guestwatch_delivery_tries_total', 'Tries to deliver a revision, by what came of them.', [
      'webhook',
      'outcome',
    ]),
    deliveriesWaiting: gauge('guestwatch_deliveries_waiting', 'Revisions that wait to be delivered.', ['webhook']),
    deliveryAge: gauge(
      'guestwatch_delivery_oldest_waiting_seconds',
      'For how long the oldest revision waits that is not delivered; 0 for none.',
      ['webhook'],
    ),
    deliveryFull: gauge(
      'guestwatch_delivery_full',
      '1 where there is no room for more: the feed is not read on for the webhook.',
      ['webhook'],
    ),
    webhookDisabled: gauge('guestwatch_webhook_disabled', '1 where a webhook has answered 410.', ['webhook']),
    deliveriesDropped: counter(
      'guestwatch_deliveries_dropped_total',
      'Failed deliveries that gave way to newer ones before anybody sent them again.',
      ['webhook'],
    ),
    deliveryResyncs: counter(
      'guestwatch_delivery_resyncs_total',
      'How often the place of a webhook in the feed was gone and had to be found anew, by reason.',
      ['webhook', 'why'],
    ),
    webhooksFileBad: gauge(
      'guestwatch_webhooks_file_bad',
      '1 while WEBHOOKS_FILE cannot be used and what was read before is in force.',
      [],
    ),
    otlpExports: counter(
      'guestwatch_otlp_exports_total',
      'Requests by which traces or metrics were sent to the collector, by what came of them.',
      ['signal', 'outcome'],
    ),
    spansDropped: counter(
      'guestwatch_spans_dropped_total',
      'Spans that were lost: too many waited (full), or the collector did not take them (not_sent).',
      ['why'],
    ),
    inFlightBytes: gauge('guestwatch_in_flight_bytes', 'Bytes of events that are being read and applied.', []),
  };
}
