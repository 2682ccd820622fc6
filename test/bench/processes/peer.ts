/** What a consumer that is held against ours has in common with the others: the client library, set as ours is. */
import { setFlagsFromString } from 'node:v8';
import { EventHubConsumerClient, type ReceivedEventData } from '@azure/event-hubs';
import { watchLinks } from '../../../src/consumer/link.ts';
import { TUNING } from '../../../src/consumer/options.ts';
import { hasReached, type PeerOrder, type PeerReply, type PeerStart } from './protocol.ts';

/** Credit grows for ever in the library as it is; that would be another consumer, not a cheaper one. */
watchLinks();

/** As in our own process: what it wins there it wins here, and it is no merit of ours. */
setFlagsFromString('--heap-growing-percent=400');

const tell = (reply: PeerReply): void => void process.send!(reply);

/** Reads all partitions of the hub from now on, and gives each batch to `take`. */
export function consume(
  skipParsingBodyAsJson: boolean,
  start: (order: PeerStart) => Promise<(events: readonly ReceivedEventData[]) => Promise<void>>,
): void {
  const lasts: Record<string, number> = {};
  let wanted: Readonly<Record<string, number>> | null = null;
  const tellIfReached = (): void => {
    if (wanted === null || !hasReached(lasts, wanted)) return;
    wanted = null;
    tell({ kind: 'reached' });
  };
  process.on('message', async (order: PeerOrder) => {
    if (order.kind === 'until') {
      wanted = order.lasts;
      return tellIfReached();
    }
    const take = await start(order);
    const client = new EventHubConsumerClient(order.group, order.eventHubs, order.hub);
    const waiting = new Set(await client.getPartitionIds());
    client.subscribe(
      {
        async processInitialize({ partitionId }) {
          waiting.delete(partitionId);
          if (waiting.size === 0) tell({ kind: 'ready' });
        },
        async processEvents(events, { partitionId }) {
          if (events.length === 0) return;
          const at = Date.now();
          if (order.tellsArrivals) for (const { body } of events) tell({ kind: 'arrived', at, body: String(body) });
          await take(events);
          lasts[partitionId] = events.at(-1)!.sequenceNumber;
          tellIfReached();
        },
        async processError(error) {
          process.stderr.write(`${error.message}\n`);
        },
      },
      {
        startPosition: { offset: '-1' },
        maxBatchSize: TUNING.batchEventsMax,
        prefetchCount: TUNING.batchEventsMax,
        maxWaitTimeInSeconds: TUNING.receiveWaitMs / 1_000,
        skipParsingBodyAsJson,
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}
