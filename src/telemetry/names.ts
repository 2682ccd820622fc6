/**
 * The names of traces and spans, made of what they are about. What follows an event through three processes needs no word between
 * them: whoever knows the event, or the revision, knows its trace.
 */
import { sha256 } from '../detection/digest.ts';
import type { Source } from '../detection/fact.ts';

export interface SpanName {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

export type EventPlace = Pick<Source, 'hub' | 'partition' | 'sequenceNumber' | 'enqueuedAt'>;

export interface RevisionName {
  readonly id: string;
  readonly revision: number;
  /** Milliseconds since the Unix epoch: numbers are given again after state was lost. */
  readonly updatedAt: number;
}

/** One hash gives both, since each event that held something is asked for its own. */
const named = (...parts: readonly (string | number | null)[]): SpanName => {
  const hash = sha256(JSON.stringify(parts));
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) };
};

/** The first span of an event of a hub. Its time tells events of hubs apart that have the same name. */
export const nameOfEvent = ({ hub, partition, sequenceNumber, enqueuedAt }: EventPlace): SpanName =>
  named('event', hub, partition, sequenceNumber, enqueuedAt);

/** The first span of a revision of a finding. */
export const nameOfRevision = ({ id, revision, updatedAt }: RevisionName): SpanName =>
  named('revision', id, revision, updatedAt);

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

export interface Parent extends SpanName {
  readonly isSampled: boolean;
}

/** Reads a W3C `traceparent`; null for none, or one that is to be ignored. */
export function parentOf(text: string | undefined): Parent | null {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text?.trim() ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const traceparent = ({ traceId, spanId }: SpanName, isSampled: boolean): string =>
  `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`;
