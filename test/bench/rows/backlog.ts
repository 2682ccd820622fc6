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
const LOOK_MS = 5;
/** The work has guests of lower numbers. */
const GUEST = 500_000;

export const backlogRow: Row = {
  name: 'backlog',
  about: `from the start of a service to its first finding, which stands in front of ${(EVENTS * RECORDS_PER_EVENT).toLocaleString('en')} records, beyond the same without these`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, HUBS);
      const blobs = await openBlobs(closers);
      const lasts = { waiting: await sendFinding(hub, 'waiting'), calm: await sendFinding(hub, 'calm') };
      const sent = await hub.send({ hub: 'waiting', from: 0, events: EVENTS, partitions: PARTITIONS });
      Object.assign(lasts.waiting, sent.lasts);
      const turns: Record<(typeof HUBS)[number], Started>[] = [];
      for (let turn = 0; turn < pairs; turn++) {
        const took = async (name: (typeof HUBS)[number]) =>
          startOn(hub, name, `${name}-${turn}`, blobs, lasts[name], (text) => say(`${name}: ${text}`));
        turns.push({ waiting: await took('waiting'), calm: await took('calm') });
      }
      return [
        figureOf(
          turns.map(({ waiting }) => waiting),
          turns.map(({ calm }) => calm),
        ),
      ];
    }),
};

/** Milliseconds from the start of a service to its first finding, and until all was read. */
interface Started {
  readonly first: number;
  readonly all: number;
}

const figureOf = (own: readonly Started[], peer: readonly Started[]): Figure => ({
  what: 'backlog: from a start to the first finding, beyond the same without one; and until all is read',
  own: `${round(median(own.map(({ first }) => first)))} ms; all ${round(median(own.map(({ all }) => all)) / 1_000)} s`,
  peer: `${round(median(peer.map(({ first }) => first)))} ms`,
  value: median(own.map(({ first }, i) => first - peer[i]!.first)),
  ...{ unit: 'ms', target: null },
});

/** A sign-in and what its guest did, as the first that the hub holds. */
async function sendFinding(hub: HubProcess, name: string): Promise<Record<string, number>> {
  const now = Date.now();
  await hub.put(name, '0', envelopeOf([guestSignInText(1, GUEST, now - 60_000)]).toString());
  await hub.put(name, '0', envelopeOf([privilegedText(1, GUEST, now)]).toString());
  return { 0: 1 };
}

/** Starts a service on a Redis that is empty, and ends it when all is read. */
async function startOn(
  hub: HubProcess,
  name: string,
  container: string,
  blobs: string,
  lasts: Readonly<Record<string, number>>,
  say: (progress: string) => void,
): Promise<Started> {
  const closers = new Closers();
  try {
    const { url, client } = await openRedis(closers);
    const begun = performance.now();
    // A finding may come before the service says that it is ready.
    const starting = closers.open(startService('consumer', settings(hub, name, url, blobs, container)));
    const [first] = await Promise.all([untilFound(client).then(() => performance.now() - begun), starting]);
    await untilDone(client, name, lasts);
    const all = performance.now() - begun;
    say(`first finding after ${round(first)} ms, all read after ${round(all)} ms`);
    return { first, all };
  } finally {
    await closers.close();
  }
}

async function untilFound(client: Redis): Promise<void> {
  while ((await client.xlen('{guestwatch:0}feed')) === 0) await pause(LOOK_MS);
}
