/** What a guest in the window takes of Redis, against one hash key for each guest, written plainly. */
import type { Redis } from 'ioredis';
import type { SignIn } from '../../../src/detection/fact.ts';
import { type Figure, type Row, round } from '../figure.ts';
import { Filler, guestSignIn, openOwnState } from '../filling.ts';
import { inLab, type OpenRedis, openRedis, PACKING } from '../lab.ts';

const GUESTS = 1_000_000;
const STEP = 2_000;

export const guestsRow: Row = {
  name: 'guests',
  about: `Redis memory of a guest in the window, at ${GUESTS.toLocaleString('en')} guests, against one plain hash key each`,
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const ownIn = async (redis: OpenRedis): Promise<number> => {
        const filler = new Filler(await openOwnState(closers, redis));
        return bytesPerGuest(redis.client, say, (guests) => filler.put(guests));
      };
      const plainIn = ({ client }: OpenRedis): Promise<number> =>
        bytesPerGuest(client, say, async (guests) => {
          const batch = client.pipeline();
          for (const guest of guests)
            batch.hset(`guest:${guest.upn}`, plainly(guest)).expire(`guest:${guest.upn}`, 172_800);
          await batch.exec();
        });
      const own = await ownIn(await openRedis(closers));
      const plain = await plainIn(await openRedis(closers));
      const packed = await ownIn(await openRedis(closers, PACKING));
      const packedPlain = await plainIn(await openRedis(closers, PACKING));
      return [
        figureOf('Redis memory of a guest', own, plain, { value: own, unit: 'bytes', target: { atMost: 400 } }),
        figureOf('against a plain hash key', own, plain, HALF),
        figureOf(`the same, in a Redis as docker-compose.yml has it`, packed, packedPlain, HALF),
      ];
    }),
};

const HALF = { unit: 'times', target: { atMost: 0.5 } } as const;

const figureOf = (
  what: string,
  own: number,
  plain: number,
  { value = own / plain, ...of }: Pick<Figure, 'unit' | 'target'> & { readonly value?: number },
): Figure => ({
  what: `guests: ${what}`,
  ...{ own: `${round(own)} bytes`, peer: `${round(plain)} bytes`, value },
  ...of,
});

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
