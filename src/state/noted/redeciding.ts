/**
 * Which findings are suppressed, decided anew after a suppression came or went.
 *
 * That it is owed stands in Redis since the very step that moved the suppressions, and leaves only when all findings of the
 * tenant are decided by those of now: any process may do it, at any time, again and again.
 */
import { suppressionNotes } from '../../detection/history.ts';
import { type Rule, ratingOf } from '../../detection/rule.ts';
import { suppressing } from '../../detection/suppression.ts';
import { unpackCore } from '../facts/packing.ts';
import { loadScript, readServer, runScript } from '../redis/scripts.ts';
import { fieldOf, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { unpackNoted } from './notes.ts';
import { type Revised, revise } from './revising.ts';
import { readSuppressions, type SuppressionsRead } from './suppressions.ts';

const settleScript = loadScript('settlesuppressions');
/** Findings looked at in one round trip: most hold a few kilobytes. */
const FINDINGS_PER_READ_MAX = 50;
/** Tenants taken on in one round: the next is a few seconds away. */
const TENANTS_PER_ROUND_MAX = 100;

export interface RedecideContext {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly rule: Rule;
  readonly onRevised: (revised: Revised) => void;
}

/** Decides anew what is owed to the tenants of a shard. */
export async function redecideOwed(shard: ShardHandle, context: RedecideContext): Promise<void> {
  const tenants = await shard.client.zrange(`${shard.key}decide`, '0', String(TENANTS_PER_ROUND_MAX - 1));
  for (const tenantId of tenants) await redecide(shard, tenantId, context);
}

/** Decides all findings of a tenant anew; each that is hidden by another suppression than before, or by none, is revised once. */
export async function redecide(shard: ShardHandle, tenantId: string, context: RedecideContext): Promise<void> {
  // What was decided on one server is not settled on another, which may know less of it.
  const server = await readServer(shard.client, shard.key);
  const suppressions = await readSuppressions(shard, tenantId);
  const list = `${shard.key}list:${tenantId}`;
  // A finding only ever moves to behind where it stood: walking forward passes none by.
  for (let after = '-'; ; ) {
    const members = await shard.client.zrangebylex(list, after, '+', 'LIMIT', 0, FINDINGS_PER_READ_MAX);
    for (const id of await decidedOtherwise(shard, members, suppressions, context.now())) {
      const outcome = await revise(shard, id, { now: context.now(), rating: ratingOf(context.rule) }, () => ({
        ...{ reason: 'triage', onlyIfDecidedOtherwise: true },
      }));
      if (outcome.kind === 'lost') return;
      if (outcome.kind === 'revised') context.onRevised(outcome);
    }
    if (members.length < FINDINGS_PER_READ_MAX) break;
    const [time, id] = members.at(-1)!.split('|');
    after = `(${time}|${id}|~`;
  }
  await runScript(shard.client, settleScript, shard.key, [shard.generation, server, tenantId, suppressions.version]);
}

async function decidedOtherwise(
  { client, key }: ShardHandle,
  members: readonly string[],
  { inForce }: SuppressionsRead,
  now: number,
): Promise<string[]> {
  const ids = members.map((member) => member.split('|')[1]!);
  const fields = ['core', 'suppressed'];
  const values = await readValues(
    client,
    ids.flatMap((id) => fields.map((field) => fieldOf(`${key}f:${id}`, field))),
  );
  return ids.filter((_, i) => {
    const [core, suppressed] = values.slice(fields.length * i);
    if (!core) return false;
    const before = unpackNoted(null, suppressed).suppressed;
    return suppressionNotes(before, suppressing(inForce, unpackCore(String(core)), now)).length > 0;
  });
}
