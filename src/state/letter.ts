/** One dead letter: what is told of it, how it is kept, and what of it can be read again. */
import { digest, sha256 } from '../detection/digest.ts';
import type { LetterReason } from '../detection/letter.ts';
import type { Place } from './partitions/partitionRecord.ts';

/** Of each letter so many bytes are kept. */
export const LETTER_BYTES_MAX = 64 * 1024;

export interface NewLetter {
  readonly reason: LetterReason;
  readonly sequenceNumber: number;
  readonly enqueuedAt: number;
  readonly receivedAt: number;
  readonly recordIndex: number | null;
  readonly bytes: Uint8Array;
  /** How many there were, where not all are given. */
  readonly bytesTotal?: number;
  /** SHA-256 of all of them, where not all are given. */
  readonly sha256?: string;
  /** Whether they are the whole event as it came; left out: they are not. */
  readonly isWholeEvent?: boolean;
}

/** A letter as the API gives it. */
export interface Letter {
  readonly id: string;
  readonly reason: LetterReason;
  readonly tenantId: string | null;
  readonly source: {
    readonly hub: string;
    readonly partition: string;
    readonly sequenceNumber: number;
    readonly recordIndex: number | null;
    readonly enqueuedAt: string;
    readonly sha256: string;
  };
  readonly receivedAt: string;
  /** How often it was retried in vain, and when last. */
  readonly attempts: number;
  readonly retriedAt: string | null;
  readonly bytes: number;
  readonly cut: boolean;
  readonly encoding: 'utf8' | 'base64';
  readonly content: string;
}

/** A letter as it lies in Redis. */
export interface KeptLetter extends Letter {
  /** Of the hub, in milliseconds since the Unix epoch: the same sequence number of a later one is another event. */
  readonly hubCreatedAt: number;
  readonly isWholeEvent: boolean;
}

/** By its place and its bytes: an event can hold several scraps that stand in no record's place. */
export function letterId(place: Place, letter: NewLetter): string {
  const { hub, hubCreatedAt, partition } = place;
  const { sequenceNumber, recordIndex } = letter;
  const where = [hub, String(hubCreatedAt), partition, String(sequenceNumber), String(recordIndex)];
  return digest(['dead', ...where, letter.sha256 ?? sha256(letter.bytes)]);
}

export function letterOf(place: Place, letter: NewLetter): KeptLetter {
  const kept = Buffer.from(letter.bytes.subarray(0, LETTER_BYTES_MAX));
  const total = letter.bytesTotal ?? letter.bytes.length;
  const text = kept.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(kept);
  return {
    id: letterId(place, letter),
    reason: letter.reason,
    tenantId: tenantIn(text),
    source: {
      hub: place.hub,
      partition: place.partition,
      sequenceNumber: letter.sequenceNumber,
      recordIndex: letter.recordIndex,
      enqueuedAt: new Date(letter.enqueuedAt).toISOString(),
      sha256: letter.sha256 ?? sha256(letter.bytes),
    },
    receivedAt: new Date(letter.receivedAt).toISOString(),
    attempts: 0,
    retriedAt: null,
    bytes: total,
    cut: total > kept.length,
    encoding: isText ? 'utf8' : 'base64',
    content: isText ? text : kept.toString('base64'),
    hubCreatedAt: place.hubCreatedAt,
    isWholeEvent: letter.isWholeEvent ?? false,
  };
}

/** The letter without what only the service itself needs. */
export function tellable({ hubCreatedAt: _created, isWholeEvent: _whole, ...letter }: KeptLetter): Letter {
  return letter;
}

export const placeOf = ({ source, hubCreatedAt }: KeptLetter): Place => ({
  hub: source.hub,
  hubCreatedAt,
  partition: source.partition,
});

/** The bytes of a letter that is whole by itself, an event or a record of it; null where only its source could tell the rest. */
export function wholeBytesOf(letter: KeptLetter): Buffer | null {
  const { cut, isWholeEvent, source, content, encoding } = letter;
  if (cut || (source.recordIndex === null && !isWholeEvent)) return null;
  const bytes = Buffer.from(content, encoding);
  return sha256(bytes) === source.sha256 ? bytes : null;
}

/** By time of arrival, then by place; sixteen digits of sequence number keep the order of text that of numbers. */
export const orderOf = ({ receivedAt, source }: Letter): string =>
  `${receivedAt} ${source.hub} ${source.partition.padStart(4, '0')} ${String(source.sequenceNumber).padStart(16, '0')} ${String(source.recordIndex ?? 0).padStart(6, '0')}`;

/** The tenant that a broken record still names. */
function tenantIn(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    const tenant = typeof value === 'object' && value !== null && 'tenantId' in value ? value.tenantId : null;
    return typeof tenant === 'string' && tenant !== '' ? tenant.toLowerCase() : null;
  } catch {
    return null; // Not JSON is the usual case here, and then the letter is of no tenant.
  }
}
