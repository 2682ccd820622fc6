/**
 * Another number of shards. Findings, suppressions and who is erased move to the shard that their tenant has by the new number;
 * facts go, and are read again from the hub, as after a loss. Nobody writes meanwhile: while it is under way no state is opened, and who
 * has one open is refused, as each shard has another generation from its beginning on. To do it again ends what was cut short.
 */

import { listMember, readCore } from './folding/findingStore.ts';
import { type Keys, shardOf } from './keys.ts';
import { checkPolicy, readShards, renewEvicted, shardsMoving } from './open.ts';
import type { Argument } from './redis/calls.ts';
import { freshVersion } from './redis/cells.ts';
import type { Client } from './redis/client.ts';
import { StateRefused } from './redis/errors.ts';
import { loadScript, runScript } from './redis/scripts.ts';
import { readField, readHash, readSet } from './redis/values.ts';

const setScript = loadScript('setshards');
const moveInScript = loadScript('movein');
const moveOutScript = loadScript('moveout');
const moveInNotedScript = loadScript('moveinnoted');
const moveOutNotedScript = loadScript('moveoutnoted');
const emptyScript = loadScript('emptyshard');

/** All that is of one finding. */
const FINDING_KEYS = ['f:', 'fm:', 'fc:', 'fe:', 'fs:', 'fh:', 'fi:'];

export type Resharded =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'resharded';
      readonly from: number;
      readonly findings: number;
      readonly tenants: readonly string[];
    };

interface Place {
  readonly client: Client;
  readonly keys: Keys;
}

/** Rejects with StateRefused where there is no state, or another change is under way. */
export async function reshard({ client, keys }: Place, to: number): Promise<Resharded> {
  await checkPolicy(client);
  const stored = await readShards(client, keys);
  if (stored === null)
    throw new StateRefused('Redis holds no state of guestwatch: set STATE_SHARDS before its first start');
  if (stored.now === to && stored.moving === null) return { kind: 'same' };
  if (stored.moving !== null && stored.moving !== to)
    throw new StateRefused(
      `a change to ${stored.moving} shards was cut short: end it first, with reshard --shards ${stored.moving}`,
    );
  const from = stored.now;
  const moving = shardsMoving(from, to);
  if (stored.moving === null) await setShards({ client, keys }, stored.text, moving);
  const tags = Array.from({ length: Math.max(from, to) }, (_, shard) => keys.shard(shard));
  for (const tag of tags) await renewEvicted(client, tag, '', true);
  const tenants = new Set<string>();
  let findings = 0;
  for (const [shard, tag] of tags.entries()) {
    const targetOf = (tenantId: string): string | null => {
      const target = shardOf(tenantId, to);
      if (target !== shard) tenants.add(tenantId);
      return target === shard ? null : keys.shard(target);
    };
    for (const id of await client.zrange(`${tag}kept`, '0', '-1'))
      if (await moveFinding(client, tag, id, targetOf)) findings++;
    await moveNoted(client, tag, targetOf);
  }
  for (const tag of tags.slice(to)) await runScript(client, emptyScript, tag, []);
  await setShards({ client, keys }, moving, String(to));
  return { kind: 'resharded', from, findings, tenants: [...tenants].sort() };
}

async function setShards({ client, keys }: Place, read: string, text: string): Promise<void> {
  if (String(await runScript(client, setScript, keys.service, [read, text])) !== '1')
    throw new StateRefused('another change of the number of shards was begun at the same moment');
}

type TargetOf = (tenantId: string) => string | null;

/** False where it stays. */
async function moveFinding(client: Client, tag: string, id: string, targetOf: TargetOf): Promise<boolean> {
  const body = JSON.parse((await readField(client, `${tag}f:${id}`, 'body')) ?? 'null') as { tenantId: string } | null;
  const target = body === null ? null : targetOf(body.tenantId);
  if (body === null || target === null) return false;
  const core = await readCore(client, tag, id);
  const actor = (await client.hget(`${tag}f:${id}`, 'actor')) ?? '';
  const [span, kept, quiet, formers] = await Promise.all([
    client.hget(`${tag}af:${actor}`, id),
    client.zscore(`${tag}kept`, id),
    client.zscore(`${tag}quiet`, id),
    readSet(client, `${tag}fi:${id}`),
  ]);
  const member = core === null ? '' : listMember(core, core);
  const dumps = await dumped(
    client,
    tag,
    FINDING_KEYS.map((kind) => kind + id),
  );
  await runScript(client, moveInScript, target, [
    ...[id, body.tenantId, actor, core === null ? '' : (span ?? ''), member, kept ?? '0', quiet ?? ''],
    ...[dumps.length, ...dumps.flat()],
    ...[formers.size, ...formers],
  ]);
  await runScript(client, moveOutScript, tag, [id, body.tenantId, member]);
  return true;
}

async function moveNoted(client: Client, tag: string, targetOf: TargetOf): Promise<void> {
  const marks = await client.zrange(`${tag}erased`, '0', '-1', 'WITHSCORES');
  const erased = marks.flatMap((mark, i) => (i % 2 === 0 ? [[mark, marks[i + 1]!] as const] : []));
  const tenants = new Set(await readSet(client, `${tag}suptenants`));
  for (const [mark] of erased) tenants.add(mark.split(' ')[1]!);
  for (const tenantId of tenants) {
    const target = targetOf(tenantId);
    if (target === null) continue;
    const own = erased.filter(([mark]) => mark.endsWith(` ${tenantId}`));
    const names = [`sup:${tenantId}`, `supended:${tenantId}`];
    const hashes = await Promise.all(names.map((name) => readHash(client, tag + name)));
    const ids = hashes.flatMap((hash) => [...hash.keys()]).filter((id) => id !== 'version');
    const dumps = await dumped(client, tag, [...names, ...ids.map((id) => `hid:${id}`)]);
    const each = await Promise.all(
      ids.map(async (id): Promise<Argument[]> => {
        const [due, hid] = await Promise.all([client.zscore(`${tag}supdue`, id), client.hget(`${tag}hid`, id)]);
        return [id, due ?? '0', hid ?? ''];
      }),
    );
    await runScript(client, moveInNotedScript, target, [
      ...[tenantId, freshVersion(), dumps.length, ...dumps.flat(), each.length, ...each.flat()],
      ...[own.length, ...own.flat()],
    ]);
    const gone = own.map(([mark]) => mark);
    await runScript(client, moveOutNotedScript, tag, [tenantId, ids.length, ...ids, gone.length, ...gone]);
  }
}

/** Keys that are there, by their names behind the tag, each as it is. */
async function dumped(client: Client, tag: string, names: readonly string[]): Promise<[string, Buffer][]> {
  const found: [string, Buffer][] = [];
  for (const name of names) {
    const value = (await client.callBuffer('DUMP', tag + name)) as Buffer | null;
    if (value !== null) found.push([name, value]);
  }
  return found;
}
