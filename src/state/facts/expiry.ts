/** Facts go when their time is past: step by step, each step as small as it has to be, and never one that a fold still needs. */
import type { Operation, SignIn } from '../../detection/fact.ts';
import type { Actor } from '../../detection/finding.ts';
import { homeUpn } from '../../detection/identity.ts';
import { profileId, readPrefixes } from '../folding/actorIndex.ts';
import { homeToken, objectToken, type Token } from '../keys.ts';
import { type Argument, bytesOf, pipeline } from '../redis/calls.ts';
import { type CellWrite, cellArguments, readCells, sha1 } from '../redis/cells.ts';
import type { Client } from '../redis/client.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { readHash } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { agesFrom, type DueEntry, readEntry, slotOfMs } from './due.ts';
import { indexSuffix, operationKey, UNFOLDED, unfoldedMember } from './operations.ts';
import { unpackOperation } from './packing.ts';
import {
  aliasKey,
  decodeGuest,
  encodeHours,
  encodeSignIns,
  guestKey,
  hourField,
  pages,
  type Stored,
  splitTokens,
} from './window.ts';

const expireScript = loadScript('expire');
const forgetScript = loadScript('forget');

/** Guests and operations looked at in one step. */
const ENTRIES_PER_STEP_MAX = 100;
/** Arguments of one step, in bytes: a step that would be larger looks at fewer. */
const STEP_BYTES_MAX = 900_000;
/** Guests and operations looked at in one round: the next is a few seconds away, and other work waits. */
const ENTRIES_PER_ROUND_MAX = 5_000;
/** Slots looked at in one round: one that others write to all the time must not keep the next from being looked at. */
const SLOTS_PER_ROUND_MAX = 8;
/** Cells read in one round trip: an hour of a busy guest is some tens of kilobytes. */
const CELLS_PER_READ_MAX = 16;

/** Which facts are to go. */
export type IsExpired = (fact: SignIn | Operation) => boolean;

/** Lets facts go whose time is past by the clock given (ms since the Unix epoch). Returns how many entries it looked at. */
export async function expireFacts(shard: ShardHandle, clock: number): Promise<number> {
  const before = clock - shard.retentionMs;
  const isExpired: IsExpired = (fact) => agesFrom(fact) < before;
  const due = [`${shard.key}due`, '-inf', slotOfMs(before) - 1, 'LIMIT', 0, SLOTS_PER_ROUND_MAX] as const;
  let looked = 0;
  for (const slot of await shard.client.zrangebyscore(...due)) {
    for (let own = -1; own !== 0 && looked < ENTRIES_PER_ROUND_MAX; looked += own)
      own = await expireStep(shard, slot, before, isExpired);
  }
  return looked;
}

/** Up to when (ms) facts have been let go; 0 where none have. */
export const expiredTo = async ({ client, key }: ShardHandle): Promise<number> =>
  Number((await client.hget(`${key}meta`, 'expiredTo')) ?? 0);

/** Looks at the first entries of a slot. Returns how many it took off: none where others were there, or nothing is left. */
async function expireStep(shard: ShardHandle, slot: string, before: number, isExpired: IsExpired): Promise<number> {
  const range = ['LRANGE', `${shard.key}due:${slot}`, 0, ENTRIES_PER_STEP_MAX - 1] as const;
  let entries = (await shard.client.callBuffer(...range)) as Buffer[];
  for (;;) {
    const { writes, members, actors } = await planEntries(shard, entries, isExpired);
    const seen = sha1(Buffer.concat(entries));
    const args: Argument[] = [shard.generation, before, slot, entries.length, seen, ...cellArguments(writes)];
    args.push(members.length, ...members.flat());
    if (entries.length > 1 && bytesOf(args) > STEP_BYTES_MAX) {
      entries = entries.slice(0, Math.ceil(entries.length / 2));
      continue;
    }
    const [outcome] = (await runScript(shard.client, expireScript, shard.key, args)) as Buffer[];
    if (String(outcome) !== 'expired') return 0;
    for (const actor of actors) await forgetActor(shard, actor);
    return entries.length;
  }
}

interface Plan {
  readonly writes: readonly CellWrite[];
  /** Actors and members of their indexes that go. */
  readonly members: readonly (readonly [string, string])[];
  readonly actors: ReadonlySet<string>;
}

async function planEntries(shard: ShardHandle, entries: readonly Buffer[], isExpired: IsExpired): Promise<Plan> {
  const distinct = [...new Map(entries.map((entry) => [entry.toString('hex'), entry])).values()];
  const due = distinct.map(readEntry);
  const guests = due.filter((entry) => entry.kind === 'guest');
  const operations = due.filter((entry) => entry.kind === 'operation');
  const plan = await planOperations(shard, operations, isExpired);
  const writes = [...plan.writes];
  for (const { token } of guests) writes.push(...(await planGuest(shard.client, shard.key, token, isExpired)));
  return { ...plan, writes };
}

/** Says what to write so that those of the operations that are past their time are gone. */
export async function planOperations(
  shard: ShardHandle,
  named: readonly Extract<DueEntry, { readonly kind: 'operation' }>[],
  isExpired: IsExpired,
): Promise<Plan> {
  const cells = await readCells(
    shard.client,
    named.map(({ actor, fact }) => ({ key: operationKey(shard.key, actor), field: fact })),
  );
  const actors = new Set(named.map(({ actor }) => actor));
  const prefixes = new Map<string, string[]>();
  for (const actor of actors) {
    prefixes.set(actor, await readPrefixes(shard, actor));
  }
  const writes: CellWrite[] = [];
  const members: [string, string][] = [];
  for (const [i, cell] of cells.entries()) {
    const { actor } = named[i]!;
    const operation = cell.before === null ? null : unpackOperation(String(cell.before));
    if (operation === null || !isExpired(operation)) continue;
    writes.push({ ...cell, after: null });
    const own = prefixes.get(actor)!.filter((prefix) => prefix.startsWith(`${profileId(operation)}:`));
    members.push(...own.map((prefix): [string, string] => [actor, prefix + indexSuffix(operation)]));
    if (prefixes.get(actor)!.includes(UNFOLDED)) members.push([actor, unfoldedMember(operation)]);
  }
  return { writes, members, actors };
}

const signInsOf = (stored: Stored): SignIn[] => (stored.kind === 'signIns' ? stored.signIns : []);

/** Says what to write so that the sign-ins of a guest that are past their time are gone. */
export async function planGuest(
  client: Client,
  shardKey: string,
  token: Token,
  isExpired: (signIn: SignIn) => boolean,
): Promise<CellWrite[]> {
  const [cell] = await readCells(client, [{ key: guestKey(shardKey, token), field: token }]);
  const stored = decodeGuest(cell!.before);
  const hours = stored.kind === 'hours' ? stored.hours : [];
  const cells = stored.kind === 'signIns' ? [cell!] : [];
  for (const page of pages(hours, CELLS_PER_READ_MAX)) {
    const wanted = page.map((hour) => ({ key: cell!.key, field: hourField(token, hour) }));
    cells.push(...(await readCells(client, wanted)));
  }
  const parts = cells.map((part) => {
    const signIns = signInsOf(decodeGuest(part.before));
    return { part, signIns, left: signIns.filter((signIn) => !isExpired(signIn)) };
  });
  const writes: CellWrite[] = parts
    .filter(({ signIns, left }) => left.length < signIns.length)
    .map(({ part, left }) => ({ ...part, after: encodeSignIns(left) }));
  const keptHours = hours.filter((_, i) => parts[i]!.left.length > 0);
  if (keptHours.length < hours.length) writes.push({ ...cell!, after: encodeHours(keptHours) });

  const left = new Set(parts.flatMap((part) => part.left.map(({ objectId }) => objectId)));
  const gone = parts.flatMap(({ signIns }) => signIns).filter(({ objectId }) => !left.has(objectId));
  const aliases = await planAliasRemoval(client, shardKey, token, gone);
  if (aliases.length === 0) return writes;
  // A sign-in that comes meanwhile may bring the object id back: the hours that lack it must be as they were read.
  const others = parts.filter(({ signIns, left }) => left.length === signIns.length);
  return [...writes, ...aliases, ...others.map(({ part }) => ({ ...part, after: part.before }))];
}

/** A guest no longer stands under the object ids of sign-ins that are gone. */
async function planAliasRemoval(
  client: Client,
  shardKey: string,
  guest: Token,
  gone: readonly SignIn[],
): Promise<CellWrite[]> {
  const objects = new Map<string, Token>();
  for (const { tenantId, objectId } of gone) {
    if (objectId !== null) objects.set(objectId, objectToken(tenantId, objectId));
  }
  const cells = await readCells(
    client,
    [...objects.values()].map((token) => ({ key: aliasKey(shardKey, token), field: token })),
  );
  return cells.flatMap((cell) => {
    const known = splitTokens(cell.before);
    const left = known.filter((token) => !token.equals(guest));
    return left.length === known.length ? [] : [{ ...cell, after: left.length === 0 ? null : Buffer.concat(left) }];
  });
}

/** Removes an actor that has neither operations nor findings left. */
export async function forgetActor(shard: ShardHandle, actorId: string): Promise<void> {
  const [occupied] = (await pipeline(shard.client, [
    ['EXISTS', operationKey(shard.key, actorId), `${shard.key}af:${actorId}`],
  ])) as number[];
  if (occupied !== 0) return;
  const record = await readHash(shard.client, `${shard.key}a:${actorId}`);
  const text = record.get('actor');
  if (text === undefined) return;
  const actor = JSON.parse(String(text)) as Actor;
  const objectIds = new Set(
    [...record]
      .filter(([field]) => field.startsWith('p:'))
      .map(([, json]) => (JSON.parse(String(json)) as { objectId: string | null }).objectId)
      .filter((objectId) => objectId !== null),
  );
  if (actor.objectId !== null) objectIds.add(actor.objectId);
  const home = homeUpn(actor.upn);
  const homes = home === '' ? [] : [homeToken(actor.tenantId, home)];
  const tokens = [...homes, ...[...objectIds].map((id) => objectToken(actor.tenantId, id))];
  const names = tokens.map((token) => token.toString('hex'));
  await runScript(shard.client, forgetScript, shard.key, [
    shard.generation,
    actorId,
    actor.tenantId,
    names.length,
    ...names,
  ]);
}
