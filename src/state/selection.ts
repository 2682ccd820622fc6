/**
 * What a fold needs: which of an actor's facts could change a finding since the last fold, and nothing more.
 *
 * An actor's operations are filed under what decides their matches: a profile (IP, object id, how the name is listed,
 * whether there are targets) and the label that they have. A new sign-in raises the label of all operations in its window
 * that lie under one profile and label, or of none; in the latter case the first and the last of them stand for the rest,
 * because all they can still give is a newer `lastSignIn` to the findings at either end.
 */
import { digest } from '../detection/digest.ts';
import type { Operation, SignIn } from '../detection/fact.ts';
import { type Actor, findingIp } from '../detection/finding.ts';
import { homeUpn } from '../detection/identity.ts';
import { joinLabels, type Label } from '../detection/label.ts';
import { guestIdentityOf, type Profile, profileOf, relate } from '../detection/relation.ts';
import type { Ticks } from '../detection/time.ts';
import { factOfMember, indexSuffix, operationKey, type ShardHandle, timeHex, UNFOLDED } from './apply.ts';
import { sha1 } from './cells.ts';
import { readHash } from './findingStore.ts';
import { homeToken, objectToken } from './keys.ts';
import { unpackOperation, unpackSignIns } from './packing.ts';
import { loadScript, pipeline, runScript } from './redis.ts';
import { type Hours, hourOf, pages, readRelated } from './window.ts';

/** Operations that one fold takes on at the most; the rest follows in the next. */
export const OPERATIONS_PER_FOLD_MAX = 250;
/** Pending sign-ins that one fold takes on at the most. */
export const SIGN_INS_PER_FOLD_MAX = 500;
/** Operations read in one round trip. */
const OPERATIONS_PER_READ_MAX = 100;

const prefixesScript = loadScript('prefixes');

/** A profile as it is stored, with the IP that tells its findings apart. */
interface StoredProfile extends Profile {
  readonly ip: string;
}

export interface Selection {
  readonly actor: Actor;
  readonly factVersion: string;
  readonly foldVersion: string;
  /** Operations to fold, each with the index members that it stands under. */
  readonly operations: readonly { readonly operation: Operation; readonly members: readonly string[] }[];
  /** Index members whose operation has expired. */
  readonly stale: readonly string[];
  readonly signIns: readonly SignIn[];
  /** Sign-ins that no fold has seen yet; how many of the pending list they are. */
  readonly pending: readonly SignIn[];
  readonly pendingTaken: number;
  /** SHA-1 of those, as they lie there. */
  readonly pendingSeen: string;
  /** What the shard knows of its last loss (ms since the Unix epoch): when it was whole, and when the loss was noticed. */
  readonly lostAt: number | null;
  readonly lossNotedAt: number | null;
  /** False when there was more to take on. */
  readonly whole: boolean;
}

/** The field of an actor's hash that a profile is stored in. */
export const profileId = (operation: Operation): string => {
  const { objectId, nameMatch, hasTargets } = profileOf(operation);
  return digest([findingIp(operation), objectId ?? '', nameMatch, String(hasTargets)]).slice(0, 12);
};

export const storedProfile = (operation: Operation): string =>
  JSON.stringify({ ...profileOf(operation), ip: findingIp(operation) } satisfies StoredProfile);

export const indexMember = (operation: Operation, label: Label): string =>
  `${profileId(operation)}:${label}${indexSuffix(operation)}`;

/** Selects what the next fold of an actor works on; null where the actor is not known. */
export async function selectFacts(shard: ShardHandle, actorId: string, window: Ticks): Promise<Selection | null> {
  const { client, key } = shard;
  const index = `${key}ai:${actorId}`;
  const unfolded = [
    'ZRANGEBYLEX',
    index,
    `[${UNFOLDED}|`,
    `[${UNFOLDED}}`,
    'LIMIT',
    0,
    OPERATIONS_PER_FOLD_MAX,
  ] as const;
  const [fields, added, waiting, losses] = (await pipeline(client, [
    ['HMGET', `${key}a:${actorId}`, 'actor', 'facts', 'folds'],
    [...unfolded],
    ['LRANGE', `${key}ap:${actorId}`, 0, SIGN_INS_PER_FOLD_MAX - 1],
    ['HMGET', `${key}meta`, 'lostAt', 'lossNotedAt'],
  ])) as [(Buffer | null)[], Buffer[], Buffer[], (Buffer | null)[]];
  const [lostAt = null, lossNotedAt = null] = losses.map((at) => (at === null ? null : Number(at)));
  const [actorText, factVersion, foldVersion] = fields.map((field) => (field === null ? null : String(field)));
  if (!actorText) return null;
  const actor = JSON.parse(actorText) as Actor;
  const idle = added.length === 0 && waiting.length === 0;
  const profiles = idle ? new Map<string, StoredProfile>() : await readProfiles(shard, actorId);
  const pending = waiting.flatMap((bytes) => unpackSignIns(bytes).signIns);

  const touched =
    pending.length === 0 ? NOTHING_TOUCHED : await touchedMembers(shard, actorId, pending, profiles, window);
  const members = [...added.map(String), ...touched.members];
  const { operations, stale } = await readOperations(shard, actorId, members);
  const objectIds = new Set(
    [...profiles.values(), ...operations.map(({ operation }) => profileOf(operation))].flatMap(
      ({ objectId }) => objectId ?? [],
    ),
  );
  const home = homeUpn(actor.upn);
  const homes = home === '' ? [] : [homeToken(actor.tenantId, home)];
  const objects = [...objectIds].map((objectId) => objectToken(actor.tenantId, objectId));
  const known = idle ? [] : await readRelated(client, key, homes, objects, hoursNeeded(operations, pending, window));
  return {
    actor,
    factVersion: factVersion ?? '0',
    foldVersion: foldVersion ?? '0',
    operations,
    stale,
    signIns: [...known, ...pending],
    pending,
    pendingTaken: touched.whole ? waiting.length : 0,
    pendingSeen: touched.whole ? sha1(Buffer.concat(waiting)) : '',
    ...{ lostAt, lossNotedAt },
    whole: touched.whole && added.length < OPERATIONS_PER_FOLD_MAX && waiting.length < SIGN_INS_PER_FOLD_MAX,
  };
}

async function readProfiles({ client, key }: ShardHandle, actorId: string): Promise<Map<string, StoredProfile>> {
  const record = [...(await readHash(client, `${key}a:${actorId}`))].filter(([field]) => field.startsWith('p:'));
  return new Map(record.map(([field, json]) => [field.slice(2), JSON.parse(String(json)) as StoredProfile]));
}

/**
 * The hours of a busy guest that a fold looks at: all that a new operation could match, and of a new sign-in its own, because
 * it may have thinned out its minute.
 */
function hoursNeeded(
  operations: readonly { readonly operation: Operation; readonly members: readonly string[] }[],
  pending: readonly SignIn[],
  window: Ticks,
): Hours {
  const own = new Set(pending.map(({ time }) => hourOf(time)));
  const added = operations.filter(({ members }) => members.some((member) => member.startsWith(UNFOLDED)));
  const spans = added.map(({ operation: { time } }) => [
    hourOf(time > window ? time - window : 0n),
    hourOf(time + window),
  ]);
  const from = Math.min(...spans.map(([first]) => first!));
  const to = Math.max(...spans.map(([, last]) => last!));
  return (hour) => own.has(hour) || (hour >= from && hour <= to);
}

interface Touched {
  readonly members: readonly string[];
  /** False when a sign-in touches more than one fold takes on: it then stays pending. */
  readonly whole: boolean;
}

const NOTHING_TOUCHED: Touched = { members: [], whole: true };

async function touchedMembers(
  { client, key }: ShardHandle,
  actorId: string,
  pending: readonly SignIn[],
  profiles: ReadonlyMap<string, StoredProfile>,
  window: Ticks,
): Promise<Touched> {
  const index = `${key}ai:${actorId}`;
  const prefixes = ((await runScript(client, prefixesScript, key, [actorId])) as Buffer[]).map(String);
  const raising: [string, ...(string | number)[]][] = [];
  const standing: [string, ...(string | number)[]][] = [];
  for (const prefix of prefixes) {
    const colon = prefix.indexOf(':');
    const profile = profiles.get(prefix.slice(0, colon));
    if (profile === undefined) continue;
    const label = prefix.slice(colon + 1) as Label;
    for (const signIn of pending) {
      const given = relate(profile, guestIdentityOf(signIn));
      if (given === '') continue;
      const from = `[${prefix}|${timeHex(signIn.time > window ? signIn.time - window : 0n)}|`;
      const to = `[${prefix}|${timeHex(signIn.time + window)}|~`;
      if (joinLabels(label, given) !== label) {
        raising.push(['ZRANGEBYLEX', index, from, to, 'LIMIT', 0, OPERATIONS_PER_FOLD_MAX]);
      } else {
        standing.push(
          ['ZRANGEBYLEX', index, from, to, 'LIMIT', 0, 1],
          ['ZREVRANGEBYLEX', index, to, from, 'LIMIT', 0, 1],
        );
      }
    }
  }
  const found = new Set<string>();
  for (const page of pages(standing, 200)) {
    for (const members of (await pipeline(client, page)) as Buffer[][])
      for (const member of members) found.add(String(member));
  }
  const raised = new Set<string>();
  for (const command of raising) {
    const [members] = (await pipeline(client, [command])) as [Buffer[]];
    for (const member of members) raised.add(String(member));
    // Those taken on will stand under a higher label by the next fold, so that it meets the others.
    if (raised.size >= OPERATIONS_PER_FOLD_MAX) return { members: [...raised], whole: false };
  }
  for (const member of raised) found.add(member);
  return { members: [...found], whole: true };
}

async function readOperations({ client, key }: ShardHandle, actorId: string, members: readonly string[]) {
  const byFact = new Map<string, string[]>();
  for (const member of members) {
    const fact = factOfMember(member);
    byFact.set(fact, [...(byFact.get(fact) ?? []), member]);
  }
  const operations: { operation: Operation; members: string[] }[] = [];
  const stale: string[] = [];
  for (const page of pages([...byFact], OPERATIONS_PER_READ_MAX)) {
    const values = (await pipeline(
      client,
      page.map(([fact]) => ['HGET', operationKey(key, actorId), fact] as const),
    )) as (Buffer | null)[];
    for (const [i, value] of values.entries()) {
      const own = page[i]![1];
      if (value === null) stale.push(...own);
      else operations.push({ operation: unpackOperation(String(value)), members: own });
    }
  }
  return { operations, stale };
}
