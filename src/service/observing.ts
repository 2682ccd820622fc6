/** What happens in the parts, as metrics and log lines. */

import type { Logger } from 'pino';
import { CHANGE_REASONS } from '../api/schema/finding.ts';
import type { Consumer, PartitionStatus } from '../consumer/consumer.ts';
import { LETTER_REASONS } from '../detection/letter.ts';
import { LOG_EVENTS, log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { NotReady } from '../ops/ports.ts';
import type { Folder } from '../state/folding/folder.ts';
import { LOSS_REASONS } from '../state/partitions/losses.ts';
import type { StateEvents } from '../state/state.ts';
import { standingOf } from './standing.ts';

/** What has not happened yet reads 0, so that the first time is seen as a rise. */
export function beginAtZero(metrics: Metrics): void {
  for (const outcome of ['new', 'known', 'thinned', 'erased']) metrics.facts.inc({ outcome }, 0);
  for (const reason of LETTER_REASONS) metrics.deadLetters.inc({ reason }, 0);
  for (const reason of CHANGE_REASONS) {
    metrics.revisions.inc({ reason }, 0);
    metrics.suppressedRevisions.inc({ reason }, 0);
  }
  for (const kind of ['operation_name', 'missing_sign_in', 'non_interactive_only']) metrics.nearMisses.inc({ kind }, 0);
  for (const reason of LOSS_REASONS) metrics.losses.inc({ reason }, 0);
  for (const why of ['full', 'not_sent']) metrics.spansDropped.inc({ why }, 0);
  for (const signal of ['traces', 'metrics'])
    for (const outcome of ['sent', 'failed']) metrics.otlpExports.inc({ signal, outcome }, 0);
  for (const file of ['keys', 'certificate']) {
    metrics.accessFileBad.set({ file }, 0);
    for (const outcome of ['taken', 'refused']) metrics.accessReloads.inc({ file, outcome }, 0);
  }
}

/** Counts what happens in the state, follows it where somebody does, and says what someone should know. */
export function stateEvents(
  metrics: Metrics,
  logger: Logger,
  onPublished: StateEvents['onPublished'] = () => {},
): StateEvents {
  return {
    onApplied: ({ newFacts, knownFacts, thinnedFacts, erasedFacts, thinned }) => {
      metrics.facts.inc({ outcome: 'new' }, newFacts);
      metrics.facts.inc({ outcome: 'known' }, knownFacts);
      metrics.facts.inc({ outcome: 'thinned' }, thinnedFacts);
      metrics.facts.inc({ outcome: 'erased' }, erasedFacts);
      metrics.thinned.inc(thinned);
    },
    onLetters: ({ dropped, reasons }) => {
      for (const reason of reasons) metrics.deadLetters.inc({ reason });
      metrics.deadLettersDropped.inc(dropped);
      log(logger, 'dead_letters_kept', { reasons: [...new Set(reasons)], count: reasons.length });
    },
    onPublished: (published) => {
      const { reason, isSuppressed } = published;
      metrics.revisions.inc({ reason });
      if (isSuppressed) metrics.suppressedRevisions.inc({ reason });
      onPublished(published);
    },
    onMissingSignIns: ({ missing, nonInteractiveOnly }) => {
      metrics.nearMisses.inc({ kind: 'missing_sign_in' }, missing);
      metrics.nearMisses.inc({ kind: 'non_interactive_only' }, nonInteractiveOnly);
    },
    onLost: (detail, reason) => {
      metrics.losses.inc({ reason });
      log(logger, 'something_lost', { reason, detail });
    },
    onRuling: ({ isOwn, hash, inForce }) => {
      metrics.ruleAdopted.set(isOwn ? 1 : 0);
      log(logger, isOwn ? 'rule_in_force' : 'rule_not_adopted', { rule: hash, inForce: inForce?.hash ?? null });
    },
    onError: (error) => {
      metrics.faults.inc();
      log(logger, 'state_step_failed', { err: error });
    },
  };
}

/** What a process says whose rule is not in force. */
export const notAdopted = LOG_EVENTS.rule_not_adopted.message;

/** Brings what is measured of the consumer up to date; called when it is read. */
export function measureConsumer(metrics: Metrics, consumer: Consumer | null, now: number): void {
  const status = consumer?.status() ?? { hubs: [], inFlightBytes: 0 };
  metrics.inFlightBytes.set(status.inFlightBytes);
  const { owned, stalled, standing, lag, lagSeconds, position, events, records } = metrics;
  // Of partitions that are read elsewhere, or no longer, nothing is known here; reasons that have passed go.
  for (const metric of [owned, stalled, standing, lag, lagSeconds, position, events, records]) metric.reset();
  for (const hubStatus of status.hubs) {
    const { hub, ownerId, partitions } = hubStatus;
    metrics.consumerDead.set({ hub }, hubStatus.isDead ? 1 : 0);
    for (const own of partitions) {
      const reason = standingOf(hubStatus, own);
      const labels = { hub, partition: own.partition };
      const isOurs = own.owner === ownerId;
      owned.set(labels, isOurs ? 1 : 0);
      stalled.set(labels, reason === null ? 0 : 1);
      if (reason !== null) standing.set({ ...labels, reason: reason.code }, 1);
      if (isOurs) measureReading(metrics, labels, own, now);
      events.inc(labels, own.totals.events);
      const { irrelevant } = own.totals;
      records.inc({ ...labels, outcome: 'irrelevant' }, irrelevant);
      records.inc({ ...labels, outcome: 'relevant' }, own.totals.records - irrelevant);
    }
  }
}

/** What is owed, as the state knows it. Rejects while Redis is away. */
export async function measureFolds(metrics: Metrics, folder: Pick<Folder, 'owed'>, now: number): Promise<void> {
  const { actors, oldestAt } = await folder.owed();
  metrics.foldsOwed.set(actors);
  metrics.foldAge.set(oldestAt === null ? 0 : Math.max(0, (now - oldestAt) / 1000));
}

/** The same reasons as `/readyz` gives. */
export function measureReadiness(metrics: Metrics, reasons: readonly NotReady[]): void {
  metrics.ready.set(reasons.length === 0 ? 1 : 0);
  metrics.notReady.reset();
  for (const { code } of reasons) metrics.notReady.set({ reason: code }, 1);
}

/** How far a partition that is ours has been read; nothing of what is not known. */
function measureReading(
  { lag, lagSeconds, position }: Metrics,
  labels: { readonly hub: string; readonly partition: string },
  own: PartitionStatus,
  now: number,
): void {
  if (own.lagEvents !== null) lag.set(labels, own.lagEvents);
  if (own.position === null) return;
  const { sequenceNumber, enqueuedAt } = own.position;
  position.set(labels, sequenceNumber);
  // What was enqueued by either of the first has been read; of a partition that was empty so far there is neither.
  const waitingSince = Math.max(enqueuedAt ?? 0, own.readToEndAt ?? 0) || own.behindSince;
  if (own.lagEvents === 0) lagSeconds.set(labels, 0);
  else if (own.lagEvents !== null && waitingSince !== null)
    lagSeconds.set(labels, Math.max(0, (now - waitingSince) / 1000));
}
