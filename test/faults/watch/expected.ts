/** What an event that was sent must leave behind in the state, by the naive reading; and a look at whether it is there. */
import { digest } from '../../../src/detection/digest.ts';
import { actorKey } from '../../../src/detection/finding.ts';
import { ticksOfMs } from '../../../src/detection/time.ts';
import { operationKey } from '../../../src/state/facts/operations.ts';
import { guestToken, readGuests } from '../../../src/state/facts/window.ts';
import { type Keys, shardOf } from '../../../src/state/keys.ts';
import { pipeline } from '../../../src/state/redis/calls.ts';
import type { Client } from '../../../src/state/redis/client.ts';
import { isOutbound } from '../../oracle/match.ts';
import { type Operation, readFacts, type SentItem, type SignIn } from '../../oracle/naive.ts';
import { bySignIn } from '../../oracle/rows.ts';

/** An event in one life of its hub. */
export interface Sent extends SentItem {
  readonly hubCreatedAt?: number;
}

export interface StateView {
  readonly client: Client;
  readonly keys: Keys;
  readonly shards: number;
}

export interface Expected {
  readonly operations: readonly Operation[];
  readonly signIns: readonly SignIn[];
  /** Index of the record, or null for the event. */
  readonly letters: readonly { readonly reason: string; readonly recordIndex: number | null }[];
}

/** What was enqueued earlier may lie before the beginning of a service, or be past its time by a clock that is wrong by a day. */
const ASKED_FOR_MS = 24 * 3_600_000;
const TICKS_PER_MINUTE = 600_000_000n;
const KEPT_AT_EACH_END = 4;

const readings = new WeakMap<Sent, Expected>();

/** Reading is slow, and done once for each event. */
export function expectedOf(item: Sent): Expected {
  const known = readings.get(item);
  if (known !== undefined) return known;
  const { operations, signIns, deadLetters } = readFacts([item]);
  const isRecent = (item.enqueuedAt ?? 0) > Date.now() - ASKED_FOR_MS;
  const letters = deadLetters.map(({ reason, recordIndex }) => ({ reason, recordIndex: recordIndex ?? null }));
  const expected = isRecent ? { operations, signIns, letters } : { operations: [], signIns: [], letters: [] };
  readings.set(item, expected);
  return expected;
}

/** The first thing that is missing of an event, in words; null where all is there. */
export async function missingOf(state: StateView, item: Sent, letters: Letters): Promise<string | null> {
  const expected = expectedOf(item);
  for (const operation of expected.operations)
    if (!(await hasOperation(state, operation)))
      return `the operation '${operation.operation}' of ${operation.actorUpn || operation.actorObjectId} at ${placeOf(operation)}`;
  for (const signIn of expected.signIns) {
    const missing = await missingSignIn(state, signIn);
    if (missing !== null) return `the sign-in of ${signIn.upn || signIn.objectId} at ${placeOf(signIn)} (${missing})`;
  }
  for (const { reason, recordIndex } of expected.letters)
    if (!(await letters.has(item, recordIndex)))
      return `the dead letter (${reason}) of record ${recordIndex ?? 'none: the event'}`;
  return null;
}

const placeOf = ({ source }: Operation | SignIn): string => `record ${source.recordIndex}`;

const shardKey = ({ keys, shards }: StateView, tenantId: string): string => keys.shard(shardOf(tenantId, shards));

async function hasOperation(state: StateView, operation: Operation): Promise<boolean> {
  const { tenantId, actorUpn, actorObjectId, recordId, source } = operation;
  const actor = actorKey({ tenantId, upn: actorUpn, objectId: actorUpn === '' ? actorObjectId : null });
  const field = digest([tenantId, 'auditlogs', recordId, source.sha256]);
  return (await state.client.hexists(operationKey(shardKey(state, tenantId), actor), field)) === 1;
}

/** Null where a sign-in is there, or gave way to four older and four newer ones of its guest and minute; else what is there. */
async function missingSignIn(state: StateView, signIn: SignIn): Promise<string | null> {
  const { tenantId, upn, recordId, source } = signIn;
  const objectId = signIn.objectId === '' ? null : signIn.objectId;
  const kept = await readGuests(state.client, shardKey(state, tenantId), [guestToken({ tenantId, upn, objectId })]);
  if (kept.some((other) => other.recordId === recordId && other.source.sha256 === source.sha256)) return null;
  const minute = signIn.time / TICKS_PER_MINUTE;
  const rivals = kept
    .map((other) => ({
      ...signIn,
      // The naive reading counts from 1970, the service from the year 1.
      ...{ time: other.time - ticksOfMs(0), ip: other.ip, source: { ...source, sha256: other.source.sha256 } },
      other,
    }))
    .filter(({ other }) => other.upn === upn && other.objectId === objectId)
    .filter(({ time }) => time / TICKS_PER_MINUTE === minute)
    .filter(
      ({ other }) => isOutbound({ ...signIn, resourceTenantId: other.resourceTenantId ?? '' }) === isOutbound(signIn),
    );
  const older = rivals.filter((rival) => bySignIn(rival, signIn) < 0).length;
  const newer = rivals.filter((rival) => bySignIn(rival, signIn) > 0).length;
  if (older >= KEPT_AT_EACH_END && newer >= KEPT_AT_EACH_END) return null;
  return `of ${kept.length} kept of the guest ${older} are older and ${newer} newer in its minute`;
}

/** The dead letters as they lie there at one moment, read only if something asks for one. */
export class Letters {
  readonly #state: StateView;
  #read: Promise<{ places: ReadonlySet<string>; dropped: number }> | undefined;

  constructor(state: StateView) {
    this.#state = state;
  }

  /** Also where letters gave way to newer ones: nobody knows which. */
  async has(item: Sent, recordIndex: number | null): Promise<boolean> {
    this.#read ??= this.#readAll();
    const { places, dropped } = await this.#read;
    return dropped > 0 || places.has(letterPlace({ ...item, enqueuedAt: exactTimeOf(item) }, recordIndex));
  }

  async #readAll() {
    const { client, keys } = this.#state;
    const tag = keys.deadLetters;
    const [texts, dropped] = (await pipeline(client, [
      ['HVALS', `${tag}letters`],
      ['HGET', `${tag}meta`, 'dropped'],
    ])) as [Buffer[], Buffer | null];
    const places = texts.flatMap((text) => {
      const { source } = JSON.parse(String(text)) as { source: LetterSource };
      const times = [Date.parse(source.enqueuedAt), null];
      return times.map((enqueuedAt) => letterPlace({ ...source, enqueuedAt }, source.recordIndex));
    });
    return { places: new Set(places), dropped: Number(dropped ?? 0) };
  }
}

interface LetterSource {
  readonly hub: string;
  readonly partition: string;
  readonly sequenceNumber: number;
  readonly recordIndex: number | null;
  readonly enqueuedAt: string;
}

/** Null of an event whose hub is not known: what was sent through a client is noted with a time that is about right. */
const exactTimeOf = ({ hubCreatedAt, enqueuedAt }: Sent): number | null =>
  hubCreatedAt === undefined ? null : (enqueuedAt ?? null);

type Placed = Pick<SentItem, 'hub' | 'partition' | 'sequenceNumber'> & { readonly enqueuedAt: number | null };

/** With its time: a hub that was made anew has another event under the same number. */
const letterPlace = (of: Placed, recordIndex: number | null): string =>
  `${of.hub}/${of.partition}/${of.sequenceNumber}/${of.enqueuedAt}/${recordIndex ?? 'whole'}`;
