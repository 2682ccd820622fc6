/** The hub as a process of its own, so that what it costs is nobody else's: holds events, and lets them go when told. */
import { type LocalEventHubs, startEventHubs } from '../../../local/eventhubs/endpoint.ts';
import { eventOf } from '../work.ts';
import type { HubOrder, HubReply } from './protocol.ts';

const reply = (message: HubReply): void => void process.send!(message);

let endpoint: LocalEventHubs | undefined;

process.on('message', async (order: HubOrder) => {
  switch (order.kind) {
    case 'open': {
      const { hubs, dataDir } = order;
      endpoint = await startEventHubs({
        port: 0,
        hubs: hubs.map((hub) => ({ ...hub, consumerGroups: ['second'] })),
        retention: { bytes: 64 * 1024 ** 3 },
        ...(dataDir !== undefined && { dataDir }),
      });
      return reply({ kind: 'opened', connectionString: endpoint.connectionString });
    }
    case 'send': {
      const { hub, from, events, partitions } = order;
      const at = Date.now();
      // Made first and sent together: what is measured is the reader.
      const made = Array.from({ length: events }, (_, i) => eventOf(from + i, at));
      const lasts: Record<string, number> = {};
      for (const [i, { body }] of made.entries()) {
        const partition = String(i % partitions);
        lasts[partition] = endpoint!.enqueue(hub, partition, body).sequenceNumber;
      }
      return reply({ kind: 'sent', records: made.reduce((sum, { records }) => sum + records, 0), lasts });
    }
    case 'put': {
      const { enqueuedAt } = endpoint!.enqueue(order.hub, order.partition, Buffer.from(order.body));
      return reply({ kind: 'put', enqueuedAt });
    }
    case 'forget':
      // All but the last: it alone says how far the numbers have come.
      for (const { name, partitions } of endpoint!.state().hubs)
        for (const { id } of partitions) endpoint!.faults.inject({ kind: 'expire', hub: name, partition: id });
      return reply({ kind: 'forgot' });
  }
});
process.on('disconnect', () => process.exit(0));
