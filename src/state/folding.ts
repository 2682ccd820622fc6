/**
 * The steps after the first: read what an actor is owed, fold it, store what came of it.
 *
 * Any process may fold any actor at any time. Two that fold one actor at once cannot overwrite each other: what is stored
 * moves the actor's fold version, and whoever read the version before reads and folds again.
 */
import { itemKey, type Operation } from '../detection/fact.ts';
import { type Finding, findingIp, variantKey } from '../detection/finding.ts';
import { type Folded, foldActor } from '../detection/fold.ts';
import type { Label } from '../detection/label.ts';
import type { Rule } from '../detection/rule.ts';
import { ticksOfMs } from '../detection/time.ts';
import type { ShardHandle } from './apply.ts';
import { readFinding, type Span, type StoredFinding, storeArguments, withMembers } from './findingStore.ts';
import { type Argument, loadScript, runScript } from './redis.ts';
import { indexMember, profileId, type Selection, selectFacts, storedProfile } from './selection.ts';

const storeScript = loadScript('store');
/** How often one actor is read and folded again because others did the same meanwhile. */
const ATTEMPTS_MAX = 50;

export interface FoldContext {
  readonly rule: Rule;
  readonly quietDelayMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** For tests: called between reading and storing, as a place to stop at. */
  readonly beforeStore?: () => Promise<void>;
}

export type FoldOutcome =
  /** `owed`: facts came in meanwhile, or there were more than one fold takes on. `changed`: how many findings did. */
  | { readonly kind: 'folded'; readonly owed: boolean; readonly published: readonly Folded[] }
  | { readonly kind: 'unknown_actor' }
  | { readonly kind: 'lost'; readonly generation: string };

/** Folds what one actor is owed, once. */
export async function foldOnce(shard: ShardHandle, actorId: string, context: FoldContext): Promise<FoldOutcome> {
  for (let attempt = 1; ; attempt++) {
    const selection = await selectFacts(shard, actorId, context.rule.window);
    if (selection === null) return { kind: 'unknown_actor' };
    const operations = selection.operations.map(({ operation }) => operation);
    const priors = await readPriors(shard, actorId, selection, operations, context);
    const folded = foldActor({
      priors: [...priors.values()].map(({ finding }) => finding),
      operations,
      signIns: selection.signIns,
      window: context.rule.window,
      now: context.now(),
    });
    await context.beforeStore?.();
    const args = storeCall(shard, actorId, selection, folded, priors, context);
    const [outcome, detail] = (await runScript(shard.client, storeScript, shard.key, args)) as Buffer[];
    switch (String(outcome)) {
      case 'stored':
        return {
          kind: 'folded',
          owed: String(detail) === '1',
          published: folded.filter(({ change }) => !['none', 'source', 'quiet'].includes(change)),
        };
      case 'lost':
        return { kind: 'lost', generation: String(detail) };
      default:
        if (attempt >= ATTEMPTS_MAX) throw new Error(`an actor was folded by others ${attempt} times in a row`);
    }
  }
}

/** The actor's findings that the facts at hand could touch. */
async function readPriors(
  shard: ShardHandle,
  actorId: string,
  selection: Selection,
  operations: readonly Operation[],
  context: FoldContext,
): Promise<Map<string, StoredFinding>> {
  const { client, key } = shard;
  const { window } = context.rule;
  const spans = (await client.callBuffer('HGETALL', `${key}af:${actorId}`)) as Buffer[];
  const expiredBefore = ticksOfMs(context.now() - shard.retentionMs) + window;
  const touched: { id: string; ip: string }[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    const { ip, first, last } = JSON.parse(String(spans[i + 1])) as Span;
    const from = BigInt(`0x${first}`) - window;
    const to = BigInt(`0x${last}`) + window;
    const near = ({ time }: { time: bigint }): boolean => time >= from && time <= to;
    // An operation so old that its sign-ins may have expired is held against those that any of the actor's findings has kept.
    const meets = (operation: Operation): boolean => findingIp(operation) === ip || operation.time < expiredBefore;
    if (operations.some((operation) => near(operation) && meets(operation)) || selection.pending.some(near)) {
      touched.push({ id: String(spans[i]), ip });
    }
  }
  const priors = new Map<string, StoredFinding>();
  for (const { id, ip } of touched) {
    const stored = await readFinding(client, key, id);
    if (stored === null) continue;
    const own = operations.filter((operation) => findingIp(operation) === ip);
    // Findings that may meet in this fold are read whole, because what they share counts once.
    const whole = touched.filter((other) => other.ip === ip).length > 1 && own.length > 0;
    priors.set(id, await withMembers(client, key, stored, own, whole));
  }
  return priors;
}

function storeCall(
  shard: ShardHandle,
  actorId: string,
  selection: Selection,
  folded: readonly Folded[],
  priors: ReadonlyMap<string, StoredFinding>,
  context: FoldContext,
): Argument[] {
  const findings = folded.map(({ finding }) => finding);
  const moves = selection.operations.flatMap(({ operation, members }) => {
    const now = indexMember(operation, labelIn(findings, operation));
    return members.filter((member) => member !== now).map((member) => [member, now]);
  });
  const gone = selection.stale.map((member) => [member, '']);
  const profiles = new Map(
    selection.operations.map(({ operation }) => [`p:${profileId(operation)}`, storedProfile(operation)]),
  );
  const changed = folded.filter(({ change }) => change !== 'none');
  const now = context.now();
  return [
    shard.generation,
    actorId,
    selection.foldVersion,
    selection.factVersion,
    now,
    selection.pendingTaken,
    selection.whole ? '1' : '0',
    moves.length + gone.length,
    ...moves.flat(),
    ...gone.flat(),
    profiles.size,
    ...[...profiles].flat(),
    changed.length,
    ...changed.flatMap((one) =>
      storeArguments(one, priors, { rule: context.rule, now, quietDelayMs: context.quietDelayMs }),
    ),
  ];
}

/** The label that an operation has in the finding that it is part of; none where it matches nothing. */
function labelIn(findings: readonly Finding[], operation: Operation): Label {
  const own = findings.find(
    (finding) =>
      finding.actorIp === findingIp(operation) &&
      operation.time >= finding.firstSeen &&
      operation.time <= finding.lastSeen,
  );
  return own?.members.get(itemKey(operation))?.get(variantKey(operation)) ?? '';
}
