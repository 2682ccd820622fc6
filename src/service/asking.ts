/** The state's answers, fitted to what the API asks for. */
import type { ApiPorts } from '../api/ports.ts';
import type { Consumer } from '../consumer/consumer.ts';
import { nameTable, type Rule, ruleHash } from '../detection/rule.ts';
import { TICKS_PER_HOUR, TICKS_PER_MS } from '../detection/time.ts';
import { kqlOf } from '../kql.ts';
import { deliveriesOf } from '../state/deliveries.ts';
import { coverageQueries } from '../state/queries/coverage.ts';
import { deadLetterQueries } from '../state/queries/deadLetters.ts';
import { deliveryQueries } from '../state/queries/deliveries.ts';
import { explainQueries } from '../state/queries/explain.ts';
import type { FeedQueries } from '../state/queries/feed.ts';
import { findingQueries } from '../state/queries/findings.ts';
import { guestQueries } from '../state/queries/guests.ts';
import { rowQueries } from '../state/queries/rows.ts';
import { suppressionQueries } from '../state/queries/suppressions.ts';
import { triageQueries } from '../state/queries/triage.ts';
import type { State } from '../state/state.ts';
import { letterRetries, type RetryDeps } from './retrying.ts';
import { lineOf, standingOf } from './standing.ts';

export function apiPorts(
  state: State,
  feed: FeedQueries,
  consumer: () => Consumer | null,
  retrying: Pick<RetryDeps, 'read' | 'openSource' | 'logger'>,
): ApiPorts {
  const stalled = (hub: string, partition: string): string | null => {
    const status = consumer()
      ?.status()
      .hubs.find((one) => one.hub === hub);
    const own = status?.partitions.find((one) => one.partition === partition);
    const standing = status && own ? standingOf(status, own) : null;
    return standing === null ? null : lineOf(standing);
  };
  const letters = deadLetterQueries(state);
  return {
    findings: { ...findingQueries(state), ...triageQueries(state) },
    suppressions: suppressionQueries(state),
    feed,
    rule: { current: () => describeRule(state.rule) },
    rows: rowQueries(state),
    guests: guestQueries(state),
    explain: explainQueries(state),
    coverage: coverageQueries(state, stalled),
    deadLetters: { list: letters.list, retry: letterRetries({ state, letters, ...retrying }) },
    ...deliveryQueries(deliveriesOf(state), state.options.now),
  };
}

function describeRule(rule: Rule): ReturnType<ApiPorts['rule']['current']> {
  const { id, name, description, version: ruleVersion, severity, tactics, techniques, window, operations } = rule;
  return {
    id,
    name,
    description,
    version: ruleVersion,
    severity,
    tactics: [...tactics],
    techniques: [...techniques],
    window: `PT${window / TICKS_PER_HOUR}H`,
    windowMs: Number(window / TICKS_PER_MS),
    operations: { strict: [...operations], resolved: [...nameTable(rule).resolved] },
    kql: kqlOf(rule),
    ruleHash: ruleHash(rule),
  };
}
