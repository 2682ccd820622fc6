/** Whether a record costs more where a hub has more partitions. */
import { type Contestant, costFigure, inTurn, ourConsumer } from '../contestants.ts';
import type { Row } from '../figure.ts';
import { inLab, openBlobs, openHub } from '../lab.ts';

const SIZES = [1, 4, 32];
const nameOf = (partitions: number): string => `of-${partitions}`;

export const partitionsRow: Row = {
  name: 'partitions',
  about: `CPU of the consumer per million records, from hubs of ${SIZES.join(', ')} partitions`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(
        closers,
        Object.fromEntries(SIZES.map((partitions) => [nameOf(partitions), partitions])),
      );
      const blobs = await openBlobs(closers);
      const contestants: Contestant[] = [];
      for (const partitions of SIZES)
        contestants.push({ ...(await ourConsumer(closers, hub, nameOf(partitions), blobs)), partitions });
      const [least = [], ...others] = await inTurn(hub, contestants, pairs, say);
      return others.map((passes, i) =>
        costFigure(`partitions: CPU a million records, ${SIZES[i + 1]} against ${SIZES[0]}`, passes, least, null),
      );
    }),
};
