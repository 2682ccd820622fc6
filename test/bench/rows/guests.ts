/** What a guest in the window takes of Redis, against one hash key for each guest, written plainly. */
import type { Redis } from 'ioredis';
import type { SignIn } from '../../../src/detection/fact.ts';
import { type Figure, type Row, round } from '../figure.ts';
import { Filler, guestSignIn, openOwnState } from '../filling.ts';
import { inLab, openRedis } from '../lab.ts';

const GUESTS = 1_000_000;
const STEP = 2_000;

export const guestsRow: Row = {
  name: 'guests',
  about: `Redis memory of a guest in the window, at ${GUESTS.toLocaleString('en')} guests, against one plain hash key each`,
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const own = await openRedis(closers);
      const filler = new Filler(await openOwnState(closers, own));
      const ownBytes = await bytesPerGuest(own.client, say, (guests) => filler.put(guests));
      const plain = await openRedis(closers);
      const plainBytes = await bytesPerGuest(plain.client, say, async (guests) => {
        const batch = plain.client.pipeline();
        for (const guest of guests)
          batch.hset(`guest:${guest.upn}`, plainly(guest)).expire(`guest:${guest.upn}`, 172_800);
        await batch.exec();
      });
      return figuresOf(ownBytes, plainBytes);
    }),
};

function figuresOf(own: number, plain: number): Figure[] {
  const sides = { own: `${round(own)} bytes`, peer: `${round(plain)} bytes` };
  return [
    { what: 'guests: Redis memory of a guest', ...sides, value: own, unit: 'bytes', target: { atMost: 400 } },
    { what: 'guests: against a plain hash key', ...sides, value: own / plain, unit: 'times', target: { atMost: 0.5 } },
  ];
}

async function bytesPerGuest(
  client: Redis,
  say: (progress: string) => void,
  put: (guests: readonly SignIn[]) => Promise<void>,
): Promise<number> {
  const before = await bytesIn(client);
  for (let at = 0; at < GUESTS; at += STEP) {
    const guests = Array.from({ length: Math.min(STEP, GUESTS - at) }, (_, i) => guestSignIn(at + i, NOW));
    await put(guests);
    if (at % 200_000 === 0) say(`${at} guests`);
  }
  return ((await bytesIn(client)) - before) / GUESTS;
}

async function bytesIn(client: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
}

const NOW = Date.now();

const plainly = ({ source, upn, objectId, ip, homeTenantId, resourceTenantId, recordId, time }: SignIn) => ({
  ...{ upn, objectId, ip, homeTenantId, resourceTenantId, recordId, time: String(time) },
  ...{ hub: source.hub, partition: source.partition, sequenceNumber: source.sequenceNumber, sha256: source.sha256 },
});
