/** How often Redis is asked for events that hold no guest and no privileged operation. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Figure, type Row, round } from '../figure.ts';
import { inLab, openBlobs, openHub, openRedis, settings, untilDone } from '../lab.ts';
import { startService } from '../process.ts';

const HUB = 'quiet';
const PARTITION = '0';
/** Long enough that what the service asks by itself, every 15 s at the least often, comes some times. */
const SECONDS = 40;
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
      say(`${idle.count} calls in ${SECONDS} s without events`);
      const batches = (SECONDS * 1_000) / GAP_MS;
      const busy = await callsDuring(redis.client, async () => {
        for (let i = 0; i < batches; i++) {
          await hub.put(HUB, PARTITION, BODY);
          await pause(GAP_MS);
        }
      });
      say(`${busy.count} calls in the time of ${batches} events`);
      return [figureOf(busy.perSecond - idle.perSecond)];
    }),
};

const figureOf = (perSecond: number): Figure => ({
  what: `quiet: calls a second for ${1_000 / GAP_MS} batches a second that hold nothing, less those of an idle service`,
  ...{ own: `${round(perSecond)} calls`, peer: '1 call, for the position' },
  ...{ value: perSecond, unit: 'calls', target: { atMost: 1 } },
});

interface Calls {
  readonly count: number;
  readonly perSecond: number;
}

/** How often Redis is sent a command meanwhile, a round trip each at the most; what scripts do within it is none. */
async function callsDuring(client: Redis, work: () => Promise<unknown>): Promise<Calls> {
  const monitor = await client.monitor();
  const kinds = new Map<string, number[]>();
  monitor.on('monitor', (time: string, command: readonly string[], source: string) => {
    if (source === 'lua') return;
    // Of a script its hash and its key.
    const kind = command.slice(0, 4).join(' ');
    kinds.set(kind, [...(kinds.get(kind) ?? []), Number(time)]);
  });
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  monitor.disconnect();
  const all = [...kinds.values()];
  return {
    count: all.reduce((sum, times) => sum + times.length, 0),
    perSecond: all.reduce((sum, times) => sum + rateOf(times, seconds), 0),
  };
}

/** By the time between the first and the last: whether one more falls into the time that is looked at is chance. Calls in a bunch are no rate. */
function rateOf(times: readonly number[], seconds: number): number {
  const count = times.length;
  if (count < 3) return count / seconds;
  return Math.min((count - 1) / (times.at(-1)! - times[0]!), (count + 1) / seconds);
}
