/** What a record costs where two processes share the partitions, against one that has all of them. */
import { type Contestant, costFigure, inTurn, ourConsumer, PASSES_TO_GET_WARM, rateFigure } from '../contestants.ts';
import type { Row } from '../figure.ts';
import { inLab, openBlobs, openHub } from '../lab.ts';

const HUBS = ['two', 'one'];

export const sharingRow: Row = {
  name: 'sharing',
  about: 'CPU per million records of two processes that share the partitions, against one process',
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, HUBS);
      const blobs = await openBlobs(closers);
      const contestants: Contestant[] = [
        await ourConsumer(closers, hub, 'two', blobs, { processes: 2 }),
        await ourConsumer(closers, hub, 'one', blobs),
      ];
      const [two = [], one = []] = await inTurn(hub, contestants, pairs, say, {
        toGetWarm: PASSES_TO_GET_WARM,
      });
      return [
        costFigure('sharing: CPU a million records, two processes', two, one, { atMost: 1.15 }),
        rateFigure('sharing: records per second on this machine', two, one),
      ];
    }),
};
