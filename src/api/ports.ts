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
import type { Ticks } from '../detection/time.ts';
import type { TriagePatch } from '../detection/triage.ts';
import type { Scope } from './caller.ts';
import type * as coverage from './schema/coverage.ts';
import type * as deadLetter from './schema/deadLetter.ts';
import type * as delivery from './schema/delivery.ts';
import type * as explain from './schema/explain.ts';
import type * as finding from './schema/finding.ts';
import type * as guest from './schema/guest.ts';
import type * as rule from './schema/rule.ts';
import type * as suppression from './schema/suppression.ts';
import type * as triage from './schema/triage.ts';
import type { View } from './schema/words.ts';

/** Ready JSON text. */
export type JsonText = string;

/** On whose behalf something is asked. */
export interface Caller {
  /** What its key or token is known by: it stands in histories and in the log. */
  readonly name: string;
  /** Ids in lower case. */
  readonly tenants: 'all' | readonly string[];
}

export interface PageQuery {
  /** From 1 to 1,000. */
  readonly limit: number;
  /** Null for the first page. */
  readonly cursor: string | null;
}

export interface Page<Item> {
  readonly kind: 'page';
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface BadCursor {
  readonly kind: 'bad_cursor';
}

export interface Unknown {
  readonly kind: 'unknown';
}

/** The tenant was left out and cannot be inferred: none is known to the caller, or several are. Sorted. */
export interface TenantNeeded {
  readonly kind: 'tenant_needed';
  readonly tenants: readonly string[];
}

export type FindingsView = 'strict' | 'resolved' | 'missed' | 'accused' | 'any';

/** All filters hold together; null does not filter. */
export interface FindingsQuery extends PageQuery {
  /** `missed`: some operation resolved and not strict; `accused`: some operation strict and not resolved. */
  readonly view: FindingsView;
  /** Lower case. */
  readonly tenantId: string | null;
  /** Lower case; equal to the finding's `actorUpn`. */
  readonly actorUpn: string | null;
  /** Equal to the finding's `actorIp` as written. */
  readonly actorIp: string | null;
  /** One of the finding's `operations`, compared as the resolved view compares names. */
  readonly operation: string | null;
  readonly status: 'new' | 'inProgress' | 'resolved' | null;
  readonly severity: 'informational' | 'low' | 'medium' | 'high' | null;
  readonly suppressed: 'exclude' | 'include' | 'only';
  /** lastSeen at or after it. */
  readonly since: Ticks | null;
  /** lastSeen at or before it. */
  readonly until: Ticks | null;
}

export interface FindingFound {
  readonly kind: 'finding';
  /** Differs from the id asked for where that is no longer stored and its first operation now stands in this one. */
  readonly id: string;
  readonly revision: number;
  /** A `Finding`. */
  readonly json: JsonText;
}

export interface FindingsPort {
  /**
   * Findings that stand (superseded ones are left out) by `firstSeen` descending, then id ascending by code unit. A
   * finding that neither comes, goes nor moves between two pages is given exactly once.
   */
  list(caller: Caller, query: FindingsQuery): Promise<Page<JsonText> | BadCursor>;
  /** A finding that stands, or a superseded one, which says so in `supersededBy`. */
  get(caller: Caller, id: string): Promise<FindingFound | Unknown>;
  /** `EvidenceItem`s, oldest operation first; ids are followed as by `get`, superseded ones to the finding that stands. */
  evidence(caller: Caller, id: string, query: PageQuery): Promise<Page<JsonText> | Unknown | BadCursor>;
  /**
   * Changes the triage of a finding that is at one of the revisions expected, as one revision of reason `triage`; a patch that
   * changes nothing makes none. The caller's name is the author. Ids are followed as by `get`.
   */
  patch(
    caller: Caller,
    id: string,
    patch: TriagePatch,
    expected: readonly number[] | 'any',
  ): Promise<FindingFound | MovedOn | Superseded | TooManyComments | Unknown>;
  /** What happened beside the facts, oldest first; ids are followed as by `evidence`. */
  history(caller: Caller, id: string, query: PageQuery): Promise<Page<HistoryItem> | Unknown | BadCursor>;
}

/** The finding is at another revision than was expected: as it is now. */
export interface MovedOn extends Omit<FindingFound, 'kind'> {
  readonly kind: 'moved_on';
}

/** The finding was merged: as it is now, and the one that stands. */
export interface Superseded extends Omit<FindingFound, 'kind'> {
  readonly kind: 'superseded';
  readonly by: string;
}

export interface TooManyComments {
  readonly kind: 'too_many_comments';
  readonly most: number;
}

export type HistoryItem = View<typeof triage.HistoryItem>;

/** Where to read on: `begin` is the oldest revision kept, `now` is past the newest. */
export type After =
  | { readonly kind: 'begin' }
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string };

export interface ChangeText {
  /** Names this revision for good, whoever reads it and from where: no other has it, also after a loss of state. */
  readonly id: string;
  /** The place after this change. */
  readonly cursor: string;
  readonly reason: (typeof finding.CHANGE_REASONS)[number];
  /** The `Finding` as of that revision. */
  readonly json: JsonText;
}

export interface Changes {
  readonly kind: 'changes';
  readonly items: readonly ChangeText[];
  /** The place after the last item, or after all that was passed over; never null. */
  readonly cursor: string;
}

/** The place is not in the feed: trimmed away, ahead of it, or of a generation that was lost. */
export interface Resync {
  readonly kind: 'resync';
  readonly why: 'trimmed' | 'ahead' | 'lost';
}

export type FeedFound = Changes | Resync | BadCursor;

export interface FeedPort {
  /** At most `limit` revisions after a place: each once, none skipped, in order within a tenant. Does not wait. */
  read(caller: Caller, after: After, limit: number): Promise<FeedFound>;
  /**
   * The same as `read` at once, and then each time that more comes, until the signal is aborted, which is no rejection. It
   * ends behind a resync or a bad cursor. Changes without items say that the cursor has moved on. What comes is given to
   * all who follow as the same objects.
   */
  follow(caller: Caller, after: After, limit: number, signal: AbortSignal): AsyncIterable<FeedFound>;
}

export interface RowsQuery {
  /** Lower case; null where the caller named none. */
  readonly tenantId: string | null;
  /** Null for now: the window then has no end. */
  readonly at: Ticks | null;
  readonly view: 'strict' | 'resolved';
}

export interface RowsFound {
  readonly kind: 'rows';
  /** The moment that the rows are of; the service's own where the query had none. */
  readonly at: string;
  readonly tenantId: string;
  readonly complete: boolean;
  /** In the order of the rule: FirstSeen descending, ActorUpn, ActorIp, tenant id, object id by code unit. */
  readonly rows: readonly View<typeof rule.RuleRow>[];
}

export interface BeyondRetention {
  readonly kind: 'beyond_retention';
  /** The earliest moment that could have been answered, RFC 3339. */
  readonly earliest: string;
}

export interface RowsPort {
  /** All rows at a moment. A tenant that is named and not known has none. */
  at(caller: Caller, query: RowsQuery): Promise<RowsFound | BeyondRetention | TenantNeeded>;
}

export type Guest = View<typeof guest.Guest>;

export interface GuestsPort {
  /** In an order of the port's own, which does not move with sign-ins. */
  list(caller: Caller, query: PageQuery & { readonly tenantId: string | null }): Promise<Page<Guest> | BadCursor>;
  /** By UPN or object id, lower case; `tenant_needed` only where several tenants know it and none was named. */
  get(
    caller: Caller,
    who: string,
    tenantId: string | null,
  ): Promise<{ readonly kind: 'guest'; readonly guest: Guest } | Unknown | TenantNeeded>;
}

export type Explanation = View<typeof explain.Explanation>;

export interface ExplainQuery {
  /** UPN, home UPN or object id, lower case. */
  readonly actor: string;
  readonly tenantId: string | null;
  /** Null for now. */
  readonly at: Ticks | null;
}

export interface ExplainPort {
  /**
   * Bounded in length. An actor of whom nothing is kept is explained too (empty lists, and what is not kept);
   * `tenant_needed` only where several tenants know the actor and none was named.
   */
  actor(
    caller: Caller,
    query: ExplainQuery,
  ): Promise<{ readonly kind: 'explanation'; readonly explanation: Explanation } | BeyondRetention | TenantNeeded>;
}

export type Suppression = View<typeof suppression.Suppression>;

export interface NewSuppression {
  /** Lower case; null where it was left out. */
  readonly tenantId: string | null;
  /** Ids in lower case. */
  readonly matcher: Suppression['matcher'];
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** Members that cannot be, each with its place (dots between names) and the mend. */
export interface Faulty {
  readonly kind: 'faulty';
  readonly faults: readonly { readonly name: string; readonly detail: string }[];
}

export interface SuppressionsPort {
  /** By tenant, the newest first. */
  list(
    caller: Caller,
    query: PageQuery & { readonly tenantId: string | null; readonly state: 'inForce' | 'ended' | 'all' },
  ): Promise<Page<Suppression> | BadCursor>;
  get(
    caller: Caller,
    id: string,
  ): Promise<{ readonly kind: 'suppression'; readonly suppression: Suppression } | Unknown>;
  /** Puts one in force; what it hides is decided soon, and by whoever has the state, also after a crash. */
  make(
    caller: Caller,
    asked: NewSuppression,
  ): Promise<
    | { readonly kind: 'made'; readonly suppression: Suppression }
    | { readonly kind: 'too_many'; readonly most: number }
    | Faulty
    | TenantNeeded
  >;
  /** Ends one that is in force; what it has hidden is still told of for a while. */
  end(caller: Caller, id: string): Promise<{ readonly kind: 'ended' } | Unknown>;
  /** `Finding`s that it hides or has hidden, as they are now, the last first; of merged ones those that stand. */
  findings(caller: Caller, id: string, query: PageQuery): Promise<Page<JsonText> | Unknown | BadCursor>;
}

export type Coverage = View<typeof coverage.Coverage>;

export interface CoveragePort {
  /** Hubs by name, partitions by number. It answers also while nothing is read, and then says so. */
  now(caller: Caller): Promise<Coverage>;
}

export type DeadLetter = View<typeof deadLetter.DeadLetter>;

export interface DeadLettersQuery extends PageQuery {
  readonly reason: DeadLetter['reason'] | null;
  readonly tenantId: string | null;
}

export type RetryAnswer = View<typeof deadLetter.RetryAnswer>;
export type NotRetryable = RetryAnswer['notRetryable'][number];

export interface RetryQuery {
  /** At most 100; null for all, page by page. */
  readonly ids: readonly string[] | null;
  readonly reason: DeadLetter['reason'] | null;
  /** Null for the first page. */
  readonly cursor: string | null;
}

/** Too many such calls are under way. */
export interface Busy {
  readonly kind: 'busy';
}

export interface DeadLettersPort {
  /** Newest first. A page may be cut short so that its contents stay within a bound in bytes. */
  list(caller: Caller, query: DeadLettersQuery): Promise<Page<DeadLetter> | BadCursor>;
  /**
   * Reads letters again, newest first, applies what they hold, and takes off those that are understood. Bounded in number
   * and in time; safe to do again, also at once.
   */
  retry(caller: Caller, query: RetryQuery): Promise<({ readonly kind: 'retried' } & RetryAnswer) | BadCursor | Busy>;
}

/** What a key or token allows, and for how long. */
export interface Grant {
  readonly kind: 'granted';
  readonly by: 'key' | 'token';
  readonly caller: Caller;
  /** The most that it allows, which includes what is less; null for nothing at all. */
  readonly scope: Scope | null;
  /** When it ends by itself, in milliseconds since the Unix epoch; null for never. */
  readonly endsAt: number | null;
  /** Aborted when it is taken back before; null where that cannot be. */
  readonly revoked: AbortSignal | null;
}

/** Not known, past its time, or no good. The reason is for the log: the caller is never told. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: 'unknown' | 'expired' | 'invalid';
}

/** What it would be checked by cannot be had just now. */
export interface Unchecked {
  readonly kind: 'unchecked';
}

export interface AccessPort {
  /**
   * What the caller who presents this may do. How long it takes tells nothing of the secrets it is held against. Of the same
   * key or token the names are the same, and of two never.
   */
  authenticate(presented: string): Grant | Refused | Promise<Grant | Refused | Unchecked>;
}

export type Webhook = View<typeof delivery.Webhook>;
export type Delivery = View<typeof delivery.Delivery>;

export interface WebhooksPort {
  /** By name. One that is told of a tenant that the caller may not see does not exist for it. */
  list(caller: Caller, query: PageQuery): Promise<Page<Webhook> | BadCursor>;
  /** Sends a test once and gives what came of it; still `waiting` where nobody has sent it within the time of a call. */
  test(
    caller: Caller,
    name: string,
  ): Promise<{ readonly kind: 'tested'; readonly delivery: Delivery } | Unknown | Busy>;
}

export interface DeliveriesQuery extends PageQuery {
  /** Name of a webhook. */
  readonly webhook: string | null;
  readonly status: Delivery['status'] | null;
}

export interface DeliveriesPort {
  /** Newest first. Those of tests are of no tenant. */
  list(caller: Caller, query: DeliveriesQuery): Promise<Page<Delivery> | BadCursor>;
  retry(
    caller: Caller,
    id: string,
  ): Promise<{ readonly kind: 'queued'; readonly delivery: Delivery } | { readonly kind: 'delivered' } | Unknown>;
}

export interface RulePort {
  /** The rule in force, whatever rule this process has. */
  current(): View<typeof rule.Rule>;
}

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
