/** The first step: a batch's facts into one shard, atomically, with every actor that they touch put down as owed a fold. */
import { factKey, type Operation, type SignIn } from '../detection/fact.ts';
import { actorKey, actorOf, lesserSource } from '../detection/finding.ts';
import { homeUpn } from '../detection/identity.ts';
import { type CellWrite, cellArguments, readCells } from './cells.ts';
import { homeToken, objectToken, type Token } from './keys.ts';
import { packOperation, packSignIns, unpackOperation } from './packing.ts';
import { type Argument, type Client, loadScript, runScript } from './redis.ts';
import { expiryOf, planInsertion, touchTokens } from './window.ts';

/** Facts fall due by these slots; the sweep looks at a slot once it is over. */
export const SLOT_MS = 15 * 60_000;
/** An `#EXT#` actor without a sign-in this long after its operation is a near miss. */
const NEAR_MISS_AFTER_MS = 24.25 * 3_600_000;
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
}

/** A partition's mark in a shard: raised with the facts, in the same step. Empty: unknown, or not to be raised. */
export interface Mark {
  readonly field: string;
  readonly seen: string;
  readonly target: string;
}

export interface Applied {
  readonly kind: 'applied';
  /** Actors that are owed a fold. */
  readonly actors: readonly string[];
  readonly newFacts: number;
  readonly knownFacts: number;
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

export async function applyFacts(
  shard: ShardHandle,
  facts: readonly (Operation | SignIn)[],
  marks: readonly Mark[],
  now: number,
): Promise<Applied | Lost> {
  const signIns = facts.filter((fact) => fact.kind === 'signIn');
  const operations = facts.filter((fact) => fact.kind === 'operation');
  for (let attempt = 1; ; attempt++) {
    const slotOf = (fact: SignIn | Operation): number => Math.floor(expiryOf(fact, shard.retentionMs) / SLOT_MS);
    const insertion = await planInsertion(shard.client, shard.key, signIns, slotOf);
    const planned = await planOperations(shard, operations);
    const due = [...insertion.slots].map(
      ([slot, token]) => [slot.slice(0, slot.indexOf(' ')), Buffer.concat([GUEST_ENTRY, token])] as const,
    );
    const dueActors = new Set(planned.added.map((operation) => `${slotOf(operation)} ${actorKey(actorOf(operation))}`));
    for (const entry of dueActors)
      due.push([entry.slice(0, entry.indexOf(' ')), Buffer.from(`a${entry.slice(entry.indexOf(' ') + 1)}`)] as const);
    const near = planned.added.filter((operation) => operation.actorUpn.includes('#ext#'));
    const args: Argument[] = [
      shard.generation,
      now,
      ...counted(marks.map(({ field, seen, target }) => [field, seen, target])),
      ...cellArguments([...insertion.writes, ...planned.writes]),
      ...counted(operations.map((operation) => operationArguments(operation, planned.isNew.has(factKey(operation))))),
      ...counted(signIns.map((signIn) => signInArguments(signIn, insertion.kept.get(signIn) ?? 'known'))),
      ...counted(due),
      ...counted(
        near.map((operation) => [`${actorKey(actorOf(operation))} ${factKey(operation)}`, nearMissAt(operation)]),
      ),
      ...counted([...new Set(facts.map(({ tenantId }) => tenantId))].map((tenantId) => [tenantId])),
    ];
    const [outcome, ...rest] = (await runScript(shard.client, applyScript, shard.key, args)) as Buffer[];
    switch (String(outcome)) {
      case 'applied': {
        const newFacts =
          planned.added.length +
          [...insertion.kept.values()].filter((kept) => kept === 'new' || kept === 'thinned').length;
        return {
          kind: 'applied',
          actors: rest.map(String),
          newFacts,
          knownFacts: facts.length - newFacts,
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

const counted = (entries: readonly (readonly Argument[])[]): Argument[] => [entries.length, ...entries.flat()];

const nearMissAt = (operation: Operation): number =>
  expiryOf({ ...operation, source: { enqueuedAt: 0 } }, NEAR_MISS_AFTER_MS);

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
    isNew ? UNFOLDED + indexSuffix(operation) : '',
    tokens.length,
    ...tokens,
  ];
}

function signInArguments(signIn: SignIn, kept: 'new' | 'source' | 'known' | 'thinned'): Argument[] {
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
