/** Dead letters: what could not be understood, kept once each, bounded in number and in bytes, and lost only with a word. */

import { type Erased, namesErased, readErased } from './erased.ts';
import type { Mark } from './facts/apply.ts';
import { markWithin } from './facts/steps.ts';
import { pages } from './facts/window.ts';
import { type KeptLetter, letterOf, type NewLetter, orderOf } from './letter.ts';
import type { Place } from './partitions/partitionRecord.ts';
import { loadScript, runScript } from './redis/scripts.ts';
import { fieldOf, readValues } from './redis/values.ts';
import type { ShardHandle } from './shard.ts';

const deadLetterScript = loadScript('deadletter');
const settleScript = loadScript('settleletters');
const ageScript = loadScript('ageletters');
/** All letters together, as they lie in Redis. */
export const LETTERS_BYTES_MAX = 64 * 1024 * 1024;
/** Letters told to Redis in one step: each of them becomes as much as six times as long in JSON, where it is all control characters. */
const LETTERS_PER_STEP_MAX = 2;

const LETTERS_AGED_PER_STEP_MAX = 500;

/** Where the letters lie: a part of the state with a generation and marks, as a shard has them. */
export type LettersHandle = Pick<ShardHandle, 'client' | 'key' | 'generation'>;

export type LettersKept =
  | {
      readonly kind: 'kept';
      /** Ids of those that were not there before. */
      readonly added: readonly string[];
      /** Letters that gave way. */
      readonly dropped: number;
      /** What the partition's mark is at least; null where nothing was kept, and so none raised. */
      readonly mark: number | null;
    }
  | { readonly kind: 'lost' };

/** Of what is read again beside a partition's way: no mark is looked at, and none is raised, as none is below this. */
export const NO_MARK: Mark = { field: '', seen: null, floor: -Infinity, target: -Infinity };

/** Keeps letters of one partition, but for those that name someone erased; its mark reaches its target with the last of them. */
export async function keepLetters(
  handle: LettersHandle,
  place: Place,
  letters: readonly NewLetter[],
  mark: Mark,
  lettersMax: number,
): Promise<LettersKept> {
  const all = letters.map((letter) => letterOf(place, letter));
  const so = { added: [] as string[], dropped: 0 };
  for (;;) {
    const erased = await readErased(handle);
    const own = all.filter((letter) => !isErasedLetter(erased, letter));
    const outcome = await keepThem(handle, own, mark, { lettersMax, erased }, so);
    if (outcome === 'lost') return { kind: 'lost' };
    if (outcome !== 'changed') return { kind: 'kept', ...so, mark: own.length === 0 ? null : outcome };
  }
}

/** Whether a letter names someone who was erased after it was enqueued. Of the form that its bytes have each is looked at. */
export function isErasedLetter(erased: Erased, { content, encoding, tenantId, source }: KeptLetter): boolean {
  if (erased.version === '' && erased.until.size === 0) return false;
  const bytes = Buffer.from(content, encoding);
  const texts = encoding === 'utf8' ? [content] : [bytes.toString('latin1'), bytes.toString('utf16le')];
  return texts.some((text) => namesErased(erased, { text, tenantId, at: Date.parse(source.enqueuedAt) }));
}

/** Gives what the mark is at least; `so` tells of the steps that were taken until now. */
async function keepThem(
  handle: LettersHandle,
  letters: readonly KeptLetter[],
  mark: Mark,
  { lettersMax, erased }: { readonly lettersMax: number; readonly erased: Erased },
  so: { added: string[]; dropped: number },
): Promise<number | 'changed' | 'lost'> {
  let { seen, floor } = mark;
  const steps = [...pages(letters, LETTERS_PER_STEP_MAX)];
  for (const [i, step] of steps.entries()) {
    const target = i === steps.length - 1 ? Math.max(mark.target, floor) : markWithin(floor);
    const args = step.flatMap((letter) => [letter.id, orderOf(letter), JSON.stringify(letter)]);
    const [outcome, droppedNow, ...ids] = (await runScript(handle.client, deadLetterScript, handle.key, [
      ...[
        handle.generation,
        erased.version,
        mark.field,
        seen ?? '',
        target,
        lettersMax,
        LETTERS_BYTES_MAX,
        step.length,
      ],
      ...args,
    ])) as Buffer[];
    if (String(outcome) !== 'kept') return String(outcome) as 'changed' | 'lost';
    so.added.push(...ids.map(String));
    so.dropped += Number(droppedNow);
    floor = Math.max(floor, target);
    // What is never raised is never looked at either.
    seen = target === -Infinity ? null : floor;
  }
  return floor;
}

/** Lets letters go that came before a time (ms since the Unix epoch). */
export async function ageLetters(handle: LettersHandle, before: number): Promise<void> {
  const args = [handle.generation, new Date(before).toISOString(), LETTERS_AGED_PER_STEP_MAX];
  await runScript(handle.client, ageScript, handle.key, args);
}

export interface PlacedLetter {
  readonly letter: KeptLetter;
  /** Where it stands in the list. */
  readonly place: string;
}

export interface LettersPage {
  readonly letters: readonly PlacedLetter[];
  /** The place of the last one looked at; a letter that was taken off in the meantime has one, too. */
  readonly after: string | null;
  readonly isLast: boolean;
}

/** Letters newest first, from behind a place on; `after` is the place of the last one given, null to begin. */
export async function listLetters(handle: LettersHandle, after: string | null, limit: number): Promise<LettersPage> {
  const from = after === null ? '+' : `(${after}`;
  const places = await handle.client.zrevrangebylex(`${handle.key}order`, from, '-', 'LIMIT', 0, limit);
  const ids = places.map((place) => place.slice(place.lastIndexOf('|') + 1));
  const found = await readLetters(handle, ids);
  const letters = found.flatMap((letter, i) => (letter === null ? [] : [{ letter, place: places[i]! }]));
  return { letters, after: places.at(-1) ?? after, isLast: places.length < limit };
}

/** Letters by their ids; null for those that are not kept. */
export async function readLetters(handle: LettersHandle, ids: readonly string[]): Promise<(KeptLetter | null)[]> {
  const texts = await readValues(
    handle.client,
    ids.map((id) => fieldOf(`${handle.key}letters`, id)),
  );
  return texts.map((text) => (text === null ? null : (JSON.parse(String(text)) as KeptLetter)));
}

/**
 * Takes letters off that are understood by now, and writes the others down as they are given. Gives how many were taken off
 * by this call: of two at once only one takes a letter off. Null where the place is not the one that is known.
 */
export async function settleLetters(
  handle: LettersHandle,
  understood: readonly KeptLetter[],
  remaining: readonly KeptLetter[],
): Promise<number | null> {
  let off = 0;
  const entries = [
    ...understood.map((letter) => [letter.id, orderOf(letter), '']),
    ...remaining.map((letter) => [letter.id, orderOf(letter), JSON.stringify(letter)]),
  ];
  for (const step of pages(entries, LETTERS_PER_STEP_MAX)) {
    const args = [handle.generation, step.length, ...step.flat()];
    const [outcome, count] = (await runScript(handle.client, settleScript, handle.key, args)) as Buffer[];
    if (String(outcome) === 'lost') return null;
    off += Number(count);
  }
  return off;
}
