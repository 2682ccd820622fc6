/** Findings that hold anything of someone erased go whole; what others noted of them elsewhere is put in other words. */
import type { Rule } from '../../detection/rule.ts';
import { ratingOf } from '../../detection/rule.ts';
import { type Erased, namesErased } from '../erased.ts';
import { listedId, listMember, readFinding, readStandings, type StoredFinding } from '../folding/findingStore.ts';
import { readHistoryMember, unpackNoted } from '../noted/notes.ts';
import { revise } from '../noted/revising.ts';
import { sha1 } from '../redis/cells.ts';
import { loadScript } from '../redis/scripts.ts';
import { fieldOf, readField, readValues } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';
import { type Goes, runOn } from './facts.ts';

const eraseScript = loadScript('erasefinding');
const historyScript = loadScript('erasehistory');

/** In place of what someone wrote that names one who is erased. */
export const ERASED_WORDS = '[erased]';
const FINDINGS_PER_READ_MAX = 100;
const HISTORY_PER_READ_MAX = 200;

/** Removes the findings of an actor that hold a fact that goes, or are an account's. Gives the ids of those, and of what they had taken over. */
export async function eraseFindings(
  shard: ShardHandle,
  actor: string,
  goes: Goes,
  { act, objectId }: { readonly act: boolean; readonly objectId: string | null },
): Promise<string[]> {
  const { client, key } = shard;
  const erased: string[] = [];
  for (const { id } of await readStandings(client, key, actor)) {
    for (let said = ['changed']; said[0] === 'changed'; ) {
      // The body first: whoever changes one of the others changes it.
      const body = await readField(client, `${key}f:${id}`, 'body');
      const stored = body === null ? null : await readFinding(client, key, id);
      if (stored === null || !holds(stored, goes, objectId)) break;
      const { finding } = stored;
      const args = [id, sha1(Buffer.from(body!)), finding.actor.tenantId, listMember(finding, stored)];
      said = act ? await runOn(shard, eraseScript, args) : ['erased', id];
      if (said[0] === 'erased') erased.push(...said.slice(1));
    }
  }
  return erased;
}

/** Whether anything of it is a fact that goes; what its evidence leaves out may be. */
function holds({ finding }: StoredFinding, goes: Goes, objectId: string | null): boolean {
  const { objectIds, items, signIns } = finding;
  const isAccounts = objectId !== null && (objectIds.truncated || objectIds.values.includes(objectId));
  return isAccounts || [...items.values()].flat().some(goes) || [...signIns.values()].some(goes);
}

/** Puts other words in place of notes that name someone erased, on all findings of a tenant. Gives the ids of those findings. */
export async function eraseNotes(
  shard: ShardHandle,
  tenantId: string,
  erased: Erased,
  { act, rule, now }: { readonly act: boolean; readonly rule: Rule; readonly now: number },
): Promise<string[]> {
  const { client, key } = shard;
  const isNamed = (text: string): boolean => namesErased(erased, { text: JSON.stringify(text), tenantId, at: 0 });
  const found: string[] = [];
  for (let after = '-'; ; ) {
    const members = await client.zrangebylex(`${key}list:${tenantId}`, after, '+', 'LIMIT', 0, FINDINGS_PER_READ_MAX);
    for (const id of members.map(listedId)) {
      const history = await namedHistory(shard, id, isNamed);
      const [text] = await readValues(client, [fieldOf(`${key}f:${id}`, 'triage')]);
      const { triage } = unpackNoted(text, null);
      const isTriageNamed = redacted(triage, isNamed) !== triage;
      if (history.length === 0 && !isTriageNamed) continue;
      found.push(id);
      if (!act) continue;
      if (history.length > 0) await runOn(shard, historyScript, [id, history.length, ...history.flat()]);
      if (isTriageNamed)
        await revise(shard, id, { now, rating: ratingOf(rule) }, (current) => ({
          ...{ reason: 'triage', triage: redacted(current.triage, isNamed) },
        }));
    }
    if (members.length < FINDINGS_PER_READ_MAX) return found;
    after = `(${members.at(-1)!}`;
  }
}

/** Entries of a finding's history that name someone erased, each with what is to stand in its place. */
async function namedHistory(
  { client, key }: ShardHandle,
  id: string,
  isNamed: (text: string) => boolean,
): Promise<[string, string][]> {
  const moves: [string, string][] = [];
  for (let from = '-'; ; ) {
    const members = await client.zrangebylex(`${key}fh:${id}`, from, '+', 'LIMIT', 0, HISTORY_PER_READ_MAX);
    for (const member of members) {
      const { place, ...told } = readHistoryMember(member);
      const after = redacted(told, isNamed);
      if (after !== told) moves.push([member, `${place}|${JSON.stringify(after)}`]);
    }
    if (members.length < HISTORY_PER_READ_MAX) return moves;
    from = `(${members.at(-1)!}`;
  }
}

/** A value with other words in place of each text in it that is named; the very value where there is none. */
function redacted<T>(value: T, isNamed: (text: string) => boolean): T {
  let isOther = false;
  const json = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'string' || !isNamed(part)) return part;
    isOther = true;
    return ERASED_WORDS;
  });
  return isOther ? (JSON.parse(json) as T) : value;
}
