/**
 * What a fold needs: which of an actor's facts could change a finding since the last fold, and nothing more.
 *
 * An actor's operations are filed under what decides their matches: a profile (IP, object id, how the name is listed,
 * whether there are targets) and the label that they have. A new sign-in raises the label of all operations in its window
 * that lie under one profile and label, or of none; in the latter case the first and the last of them stand for the rest,
 * because all they can still give is a newer `lastSignIn` to the findings at either end.
 */
import type { Operation, SignIn } from '../../detection/fact.ts';
import type { Actor } from '../../detection/finding.ts';
import { groupBy } from '../../detection/group.ts';
import { homeUpn } from '../../detection/identity.ts';
import { profileOf } from '../../detection/relation.ts';
import type { Ticks } from '../../detection/time.ts';
import { factOfMember, operationKey, UNFOLDED } from '../facts/operations.ts';
import { unpackOperation, unpackSignIns } from '../facts/packing.ts';
import { type Hours, hourOf, readRelated } from '../facts/window.ts';
import { homeToken, objectToken } from '../keys.ts';
import { CALL_BYTES_MAX } from '../redis/calls.ts';
import { sha1 } from '../redis/cells.ts';
import type { Client } from '../redis/client.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { fieldOf, readField, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { readProfiles, type StoredProfile } from './actorIndex.ts';
import { NOTHING_TOUCHED, OPERATIONS_PER_FOLD_MAX, touchedMembers } from './touched.ts';

/** Pending sign-ins that one fold takes on at the most. */
export const SIGN_INS_PER_FOLD_MAX = 500;
/** Operations that are in memory at once, in bytes as they lie in Redis; with a single larger one it may be that one. */
const OPERATIONS_BYTES_MAX = 4_000_000;

const owedScript = loadScript('owed', { isGuarded: false });

/** What an actor is owed: which operations, and which sign-ins. */
export interface Owed {
  readonly actor: Actor;
  /** The server that told it. */
  readonly server: string;
  readonly factVersion: string;
  readonly foldVersion: string;
  /** Index members of the operations to fold. */
  readonly members: readonly string[];
  /** Sign-ins that no fold has seen yet; how many of the pending list they are. */
  readonly pending: readonly SignIn[];
  readonly pendingTaken: number;
  /** SHA-1 of those, as they lie there. */
  readonly pendingSeen: string;
  /** Object ids that operations folded before stand under. */
  readonly objectIds: readonly string[];
  /** What the shard knows of its last loss (ms since the Unix epoch): when it was whole, and when the loss was noticed. */
  readonly lostAt: number | null;
  readonly lossNotedAt: number | null;
  /** False when there was more to take on. */
  readonly whole: boolean;
}

/** As much of what an actor is owed as is folded at once. */
export interface Part {
  /** Operations, each with the index members that it stands under. */
  readonly operations: readonly { readonly operation: Operation; readonly members: readonly string[] }[];
  /** Index members whose operation has expired. */
  readonly stale: readonly string[];
  /** Sign-ins that these operations could match, and all that are pending. */
  readonly signIns: readonly SignIn[];
  /** Index members that are left for the next part. */
  readonly rest: readonly string[];
}

/** Selects what the next fold of an actor works on; null where the actor is not known. */
export async function selectOwed(shard: ShardHandle, actorId: string, window: Ticks): Promise<Owed | null> {
  const { client, key } = shard;
  const args = [actorId, OPERATIONS_PER_FOLD_MAX, SIGN_INS_PER_FOLD_MAX, CALL_BYTES_MAX];
  const reply = await runScript(client, owedScript, key, args);
  const [actorGiven, facts, folds, lostAt, lossNotedAt, added, waitingCount, waitingGiven, server] = reply as OwedReply;
  const actorKey = `${key}a:${actorId}`;
  const actorText = String(actorGiven) === TOO_LARGE ? await readField(client, actorKey, 'actor') : String(actorGiven);
  if (!actorText) return null;
  const waiting = await wholeSignIns(client, `${key}ap:${actorId}`, waitingGiven);
  const idle = added.length === 0 && waiting.length === 0;
  const profiles = idle ? new Map<string, StoredProfile>() : await readProfiles(shard, actorId);
  const pending = waiting.flatMap((bytes) => unpackSignIns(bytes).signIns);
  const touched =
    pending.length === 0 ? NOTHING_TOUCHED : await touchedMembers(shard, actorId, pending, profiles, window);
  return {
    actor: JSON.parse(actorText) as Actor,
    server: String(server),
    factVersion: String(facts) || '0',
    foldVersion: String(folds) || '0',
    members: [...added.map(String), ...touched.members],
    pending,
    pendingTaken: touched.whole ? waiting.length : 0,
    pendingSeen: touched.whole ? sha1(Buffer.concat(waiting)) : '',
    objectIds: [...profiles.values()].flatMap(({ objectId }) => objectId ?? []),
    ...{ lostAt: timeOrNull(lostAt), lossNotedAt: timeOrNull(lossNotedAt) },
    whole: touched.whole && added.length < OPERATIONS_PER_FOLD_MAX && waiting.length === Number(waitingCount),
  };
}

/** As `owed.lua` tells it. */
type OwedReply = [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer[], number, Buffer[], Buffer];
const TOO_LARGE = '*';
const timeOrNull = (text: Buffer): number | null => (text.length === 0 ? null : Number(text));

/** Pending sign-ins as they lie there, the first read by itself where it did not fit into a reply. */
async function wholeSignIns(client: Client, key: string, given: readonly Buffer[]): Promise<Buffer[]> {
  const [first] = given;
  if (first === undefined || first.length > 0) return [...given];
  const read = await readValues(client, [{ command: 'LINDEX', key, name: 0 }]);
  // Gone where another fold took it off meanwhile: then nothing of this one is stored.
  return read.filter((bytes) => bytes !== null);
}

/** Reads as many of the operations as are folded at once, with the sign-ins that they need. */
export async function readPart(
  shard: ShardHandle,
  actorId: string,
  { actor, pending, objectIds: known }: Owed,
  members: readonly string[],
  window: Ticks,
): Promise<Part> {
  if (members.length === 0 && pending.length === 0) return { operations: [], stale: [], signIns: [], rest: [] };
  const { operations, stale, rest } = await readOperations(shard, actorId, members);
  const own = operations.flatMap(({ operation }) => profileOf(operation).objectId ?? []);
  const home = homeUpn(actor.upn);
  const homes = home === '' ? [] : [homeToken(actor.tenantId, home)];
  const objects = [...new Set([...known, ...own])].map((objectId) => objectToken(actor.tenantId, objectId));
  const hours = hoursNeeded(operations, pending, window);
  const signIns = await readRelated(shard.client, shard.key, homes, objects, hours);
  return { operations, stale, signIns: [...signIns, ...pending], rest };
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

async function readOperations({ client, key }: ShardHandle, actorId: string, members: readonly string[]) {
  const byFact = [...groupBy(members, factOfMember)];
  const operations: { operation: Operation; members: readonly string[] }[] = [];
  const stale: string[] = [];
  const places = byFact.map(([fact]) => fieldOf(operationKey(key, actorId), fact));
  const values = await readValues(client, places, OPERATIONS_BYTES_MAX);
  for (const [i, value] of values.entries()) {
    const own = byFact[i]![1];
    if (value === null) stale.push(...own);
    else operations.push({ operation: unpackOperation(String(value)), members: own });
  }
  return { operations, stale, rest: byFact.slice(values.length).flatMap(([, own]) => own) };
}
