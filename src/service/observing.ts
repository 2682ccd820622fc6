/** What happens in the parts, as metrics and log lines. */
import type { Logger } from 'pino';
import type { Consumer } from '../consumer/consumer.ts';
import type { Metrics } from '../metrics.ts';
import type { StateEvents } from '../state/state.ts';
import { standingOf } from './standing.ts';

/** Counts what happens in the state, and says what someone should know. */
export function stateEvents(metrics: Metrics, logger: Logger): StateEvents {
  return {
    onApplied: ({ newFacts, knownFacts, thinnedFacts, thinned }) => {
      metrics.facts.inc({ outcome: 'new' }, newFacts);
      metrics.facts.inc({ outcome: 'known' }, knownFacts);
      metrics.facts.inc({ outcome: 'thinned' }, thinnedFacts);
      metrics.thinned.inc(thinned);
    },
    onLetters: ({ dropped, reasons }) => {
      for (const reason of reasons) metrics.deadLetters.inc({ reason });
      metrics.deadLettersDropped.inc(dropped);
      logger.info({ reasons: [...new Set(reasons)], count: reasons.length }, 'dead letters kept');
    },
    onPublished: (reason, isSuppressed) => {
      metrics.revisions.inc({ reason });
      if (isSuppressed) metrics.suppressedRevisions.inc({ reason });
    },
    onMissingSignIns: ({ missing, nonInteractiveOnly }) => {
      metrics.nearMisses.inc({ kind: 'missing_sign_in' }, missing);
      metrics.nearMisses.inc({ kind: 'non_interactive_only' }, nonInteractiveOnly);
    },
    onLost: (detail, reason) => {
      metrics.losses.inc({ reason });
      logger.error({ reason, detail }, 'something was lost');
    },
    onRuling: ({ isOwn, hash, inForce }) => {
      metrics.ruleAdopted.set(isOwn ? 1 : 0);
      const fields = { rule: hash, inForce: inForce?.hash ?? null };
      if (isOwn) logger.info(fields, 'the rule of this process is in force');
      else logger.warn(fields, notAdopted);
    },
    onError: (error) => {
      metrics.faults.inc();
      logger.warn({ err: error }, 'a step on the state failed and will be tried again');
    },
  };
}

/** What a process says whose rule is not in force. */
export const notAdopted =
  'another rule is in force: nothing is read or written until `guestwatch rule adopt` puts the one of this process in force';

/** Brings the gauges of the consumer up to date; called when they are read. */
export function measureConsumer(metrics: Metrics, consumer: Consumer | null): void {
  const status = consumer?.status() ?? { hubs: [], inFlightBytes: 0 };
  metrics.inFlightBytes.set(status.inFlightBytes);
  // Of partitions that are no longer read nothing is known.
  if (consumer === null) for (const gauge of [metrics.owned, metrics.stalled, metrics.lag]) gauge.reset();
  // Reasons that have passed go.
  metrics.standing.reset();
  for (const hubStatus of status.hubs) {
    const { hub, ownerId, partitions } = hubStatus;
    metrics.consumerDead.set({ hub }, hubStatus.isDead ? 1 : 0);
    for (const own of partitions) {
      const standing = standingOf(hubStatus, own);
      const labels = { hub, partition: own.partition };
      metrics.owned.set(labels, own.owner === ownerId ? 1 : 0);
      metrics.stalled.set(labels, standing === null ? 0 : 1);
      if (standing !== null) metrics.standing.set({ ...labels, reason: standing.code }, 1);
      if (own.lagEvents !== null) metrics.lag.set(labels, own.lagEvents);
      if (own.position !== null) metrics.position.set(labels, own.position.sequenceNumber);
      metrics.events.set(labels, own.totals.events);
      metrics.records.set({ ...labels, outcome: 'all' }, own.totals.records);
      metrics.records.set({ ...labels, outcome: 'irrelevant' }, own.totals.irrelevant);
    }
  }
}
