/** The first step: a batch's facts into one shard, atomically, with every actor that they touch put down as owed a fold. */
import { factKey, type Operation, type SignIn } from '../../detection/fact.ts';
import { actorKey, actorOf } from '../../detection/finding.ts';
import { msOfTicks } from '../../detection/time.ts';
import { bearerOf, erasedVersionIn, isErased, readErased } from '../erased.ts';
import { type Argument, bytesOf } from '../redis/calls.ts';
import { cellArguments, freshVersion, readServedCells } from '../redis/cells.ts';
import { loadScript, runScript } from '../redis/scripts.ts';
import type { Lost, ShardHandle } from '../shard.ts';
import { guestEntry, operationEntry, slotOf } from './due.ts';
import { arrivalPlaces, arrivalsOf, type Insertion, type Kept, planInsertion } from './insertion.ts';
import {
  leastSources,
  operationPlaces,
  operationTokens,
  type PlannedOperations,
  planOperations,
  unfoldedMember,
} from './operations.ts';
import { packSignIns } from './packing.ts';
import { markWithin } from './steps.ts';
import { tokensOf } from './window.ts';

/** An `#EXT#` actor without a sign-in this long after its operation's window has passed is a near miss. */
const NEAR_MISS_AFTER_MS = 15 * 60_000;
/** Arguments of one step, in bytes: more are applied in two steps. A single fact may be larger. */
const STEP_BYTES_MAX = 900_000;
/** How often facts are read and written again when others write the same guests at the same time. */
const ATTEMPTS_MAX = 50;

const applyScript = loadScript('apply');

type Facts = readonly (Operation | SignIn)[];

/** A partition's mark in a shard: raised with the facts, in the same step. */
export interface Mark {
  readonly field: string;
  /** What the caller last saw there or wrote; the shard must hold no less. Null where nothing is known. */
  readonly seen: number | null;
  /** What it can say in any case: what was seen, or else the event before the batch. */
  readonly floor: number;
  /** What it is to say once all facts are there. */
  readonly target: number;
}

export interface Applied {
  readonly kind: 'applied';
  /** Actors that are owed a fold. */
  readonly actors: readonly string[];
  /** What the shard's mark is at least. */
  readonly mark: number;
  /** Facts that are kept and were not there before. */
  readonly newFacts: number;
  readonly knownFacts: number;
  /** Sign-ins that came and were not kept, because their minute holds enough of their guest. */
  readonly thinnedFacts: number;
  /** Facts that came and were not kept, because who did it was erased since. */
  readonly erasedFacts: number;
  /** Sign-ins that gave way: those that were thinned, and ones kept until now. */
  readonly thinned: number;
}

/** Applies the facts in one step, or in several if they are too large for one; the mark reaches its target with the last. */
export async function applyFacts(shard: ShardHandle, facts: Facts, mark: Mark, now: number): Promise<Applied | Lost> {
  const outcome = await applyStep(shard, facts, mark, now);
  if (outcome.kind !== 'too_large') return outcome;
  const half = Math.ceil(facts.length / 2);
  const first = await applyFacts(shard, facts.slice(0, half), { ...mark, target: markWithin(mark.floor) }, now);
  if (first.kind === 'lost') return first;
  const target = Math.max(mark.target, markWithin(first.mark));
  const second = await applyFacts(
    shard,
    facts.slice(half),
    // What is read beside a partition's way raises no mark, and so finds none.
    { ...mark, seen: Number.isFinite(first.mark) ? first.mark : null, floor: first.mark, target },
    now,
  );
  return second.kind === 'lost' ? second : sumOf(first, second);
}

const sumOf = (a: Applied, b: Applied): Applied => ({
  kind: 'applied',
  actors: [...new Set([...a.actors, ...b.actors])],
  newFacts: a.newFacts + b.newFacts,
  mark: b.mark,
  knownFacts: a.knownFacts + b.knownFacts,
  thinnedFacts: a.thinnedFacts + b.thinnedFacts,
  erasedFacts: a.erasedFacts + b.erasedFacts,
  thinned: a.thinned + b.thinned,
});

/** What is to be written of a batch by what was read of it. */
interface Plan {
  /** The server that what is there was read from. */
  readonly server: string;
  readonly signIns: readonly SignIn[];
  readonly insertion: Insertion;
  readonly operations: readonly Operation[];
  readonly planned: PlannedOperations;
}

async function applyStep(
  live: ShardHandle,
  facts: Facts,
  mark: Mark,
  now: number,
): Promise<Applied | Lost | { readonly kind: 'too_large' }> {
  for (let attempt = 1; ; attempt++) {
    // As it is now: what is read before a loss is not written under the generation that follows.
    const shard = { ...live };
    const asked = await planStep(shard, facts);
    const own = await notErased(shard, asked.server, facts);
    const plan = own.length === facts.length ? asked : { ...(await planStep(shard, own)), server: asked.server };
    const args = [shard.generation, plan.server, now, freshVersion(), ...stepArguments(shard, own, mark, plan)];
    if (facts.length > 1 && bytesOf(args) > STEP_BYTES_MAX) return { kind: 'too_large' };
    const [outcome, ...rest] = (await runScript(shard.client, applyScript, shard.key, args)) as Buffer[];
    switch (String(outcome)) {
      case 'applied':
        return appliedBy(own, mark, plan, rest.map(String), facts.length - own.length);
      case 'lost':
        return { kind: 'lost', generation: String(rest[0]) };
      default:
        if (attempt >= ATTEMPTS_MAX)
          throw new Error(`the guests of one batch were changed by others ${attempt} times in a row`);
    }
  }
}

/** The facts but for those of who was erased after they were enqueued: the step itself is refused where another is erased by then. */
async function notErased(shard: ShardHandle, server: string, facts: Facts): Promise<Facts> {
  const version = erasedVersionIn(server);
  if (version === '') return facts;
  const erased = await readErased(shard, version);
  return facts.filter((fact) => !isErased(erased, bearerOf(fact), fact.source.enqueuedAt));
}

/** Asks once for all that the facts may change, and says what they change. */
async function planStep(shard: ShardHandle, facts: Facts): Promise<Plan> {
  const signIns = facts.filter((fact) => fact.kind === 'signIn');
  const operations = facts.filter((fact) => fact.kind === 'operation');
  const arrivals = arrivalsOf(signIns);
  const least = leastSources(operations);
  const places = arrivalPlaces(shard.key, arrivals);
  const asked = [...places, ...operationPlaces(shard.key, least)];
  const { server, cells } = await readServedCells(shard, asked);
  const insertion = await planInsertion(shard.client, arrivals, cells.slice(0, places.length));
  const planned = planOperations(least, cells.slice(places.length));
  return { server, signIns, insertion, operations, planned };
}

function appliedBy(
  facts: Facts,
  { seen, target }: Mark,
  { insertion, planned }: Plan,
  actors: string[],
  erasedFacts: number,
): Applied {
  const keptAs = (what: Kept) => [...insertion.kept.values()].filter((kept) => kept === what).length;
  const newFacts = planned.added.length + keptAs('new');
  const thinnedFacts = keptAs('thinned');
  return {
    kind: 'applied',
    actors,
    mark: Math.max(seen ?? target, target),
    newFacts,
    knownFacts: facts.length - newFacts - thinnedFacts,
    thinnedFacts,
    erasedFacts,
    thinned: insertion.thinned,
  };
}

function stepArguments(shard: ShardHandle, facts: Facts, { field, seen, target }: Mark, plan: Plan): Argument[] {
  const { signIns, insertion, operations, planned } = plan;
  const args: Argument[] = [field, seen ?? '', target, ...cellArguments([...insertion.writes, ...planned.writes])];
  args.push(operations.length);
  for (const operation of operations) pushOperation(args, operation, planned.isNew.has(factKey(operation)));
  args.push(signIns.length);
  for (const signIn of signIns) pushSignIn(args, signIn, insertion.kept.get(signIn) ?? 'known');
  args.push(insertion.slots.size + planned.added.length);
  for (const [slot, token] of insertion.slots) args.push(slot.slice(0, slot.indexOf(' ')), guestEntry(token));
  for (const operation of planned.added) args.push(slotOf(operation), operationEntry(operation));
  const near = planned.added.filter(({ actorUpn }) => actorUpn.includes('#ext#'));
  args.push(near.length);
  for (const operation of near) args.push(nearMissName(operation), nearMissAt(shard, operation));
  const tenants = new Set(facts.map(({ tenantId }) => tenantId));
  args.push(tenants.size, ...tenants);
  return args;
}

const nearMissName = (operation: Operation): string => `${actorKey(actorOf(operation))} ${factKey(operation)}`;

const nearMissAt = ({ windowMs }: ShardHandle, operation: Operation): number =>
  msOfTicks(operation.time) + windowMs + NEAR_MISS_AFTER_MS;

function pushOperation(args: Argument[], operation: Operation, isNew: boolean): void {
  const actor = actorOf(operation);
  const tokens = operationTokens(operation).map((token) => token.toString('hex'));
  const member = isNew ? unfoldedMember(operation) : '';
  args.push(actorKey(actor), JSON.stringify(actor), actor.tenantId, member, tokens.length, ...tokens);
}

function pushSignIn(args: Argument[], signIn: SignIn, kept: Kept): void {
  const { touching } = tokensOf(signIn);
  const isFolded = kept === 'new' || kept === 'source';
  args.push(isFolded ? packSignIns(signIn.tenantId, [signIn]) : '', touching.length, ...touching);
}
