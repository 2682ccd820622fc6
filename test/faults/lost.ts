/** What has passed out of a hub before anybody read it: of the events that are gone, those of which the service has nothing. */
import type { Cluster, Redis } from 'ioredis';
import { readEvent } from '../../src/detection/event.ts';
import { factKey, type Operation, type SignIn } from '../../src/detection/fact.ts';
import { actorKey, actorOf } from '../../src/detection/finding.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import { operationKey } from '../../src/state/apply.ts';
import { keysUnder, shardOf } from '../../src/state/keys.ts';
import { guestToken, readGuests } from '../../src/state/window.ts';
import { askForAll } from '../e2e/asking.ts';
import type { Sent } from './places/hubs.ts';
import type { World } from './world.ts';

const TABLE = nameTable(BUILT_IN_RULE);

interface LetterAnswer {
  readonly source: { readonly hub: string; readonly partition: string; readonly sequenceNumber: number };
}

export async function lostOf({ hubs, redis }: World, url: string): Promise<ReadonlySet<Sent>> {
  const lost = new Set<Sent>();
  if (hubs.gone.size === 0) return lost;
  const client = redis.look();
  const shards = Number(redis.environment['STATE_SHARDS'] ?? 1);
  const shardKey = (tenantId: string): string => keysUnder('guestwatch').shard(shardOf(tenantId, shards));
  const letters = await askForAll<LetterAnswer>(url, '/v1/dead-letters', { limit: 100 });
  const dead = new Set(letters.map(({ source }) => `${source.hub}/${source.partition}/${source.sequenceNumber}`));
  for (const one of hubs.gone) {
    const { body, hub, partition, sequenceNumber, enqueuedAt } = one;
    const origin = { hub, partition, sequenceNumber, enqueuedAt, receivedAt: enqueuedAt, referenceMs: enqueuedAt };
    const { facts, deadLetters } = readEvent(body, origin, TABLE);
    const seen = await Promise.all(facts.map((fact) => isKept(client, shardKey(fact.tenantId), fact)));
    const isThere =
      facts.length > 0
        ? seen.includes(true)
        : deadLetters.length === 0 || dead.has(`${hub}/${partition}/${sequenceNumber}`);
    if (!isThere) lost.add(one);
  }
  return lost;
}

async function isKept(client: Redis | Cluster, shardKey: string, fact: Operation | SignIn): Promise<boolean> {
  if (fact.kind === 'operation') {
    return (await client.hexists(operationKey(shardKey, actorKey(actorOf(fact))), factKey(fact))) === 1;
  }
  const kept = await readGuests(client, shardKey, [guestToken(fact)]);
  return kept.some((signIn) => factKey(signIn) === factKey(fact));
}
