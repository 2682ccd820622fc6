/** What time alone does beside letting facts go: quiet sign-ins are published, old findings and revisions go, missing sign-ins become near misses. */
import type { Operation } from '../detection/fact.ts';
import { actorOf } from '../detection/finding.ts';
import { GuestIndex, matching } from '../detection/guests.ts';
import { homeUpn } from '../detection/identity.ts';
import { profileOf } from '../detection/relation.ts';
import { type Rule, ratingOf } from '../detection/rule.ts';
import { forgetActor } from './facts/expiry.ts';
import { wasSeenNonInteractively } from './facts/nonInteractive.ts';
import { operationKey, operationTokens } from './facts/operations.ts';
import { unpackOperation } from './facts/packing.ts';
import { readRelated } from './facts/window.ts';
import { listMember, readCore } from './folding/findingStore.ts';
import { type Revised, revise } from './noted/revising.ts';
import { loadScript, runScript } from './redis/scripts.ts';
import { readField } from './redis/values.ts';
import type { ShardHandle } from './shard.ts';

const dropScript = loadScript('drop');
const takeOffScript = loadScript('takeoff');
const trimFeedScript = loadScript('trimfeed');

/** Findings and near misses looked at in one round. */
const DUE_PER_ROUND_MAX = 500;

/** Publishes the sign-ins of findings that have waited long enough. */
export async function publishQuiet(shard: ShardHandle, rule: Rule, now: number): Promise<Revised[]> {
  const ids = await shard.client.zrangebyscore(`${shard.key}quiet`, '-inf', now, 'LIMIT', 0, DUE_PER_ROUND_MAX);
  const published: Revised[] = [];
  for (const id of ids) {
    const outcome = await revise(shard, id, { now, rating: ratingOf(rule) }, async () =>
      // Asked after the finding was read: whoever has published it meanwhile has changed it too.
      (await shard.client.zscore(`${shard.key}quiet`, id)) === null ? { refusal: 'told' } : { reason: 'sign_in' },
    );
    if (outcome.kind === 'unknown') await takeOff(shard, 'quiet', id);
    if (outcome.kind === 'revised') published.push(outcome);
  }
  return published;
}

/** Takes a member off a list of what is due; false where another has done so. */
const takeOff = async ({ client, key }: ShardHandle, list: 'near' | 'quiet', member: string): Promise<boolean> =>
  Number(await runScript(client, takeOffScript, key, [list, member])) === 1;

/** Lets revisions go that are older than `before` (ms). */
export async function trimFeed(shard: ShardHandle, before: number): Promise<number> {
  return Number(await runScript(shard.client, trimFeedScript, shard.key, [before]));
}

/** Removes findings whose last revision is older than `before` (ms). Returns how many. */
export async function dropFindings(shard: ShardHandle, before: number): Promise<number> {
  const { client, key } = shard;
  const ids = await client.zrangebyscore(`${key}kept`, '-inf', `(${before}`, 'LIMIT', 0, DUE_PER_ROUND_MAX);
  let dropped = 0;
  for (const id of ids) {
    // One that was taken over by another stands in no list any more.
    const core = await readCore(client, key, id);
    const args = [
      shard.generation,
      id,
      before,
      core?.actor.tenantId ?? '',
      core === null ? '' : listMember(core, core),
    ];
    const [outcome, actor] = (await runScript(client, dropScript, key, args)) as Buffer[];
    if (String(outcome) !== 'dropped') continue;
    dropped++;
    await forgetActor(shard, String(actor));
  }
  return dropped;
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
    const text = await readField(client, operationKey(key, actorId), fact);
    const operation = text === null ? null : unpackOperation(text);
    const isMissing = operation !== null && !(await hasSignIn(shard, operation, window));
    // Who takes the member off counts it: two processes look at the same list.
    if (!(await takeOff(shard, 'near', member)) || !isMissing) continue;
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
