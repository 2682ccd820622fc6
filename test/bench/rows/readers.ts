/** How long after one reader of the stream the last of a thousand has a new finding. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, quantile, type Row, round } from '../figure.ts';
import { guestOperation, guestSignIn } from '../filling.ts';
import { openSide } from '../growth.ts';
import { type Closers, inLab } from '../lab.ts';
import { startReaders, startService } from '../process.ts';

const READERS = 1_000;
const FINDINGS = 30;
const GAP_MS = 250;
const WAIT_MS = 30_000;
const GUESTS = 'guest\\d+(?=@partner)';

export const readersRow: Row = {
  name: 'readers',
  about: `time until the last of ${READERS.toLocaleString('en')} readers of the stream has a new finding, against one reader of another process`,
  measure: (_pairs, say) =>
    inLab(async (closers) => {
      const { redis, filler } = await openSide(closers);
      const now = Date.now();
      await filler.putAll(FINDINGS, (n) => guestSignIn(n, now));
      const all = await follow(closers, redis.url, READERS);
      const one = await follow(closers, redis.url, 1);
      say(`${READERS} readers follow`);
      for (let n = 0; n < FINDINGS; n++) {
        await filler.put([guestOperation(n, n, now)]);
        await pause(GAP_MS);
      }
      for (let waited = 0; all.size < FINDINGS && waited < WAIT_MS; waited += 50) await pause(50);
      say(`${all.size} of ${FINDINGS} findings were told to all of them`);
      return [figureOf(all, one)];
    }),
};

/** When the last of so many readers had each guest's finding. */
async function follow(closers: Closers, redis: string, readers: number): Promise<ReadonlyMap<string, number>> {
  const { apiUrl } = await closers.open(startService('api', { REDIS_URL: redis }));
  const told = new Map<string, number>();
  await closers.open(
    startReaders({ apiUrl, readers, guests: GUESTS }, (guest, at) => {
      told.set(guest, at);
    }),
  );
  return told;
}

function figureOf(all: ReadonlyMap<string, number>, one: ReadonlyMap<string, number>): Figure {
  if (all.size < FINDINGS) throw new Error(`Of ${FINDINGS} findings ${FINDINGS - all.size} did not reach all readers.`);
  const later = [...all].map(([guest, at]) => at - one.get(guest)!);
  return {
    what: `readers: the last of ${READERS} has a new finding, later than one reader (median)`,
    ...{ own: `${round(quantile(later, 0.5))} ms`, peer: `at worst ${round(quantile(later, 1))} ms` },
    ...{ value: quantile(later, 0.5), unit: 'ms', target: { atMost: 250 } },
  };
}
