/** Dead letters: what could not be understood, kept once each, bounded in number and in bytes. */
import { digest, sha256 } from '../detection/digest.ts';
import type { LetterReason } from '../detection/letter.ts';
import type { Keys } from './keys.ts';
import type { Place } from './positions.ts';
import { type Client, loadScript, pipeline, runScript } from './redis.ts';
import { pages } from './window.ts';

const deadLetterScript = loadScript('deadletter');
/** Of each letter so many bytes are kept. */
export const LETTER_BYTES_MAX = 64 * 1024;
/** All letters together, as they lie in Redis. */
export const LETTERS_BYTES_MAX = 64 * 1024 * 1024;
/** Letters told to Redis in one step: each of them becomes as much as six times as long in JSON, where it is all control characters. */
const LETTERS_PER_STEP_MAX = 2;

export interface NewLetter {
  readonly reason: LetterReason;
  readonly sequenceNumber: number;
  readonly enqueuedAt: number;
  readonly receivedAt: number;
  readonly recordIndex: number | null;
  readonly bytes: Uint8Array;
  /** How many there were, where not all are given. */
  readonly bytesTotal?: number;
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
  readonly bytes: number;
  readonly cut: boolean;
  readonly encoding: 'utf8' | 'base64';
  readonly content: string;
}

function letterOf(place: Place, letter: NewLetter): Letter {
  const kept = Buffer.from(letter.bytes.subarray(0, LETTER_BYTES_MAX));
  const total = letter.bytesTotal ?? letter.bytes.length;
  const text = kept.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(kept);
  const where = [
    place.hub,
    String(place.hubCreatedAt),
    place.partition,
    String(letter.sequenceNumber),
    String(letter.recordIndex),
  ];
  return {
    id: digest(['dead', ...where]),
    reason: letter.reason,
    tenantId: tenantIn(text),
    source: {
      hub: place.hub,
      partition: place.partition,
      sequenceNumber: letter.sequenceNumber,
      recordIndex: letter.recordIndex,
      enqueuedAt: new Date(letter.enqueuedAt).toISOString(),
      sha256: sha256(letter.bytes),
    },
    receivedAt: new Date(letter.receivedAt).toISOString(),
    bytes: total,
    cut: total > kept.length,
    encoding: isText ? 'utf8' : 'base64',
    content: isText ? text : kept.toString('base64'),
  };
}

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

export async function keepLetters(
  client: Client,
  keys: Keys,
  place: Place,
  letters: readonly NewLetter[],
  lettersMax: number,
): Promise<{ added: number; dropped: number }> {
  let added = 0;
  let dropped = 0;
  for (const page of pages(letters, LETTERS_PER_STEP_MAX)) {
    const args = page
      .map((letter) => letterOf(place, letter))
      .flatMap((letter) => [letter.id, orderOf(letter), JSON.stringify(letter)]);
    const counts = (await runScript(client, deadLetterScript, keys.deadLetters, [
      lettersMax,
      LETTERS_BYTES_MAX,
      page.length,
      ...args,
    ])) as number[];
    added += counts[0]!;
    dropped += counts[1]!;
  }
  return { added, dropped };
}

/** By time of arrival, then by place; twelve digits of sequence number keep the order of text that of numbers. */
const orderOf = ({ receivedAt, source }: Letter): string =>
  `${receivedAt} ${source.hub} ${source.partition.padStart(4, '0')} ${String(source.sequenceNumber).padStart(16, '0')} ${String(source.recordIndex ?? 0).padStart(6, '0')}`;

/** Letters newest first, from behind a place on; `after` is the place of the last one given, null to begin. */
export async function listLetters(
  client: Client,
  keys: Keys,
  after: string | null,
  limit: number,
): Promise<{ letter: Letter; place: string }[]> {
  const from = after === null ? '+' : `(${after}`;
  const places = await client.zrevrangebylex(`${keys.deadLetters}order`, from, '-', 'LIMIT', 0, limit);
  if (places.length === 0) return [];
  const texts = await pipeline(
    client,
    places.map((place) => ['HGET', `${keys.deadLetters}letters`, place.slice(place.lastIndexOf('|') + 1)] as const),
  );
  return texts.flatMap((text, i) =>
    text === null ? [] : [{ letter: JSON.parse(String(text)) as Letter, place: places[i]! }],
  );
}
