/** Two guests in every place that the state has, and a way to see in which of them someone is. */
import assert from 'node:assert/strict';
import { BOUNDS } from '../../src/delivery/delivery.ts';
import type { Fact } from '../../src/detection/fact.ts';
import { keepLetters, listLetters } from '../../src/state/deadLetters.ts';
import { deliveriesOf } from '../../src/state/deliveries.ts';
import { makeSuppression } from '../../src/state/noted/suppressions.ts';
import { markField } from '../../src/state/partitions/positions.ts';
import { feedQueries } from '../../src/state/queries/feed.ts';
import type { State } from '../../src/state/state.ts';
import { ANN as CALLER, listed, patch } from './noted.ts';
import { applyFacts } from './redis.ts';
import { GUEST_ID, HOUR_MS, MINUTE_MS, operation, PLACE, signIn, TENANT } from './samples.ts';

export const NOW = Date.now();
const BOB_ID = '33333333-3333-3333-3333-333333333333';
export const BOB = { upn: 'bob@partner.com', objectId: BOB_ID, ip: '203.0.113.8' };
const BOBS = { actorUpn: 'bob_partner.com#ext#@contoso.onmicrosoft.com', actorObjectId: BOB_ID };
export const ANN = { tenantId: TENANT, actor: 'Ann@Partner.com' };

export const ofAnn = (at = NOW - HOUR_MS): Fact[] => [
  signIn(`ann ${at}`, at),
  // Known by the account alone.
  signIn(`ann by id ${at}`, at + MINUTE_MS, { upn: '' }),
  operation(`ann ${at}`, at + 2 * MINUTE_MS),
  operation(`ann without a UPN ${at}`, at + 3 * MINUTE_MS, { actorUpn: '' }),
];
export const ofBob = (at = NOW - HOUR_MS): Fact[] => [
  signIn(`bob ${at}`, at, BOB),
  operation(`bob ${at}`, at + MINUTE_MS, BOBS),
];

/** As it stands in keys and values of a dump: text, a packed id, and a name that was split. */
export const NEEDLES = [
  'ann@partner.com',
  'ann_partner.com',
  GUEST_ID,
  Buffer.from(GUEST_ID.replaceAll('-', ''), 'hex'),
];

/** Keys that hold any of the needles, or have them in their names. */
export async function keysNaming(state: State, needles: readonly (string | Buffer)[] = NEEDLES): Promise<string[]> {
  const { client, options } = state;
  // Else a dump holds what is searched for in another form.
  const nodes = 'nodes' in client ? client.nodes('master') : [client];
  for (const node of nodes) await node.config('SET', 'rdbcompression', 'no');
  const keys = (await Promise.all(nodes.map((node) => node.keys(`*${options.prefix}*`)))).flat();
  const named: string[] = [];
  for (const key of keys.sort()) {
    const bytes = Buffer.concat([
      Buffer.from(key),
      ((await client.callBuffer('DUMP', key)) as Buffer | null) ?? Buffer.alloc(0),
    ]);
    const text = bytes.toString('latin1').toLowerCase();
    if (
      needles.some((needle) =>
        text.includes(
          Buffer.from(needle as string)
            .toString('latin1')
            .toLowerCase(),
        ),
      )
    )
      named.push(key.slice(key.indexOf('}') - 1));
  }
  return named;
}

export type Told = Awaited<ReturnType<typeof listed>>[number] & { readonly guestUpn: string };
export const findingsOf = async (state: State, guest: string): Promise<Told[]> =>
  ((await listed(state)) as Told[]).filter(({ guestUpn }) => guestUpn === guest);

const letterOf = (sequenceNumber: number, text: string) => ({
  ...{ reason: 'not_json' as const, sequenceNumber, enqueuedAt: NOW - HOUR_MS, receivedAt: NOW, recordIndex: 0 },
  bytes: Buffer.from(text),
});
const LETTERS = [
  letterOf(10, `{"tenantId":"${TENANT}","properties":{"userPrincipalName":"ann\\u0040partner.com"`),
  letterOf(11, `{"initiatedBy":{"user":{"id":"${GUEST_ID.toUpperCase()}"}}`),
  letterOf(12, 'by ann_partner.com#EXT#'),
  letterOf(13, 'by bob@partner.com'),
];
export const keep = (state: State) =>
  keepLetters(state.letters, PLACE, LETTERS, { field: markField(PLACE), seen: null, floor: -1, target: 13 }, 100);
export const lettersIn = async (state: State): Promise<number[]> =>
  (await listLetters(state.letters, null, 100)).letters.map(({ letter }) => letter.source.sequenceNumber).sort();

/** What a webhook would be sent, taken in as delivery does it. */
export async function takeIn(state: State): Promise<void> {
  const deliveries = deliveriesOf(state);
  const feed = await feedQueries(state);
  const begin = await feed.read(CALLER, { kind: 'begin' }, 1_000);
  assert.ok(begin.kind === 'changes');
  await deliveries.set({ name: 'soc', address: 'a', about: '{}' }, { place: 'p', takenUntil: 0 }, NOW);
  const standing = await deliveries.state('soc');
  const steps = begin.items.map(({ id, at, cursor, reason, json }) => {
    const { id: findingId, revision, tenantId } = JSON.parse(json) as Told;
    return { place: cursor, at, delivery: { id, eventId: id, findingId, revision, tenantId, reason, json } };
  });
  await deliveries.takeIn('soc', standing!, steps, BOUNDS, NOW);
  await feed.close();
}

/** Ann and Bob in every place that there is; the one is named in what is noted of the other. */
export async function fill(state: State): Promise<void> {
  await applyFacts(state, [...ofAnn(), ...ofBob()]);
  for (const { id } of await findingsOf(state, 'ann@partner.com')) await patch(state, id, { comment: 'who is it' });
  const [bob] = await findingsOf(state, BOB.upn);
  await patch(state, bob!.id, { comment: 'the same address as ann@partner.com, it seems', assignedTo: 'eve' });
  const shard = state.shardOf(TENANT);
  const matcher = { actorUpn: null, actorObjectId: GUEST_ID, operations: null, ipRange: null };
  const suppression = { id: 'a'.repeat(32), tenantId: TENANT, matcher, owner: 'soc', reason: 'rollout' };
  await makeSuppression(shard, { ...suppression, expiresAt: NOW + HOUR_MS, createdAt: NOW, createdBy: 'soc' }, NOW);
  await state.redecide(TENANT);
  assert.equal((await keep(state)).kind, 'kept');
  await takeIn(state);
}
