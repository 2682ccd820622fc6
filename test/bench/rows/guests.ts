/**
 * What a guest in the window takes of Redis, against one hash key for each guest, written plainly; and what a record costs while all
 * of them are there, against an empty window.
 */
import type { Redis } from 'ioredis';
import type { SignIn } from '../../../src/detection/fact.ts';
import { type Contestant, costFigure, inTurn, ourConsumer, PASSES_TO_GET_WARM } from '../contestants.ts';
import { type Figure, type Row, round } from '../figure.ts';
import { Filler, guestSignIn, openOwnState } from '../filling.ts';
import { type Closers, inLab, type OpenRedis, openBlobs, openHub, openRedis, PACKING } from '../lab.ts';

const GUESTS = 1_000_000;
const STEP = 2_000;

export const guestsRow: Row = {
  name: 'guests',
  about: `Redis memory of a guest in the window, at ${GUESTS.toLocaleString('en')} guests, against one plain hash key each; and CPU of a record then`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const ownIn = (redis: OpenRedis): Promise<number> =>
        // Of its own: what has filled the window is to be gone when a record is measured beside it.
        inLab(async (fillers) => {
          const filler = new Filler(await openOwnState(fillers, redis));
          return bytesPerGuest(redis.client, say, (guests) => filler.put(guests));
        });
      const plainIn = ({ client }: OpenRedis): Promise<number> =>
        bytesPerGuest(client, say, async (guests) => {
          const batch = client.pipeline();
          for (const guest of guests)
            batch.hset(`guest:${guest.upn}`, plainly(guest)).expire(`guest:${guest.upn}`, 172_800);
          await batch.exec();
        });
      const full = await openRedis(closers);
      const own = await ownIn(full);
      const plain = await plainIn(await openRedis(closers));
      const packed = await ownIn(await openRedis(closers, PACKING));
      const packedPlain = await plainIn(await openRedis(closers, PACKING));
      return [
        figureOf('Redis memory of a guest', own, plain, { value: own, unit: 'bytes', target: { atMost: 400 } }),
        figureOf('against a plain hash key', own, plain, HALF),
        figureOf(`the same, in a Redis as docker-compose.yml has it`, packed, packedPlain, HALF),
        ...(await windowFigures(closers, full, pairs, say)),
      ];
    }),
};

const HUBS = ['full', 'empty'];

async function windowFigures(
  closers: Closers,
  redis: OpenRedis,
  pairs: number,
  say: (progress: string) => void,
): Promise<Figure[]> {
  const hub = await openHub(closers, HUBS);
  const blobs = await openBlobs(closers);
  const contestants: Contestant[] = [
    await ourConsumer(closers, hub, 'full', blobs, { redis }),
    await ourConsumer(closers, hub, 'empty', blobs),
  ];
  const [full = [], empty = []] = await inTurn(hub, contestants, pairs, say, { toGetWarm: PASSES_TO_GET_WARM });
  return [
    costFigure('guests: CPU a million records, beside them and in an empty window', full, empty, { atMost: 1.1 }),
    costFigure('guests: CPU of Redis meanwhile, beside them and in an empty window', full, empty, null, 'redis'),
  ];
}

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

/** All that ours keeps of it, too: but for the look-up by object id, which would be another key. */
const plainly = ({ source, kind: _kind, receivedAt: _receivedAt, time, createdDateTime, ...ids }: SignIn) => ({
  ...{ ...ids, time: String(time), createdDateTime: String(createdDateTime) },
  ...{ hub: source.hub, partition: source.partition, sequenceNumber: source.sequenceNumber },
  ...{ recordIndex: source.recordIndex, enqueuedAt: source.enqueuedAt, sha256: source.sha256 },
});
