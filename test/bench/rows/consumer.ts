/** What a record costs: our consumer, one that discards, and the plain way, each on a hub of its own, in turn. */
import { type Contestant, costFigure, inTurn, ourConsumer, PASSES_TO_GET_WARM, rateFigure } from '../contestants.ts';
import type { Row } from '../figure.ts';
import { inLab, openBlobs, openHub, openRedis, redisCpuSeconds } from '../lab.ts';
import { Peer } from '../process.ts';

const HUBS = ['ours', 'discard', 'plain'];

export const consumerRow: Row = {
  name: 'consumer',
  about: 'CPU of the consumer per million records, against one that discards and the plain way',
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const hub = await openHub(closers, HUBS);
      const plainRedis = await openRedis(closers);
      const order = { eventHubs: hub.connectionString, group: '$Default', tellsArrivals: false };
      const discard = await closers.open(Peer.start('processes/discard.ts', { ...order, hub: 'discard', redis: null }));
      const plain = await closers.open(
        Peer.start('processes/plain.ts', { ...order, hub: 'plain', redis: plainRedis.url }),
      );
      const contestants: Contestant[] = [
        await ourConsumer(closers, hub, 'ours', await openBlobs(closers)),
        { hub: 'discard', pids: [discard.pid], reached: (lasts) => discard.reached(lasts) },
        {
          ...{ hub: 'plain', pids: [plain.pid], redisCpu: () => redisCpuSeconds(plainRedis.client) },
          reached: (lasts) => plain.reached(lasts),
        },
      ];
      const [own = [], discarding = [], plainly = []] = await inTurn(hub, contestants, pairs, say, {
        toGetWarm: PASSES_TO_GET_WARM,
      });
      return [
        costFigure('consumer: CPU per million records, against discarding', own, discarding, { atMost: 1.6 }),
        costFigure('consumer: the same, against the plain way', own, plainly, { atMost: 1 / 3 }),
        costFigure('consumer: CPU of the hub meanwhile, against discarding', own, discarding, null, 'hub'),
        costFigure('consumer: CPU of Redis meanwhile, against the plain way', own, plainly, null, 'redis'),
        rateFigure('consumer: records per second on this machine, against discarding', own, discarding),
      ];
    }),
};
