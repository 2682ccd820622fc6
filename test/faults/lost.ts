/** What has passed out of a hub before it was read: of the events that are gone, those of which something is not there. */
import { readEvent } from '../../src/detection/event.ts';
import { factKey, type Operation, type SignIn, type Source } from '../../src/detection/fact.ts';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import { operationKey } from '../../src/state/facts/operations.ts';
import { guestToken, readGuests } from '../../src/state/facts/window.ts';
import { listedId, readFinding } from '../../src/state/folding/findingStore.ts';
import { keysUnder, shardOf } from '../../src/state/keys.ts';
import { type Actors, nameOf } from '../e2e/laws.ts';
import { splitBody } from '../oracle/naive.ts';
import type { Sent } from './places/hubs.ts';
import { Letters, missingOf, type StateView } from './watch/expected.ts';
import type { World } from './world.ts';

const TABLE = nameTable(BUILT_IN_RULE);

export interface Reading {
  /** Everything that was sent, and of what is gone that which is there: records that are not have an empty one in their place. */
  readonly read: readonly Sent[];
  /** Events of which something is not there. */
  readonly lost: readonly Sent[];
  /** Actors of findings that outlived what they are made of: they hold something of these events that is nowhere else. */
  readonly outlived: Actors;
}

export async function readingOf({ hubs, redis }: World): Promise<Reading> {
  const shards = Number(redis.environment['STATE_SHARDS'] ?? 1);
  const state: StateView = { client: redis.look(), keys: keysUnder('guestwatch'), shards };
  const letters = new Letters(state);
  const lost: Sent[] = [];
  const read: Sent[] = [];
  for (const one of hubs.sent) {
    const isLost = hubs.gone.has(one) && (await missingOf(state, one, letters)) !== null;
    if (isLost) lost.push(one);
    if (isLost) for (const body of await whatIsThere(state, one, letters)) read.push({ ...one, body });
    else read.push(one);
  }
  return { read, lost, outlived: lost.length === 0 ? new Set() : await outlivedOf(state, new Set(lost.map(placeOf))) };
}

const placeOf = ({ hub, partition, sequenceNumber }: Pick<Source, 'hub' | 'partition' | 'sequenceNumber'>): string =>
  `${hub}/${partition}/${sequenceNumber}`;

async function outlivedOf(state: StateView, lost: ReadonlySet<string>): Promise<Actors> {
  const { client, keys } = state;
  const actors = new Set<string>();
  for (let shard = 0; shard < state.shards; shard++) {
    const key = keys.shard(shard);
    for (const member of await client.zrange(`${key}list`, '0', '-1')) {
      const { finding } = (await readFinding(client, key, listedId(member))) ?? { finding: null };
      if (finding === null) continue;
      const facts = [...[...finding.items.values()].flat(), ...finding.signIns.values()];
      const { tenantId, upn, objectId } = finding.actor;
      for (const fact of facts)
        if (lost.has(placeOf(fact.source)) && !(await isKept(state, fact)))
          actors.add(nameOf({ tenantId, actorUpn: upn, actorObjectId: objectId }));
    }
  }
  return actors;
}

/** An event can have been read in part: of several shards one had its facts, or another event brought some of its records as well. */
async function whatIsThere(state: StateView, one: Sent, letters: Letters): Promise<readonly Buffer[]> {
  const { body, hub, partition, sequenceNumber, enqueuedAt } = one;
  const origin = { hub, partition, sequenceNumber, enqueuedAt, receivedAt: enqueuedAt, referenceMs: enqueuedAt };
  const { facts, deadLetters } = readEvent(body, origin, TABLE);
  const there = new Set<number>();
  for (const fact of facts) if (await isKept(state, fact)) there.add(fact.source.recordIndex);
  // What stands in no record’s place is a letter of its own.
  const scraps: Buffer[] = [];
  for (const { recordIndex, bytes } of deadLetters) {
    if (!(await letters.has(one, recordIndex))) continue;
    if (recordIndex === null) scraps.push(Buffer.from(bytes));
    else there.add(recordIndex);
  }
  const records = splitBody(body).records.map((record, index) => (there.has(index) ? String(record) : '{}'));
  return [Buffer.from(`{"records":[${records.join(',')}]}`), ...scraps];
}

async function isKept({ client, keys, shards }: StateView, fact: Operation | SignIn): Promise<boolean> {
  const shardKey = keys.shard(shardOf(fact.tenantId, shards));
  if (fact.kind === 'operation')
    return (await client.hexists(operationKey(shardKey, actorKey(actorOf(fact))), factKey(fact))) === 1;
  const kept = await readGuests(client, shardKey, [guestToken(fact)]);
  return kept.some((signIn) => factKey(signIn) === factKey(fact));
}
