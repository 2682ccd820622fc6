/**
 * What happens to an event and to a finding, as spans:
 *
 *     hub ─▶ event ─▶ facts        one trace for each event that held something
 *              ▲ link
 *           revision ─▶ delivery   one trace for each revision of a finding, a span for each try to deliver it
 *
 * and one for each request to the API. Attributes name places, ids and outcomes: no names of people, no addresses, no text of a record.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Fact } from '../detection/fact.ts';
import { groupBy } from '../detection/group.ts';
import { type EventPlace, nameOfEvent, nameOfRevision, parentOf, type RevisionName, traceparent } from './names.ts';
import { freshSpanId, freshTraceId, type Spans } from './spans.ts';

/** Facts and dead letters of several events of one partition, once they are safe. */
export interface AppliedBatch {
  readonly place: { readonly hub: string; readonly partition: string };
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  readonly facts: readonly Fact[];
  readonly deadLetters: readonly { readonly sequenceNumber: number; readonly enqueuedAt: number }[];
  readonly counts: { readonly events: number };
}

export interface PublishedRevision extends RevisionName {
  readonly reason: string;
  readonly tenantId: string;
  readonly isSuppressed: boolean;
  readonly absorbed: readonly RevisionName[];
  /** The facts that brought it about. */
  facts(): readonly Fact[];
}

export interface ClaimedDelivery {
  readonly id: string;
  readonly reason: string;
  /** The finding as of the revision, as JSON. */
  readonly json: string;
  /** Tries before this one. */
  readonly tries: number;
}

/** What came of a try to deliver, or broke it off. */
export type TryEnd =
  | { readonly kind: 'taken'; readonly status: number | null }
  | { readonly kind: 'failed'; readonly failure: string; readonly status: number | null }
  | { readonly kind: 'cut' };

export interface FollowedTry {
  readonly traceparent: string;
  /** Null where its trace is not kept. */
  readonly traceId: string | null;
  end(end: TryEnd): void;
}

export interface FollowedRequest {
  /** Null where its trace is not kept. */
  readonly traceId: string | null;
  end(answer: { readonly route: string; readonly method: string; readonly status: number; readonly ms: number }): void;
}

/** Links of one span, at most; as the specification has it. */
const LINKS_MAX = 128;

export class Following {
  readonly #spans: Spans;
  readonly #now: () => number;

  /** `now`: milliseconds since the Unix epoch. */
  constructor(spans: Spans, now: () => number) {
    this.#spans = spans;
    this.#now = now;
  }

  onApplied({ place, receivedAt, facts, deadLetters, counts }: AppliedBatch, applyMs: number): void {
    const to = this.#now();
    const numberOf = (one: Fact | AppliedBatch['deadLetters'][number]): number =>
      'source' in one ? one.source.sequenceNumber : one.sequenceNumber;
    for (const [sequenceNumber, own] of groupBy([...facts, ...deadLetters], numberOf)) {
      const [first] = own;
      const enqueuedAt = 'source' in first! ? first.source.enqueuedAt : first!.enqueuedAt;
      const event: EventPlace = { ...place, sequenceNumber, enqueuedAt };
      const self = nameOfEvent(event);
      if (!this.#spans.isKept(self.traceId)) continue;
      const factsOfIt = own.filter((one) => 'source' in one).length;
      const attributes = {
        ...attributesOf(event),
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'guestwatch.event.facts': factsOfIt,
        'guestwatch.event.dead_letters': own.length - factsOfIt,
      };
      const name = `process ${place.hub}`;
      this.#spans.add({ name, kind: 'consumer', self, parentSpanId: null, from: receivedAt, to, attributes });
      this.#spans.add({
        ...{ name: 'apply facts', kind: 'internal', parentSpanId: self.spanId, from: to - applyMs, to },
        self: { traceId: self.traceId, spanId: freshSpanId() },
        attributes: { 'guestwatch.batch.events': counts.events, 'guestwatch.batch.facts': facts.length },
      });
    }
  }

  onPublished(published: PublishedRevision): void {
    const { reason, tenantId, isSuppressed, absorbed } = published;
    const to = this.#now();
    for (const one of [published, ...absorbed]) {
      const self = nameOfRevision(one);
      if (!this.#spans.isKept(self.traceId)) continue;
      const events = one === published ? eventsOf(published.facts()) : [];
      const { id, revision, updatedAt } = one;
      this.#spans.add({
        ...{ name: `revise finding`, kind: 'internal', self, parentSpanId: null, from: updatedAt, to },
        attributes: {
          ...{ 'guestwatch.finding.id': id, 'guestwatch.finding.revision': revision },
          ...{ 'guestwatch.revision.reason': reason, 'guestwatch.tenant.id': tenantId },
          'guestwatch.finding.suppressed': isSuppressed,
          ...(one !== published && { 'guestwatch.finding.superseded_by': published.id }),
        },
        links: events.slice(0, LINKS_MAX).map((event) => ({ to: nameOfEvent(event), attributes: attributesOf(event) })),
        linksLeftOut: Math.max(0, events.length - LINKS_MAX),
      });
    }
  }

  /** To be told of a try to deliver before it is made. */
  beginTry(target: { readonly name: string; readonly kind: string }, claimed: ClaimedDelivery): FollowedTry {
    const revision = revisionIn(claimed.json);
    const parent = nameOfRevision(revision);
    const self = { traceId: parent.traceId, spanId: freshSpanId() };
    const isKept = this.#spans.isKept(self.traceId);
    const from = this.#now();
    const begun = performance.now();
    return {
      traceparent: traceparent(self, isKept),
      traceId: isKept ? self.traceId : null,
      end: (end) => {
        if (!isKept) return;
        const status = end.kind === 'cut' ? null : end.status;
        this.#spans.add({
          ...{ name: `deliver ${target.name}`, kind: target.kind === 'webhook' ? 'client' : 'producer' },
          ...{ self, parentSpanId: parent.spanId, isRemote: true, from, to: from + performance.now() - begun },
          attributes: {
            ...{ 'guestwatch.delivery.target': target.name, 'guestwatch.delivery.id': claimed.id },
            ...{ 'guestwatch.delivery.try': claimed.tries + 1, 'guestwatch.delivery.outcome': end.kind },
            ...{ 'guestwatch.finding.id': revision.id, 'guestwatch.finding.revision': revision.revision },
            'guestwatch.revision.reason': claimed.reason,
            ...(status !== null && { 'http.response.status_code': status }),
            ...(target.kind === 'webhook' && { 'http.request.method': 'POST' }),
            ...(end.kind === 'failed' && { 'error.type': end.failure }),
          },
          isFailed: end.kind === 'failed',
        });
      },
    };
  }

  /** A request to the API, under its caller's trace where one is given. */
  beginRequest(header: string | undefined): FollowedRequest {
    const parent = parentOf(header);
    const self = { traceId: parent?.traceId ?? freshTraceId(), spanId: freshSpanId() };
    if (!this.#spans.isKept(self.traceId, parent)) return { traceId: null, end: () => {} };
    return {
      traceId: self.traceId,
      end: ({ route, method, status, ms }) => {
        const to = this.#now();
        const parentSpanId = parent?.spanId ?? null;
        this.#spans.add({
          ...{ name: `${method} ${route}`, kind: 'server', self, parentSpanId, isRemote: true, from: to - ms, to },
          attributes: {
            ...{ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status },
            ...(status >= 500 && { 'error.type': String(status) }),
          },
          isFailed: status >= 500,
        });
      },
    };
  }
}

function attributesOf({ hub, partition, sequenceNumber, enqueuedAt }: EventPlace): Attributes {
  return {
    ...{ 'messaging.system': 'eventhubs', 'messaging.destination.name': hub },
    ...{ 'messaging.destination.partition.id': partition, 'guestwatch.event.sequence_number': sequenceNumber },
    ...(enqueuedAt !== null && { 'messaging.eventhubs.message.enqueued_time': Math.floor(enqueuedAt / 1000) }),
  };
}

/** The events that facts came in, each once. */
function eventsOf(facts: readonly Fact[]): EventPlace[] {
  const events = new Map(
    facts.map(({ source }) => [
      `${source.hub} ${source.partition} ${source.sequenceNumber} ${source.enqueuedAt}`,
      source,
    ]),
  );
  return [...events.values()];
}

function revisionIn(json: string): RevisionName {
  const { id, revision, updatedAt } = JSON.parse(json) as { id: string; revision: number; updatedAt: string };
  return { id, revision, updatedAt: Date.parse(updatedAt) };
}
