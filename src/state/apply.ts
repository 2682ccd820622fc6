/** The first step: a batch's facts into one shard, atomically, with every actor that they touch put down as owed a fold. */
import { digest } from '../detection/digest.ts';
import { factKey, type Operation, type SignIn } from '../detection/fact.ts';
import { actorKey, actorOf, lesserSource } from '../detection/finding.ts';
import { homeUpn } from '../detection/identity.ts';
import { msOfTicks, type Ticks } from '../detection/time.ts';
import { type CellWrite, cellArguments, freshVersion, readCells } from './cells.ts';
import { type Kept, planInsertion } from './insertion.ts';
import { homeToken, objectToken, type Token } from './keys.ts';
import { packOperation, packSignIns, unpackOperation } from './packing.ts';
import { type Argument, bytesOf, type Client, loadScript, readServer, runScript } from './redis.ts';
import { markWithin } from './steps.ts';
import { touchTokens } from './window.ts';

/** Facts grow old by these slots; the sweep looks at a slot once all in it are past their time. */
const SLOT_MS = 15 * 60_000;
/** An `#EXT#` actor without a sign-in this long after its operation's window has passed is a near miss. */
const NEAR_MISS_AFTER_MS = 15 * 60_000;
/** Arguments of one step, in bytes: more are applied in two steps. A single fact may be larger. */
const STEP_BYTES_MAX = 900_000;
/** How often facts are read and written again when others write the same guests at the same time. */
const ATTEMPTS_MAX = 50;

const applyScript = loadScript('apply');

export interface ShardHandle {
  readonly client: Client;
  /** The shard's hash tag, which every key begins with. */
  readonly key: string;
  /** The generation that this process knows; see `lost`. */
  readonly generation: string;
  readonly retentionMs: number;
  /** The window of the rule that this process writes under. */
  readonly windowMs: number;
}

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
  /** Sign-ins that gave way: those, and ones kept until now. */
  readonly thinned: number;
}

/** The shard is not what this process knew: an empty or older state has taken its place. */
export interface Lost {
  readonly kind: 'lost';
  readonly generation: string;
}

export const operationKey = (shardKey: string, actor: string): string => `${shardKey}ao:${actor}`;
export const timeHex = (ticks: bigint): string => ticks.toString(16).padStart(16, '0');
export const indexSuffix = (operation: Operation): string => `|${timeHex(operation.time)}|${factKey(operation)}`;
/** Under this prefix stand the operations that no fold has seen yet. */
export const UNFOLDED = '!';

/**
 * Where an operation stands until it is folded. Its source is part of the place: a fold that has read the operation with one
 * source must not take it off when it came with a lesser one in the meantime.
 */
export const unfoldedMember = (operation: Operation): string => {
  const { enqueuedAt, hub, partition, sequenceNumber, recordIndex } = operation.source;
  const source = digest([String(enqueuedAt), hub, partition, String(sequenceNumber), String(recordIndex)]);
  return `${UNFOLDED}${indexSuffix(operation)}|${source.slice(0, 12)}`;
};

/** The key of the operation that an index member stands for. */
export const factOfMember = (member: string): string => member.split('|')[2]!;

/** The time from which a fact's retention counts: the later of its event time and its enqueued time. Milliseconds since the Unix epoch. */
export const agesFrom = (fact: { time: Ticks; source: { enqueuedAt: number | null } }): number =>
  Math.max(msOfTicks(fact.time), fact.source.enqueuedAt ?? 0);

/** The slot of a moment (ms). Not of the expiry: a retention that is set anew then holds for the facts that are there, too. */
export const slotOfMs = (ms: number): number => Math.floor(ms / SLOT_MS);
const slotOf = (fact: SignIn | Operation): number => slotOfMs(agesFrom(fact));

/** Applies the facts in one step, or in several if they are too large for one; the mark reaches its target with the last. */
export async function applyFacts(
  shard: ShardHandle,
  facts: readonly (Operation | SignIn)[],
  mark: Mark,
  now: number,
): Promise<Applied | Lost> {
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
  thinned: a.thinned + b.thinned,
});

async function applyStep(
  live: ShardHandle,
  facts: readonly (Operation | SignIn)[],
  { field, seen, target }: Mark,
  now: number,
): Promise<Applied | Lost | { readonly kind: 'too_large' }> {
  const signIns = facts.filter((fact) => fact.kind === 'signIn');
  const operations = facts.filter((fact) => fact.kind === 'operation');
  for (let attempt = 1; ; attempt++) {
    // As it is now: what is read before a loss is not written under the generation that follows.
    const shard = { ...live };
    const [server, insertion] = await Promise.all([
      readServer(shard.client, shard.key),
      planInsertion(shard.client, shard.key, signIns, slotOf),
    ]);
    const planned = await planOperations(shard, operations);
    const dueGuests = [...insertion.slots].map(([slot, token]): [string, Buffer] => [
      slot.slice(0, slot.indexOf(' ')),
      Buffer.concat([GUEST_ENTRY, token]),
    ]);
    const dueOperations = planned.added.map((operation): [number, Buffer] => [slotOf(operation), dueEntry(operation)]);
    const near = planned.added.filter((operation) => operation.actorUpn.includes('#ext#'));
    const args: Argument[] = [
      shard.generation,
      server,
      now,
      freshVersion(),
      ...[field, seen ?? '', target],
      ...cellArguments([...insertion.writes, ...planned.writes]),
      ...counted(operations.map((operation) => operationArguments(operation, planned.isNew.has(factKey(operation))))),
      ...counted(signIns.map((signIn) => signInArguments(signIn, insertion.kept.get(signIn) ?? 'known'))),
      ...counted([...dueGuests, ...dueOperations]),
      ...counted(
        near.map((operation) => [
          `${actorKey(actorOf(operation))} ${factKey(operation)}`,
          nearMissAt(shard, operation),
        ]),
      ),
      ...counted([...new Set(facts.map(({ tenantId }) => tenantId))].map((tenantId) => [tenantId])),
    ];
    if (facts.length > 1 && bytesOf(args) > STEP_BYTES_MAX) return { kind: 'too_large' };
    const [outcome, ...rest] = (await runScript(shard.client, applyScript, shard.key, args)) as Buffer[];
    switch (String(outcome)) {
      case 'applied': {
        const keptAs = (what: Kept) => [...insertion.kept.values()].filter((kept) => kept === what).length;
        const newFacts = planned.added.length + keptAs('new');
        const thinnedFacts = keptAs('thinned');
        return {
          kind: 'applied',
          actors: rest.map(String),
          mark: Math.max(seen ?? target, target),
          newFacts,
          knownFacts: facts.length - newFacts - thinnedFacts,
          thinnedFacts,
          thinned: insertion.thinned,
        };
      }
      case 'lost':
        return { kind: 'lost', generation: String(rest[0]) };
      default:
        if (attempt >= ATTEMPTS_MAX)
          throw new Error(`the guests of one batch were changed by others ${attempt} times in a row`);
    }
  }
}

const GUEST_ENTRY = Buffer.from('g');
const OPERATION_ENTRY = Buffer.from('o');

/** What the sweep is to look at of an operation: `o`, the actor's 16 bytes, the fact's. Of a guest it is `g` and its token. */
const dueEntry = (operation: Operation): Buffer =>
  Buffer.concat([OPERATION_ENTRY, Buffer.from(actorKey(actorOf(operation)) + factKey(operation), 'hex')]);

const counted = (entries: readonly (readonly Argument[])[]): Argument[] => [entries.length, ...entries.flat()];

const nearMissAt = ({ windowMs }: ShardHandle, operation: Operation): number =>
  msOfTicks(operation.time) + windowMs + NEAR_MISS_AFTER_MS;

export function operationTokens(operation: Operation): Token[] {
  const { tenantId, actorUpn, actorObjectId } = operation;
  const home = homeUpn(actorUpn);
  const tokens = home === '' ? [] : [homeToken(tenantId, home)];
  return actorObjectId === null ? tokens : [...tokens, objectToken(tenantId, actorObjectId)];
}

function operationArguments(operation: Operation, isNew: boolean): Argument[] {
  const actor = actorOf(operation);
  const tokens = operationTokens(operation).map((token) => token.toString('hex'));
  return [
    actorKey(actor),
    JSON.stringify(actor),
    actor.tenantId,
    isNew ? unfoldedMember(operation) : '',
    tokens.length,
    ...tokens,
  ];
}

function signInArguments(signIn: SignIn, kept: Kept): Argument[] {
  const tokens = touchTokens(signIn).map((token) => token.toString('hex'));
  const bytes = kept === 'new' || kept === 'source' ? packSignIns(signIn.tenantId, [signIn]) : '';
  return [bytes, tokens.length, ...tokens];
}

interface PlannedOperations {
  readonly writes: CellWrite[];
  readonly added: Operation[];
  /** Keys of the facts that a fold must look at: new ones, and ones that have a lesser source now. */
  readonly isNew: ReadonlySet<string>;
}

async function planOperations(shard: ShardHandle, operations: readonly Operation[]): Promise<PlannedOperations> {
  const least = new Map<string, Operation>();
  for (const operation of operations) {
    const key = factKey(operation);
    const known = least.get(key);
    least.set(key, known === undefined ? operation : lesserSource(known, operation));
  }
  const entries = [...least];
  const cells = await readCells(
    shard.client,
    entries.map(([key, operation]) => ({ key: operationKey(shard.key, actorKey(actorOf(operation))), field: key })),
  );
  const planned = { writes: [] as CellWrite[], added: [] as Operation[], isNew: new Set<string>() };
  for (const [i, cell] of cells.entries()) {
    const [key, operation] = entries[i]!;
    const before = cell.before === null ? null : unpackOperation(String(cell.before));
    if (before !== null && lesserSource(before, operation) === before) continue;
    planned.writes.push({
      ...cell,
      after: packOperation(before === null ? operation : { ...operation, receivedAt: before.receivedAt }),
    });
    planned.isNew.add(key);
    if (before === null) planned.added.push(operation);
  }
  return planned;
}
