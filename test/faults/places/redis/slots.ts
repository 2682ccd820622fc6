/** Faults of a Cluster whose slots move while it is used: at once, or key by key as Redis does it. */
import type { Dice } from '../../../oracle/dice.ts';
import { type Fault, HARMLESS } from '../../fault.ts';
import { nothing } from './arrangement.ts';
import type { ClusterPlace } from './cluster.ts';
import { SLOTS } from './slotTable.ts';

export const slotFaults = (place: ClusterPlace): Fault[] => [movedAtOnce(place), movedLive(place)];

/** As seen from services: what they send waits until all keys of the slot have another place. */
const movedAtOnce = (place: ClusterPlace): Fault =>
  slotMoved('redis.slot-moved', HARMLESS, place, async (move) => {
    const releases = place.proxies.map((proxy) => proxy.hold());
    try {
      // What had come through before is done by the time that each node has answered.
      for (let round = 0; round < 2; round++) await Promise.all(place.nodes.map(({ client }) => client.echo('')));
      await move();
    } finally {
      for (const release of releases) release();
    }
  });

/**
 * As Redis does it, some keys at a time, with both nodes serving the slot by halves. A script that declares a key which does
 * not exist is sent to the new node before the keys that it uses have come there; what it writes is replaced by what comes.
 */
const movedLive = (place: ClusterPlace): Fault =>
  slotMoved('redis.slot-moved.live', { losesState: true, losesEvents: false, isBeyondNotice: true }, place, (move) =>
    move(),
  );

/** Moves a slot with one of the hash tags in use; at the end it stays or moves back. */
function slotMoved(
  name: string,
  losses: Pick<Fault, 'losesState' | 'losesEvents' | 'isBeyondNotice'>,
  place: ClusterPlace,
  moving: (move: () => Promise<void>) => Promise<void>,
): Fault {
  const isPossible = () => !place.nodes.some(({ isHeld, refuses }) => isHeld || refuses);
  return {
    ...{ name, ...losses },
    async begin(dice) {
      if (!isPossible()) return nothing;
      const slot = await pickSlot(place, dice);
      const from = await place.slots.ownerOf(slot);
      const to = dice.pick(place.nodes.filter((node) => node !== from));
      const comesBack = dice.chance(0.5);
      await moving(() => place.slots.move(slot, to));
      return async () => {
        if (comesBack && isPossible()) await moving(() => place.slots.move(slot, from));
      };
    },
  };
}

/** The slot of one of the tags in use; of none where there are no keys. */
async function pickSlot(place: ClusterPlace, dice: Dice): Promise<number> {
  const tags = new Set<string>();
  for (const { client } of place.nodes) {
    for (let cursor = '0'; ; ) {
      const [next, keys] = await client.scan(cursor, 'COUNT', 1000);
      for (const key of keys) {
        const tag = /\{[^}]+\}/.exec(key)?.[0];
        if (tag !== undefined) tags.add(tag);
      }
      cursor = next;
      if (cursor === '0') break;
    }
  }
  if (tags.size === 0) return dice.below(SLOTS);
  return Number(await place.nodes[0]!.client.cluster('KEYSLOT', dice.pick([...tags].sort())));
}
