/**
 * Tries dead letters again: reads them once more, applies what they turn out to hold, and takes off those that are understood.
 *
 * Bytes that were kept whole are as good as their source, which their hash shows; what was cut has to be read there. To do
 * all of it again is safe: facts are a set, letters are kept once each, and only one of two callers takes a letter off.
 */

import type { Logger } from 'pino';
import type { Caller, DeadLettersPort, NotRetryable, RetryQuery } from '../api/ports.ts';
import { type EventRead, type EventReader, type EventSource, readOne } from '../consumer/consumer.ts';
import { groupBy } from '../detection/group.ts';
import { log } from '../log.ts';
import { settleLetters } from '../state/deadLetters.ts';
import { type KeptLetter, LETTER_BYTES_MAX, letterId, placeOf, wholeBytesOf } from '../state/letter.ts';
import type { deadLetterQueries } from '../state/queries/deadLetters.ts';
import { StateUnavailable } from '../state/redis/errors.ts';
import type { State } from '../state/state.ts';

/** Letters of one call: each may need a link of its own to Event Hubs. */
const LETTERS_PER_CALL_MAX = 100;
/** No event is begun later than this in a call; what is left then is named. */
const CALL_MS = 20_000;
/** Calls under way and waiting: one works at a time, for they would take partitions from each other. */
const CALLS_MAX = 3;

export interface RetryDeps {
  readonly state: State;
  readonly letters: ReturnType<typeof deadLetterQueries>;
  readonly read: EventReader;
  /** Null where no hub is configured. */
  readonly openSource: (() => Promise<EventSource>) | null;
  readonly logger: Logger;
}

/** What became of the letters of one event. */
interface Tried {
  readonly understood: readonly KeptLetter[];
  readonly remaining: readonly KeptLetter[];
  readonly notRetryable: readonly NotRetryable[];
}

const nothing: Tried = { understood: [], remaining: [], notRetryable: [] };

export function letterRetries(deps: RetryDeps): DeadLettersPort['retry'] {
  let calls = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (caller, query) => {
    if (calls >= CALLS_MAX) return { kind: 'busy' };
    calls += 1;
    const answer = last.then(() => retry(deps, caller, query));
    last = answer.catch(() => {}); // Told to the one who called.
    return answer.finally(() => {
      calls -= 1;
    });
  };
}

async function retry(deps: RetryDeps, caller: Caller, query: RetryQuery): ReturnType<DeadLettersPort['retry']> {
  const selected = await deps.letters.select(caller, { ...query, tenantId: null, limit: LETTERS_PER_CALL_MAX });
  if (selected.kind === 'bad_cursor') return selected;
  const { letters, unknown, nextCursor } = selected;
  const notRetryable: NotRetryable[] = unknown.map((id) => ({ id, reason: 'unknown' }));
  const end = performance.now() + CALL_MS;
  const source = new LazySource(deps.openSource);
  let retried = 0;
  let resolved = 0;
  try {
    for (const [, own] of groupBy(letters, eventOf)) {
      if (performance.now() > end) {
        notRetryable.push(...allAs(own, 'out_of_time').notRetryable);
        continue;
      }
      const tried = await tryEvent(deps, source, own);
      notRetryable.push(...tried.notRetryable);
      retried += tried.understood.length + tried.remaining.length;
      resolved += await settle(deps, tried);
    }
  } finally {
    await source.close();
  }
  const answer = { retried, resolved, remaining: retried - resolved };
  log(deps.logger, 'dead_letters_retried', { ...answer, notRetryable: notRetryable.length });
  return { kind: 'retried', ...answer, notRetryable, nextCursor };
}

const eventOf = ({ source, hubCreatedAt }: KeptLetter): string =>
  `${source.hub} ${hubCreatedAt} ${source.partition} ${source.sequenceNumber}`;

const allAs = (letters: readonly KeptLetter[], reason: NotRetryable['reason']): Tried => ({
  ...nothing,
  notRetryable: letters.map(({ id }) => ({ id, reason })),
});

/** The letters of one event, from the bytes kept or, if one of them is cut, all from their source. */
async function tryEvent(deps: RetryDeps, source: LazySource, letters: readonly KeptLetter[]): Promise<Tried> {
  const [first] = letters;
  if (letters.every((letter) => wholeBytesOf(letter) !== null)) return tryKept(deps, letters);
  const found = await source.read(first!);
  if (found.kind === 'event') {
    const reading = readOne(readDeps(deps), placeOf(first!), found.event, Date.parse(first!.receivedAt));
    return judge(deps, letters, reading);
  }
  if (found.kind === 'unreachable') {
    const { code, detail } = found;
    log(deps.logger, 'dead_letter_not_read', { ...placeOf(first!), code, detail });
  }
  const whole = letters.filter((letter) => wholeBytesOf(letter) !== null);
  const cut = letters.filter((letter) => !whole.includes(letter));
  const { notRetryable } = allAs(cut, found.kind === 'gone' ? 'event_gone' : 'hub_unreachable');
  return { ...(await tryKept(deps, whole)), notRetryable };
}

async function tryKept(deps: RetryDeps, letters: readonly KeptLetter[]): Promise<Tried> {
  const tried: Tried[] = [];
  for (const letter of letters) tried.push(await judge(deps, [letter], readKept(deps, letter)));
  return {
    understood: tried.flatMap(({ understood }) => understood),
    remaining: tried.flatMap(({ remaining }) => remaining),
    notRetryable: [],
  };
}

/** A whole event is read as it came; a record stands in a list of its own, and its facts keep its place in the event. */
function readKept(deps: RetryDeps, letter: KeptLetter): EventRead {
  const bytes = wholeBytesOf(letter)!;
  const { sequenceNumber, recordIndex, enqueuedAt } = letter.source;
  const body = recordIndex === null ? bytes : Buffer.concat([Buffer.from('['), bytes, Buffer.from(']')]);
  const event = { body, sequenceNumber, enqueuedTimeUtc: new Date(enqueuedAt) };
  const reading = readOne(readDeps(deps), placeOf(letter), event, Date.parse(letter.receivedAt));
  if (recordIndex === null) return reading;
  return {
    ...reading,
    facts: reading.facts.map((fact) => ({ ...fact, source: { ...fact.source, recordIndex } })),
    // Whatever of it is not understood, it is this letter.
    deadLetters: reading.deadLetters.slice(0, 1).map((one) => ({
      ...one,
      ...{ recordIndex, bytes, bytesTotal: bytes.length, sha256: letter.source.sha256, isWholeEvent: false },
    })),
  };
}

/** Applies what was read, and parts the letters by whether they stand in it again. */
async function judge(deps: RetryDeps, letters: readonly KeptLetter[], reading: EventRead): Promise<Tried> {
  const place = placeOf(letters[0]!);
  const { facts, nonInteractive, deadLetters } = reading;
  await deps.state.applyAgain({ place, facts, nonInteractive, deadLetters });
  const reasons = new Map(deadLetters.map((letter) => [letterId(place, letter), letter.reason]));
  const retriedAt = new Date(deps.state.options.now()).toISOString();
  return {
    ...nothing,
    understood: letters.filter(({ id }) => !reasons.has(id)),
    remaining: letters
      .filter(({ id }) => reasons.has(id))
      .map((letter) => ({ ...letter, reason: reasons.get(letter.id)!, attempts: letter.attempts + 1, retriedAt })),
  };
}

/** After what they hold was applied: a crash in between leaves them to be tried again. */
async function settle({ state }: RetryDeps, { understood, remaining }: Tried): Promise<number> {
  const off = await settleLetters(state.letters, understood, remaining);
  if (off === null) throw new StateUnavailable('the dead letters were lost, and are being read again');
  return understood.length;
}

const readDeps = ({ read, logger }: RetryDeps) => ({
  read,
  deadLetterBytesMax: LETTER_BYTES_MAX,
  onFault: (error: unknown) => log(logger, 'dead_letter_fault', { err: error }),
});

/** Opened with the first event that has to be read there. */
class LazySource {
  readonly #open: RetryDeps['openSource'];
  #source: EventSource | null = null;

  constructor(open: RetryDeps['openSource']) {
    this.#open = open;
  }

  async read(letter: KeptLetter): ReturnType<EventSource['read']> {
    if (this.#open === null)
      return {
        kind: 'unreachable',
        code: 'not_configured',
        detail: 'Neither EVENTHUB_CONNECTION_STRING nor EVENTHUB_NAMESPACE is set.',
      };
    this.#source ??= await this.#open();
    return this.#source.read(placeOf(letter), letter.source.sequenceNumber);
  }

  async close(): Promise<void> {
    await this.#source?.close();
  }
}
