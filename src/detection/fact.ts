/** The two kinds of fact that records become, and what makes two of them the same. */
import { digest } from './digest.ts';
import type { NameMatch } from './rule.ts';
import type { Ticks } from './time.ts';

/** Where a fact came from, to the byte. In files `hub` is the file's name and `enqueuedAt` is null. */
export interface Source {
  readonly hub: string;
  readonly partition: string;
  readonly sequenceNumber: number;
  /** Index of the record among the records of its event, from 0. */
  readonly recordIndex: number;
  /** Milliseconds since the Unix epoch; null where the record never was in a hub. */
  readonly enqueuedAt: number | null;
  /** SHA-256 of the record's own bytes, as 64 lower-case hex digits. */
  readonly sha256: string;
}

interface FactBase {
  /** Lower case. */
  readonly tenantId: string;
  /** The record's `time`, at 100 ns. */
  readonly time: Ticks;
  /** Empty where the record has none. */
  readonly recordId: string;
  readonly source: Source;
  /** Milliseconds since the Unix epoch at which this service first had the record in hand; null in files. */
  readonly receivedAt: number | null;
}

/** A successful sign-in whose user type is Guest. */
export interface SignIn extends FactBase {
  readonly kind: 'signIn';
  /** Lower case; empty where only the object id is known. */
  readonly upn: string;
  /** Lower case; null where the record has none (null, empty and the all-zero GUID are none). */
  readonly objectId: string | null;
  readonly createdDateTime: Ticks | null;
  /** As written; empty where there is none. */
  readonly ip: string;
  /** Lower case; null where absent or empty. */
  readonly homeTenantId: string | null;
  /** Lower case; null where absent or empty. */
  readonly resourceTenantId: string | null;
}

/** A privileged operation that succeeded and names its actor. */
export interface Operation extends FactBase {
  readonly kind: 'operation';
  /** Lower case; empty where only the object id is known. */
  readonly actorUpn: string;
  /** Lower case; null where the record has none. */
  readonly actorObjectId: string | null;
  /** As written (`<null>` is text like any other): the user's, else the app's, else empty. */
  readonly actorIp: string;
  /** The address in `additionalDetails[key="ipaddr"]`, as written; null where there is none. */
  readonly clientIp: string | null;
  /** As written. */
  readonly operation: string;
  /** How the rule in force when the record came listed its name: kept, because a new rule holds only for what comes after it. */
  readonly nameMatch: Exclude<NameMatch, 'none'>;
  /** As written; empty where there is none. */
  readonly correlationId: string;
  /** Distinct display names as written, sorted by code unit; empty where the target list is an empty array or object. */
  readonly targets: readonly string[];
  /** What a person would call the targets: distinct, sorted by code unit. */
  readonly targetNames: readonly string[];
}

export type Fact = SignIn | Operation;

/** Category as part of a fact's identity. */
const CATEGORY = { signIn: 'signinlogs', operation: 'auditlogs' } as const;

/** Facts are asked for their keys many times in one fold. */
const factKeys = new WeakMap<Fact, string>();

/** The fact's identity (tenant, category, record id, SHA-256) as 32 hex digits: equal for the same fact seen again. */
export function factKey(fact: Fact): string {
  const known = factKeys.get(fact);
  if (known !== undefined) return known;
  const key = digest([fact.tenantId, CATEGORY[fact.kind], fact.recordId, fact.source.sha256]);
  factKeys.set(fact, key);
  return key;
}

/** What an operation is listed under in evidence, as 32 hex digits: records that share an id are one item. */
export function itemKey(operation: Operation): string {
  return operation.recordId === '' ? factKey(operation) : digest([operation.tenantId, 'item', operation.recordId]);
}

/** A correlation id as findings count it, as 20 hex digits: ids are as long as whoever wrote the record made them. */
export const correlationKey = (operation: Operation): string => digest([operation.correlationId]).slice(0, 20);

/** Orders sources by (enqueued time, hub, partition as a number, sequence number, index): the least is the one kept. */
export function compareSources(a: Source, b: Source): number {
  return (
    (a.enqueuedAt ?? -1) - (b.enqueuedAt ?? -1) ||
    compareText(a.hub, b.hub) ||
    Number(a.partition) - Number(b.partition) ||
    compareText(a.partition, b.partition) ||
    a.sequenceNumber - b.sequenceNumber ||
    a.recordIndex - b.recordIndex
  );
}

/** Orders text by code unit, the one order of every list that the service gives. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
