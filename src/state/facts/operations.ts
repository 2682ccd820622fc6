/** Operations as they lie in a shard: under which keys and places each is found, and what to write so that it is there. */
import { digest } from '../../detection/digest.ts';
import { factKey, type Operation } from '../../detection/fact.ts';
import { actorKey, actorOf, lesserSource } from '../../detection/finding.ts';
import { homeUpn } from '../../detection/identity.ts';
import { homeToken, objectToken, type Token, timeHex } from '../keys.ts';
import type { Cell, CellPlace, CellWrite } from '../redis/cells.ts';
import { packOperation, unpackOperation } from './packing.ts';

export const operationKey = (shardKey: string, actor: string): string => `${shardKey}ao:${actor}`;
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

export function operationTokens(operation: Operation): Token[] {
  const { tenantId, actorUpn, actorObjectId } = operation;
  const home = homeUpn(actorUpn);
  const tokens = home === '' ? [] : [homeToken(tenantId, home)];
  return actorObjectId === null ? tokens : [...tokens, objectToken(tenantId, actorObjectId)];
}

export interface PlannedOperations {
  readonly writes: CellWrite[];
  readonly added: Operation[];
  /** Keys of the facts that a fold must look at: new ones, and ones that have a lesser source now. */
  readonly isNew: ReadonlySet<string>;
}

/** Each operation once, with the least source that it came with, by its key. */
export function leastSources(operations: readonly Operation[]): Map<string, Operation> {
  const least = new Map<string, Operation>();
  for (const operation of operations) {
    const key = factKey(operation);
    const known = least.get(key);
    least.set(key, known === undefined ? operation : lesserSource(known, operation));
  }
  return least;
}

/** Where the operations lie, in their order. */
export const operationPlaces = (shardKey: string, least: ReadonlyMap<string, Operation>): CellPlace[] =>
  [...least].map(([field, operation]) => ({ key: operationKey(shardKey, actorKey(actorOf(operation))), field }));

/** Says by what is there, place by place, what to write, so that the operations are in the shard, each with its least source. */
export function planOperations(least: ReadonlyMap<string, Operation>, cells: readonly Cell[]): PlannedOperations {
  const planned = { writes: [] as CellWrite[], added: [] as Operation[], isNew: new Set<string>() };
  let i = 0;
  for (const [key, operation] of least) {
    const cell = cells[i++]!;
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
