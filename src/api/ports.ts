/**
 * What the API asks of the rest of the service: one small interface for each resource, declared here by its user.
 *
 * Of every port:
 * - Expected outcomes are values. A rejection whose `code` is `state_unavailable` means that the state cannot be reached
 *   just now and is answered with 503; any other rejection is a fault of the program and is answered with 500. Neither
 *   message is ever shown to a caller.
 * - `caller.tenants` bounds what an answer may hold, count or depend on: a tenant outside it does not exist.
 * - Cursors belong to the port: 1 to 2,000 of the characters `A-Z a-z 0-9 . _ ~ -`. What comes back was given out by the
 *   same method for the same query (the API sees to that), but may be stale, or made up by someone who knows the form:
 *   one that the port cannot read is `bad_cursor`, never an exception.
 * - A page holds at most `limit` items and may hold fewer, even none, while `nextCursor` is not null: only null ends a list.
 * - Times in queries are ticks; texts in answers are final: RFC 3339, UTC, seven fractional digits for times of facts.
 * - `JsonText` is given to the caller byte for byte: valid JSON of the named schema, without white space around it.
 */
import type { CoveragePort } from './ports/coverage.ts';
import type { DeadLettersPort } from './ports/deadLetters.ts';
import type { DeliveriesPort, WebhooksPort } from './ports/deliveries.ts';
import type { ExplainPort } from './ports/explain.ts';
import type { FeedPort } from './ports/feed.ts';
import type { FindingsPort } from './ports/findings.ts';
import type { GuestsPort } from './ports/guests.ts';
import type { RowsPort, RulePort } from './ports/rule.ts';
import type { SuppressionsPort } from './ports/suppressions.ts';

export type * from './ports/access.ts';
export type * from './ports/common.ts';
export type * from './ports/coverage.ts';
export type * from './ports/deadLetters.ts';
export type * from './ports/deliveries.ts';
export type * from './ports/explain.ts';
export type * from './ports/feed.ts';
export type * from './ports/findings.ts';
export type * from './ports/guests.ts';
export type * from './ports/rule.ts';
export type * from './ports/suppressions.ts';
export type * from './ports/trace.ts';

/** Everything that `buildApp` needs. */
export interface ApiPorts {
  readonly findings: FindingsPort;
  readonly feed: FeedPort;
  readonly rule: RulePort;
  readonly rows: RowsPort;
  readonly guests: GuestsPort;
  readonly explain: ExplainPort;
  readonly coverage: CoveragePort;
  readonly deadLetters: DeadLettersPort;
  readonly suppressions: SuppressionsPort;
  readonly webhooks: WebhooksPort;
  readonly deliveries: DeliveriesPort;
}
