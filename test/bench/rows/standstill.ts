/** How much memory the service takes while Redis stands still and the hub fills up. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, type Row, round } from '../figure.ts';
import { inLab, openBlobs, openHub, openRedis, PARTITIONS, settings, untilDone } from '../lab.ts';
import { memoryBytes, startService } from '../process.ts';

const HUB = 'standstill';
const SECONDS = 60;
/** Of some 57 KB each: 2 GB in all. */
const EVENTS_A_SECOND = 580;
const MB = 1_000_000;

export const standstillRow: Row = {
  name: 'standstill',
  about: `memory of the service while Redis stands still for ${SECONDS} s and 2 GB arrive, beyond the same process idle`,
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, [HUB]);
      const redis = await openRedis(closers);
      const service = await closers.open(
        startService('consumer', settings(hub, HUB, redis.url, await openBlobs(closers))),
      );
      const send = (turn: number, events: number) =>
        hub.send({ hub: HUB, from: turn * EVENTS_A_SECOND, events, partitions: PARTITIONS });
      await untilDone(redis.client, HUB, (await send(0, PARTITIONS)).lasts);
      const idle = memoryBytes(service.pid);
      redis.pause();
      let most = idle;
      const begun = performance.now();
      let lasts: Readonly<Record<string, number>> = {};
      for (let turn = 1; turn <= SECONDS; turn++) {
        const sent = await send(turn, EVENTS_A_SECOND);
        if (turn === 1) lasts = sent.lasts;
        do {
          most = Math.max(most, memoryBytes(service.pid));
          await pause(100);
        } while (performance.now() - begun < turn * 1_000);
        if (turn % 10 === 0) say(`after ${turn} s ${round(most / MB)} MB, idle ${round(idle / MB)} MB`);
      }
      redis.resume();
      // It must not have given up, or it has held nothing for another reason.
      await untilDone(redis.client, HUB, lasts);
      return [figureOf(most, idle)];
    }),
};

const figureOf = (most: number, idle: number): Figure => ({
  what: `standstill: memory at its most while Redis stands still for ${SECONDS} s, beyond idle`,
  ...{ own: `${round(most / MB)} MB`, peer: `${round(idle / MB)} MB` },
  ...{ value: (most - idle) / MB, unit: 'MB', target: { atMost: 200 } },
});
