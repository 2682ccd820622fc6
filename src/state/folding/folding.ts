/**
 * The steps after the first: read what an actor is owed, fold it, store what came of it.
 *
 * Any process may fold any actor at any time. Two that fold one actor at once cannot overwrite each other: what is stored
 * moves the actor's fold version, and whoever read the version before reads and folds again.
 */
import { itemKey, type Operation } from '../../detection/fact.ts';
import { type Finding, findingIp, variantKey } from '../../detection/finding.ts';
import { type Folded, foldActor } from '../../detection/fold.ts';
import type { Label } from '../../detection/label.ts';
import type { Rule } from '../../detection/rule.ts';
import { TICKS_PER_MINUTE, type Ticks, ticksOfMs } from '../../detection/time.ts';
import { readSuppressions, type SuppressionsRead } from '../noted/suppressions.ts';
import { type Argument, bytesOf } from '../redis/calls.ts';
import { freshVersion } from '../redis/cells.ts';
import { StateUnavailable } from '../redis/errors.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import type { ShardHandle } from '../shard.ts';
import { indexMember, profileId, storedProfile } from './actorIndex.ts';
import { readFinding, readStandings, type StoredFinding, withMembers } from './findingStore.ts';
import { type Published, publishedBy } from './published.ts';
import { type Owed, type Part, readPart, selectOwed } from './selection.ts';
import { type Annotated, annotated, isRevision, type StoreContext, storeArguments } from './storing.ts';

const storeScript = loadScript('store');
/** How often one actor is read and folded again because others did the same meanwhile. */
const ATTEMPTS_MAX = 50;
/** Findings told in one step, in bytes: with what the index needs they stay below a megabyte. A single larger one is staged. */
const FINDINGS_BYTES_MAX = 700_000;

export interface FoldContext {
  readonly rule: Rule;
  readonly quietDelayMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** For tests: called between reading and storing, as a place to stop at. */
  readonly beforeStore?: () => Promise<void>;
  /** For tests: called once everything is stored. */
  readonly afterStore?: () => Promise<void>;
}

export type FoldOutcome =
  /** `owed`: facts came in meanwhile, or there were more than one fold takes on. */
  | { readonly kind: 'folded'; readonly owed: boolean; readonly published: readonly Published[] }
  | { readonly kind: 'unknown_actor' }
  | { readonly kind: 'lost'; readonly generation: string };

/** Folds what one actor is owed, once. */
export async function foldOnce(shard: ShardHandle, actorId: string, context: FoldContext): Promise<FoldOutcome> {
  const published: Published[] = [];
  for (let attempt = 1; ; attempt++) {
    // As it is now: what is read before a loss is not stored under the generation that follows.
    const current = { ...shard };
    const owed = await selectOwed(current, actorId, context.rule.window);
    if (owed === null) return { kind: 'unknown_actor' };
    const outcome = await foldOwed(current, actorId, owed, context, published);
    switch (outcome.kind) {
      case 'stored':
        await context.afterStore?.();
        return { kind: 'folded', owed: outcome.owed, published };
      case 'lost':
        return outcome;
      case 'changed':
        if (attempt >= ATTEMPTS_MAX) throw new Error(`an actor was folded by others ${attempt} times in a row`);
    }
  }
}

/**
 * Folds and stores what is owed, in as many parts as keep memory bounded: usually one. What all of them worked on is taken off
 * with the last, and nobody else folds in between, or all begins anew; folding a part twice changes nothing.
 */
async function foldOwed(
  shard: ShardHandle,
  actorId: string,
  owed: Owed,
  context: FoldContext,
  published: Published[],
): Promise<StoreOutcome> {
  const { rule } = context;
  let { foldVersion } = owed;
  for (let members = owed.members; ; ) {
    const now = context.now();
    const part = await readPart(shard, actorId, owed, members, rule.window);
    const operations = part.operations.map(({ operation }) => operation);
    const priors = await readPriors(shard, actorId, owed, operations, { window: rule.window, now });
    const folded = foldActor({
      priors: [...priors.values()].map(({ finding }) => finding),
      operations,
      signIns: part.signIns,
      window: rule.window,
      now,
      lostAt: owed.lostAt,
    });
    const suppressions = await readSuppressions(shard, owed.actor.tenantId);
    const changed = folded
      .filter(({ change }) => change !== 'none')
      .map((one) => annotated(one, priors, suppressions.inForce, now));
    const made = { folded, changed, suppressions };
    await context.beforeStore?.();
    const storing = { ...context, now, lossNotedAt: owed.lossNotedAt };
    const outcome = await store(shard, actorId, { ...owed, foldVersion }, part, made, priors, storing);
    if (outcome.kind !== 'stored') return outcome;
    const revisions = changed.filter(({ change }) => isRevision(change));
    published.push(...revisions.map((one) => publishedBy(one, priors, now)));
    if (part.rest.length === 0) return outcome;
    members = part.rest;
    foldVersion = outcome.foldVersion;
  }
}

/** The actor's findings that the facts at hand could touch. */
async function readPriors(
  shard: ShardHandle,
  actorId: string,
  { pending }: Owed,
  operations: readonly Operation[],
  { window, now }: { readonly window: Ticks; readonly now: number },
): Promise<Map<string, StoredFinding>> {
  const { client, key } = shard;
  const standings = operations.length + pending.length === 0 ? [] : await readStandings(client, key, actorId);
  const expiredBefore = ticksOfMs(now - shard.retentionMs) + window;
  const touched = standings.filter(({ ip, first, last }) => {
    const within = (time: Ticks, reach: Ticks): boolean => time >= first - reach && time <= last + reach;
    const meets = (operation: Operation): boolean =>
      // One so old that its sign-ins may have expired is held against all that the actor's findings have kept of them, and these
      // lie up to a window beside the findings.
      operation.time < expiredBefore
        ? within(operation.time, 2n * window)
        : findingIp(operation) === ip && within(operation.time, window);
    // A sign-in may also thin its minute, of which another part lies within the window.
    return operations.some(meets) || pending.some(({ time }) => within(time, window + TICKS_PER_MINUTE));
  });
  const priors = new Map<string, StoredFinding>();
  for (const { id, ip } of touched) {
    const stored = await readFinding(client, key, id);
    if (stored === null) continue;
    const own = operations.filter((operation) => findingIp(operation) === ip);
    const others = touched.filter((span) => span.ip === ip);
    // Findings that may meet in this fold are read whole, because what they share counts once. An operation that lies in one of them bridges nothing.
    const bridges = own.some(({ time }) => !others.some(({ first, last }) => time >= first && time <= last));
    priors.set(id, await withMembers(client, key, stored, own, others.length > 1 && bridges));
  }
  return priors;
}

type StoreOutcome =
  | { readonly kind: 'stored'; readonly owed: boolean; readonly foldVersion: string }
  | { readonly kind: 'changed' }
  | { readonly kind: 'lost'; readonly generation: string };

interface Made {
  readonly folded: readonly Folded[];
  /** Those of which something is another than before. */
  readonly changed: readonly Annotated[];
  readonly suppressions: SuppressionsRead;
}

/**
 * Stores what a fold made, in as many steps as keep each call short. Every finding is stored whole in one of them; what the
 * fold worked on is taken off with the last, so that a crash in between has it folded again, which changes nothing more.
 */
async function store(
  shard: ShardHandle,
  actorId: string,
  owed: Owed,
  { operations, stale, rest }: Part,
  { folded, changed, suppressions }: Made,
  priors: ReadonlyMap<string, StoredFinding>,
  context: StoreContext,
): Promise<StoreOutcome> {
  const parts = inParts(changed.map((one) => storeArguments(one, priors, context)));
  let { foldVersion } = owed;
  for (const [i, findings] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const isDone = isLast && rest.length === 0;
    const next = freshVersion();
    const args: Argument[] = [
      shard.generation,
      owed.server,
      actorId,
      ...[foldVersion, next],
      owed.factVersion,
      context.now,
      ...[owed.actor.tenantId, suppressions.version],
      ...(isDone ? [owed.pendingTaken, owed.pendingSeen] : [0, '']),
      isDone && owed.whole ? '1' : '0',
      ...(isLast ? indexArguments(operations, stale, folded) : [0, 0]),
      findings.length,
      ...findings.flat(),
    ];
    const [outcome, detail] = (await runScript(shard.client, storeScript, shard.key, args)) as Buffer[];
    if (String(outcome) === 'lost') return { kind: 'lost', generation: String(detail) };
    if (String(outcome) === 'evicted')
      throw new StateUnavailable('Redis has evicted keys: no finding is raised until what is left is looked through');
    if (String(outcome) !== 'stored') return { kind: 'changed' };
    if (isLast) return { kind: 'stored', owed: String(detail) === '1', foldVersion: next };
    foldVersion = next;
  }
  throw new Error('there is always a last part');
}

/** Lists of arguments in parts that are short together; at least one part. */
function inParts(lists: readonly Argument[][]): Argument[][][] {
  const parts: Argument[][][] = [[]];
  let bytes = 0;
  for (const list of lists) {
    bytes += bytesOf(list);
    if (bytes > FINDINGS_BYTES_MAX && parts.at(-1)!.length > 0) {
      parts.push([]);
      bytes = bytesOf(list);
    }
    parts.at(-1)!.push(list);
  }
  return parts;
}

/** What becomes of the operations' places in the index, and the profiles that they stand under. */
function indexArguments(operations: Part['operations'], stale: Part['stale'], folded: readonly Folded[]): Argument[] {
  const findings = folded.map(({ finding }) => finding);
  const moves = operations.flatMap(({ operation, members }) => {
    const now = indexMember(operation, labelIn(findings, operation));
    return members.filter((member) => member !== now).map((member) => [member, now]);
  });
  const gone = stale.map((member) => [member, '']);
  const profiles = new Map(operations.map(({ operation }) => [`p:${profileId(operation)}`, storedProfile(operation)]));
  return [moves.length + gone.length, ...moves.flat(), ...gone.flat(), profiles.size, ...[...profiles].flat()];
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
