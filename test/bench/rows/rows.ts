/** Whether the rule's rows cost by the operations in the window, and not by the guests. */
import type { Figure, Row } from '../figure.ts';
import { guestOperation, guestSignIn } from '../filling.ts';
import { compareGrowth, openSide } from '../growth.ts';
import { type Closers, inLab, redisCpuSeconds } from '../lab.ts';
import { cpuSeconds, startService } from '../process.ts';

const GUESTS = 100_000;
const OPERATIONS = 1_000;
const REQUESTS = 5;

export const rowsRow: Row = {
  name: 'rows',
  about: `CPU of the rule's rows of ${OPERATIONS.toLocaleString('en')} operations with ${GUESTS.toLocaleString('en')} guests in the window, against the guests who did them`,
  measure: (pairs, say) =>
    inLab(async (closers): Promise<Figure[]> => {
      const [much, little] = [await openAnswering(closers, GUESTS), await openAnswering(closers, OPERATIONS)];
      say(`${GUESTS} guests are there`);
      const what = `rows: CPU of an answer of ${OPERATIONS} operations, with ${GUESTS} guests against ${OPERATIONS}`;
      return [await compareGrowth(what, pairs, say, { much, little }, { atMost: 1.2 })];
    }),
};

/** A service over a window of so many guests, of whom the first have done something; gives what an answer costs it and Redis. */
async function openAnswering(closers: Closers, guests: number): Promise<() => Promise<number>> {
  const { redis, filler } = await openSide(closers);
  const now = Date.now();
  await filler.putAll(guests, (n) => guestSignIn(n, now));
  await filler.putAll(OPERATIONS, (n) => guestOperation(n, n, now), 200);
  await filler.settled();
  const { pid, apiUrl } = await closers.open(startService('api', { REDIS_URL: redis.url }));
  return async () => {
    const before = cpuSeconds(pid) + (await redisCpuSeconds(redis.client));
    for (let i = 0; i < REQUESTS; i++) {
      const answer = await fetch(`${apiUrl}/v1/rule/rows?view=strict`);
      const { rows } = (await answer.json()) as { readonly rows: readonly object[] };
      if (rows.length !== OPERATIONS) throw new Error(`${rows.length} rows, of ${OPERATIONS} operations`);
    }
    return ((cpuSeconds(pid) + (await redisCpuSeconds(redis.client)) - before) / REQUESTS) * 1_000;
  };
}
