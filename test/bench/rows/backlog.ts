/** How long a service that starts takes to its first finding while much waits for it, against one for which next to nothing does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Figure, median, type Row, round } from '../figure.ts';
import { Closers, inLab, openBlobs, openHub, openRedis, PARTITIONS, settings, untilDone } from '../lab.ts';
import { type HubProcess, startService } from '../process.ts';
import { envelopeOf, guestSignInText, privilegedText, RECORDS_PER_EVENT } from '../work.ts';

const HUBS = ['waiting', 'calm'] as const;
/** As much of a day as a core sends within seconds. */
const EVENTS = 12_000;
const TURNS_MAX = 3;
const LOOK_MS = 5;
/** The work has guests of lower numbers. */
const GUEST = 500_000;

export const backlogRow: Row = {
  name: 'backlog',
  about: `from the start of a service to its first finding, with ${(EVENTS * RECORDS_PER_EVENT).toLocaleString('en')} records waiting, beyond the same with two`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, HUBS);
      const blobs = await openBlobs(closers);
      const lasts = { waiting: {}, calm: {} };
      for (const name of HUBS) lasts[name] = await sendFinding(hub, name);
      Object.assign(
        lasts.waiting,
        (await hub.send({ hub: 'waiting', from: 0, events: EVENTS, partitions: PARTITIONS })).lasts,
      );
      const first = { waiting: [] as number[], calm: [] as number[] };
      const all: number[] = [];
      for (let turn = 0; turn < Math.min(pairs, TURNS_MAX); turn++) {
        for (const name of HUBS) {
          const took = await startOn(hub, name, `${name}-${turn}`, blobs, lasts[name]);
          first[name].push(took.first);
          if (name === 'waiting') all.push(took.all);
          say(`${name}: first finding after ${round(took.first)} ms, all read after ${round(took.all)} ms`);
        }
      }
      return [figureOf(median(first.waiting), median(first.calm), median(all))];
    }),
};

const figureOf = (own: number, peer: number, all: number): Figure => ({
  what: 'backlog: from a start to the first finding, beyond the same without one; and until all is read',
  ...{ own: `${round(own)} ms; all ${round(all / 1_000)} s`, peer: `${round(peer)} ms` },
  ...{ value: own - peer, unit: 'ms', target: null },
});

/** A sign-in and what its guest did, as the first that the hub holds. */
async function sendFinding(hub: HubProcess, name: string): Promise<Record<string, number>> {
  const now = Date.now();
  await hub.put(name, '0', envelopeOf([guestSignInText(1, GUEST, now - 60_000)]).toString());
  await hub.put(name, '0', envelopeOf([privilegedText(1, GUEST, now)]).toString());
  return { 0: 1 };
}

/** Starts a service on a Redis that is empty, and ends it when all is read. Times in milliseconds. */
async function startOn(
  hub: HubProcess,
  name: string,
  container: string,
  blobs: string,
  lasts: Readonly<Record<string, number>>,
): Promise<{ readonly first: number; readonly all: number }> {
  const closers = new Closers();
  try {
    const { url, client } = await openRedis(closers);
    const begun = performance.now();
    // A finding may come before the service says that it is ready.
    const starting = closers.open(startService('consumer', settings(hub, name, url, blobs, container)));
    const [first] = await Promise.all([untilFound(client).then(() => performance.now() - begun), starting]);
    await untilDone(client, name, lasts);
    return { first, all: performance.now() - begun };
  } finally {
    await closers.close();
  }
}

async function untilFound(client: Redis): Promise<void> {
  while ((await client.xlen('{guestwatch:0}feed')) === 0) await pause(LOOK_MS);
}
