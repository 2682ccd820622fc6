/** What a record costs while many guests are in the window, against an empty one. */
import { type Contestant, costFigure, inTurn, ourConsumer } from '../contestants.ts';
import type { Row } from '../figure.ts';
import { Filler, guestSignIn, openOwnState } from '../filling.ts';
import { inLab, openBlobs, openHub, openRedis } from '../lab.ts';

/** Of the million that the target speaks of as many as can be put there within a minute. */
const GUESTS = 300_000;
const HUBS = ['full', 'empty'];

export const windowRow: Row = {
  name: 'window',
  about: `CPU of the consumer per million records with ${GUESTS.toLocaleString('en')} guests in the window, against an empty one`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const redis = await openRedis(closers);
      const now = Date.now();
      await new Filler(await openOwnState(closers, redis)).putAll(GUESTS, (n) => guestSignIn(n, now));
      say(`${GUESTS} guests are there`);
      const hub = await openHub(closers, HUBS);
      const blobs = await openBlobs(closers);
      const contestants: Contestant[] = [
        await ourConsumer(closers, hub, 'full', blobs, { redis }),
        await ourConsumer(closers, hub, 'empty', blobs),
      ];
      const [full = [], empty = []] = await inTurn(hub, contestants, pairs, say);
      return [
        costFigure(`window: CPU a million records, ${GUESTS} guests in the window`, full, empty, { atMost: 1.1 }),
      ];
    }),
};
