/** What a guest in the window takes of Redis, against one hash key for each guest, written plainly. */
import type { Redis } from 'ioredis';
import type { SignIn } from '../../../src/detection/fact.ts';
import { openState } from '../../../src/state/state.ts';
import { stateOptions } from '../../state/redis.ts';
import { batchOf, signIn } from '../../state/samples.ts';
import { type Figure, type Row, round } from '../figure.ts';
import { inLab, openRedis } from '../lab.ts';

const GUESTS = 1_000_000;
const STEP = 2_000;

export const guestsRow: Row = {
  name: 'guests',
  about: `Redis memory of a guest in the window, at ${GUESTS.toLocaleString('en')} guests, against one plain hash key each`,
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const own = await openRedis(closers);
      const state = await openState(stateOptions(own.url));
      closers.add(() => state.close());
      const ownBytes = await bytesPerGuest(own.client, say, async (guests, step) => {
        const outcome = await state.apply(batchOf(guests, step));
        if (outcome.kind !== 'applied') throw new Error('the state was lost');
      });
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
  put: (guests: readonly SignIn[], step: number) => Promise<void>,
): Promise<number> {
  const before = await bytesIn(client);
  for (let at = 0; at < GUESTS; at += STEP) {
    const guests = Array.from({ length: Math.min(STEP, GUESTS - at) }, (_, i) => guestOf(at + i));
    await put(guests, at);
    if (at % 200_000 === 0) say(`${at} guests`);
  }
  return ((await bytesIn(client)) - before) / GUESTS;
}

async function bytesIn(client: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
}

const idOf = (kind: string, n: number): string => `${kind}000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A sign-in with all its fields; guests come over four hours. */
const guestOf = (n: number): SignIn =>
  signIn(idOf('a1', n), NOW - (n % 14_400) * 1_000, {
    upn: `guest${n}@partner${n % 300}.example`,
    objectId: idOf('b1', n),
    ip: `198.51.${n % 200}.${n % 250}`,
    createdDateTime: 638_000_000_000_000_000n + BigInt(n),
    homeTenantId: idOf('e1', n % 300),
    resourceTenantId: '11111111-1111-1111-1111-111111111111',
  });

const NOW = Date.now();

const plainly = ({ source, upn, objectId, ip, homeTenantId, resourceTenantId, recordId, time }: SignIn) => ({
  ...{ upn, objectId, ip, homeTenantId, resourceTenantId, recordId, time: String(time) },
  ...{ hub: source.hub, partition: source.partition, sequenceNumber: source.sequenceNumber, sha256: source.sha256 },
});
