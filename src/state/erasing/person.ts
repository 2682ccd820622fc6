/** Who is meant by a UPN or an object id: the account, and the UPNs that facts and findings know it by. */
import { homeUpn, objectIdOf } from '../../detection/identity.ts';
import { type Bearer, bearerOf, type Person } from '../erased.ts';
import { readRelated } from '../facts/window.ts';
import { readFinding, readStandings } from '../folding/findingStore.ts';
import { homeToken, objectToken, type Token } from '../keys.ts';
import { readHash, readSet } from '../redis/values.ts';
import type { ShardHandle } from '../shard.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Meant =
  | { readonly kind: 'person'; readonly person: Person }
  /** The UPN is, or was, that of several accounts. */
  | { readonly kind: 'several'; readonly objectIds: readonly string[] };

/** Reads what is there of someone, who is given by an object id or a UPN in any form. */
export async function personOf(shard: ShardHandle, tenantId: string, written: string): Promise<Meant> {
  const given = written.toLowerCase();
  const home = homeUpn(given);
  const bearers = GUID.test(given) ? [] : await bearersOf(shard, tenantId, { home });
  const objectIds = GUID.test(given)
    ? [objectIdOf(given)]
    : [...new Set(bearers.filter(({ upn }) => homeUpn(upn) === home).map(({ objectId }) => objectId))];
  const accounts = objectIds.filter((id) => id !== null);
  if (accounts.length > 1) return { kind: 'several', objectIds: accounts.sort() };
  const [objectId = null] = accounts;
  if (objectId === null) return { kind: 'person', person: { tenantId, objectId, homes: [home] } };
  const own = await bearersOf(shard, tenantId, { objectId });
  const homes = own
    .filter((bearer) => bearer.objectId === objectId && bearer.upn !== '')
    .map(({ upn }) => homeUpn(upn));
  if (!GUID.test(given)) homes.push(home);
  return { kind: 'person', person: { tenantId, objectId, homes: [...new Set(homes)].sort() } };
}

/** The tokens that all of a person is found under. */
export const tokensOf = ({ tenantId, objectId, homes }: Person): Token[] => [
  ...homes.map((home) => homeToken(tenantId, home)),
  ...(objectId === null ? [] : [objectToken(tenantId, objectId)]),
];

/** Actors with operations, or findings, that are found under one of the tokens. */
export async function actorsUnder({ client, key }: ShardHandle, tokens: readonly Token[]): Promise<string[]> {
  const sets = await Promise.all(tokens.map((token) => readSet(client, `${key}t:${token.toString('hex')}`)));
  return [...new Set(sets.flatMap((set) => [...set]))];
}

/** Everyone in facts and evidence that are found under a UPN or an object id. */
async function bearersOf(
  shard: ShardHandle,
  tenantId: string,
  by: { readonly home: string } | { readonly objectId: string },
): Promise<Bearer[]> {
  const { client, key } = shard;
  const homes = 'home' in by ? [homeToken(tenantId, by.home)] : [];
  const objects = 'objectId' in by ? [objectToken(tenantId, by.objectId)] : [];
  const bearers: Bearer[] = (await readRelated(client, key, homes, objects)).map(bearerOf);
  for (const actorId of await actorsUnder(shard, [...homes, ...objects])) {
    const record = await readHash(client, `${key}a:${actorId}`);
    const actor = record.get('actor');
    if (actor === undefined) continue;
    const known = JSON.parse(String(actor)) as Bearer;
    bearers.push(known);
    for (const [field, json] of record) {
      if (!field.startsWith('p:')) continue;
      const { objectId } = JSON.parse(String(json)) as Pick<Bearer, 'objectId'>;
      bearers.push({ ...known, objectId });
    }
    for (const { id } of await readStandings(client, key, actorId)) {
      const finding = (await readFinding(client, key, id))?.finding;
      if (finding !== undefined)
        bearers.push(
          ...[...finding.items.values()].flat().map(bearerOf),
          ...[...finding.signIns.values()].map(bearerOf),
        );
    }
  }
  return bearers;
}
