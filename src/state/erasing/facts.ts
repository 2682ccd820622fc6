/** Facts of someone erased go, and what is left of their actors is folded anew. */
import type { Operation, SignIn } from '../../detection/fact.ts';
import type { Profile } from '../../detection/relation.ts';
import type { Person } from '../erased.ts';
import { planGuest, planOperations } from '../facts/expiry.ts';
import { indexSuffix, operationKey, operationTokens, unfoldedMember } from '../facts/operations.ts';
import { unpackOperation } from '../facts/packing.ts';
import { aliasKey, pages, readGuests, splitTokens } from '../facts/window.ts';
import { profileId, readPrefixes } from '../folding/actorIndex.ts';
import { objectToken, type Token } from '../keys.ts';
import type { Argument } from '../redis/calls.ts';
import { type CellWrite, cellArguments, freshVersion } from '../redis/cells.ts';
import { StateUnavailable } from '../redis/errors.ts';
import { loadScript, runScript, type Script } from '../redis/scripts.ts';
import { fieldOf, readHash, readHashInParts, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';

const eraseScript = loadScript('erasefacts');
const unfoldScript = loadScript('unfold');

/** Operations looked at in one step. */
const OPERATIONS_PER_STEP_MAX = 100;

export type Goes = (fact: SignIn | Operation) => boolean;

export const lostMeanwhile = (): Error =>
  new StateUnavailable('a part of the state was lost while it was being erased from: erase once more');

/** Runs a step on a shard. Gives what it says; rejects with StateUnavailable where the shard is another by now. */
export async function runOn(shard: ShardHandle, script: Script, args: readonly Argument[]): Promise<string[]> {
  const reply = (await runScript(shard.client, script, shard.key, [shard.generation, ...args])) as Buffer[];
  const said = reply.map(String);
  if (said[0] === 'lost') throw lostMeanwhile();
  return said;
}

/** Takes sign-ins off. Gives how many there are, or were. */
export async function eraseSignIns(
  shard: ShardHandle,
  tokens: readonly Token[],
  goes: Goes,
  { act }: { readonly act: boolean },
): Promise<number> {
  let count = 0;
  for (const token of await withAliases(shard, tokens)) {
    count += (await readGuests(shard.client, shard.key, [token])).filter(goes).length;
    for (let said = 'changed'; act && said === 'changed'; ) {
      const writes = await planGuest(shard.client, shard.key, token, goes);
      said = writes.length === 0 ? 'nothing' : await eraseCells(shard, writes, []);
    }
  }
  return count;
}

/** Tokens, and of those of object ids those of the guests that have them. */
async function withAliases({ client, key }: ShardHandle, tokens: readonly Token[]): Promise<Token[]> {
  const aliases = await readValues(
    client,
    tokens.map((token) => fieldOf(aliasKey(key, token), token)),
  );
  const all = [...tokens, ...aliases.flatMap(splitTokens)];
  return [...new Map(all.map((token) => [token.toString('hex'), token])).values()];
}

async function eraseCells(
  shard: ShardHandle,
  writes: readonly CellWrite[],
  members: readonly (readonly [string, string])[],
): Promise<string> {
  const args = [...cellArguments(writes), members.length, ...members.flat()];
  return (await runOn(shard, eraseScript, args))[0]!;
}

/** Takes an actor's operations off. Gives how many there are, or were. */
export async function eraseOperations(
  shard: ShardHandle,
  actor: string,
  goes: Goes,
  { act }: { readonly act: boolean },
): Promise<number> {
  let count = 0;
  for await (const held of operationsOf(shard, actor)) {
    const own = held.filter(({ operation }) => goes(operation));
    count += own.length;
    for (const step of pages(own, OPERATIONS_PER_STEP_MAX)) {
      const named = step.map(({ fact }) => ({ kind: 'operation' as const, actor, fact }));
      for (let said = 'changed'; act && said === 'changed'; ) {
        const { writes, members } = await planOperations(shard, named, goes);
        said = await eraseCells(shard, writes, members);
      }
    }
  }
  return count;
}

async function* operationsOf({ client, key }: ShardHandle, actor: string) {
  for await (const part of readHashInParts(client, operationKey(key, actor)))
    yield [...part].map(([fact, text]) => ({ fact, operation: unpackOperation(String(text)) }));
}

/** What anyone has read of an actor until now is stored by nobody. */
export const interruptFolds = async (shard: ShardHandle, actor: string, now: number): Promise<void> => {
  await runOn(shard, unfoldScript, [actor, freshVersion(), now, 0, 0]);
};

/** Has all operations that are left of an actor folded as if they had just come; it is no longer known by an account's id but by theirs. */
export async function foldAnew(
  shard: ShardHandle,
  actor: string,
  { tenantId, objectId }: Person,
  now: number,
): Promise<void> {
  const record = objectId === null ? [] : [...(await readHash(shard.client, `${shard.key}a:${actor}`))];
  const profiles = record
    .filter(([field, json]) => field.startsWith('p:') && (JSON.parse(String(json)) as Profile).objectId === objectId)
    .map(([field]) => [field, objectToken(tenantId, objectId ?? '').toString('hex')]);
  await runOn(shard, unfoldScript, [actor, freshVersion(), now, profiles.length, ...profiles.flat(), 0]);
  const prefixes = await readPrefixes(shard, actor);
  for await (const held of operationsOf(shard, actor)) {
    for (const step of pages(held, OPERATIONS_PER_STEP_MAX)) {
      const moves = step.map(({ operation }) => {
        const own = prefixes.filter((prefix) => prefix.startsWith(`${profileId(operation)}:`));
        const tokens = operationTokens(operation).map((token) => token.toString('hex'));
        const goes = own.map((prefix) => prefix + indexSuffix(operation));
        return [unfoldedMember(operation), goes.length, ...goes, tokens.length, ...tokens];
      });
      await runOn(shard, unfoldScript, [actor, freshVersion(), now, 0, moves.length, ...moves.flat()]);
    }
  }
}
