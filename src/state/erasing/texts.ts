/** What stands elsewhere as text: revisions in the feed, deliveries, dead letters and suppressions of, or naming, someone erased. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { isErasedLetter, type LettersHandle, listLetters, settleLetters } from '../deadLetters.ts';
import { takeOutChosen } from '../deliveries/out.ts';
import { type Bearer, type Erased, isErased, namesErased } from '../erased.ts';
import { dropSuppression, endSuppression, readEnded, readSuppressions } from '../noted/suppressions.ts';
import { readEntries } from '../queries/feedReads.ts';
import { freshVersion } from '../redis/cells.ts';
import type { Client } from '../redis/client.ts';
import { StateUnavailable } from '../redis/errors.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import { fieldOf, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { lostMeanwhile, runOn } from './facts.ts';

const revisionsScript = loadScript('eraserevisions');
const beginCopyScript = loadScript('beginfeedcopy');
const copyScript = loadScript('copyfeed');
const eraseScript = loadScript('erase');

const ENTRIES_PER_READ_MAX = 200;
/** Revisions, and their bytes, that are copied in one step: others wait for it. */
const ENTRIES_PER_COPY_MAX = 500;
const COPY_BYTES_MAX = 1_000_000;
/** A copy that nobody goes on with goes by itself after so long (s). */
const COPY_KEPT_S = 600;
/** How often a copy is begun that another ends. */
const COPIES_MAX = 20;
const LETTERS_PER_READ_MAX = 50;

interface How {
  readonly erased: Erased;
  /** Findings that are erased. */
  readonly findings: ReadonlySet<string>;
  readonly tenantId: string;
  readonly act: boolean;
}

/** Whether a finding's body that was written at a time (ms) is of someone erased, or names one. */
function isOfErased(json: string, at: number, { erased, findings, tenantId }: How): boolean {
  const { id, ...body } = JSON.parse(json) as {
    id: string;
    tenantId: string;
    actorUpn: string;
    actorObjectId: string | null;
  };
  if (body.tenantId !== tenantId) return false;
  const bearer: Bearer = { tenantId, upn: body.actorUpn, objectId: body.actorObjectId };
  return (
    findings.has(id) || isErased(erased, bearer, at) || namesErased(erased, { ...{ text: json, tenantId, at, bearer } })
  );
}

/** Takes revisions out of the feed. Gives how many there are, or were. */
export async function eraseRevisions(shard: ShardHandle, how: How): Promise<number> {
  let count = 0;
  for (let start = '-'; ; ) {
    const { entries, isEnd } = await readEntries(shard, start, ENTRIES_PER_READ_MAX);
    const own = entries.filter(({ id, finding }) => isOfErased(finding, Number.parseInt(id, 10), how));
    count += own.length;
    if (how.act && own.length > 0) await runOn(shard, revisionsScript, [own.length, ...own.map(({ id }) => id)]);
    if (isEnd) break;
    start = `(${entries.at(-1)!.id}`;
  }
  if (how.act) await copyFeed(shard);
  return count;
}

/** Writes the feed anew, so that its memory holds nothing of what was taken out, now or by one that was cut short. */
async function copyFeed(shard: ShardHandle): Promise<void> {
  for (let copies = 1; copies <= COPIES_MAX; copies++) {
    const name = randomUUID();
    await runOn(shard, beginCopyScript, [name]);
    let said = 'more';
    while (said === 'more')
      [said = ''] = await runOn(shard, copyScript, [name, ENTRIES_PER_COPY_MAX, COPY_BYTES_MAX, COPY_KEPT_S]);
    if (said === 'copied') return;
    // Another erases at the same time: of two that begin again and again one is to be ahead.
    await setTimeout(Math.random() * 500);
  }
  throw new StateUnavailable('others were erasing all the while: erase once more when they have ended');
}

/** Takes deliveries out of all queues. Gives how many there are, or were. What was read of the feed before is taken in no more. */
export async function eraseDeliveries(
  client: Client,
  tag: string,
  how: How & { readonly now: number },
): Promise<number> {
  if (how.act) await runScript(client, eraseScript, tag, ['', '', freshVersion(), 0]);
  return takeOutChosen({ client, tag, now: how.now }, (ids) => ofErased(client, tag, ids, how), how);
}

async function ofErased(client: Client, tag: string, ids: readonly string[], how: How): Promise<string[]> {
  const fields = ['tenant', 'finding', 'event', 'reason', 'json'];
  const places = ids.flatMap((id) => fields.map((field) => fieldOf(`${tag}d:${id}`, field)));
  const values = (await readValues(client, places)).map((value) => (value === null ? '' : String(value)));
  return ids.filter((_, i) => {
    const [tenant, finding, event, reason, json] = values.slice(fields.length * i) as [
      string,
      string,
      string,
      string,
      string,
    ];
    if (tenant !== how.tenantId) return false;
    if (how.findings.has(finding)) return true;
    // When it came into the feed; of one that was told after a loss, when it was made.
    const at = Number(event.split('-').at(reason === 'resync' ? -1 : -2));
    return json !== '' && isOfErased(json, at, how);
  });
}

/** Takes dead letters off. Gives how many there are, or were. */
export async function eraseLetters(
  handle: LettersHandle,
  erased: Erased,
  { act }: { readonly act: boolean },
): Promise<number> {
  let count = 0;
  for (let after: string | null = null; ; ) {
    const page = await listLetters(handle, after, LETTERS_PER_READ_MAX);
    const own = page.letters.map(({ letter }) => letter).filter((letter) => isErasedLetter(erased, letter));
    count += own.length;
    if (act && own.length > 0 && (await settleLetters(handle, own, [])) === null) throw lostMeanwhile();
    if (page.isLast) return count;
    after = page.after;
  }
}

/** Ends and forgets suppressions. Gives how many there are, or were. */
export async function eraseSuppressions(
  shard: ShardHandle,
  { erased, tenantId, act }: How,
  now: number,
): Promise<number> {
  const { inForce } = await readSuppressions(shard, tenantId);
  const all = [...inForce, ...(await readEnded(shard, tenantId))];
  const own = all.filter((one) => namesErased(erased, { text: JSON.stringify(one), tenantId, at: one.createdAt }));
  for (const { id } of act ? own : []) {
    const outcome = await endSuppression(shard, { tenantId, id }, null, { now, keptMs: 0 });
    if (outcome.kind === 'lost') throw lostMeanwhile();
    await dropSuppression(shard, tenantId, id);
  }
  return own.length;
}
