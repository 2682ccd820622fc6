/** What time alone does to the state: facts expire, quiet sign-ins are published, old findings and revisions go, missing sign-ins become near misses. */
import { describeFinding } from '../detection/describe.ts';
import type { Operation, SignIn } from '../detection/fact.ts';
import { type Actor, actorOf } from '../detection/finding.ts';
import { GuestIndex, matching } from '../detection/guests.ts';
import { homeUpn } from '../detection/identity.ts';
import { profileOf } from '../detection/relation.ts';
import type { Rule } from '../detection/rule.ts';
import { operationKey, operationTokens, type ShardHandle, SLOT_MS, timeHex } from './apply.ts';
import { type CellWrite, cellArguments } from './cells.ts';
import { listMember, readFinding, readHash } from './findingStore.ts';
import { homeToken, objectToken } from './keys.ts';
import { wasSeenNonInteractively } from './nonInteractive.ts';
import { unpackOperation } from './packing.ts';
import { loadScript, runScript } from './redis.ts';
import { expiryOf, pages, planExpiry, readRelated } from './window.ts';

const expireScript = loadScript('expire');
const forgetScript = loadScript('forget');
const prefixesScript = loadScript('prefixes');
const publishQuietScript = loadScript('publishquiet');
const trimFeedScript = loadScript('trimfeed');

/** Guests and actors looked at in one step of the expiry. */
const ENTRIES_PER_STEP_MAX = 50;
/** Cells written in one step: an actor may have very many operations that fall due at once. */
const CELLS_PER_STEP_MAX = 500;
const DUE_PER_ROUND_MAX = 500;

/** Lets facts go whose time is past by the clock given (ms since the Unix epoch). Returns how many entries it looked at. */
export async function expireFacts(shard: ShardHandle, clock: number): Promise<number> {
  const { client, key } = shard;
  const slots = await client.zrangebyscore(`${key}due`, '-inf', Math.floor(clock / SLOT_MS) - 1, 'LIMIT', 0, 8);
  let looked = 0;
  for (const slot of slots) {
    const entries = (await client.callBuffer('LRANGE', `${key}due:${slot}`, 0, ENTRIES_PER_STEP_MAX - 1)) as Buffer[];
    const isExpired = (fact: SignIn | Operation): boolean => expiryOf(fact, shard.retentionMs) < clock;
    const guests = distinct(entries.filter((entry) => entry[0] === 0x67));
    const actors = distinct(entries.filter((entry) => entry[0] === 0x61)).map((entry) => String(entry.subarray(1)));
    const writes: CellWrite[] = [];
    for (const guest of guests) writes.push(...(await planExpiry(client, key, guest.subarray(1), isExpired)));
    const plans = await Promise.all(actors.map((actor) => planActorExpiry(shard, actor, isExpired)));
    writes.push(...plans.flatMap((plan) => plan.writes));
    if (
      await expireStep(
        shard,
        slot,
        entries.length,
        writes,
        plans.flatMap((plan) => plan.members),
      )
    ) {
      looked += entries.length;
      for (const actor of actors) await forgetActor(shard, actor);
    }
  }
  return looked;
}

const distinct = (entries: readonly Buffer[]): Buffer[] => [
  ...new Map(entries.map((entry) => [entry.toString('hex'), entry])).values(),
];

/** Writes in parts, the entries being taken off with the last; false where someone else wrote in between. */
async function expireStep(
  shard: ShardHandle,
  slot: string,
  looked: number,
  writes: readonly CellWrite[],
  members: readonly (readonly [string, string])[],
): Promise<boolean> {
  const parts = [...pages(writes, CELLS_PER_STEP_MAX)];
  if (parts.length === 0) parts.push([]);
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const own = isLast ? members : [];
    const args = [shard.generation, slot, isLast ? looked : 0, ...cellArguments(part), own.length, ...own.flat()];
    const [outcome] = (await runScript(shard.client, expireScript, shard.key, args)) as Buffer[];
    if (String(outcome) !== 'expired') return false;
  }
  return true;
}

async function planActorExpiry(shard: ShardHandle, actor: string, isExpired: (operation: Operation) => boolean) {
  const key = operationKey(shard.key, actor);
  const prefixes = ((await runScript(shard.client, prefixesScript, shard.key, [actor])) as Buffer[]).map(String);
  const writes: CellWrite[] = [];
  const members: [string, string][] = [];
  for (const [field, value] of await readHash(shard.client, key)) {
    const operation = unpackOperation(String(value));
    if (!isExpired(operation)) continue;
    writes.push({ key, field, before: value, after: null });
    for (const prefix of prefixes) members.push([actor, `${prefix}|${timeHex(operation.time)}|${field}`]);
  }
  return { writes, members };
}

/** Removes an actor that has neither operations nor findings left. */
async function forgetActor(shard: ShardHandle, actorId: string): Promise<void> {
  const record = await shard.client.hgetall(`${shard.key}a:${actorId}`);
  if (record['actor'] === undefined) return;
  const actor = JSON.parse(record['actor']) as Actor;
  const objectIds = new Set(
    Object.entries(record)
      .filter(([field]) => field.startsWith('p:'))
      .map(([, json]) => (JSON.parse(json) as { objectId: string | null }).objectId)
      .filter((objectId) => objectId !== null),
  );
  if (actor.objectId !== null) objectIds.add(actor.objectId);
  const home = homeUpn(actor.upn);
  const homes = home === '' ? [] : [homeToken(actor.tenantId, home)];
  const tokens = [...homes, ...[...objectIds].map((id) => objectToken(actor.tenantId, id))].map((token) =>
    token.toString('hex'),
  );
  await runScript(shard.client, forgetScript, shard.key, [
    shard.generation,
    actorId,
    actor.tenantId,
    tokens.length,
    ...tokens,
  ]);
}

/** Publishes the sign-ins of findings that have waited long enough. Returns how many. */
export async function publishQuiet(shard: ShardHandle, rule: Rule, now: number): Promise<number> {
  const ids = await shard.client.zrangebyscore(`${shard.key}quiet`, '-inf', now, 'LIMIT', 0, DUE_PER_ROUND_MAX);
  let published = 0;
  for (const id of ids) {
    const stored = await readFinding(shard.client, shard.key, id);
    if (stored === null) {
      await shard.client.zrem(`${shard.key}quiet`, id);
      continue;
    }
    const { finding, revision } = stored;
    const state = { revision: revision + 1, supersededBy: null, createdAt: finding.createdAt, updatedAt: now };
    const body = JSON.stringify(describeFinding(finding, state, rule));
    const args = [shard.generation, id, revision, revision + 1, body, finding.actor.tenantId, now];
    const [outcome] = (await runScript(shard.client, publishQuietScript, shard.key, args)) as Buffer[];
    if (String(outcome) === 'published') published++;
  }
  return published;
}

/** Lets revisions go that are older than `before` (ms). */
export async function trimFeed(shard: ShardHandle, before: number): Promise<number> {
  return Number(await runScript(shard.client, trimFeedScript, shard.key, [before, DUE_PER_ROUND_MAX]));
}

/** Removes findings whose last revision is older than `before` (ms). */
export async function dropFindings(shard: ShardHandle, before: number): Promise<number> {
  const { client, key } = shard;
  const ids = await client.zrangebyscore(`${key}kept`, '-inf', before, 'LIMIT', 0, DUE_PER_ROUND_MAX);
  for (const id of ids) {
    const stored = await readFinding(client, key, id);
    const [actor] = await client.hmget(`${key}f:${id}`, 'actor');
    const listed = stored === null ? null : listMember(stored.finding);
    const steps = client
      .multi()
      .del(`${key}f:${id}`, `${key}fm:${id}`, `${key}fc:${id}`, `${key}fe:${id}`, `${key}fs:${id}`);
    if (actor) steps.hdel(`${key}af:${actor}`, id);
    if (listed !== null) steps.zrem(`${key}list`, listed).zrem(`${key}list:${stored!.finding.actor.tenantId}`, listed);
    await steps.zrem(`${key}quiet`, id).zrem(`${key}kept`, id).exec();
    if (actor) await forgetActor(shard, actor);
  }
  return ids.length;
}

export interface MissingSignIns {
  /** Operations without any sign-in. */
  readonly missing: number;
  /** Of these, operations whose actor was seen in non-interactive sign-ins. */
  readonly nonInteractiveOnly: number;
}

/** Of the `#EXT#` actors' operations that should have had a sign-in by now, how many have none. */
export async function countMissingSignIns(shard: ShardHandle, window: bigint, now: number): Promise<MissingSignIns> {
  const { client, key } = shard;
  const members = await client.zrangebyscore(`${key}near`, '-inf', now, 'LIMIT', 0, DUE_PER_ROUND_MAX);
  let missing = 0;
  let nonInteractiveOnly = 0;
  for (const member of members) {
    const [actorId = '', fact = ''] = member.split(' ');
    const text = await client.hget(operationKey(key, actorId), fact);
    const operation = text === null ? null : unpackOperation(text);
    const isMissing = operation !== null && !(await hasSignIn(shard, operation, window));
    // Who takes the member off counts it: two processes look at the same list.
    if ((await client.zrem(`${key}near`, member)) !== 1 || !isMissing) continue;
    missing++;
    if (await wasSeenNonInteractively(shard, operationTokens(operation), operation.time)) nonInteractiveOnly++;
  }
  return { missing, nonInteractiveOnly };
}

async function hasSignIn(shard: ShardHandle, operation: Operation, window: bigint): Promise<boolean> {
  const tokens = operationTokens(operation);
  const hasHome = homeUpn(actorOf(operation).upn) !== '';
  const guests = new GuestIndex(
    await readRelated(shard.client, shard.key, hasHome ? tokens.slice(0, 1) : [], hasHome ? tokens.slice(1) : tokens),
  );
  return guests.related(profileOf(operation)).some(({ guest }) => {
    const { from, to } = matching(guest, operation, window);
    return to > from;
  });
}
