/**
 * Erasing someone: all that is kept of an actor goes, and what was enqueued until now does not come back, whoever reads it.
 *
 * The marks come first: from then on no step that had read anything before is taken, and no fact of theirs gets in. So what is there
 * can be taken off piece by piece while others write; and since all of it goes by the marks, doing it again ends what was cut short.
 */
import type { Rule } from '../detection/rule.ts';
import { bearerOf, type Erased, isErased, marksOf, type Person, readErased, withMarks } from './erased.ts';
import { eraseOperations, eraseSignIns, foldAnew, type Goes, interruptFolds, runOn } from './erasing/facts.ts';
import { eraseFindings, eraseNotes } from './erasing/findings.ts';
import { actorsUnder, type Meant, personOf, tokensOf } from './erasing/person.ts';
import { eraseDeliveries, eraseLetters, eraseRevisions, eraseSuppressions } from './erasing/texts.ts';
import { forgetActor } from './facts/expiry.ts';
import type { Keys } from './keys.ts';
import { freshVersion } from './redis/cells.ts';
import { serverTime } from './redis/health.ts';
import { loadScript, runScript } from './redis/scripts.ts';
import type { ShardHandle } from './shard.ts';

const eraseScript = loadScript('erase');
const forgetScript = loadScript('forgeterased');

/** Event Hubs keeps events for 90 days at the most: what is enqueued before an erasure can come no later. */
export const ERASED_KEPT_MS = 90 * 86_400_000;

export interface ErasingPlace {
  /** The shard of the tenant. */
  readonly shard: ShardHandle;
  readonly letters: ShardHandle;
  readonly keys: Keys;
  /** In force: revisions of others are rated by it. */
  readonly rule: Rule;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** How much of someone there is, or was. */
export interface ErasedCounts {
  readonly signIns: number;
  readonly operations: number;
  /** Ids, also of those that had been taken over by others. */
  readonly findings: readonly string[];
  readonly revisions: number;
  readonly deliveries: number;
  readonly deadLetters: number;
  readonly suppressions: number;
  /** Ids of findings of others that are, or were, noted with words that name them. */
  readonly notes: readonly string[];
}

export type Erasure =
  | { readonly kind: 'erased'; readonly person: Person; readonly until: number; readonly counts: ErasedCounts }
  | Extract<Meant, { readonly kind: 'several' }>;

/** Erases, or with `isDry` only counts what it would take off. */
export async function eraseActor(
  place: ErasingPlace,
  who: { readonly tenantId: string; readonly actor: string },
  { isDry }: { readonly isDry: boolean },
): Promise<Erasure> {
  const meant = await personOf(place.shard, who.tenantId, who.actor);
  if (meant.kind === 'several') return meant;
  const { person } = meant;
  const marks = marksOf(person);
  const until = isDry ? await serverTime(place.shard.client) : await mark(place, marks);
  const [ofShard, ofLetters] = await Promise.all([readErased(place.shard), readErased(place.letters)]);
  const counts = await sweep(place, person, {
    erased: withMarks(ofShard, marks, until),
    erasedLetters: withMarks(ofLetters, marks, until),
    act: !isDry,
  });
  return { kind: 'erased', person, until, counts };
}

/** Marks who is erased, in each part that takes anything in. Gives until when (ms), by Redis's clock. */
async function mark({ shard, letters }: ErasingPlace, marks: readonly string[]): Promise<number> {
  const [, until = ''] = await runOn(shard, eraseScript, ['', freshVersion(), marks.length, ...marks]);
  await runOn(letters, eraseScript, [until, freshVersion(), marks.length, ...marks]);
  return Number(until);
}

interface Marked {
  readonly erased: Erased;
  readonly erasedLetters: Erased;
  readonly act: boolean;
}

async function sweep(
  { shard, letters, keys, rule, now }: ErasingPlace,
  person: Person,
  { erased, erasedLetters, act }: Marked,
): Promise<ErasedCounts> {
  const goes: Goes = (fact) => isErased(erased, bearerOf(fact), fact.source.enqueuedAt);
  const { tenantId, objectId } = person;
  const tokens = tokensOf(person);
  const signIns = await eraseSignIns(shard, tokens, goes, { act });
  let operations = 0;
  const findings: string[] = [];
  // Asked once the sign-ins are gone: who comes later has not seen them.
  for (const actor of await actorsUnder(shard, tokens)) {
    operations += await eraseOperations(shard, actor, goes, { act });
    if (act) await interruptFolds(shard, actor, now());
    findings.push(...(await eraseFindings(shard, actor, goes, { act, objectId })));
    if (!act) continue;
    // Which tokens it stands under it still says.
    await forgetActor(shard, actor);
    await foldAnew(shard, actor, person, now());
  }
  const how = { erased, findings: new Set(findings), tenantId, act };
  const suppressions = await eraseSuppressions(shard, how, now());
  // Before the feed is looked through: their revisions have the words that are in place.
  const notes = await eraseNotes(shard, tenantId, erased, { act, rule, now: now() });
  const revisions = await eraseRevisions(shard, how);
  const deadLetters = await eraseLetters(letters, erasedLetters, { act });
  // Last, as what is delivered is read of the feed.
  const deliveries = await eraseDeliveries(shard.client, keys.deliveries, { ...how, now: now() });
  return { signIns, operations, findings, revisions, deliveries, deadLetters, suppressions, notes };
}

/** Lets marks go that nothing can come after any more. */
export async function forgetErased(parts: readonly ShardHandle[], now: number): Promise<void> {
  for (const { client, key } of parts) {
    const before = now - ERASED_KEPT_MS;
    if ((await client.zcount(`${key}erased`, '-inf', `(${before}`)) === 0) continue;
    await runScript(client, forgetScript, key, [before, freshVersion()]);
  }
}
