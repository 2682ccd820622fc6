/** How often Redis is asked for events that hold no guest and no privileged operation. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Figure, type Row, round } from '../figure.ts';
import { inLab, openBlobs, openHub, openRedis, settings, untilDone } from '../lab.ts';
import { startService } from '../process.ts';

const HUB = 'quiet';
const PARTITION = '0';
const SECONDS = 20;
/** Ten events a second, so that many batches come between two positions. */
const GAP_MS = 100;
const BODY = JSON.stringify({
  records: Array.from({ length: 20 }, () => ({ category: 'SignInLogs', properties: { userType: 'Member' } })),
});

export const quietRow: Row = {
  name: 'quiet',
  about: 'calls to Redis for batches that hold nothing, beside those of the same service without events',
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, [HUB]);
      const redis = await openRedis(closers);
      await closers.open(startService('consumer', settings(hub, HUB, redis.url, await openBlobs(closers))));
      await hub.put(HUB, PARTITION, BODY);
      await untilDone(redis.client, HUB, { [PARTITION]: 0 });
      const idle = await callsDuring(redis.client, () => pause(SECONDS * 1_000));
      say(`${idle} calls in ${SECONDS} s without events`);
      const batches = (SECONDS * 1_000) / GAP_MS;
      const busy = await callsDuring(redis.client, async () => {
        for (let i = 0; i < batches; i++) {
          await hub.put(HUB, PARTITION, BODY);
          await pause(GAP_MS);
        }
      });
      say(`${busy} calls in the time of ${batches} events`);
      return [figureOf((busy - idle) / SECONDS)];
    }),
};

const figureOf = (perSecond: number): Figure => ({
  what: `quiet: calls a second for ${1_000 / GAP_MS} batches a second that hold nothing, less those of an idle service`,
  ...{ own: `${round(perSecond)} calls`, peer: '1 call, for the position' },
  ...{ value: perSecond, unit: 'calls', target: { atMost: 1 } },
});

/** How many commands Redis is sent meanwhile, a round trip each at the most; what scripts do within it is none. */
async function callsDuring(client: Redis, work: () => Promise<unknown>): Promise<number> {
  const monitor = await client.monitor();
  let calls = 0;
  monitor.on('monitor', (_time: string, _command: readonly string[], source: string) => {
    if (source !== 'lua') calls += 1;
  });
  await work();
  monitor.disconnect();
  return calls;
}
