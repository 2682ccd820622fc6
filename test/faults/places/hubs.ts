/** The hubs of a run: an endpoint in this process, what stands in it, and the faults that it can have. */
import {
  type Enqueued,
  type FaultRequest,
  type LocalEventHubs,
  startEventHubs,
} from '../../../local/eventhubs/endpoint.ts';
import type { Dice } from '../../oracle/dice.ts';
import type { SentItem } from '../../oracle/naive.ts';
import { type Fault, HARMLESS } from '../fault.ts';

/** An event that was sent, with the life of the hub in which it was. */
export type Sent = SentItem & Enqueued & { readonly hub: string; readonly partition: string };

export interface HubsPlace {
  readonly names: readonly string[];
  readonly port: number;
  readonly endpoint: LocalEventHubs;
  /** Everything sent so far and not forgotten, in the same array always. */
  readonly sent: readonly Sent[];
  /** Those that passed out of a hub, and may not have been read before. */
  readonly gone: ReadonlySet<Sent>;
  /** Whether an event is of the present life of its hub. */
  isReadable(one: Sent): boolean;
  readonly faults: readonly Fault[];
  /** Enqueues an event; with a time, as if it were that time (ms since 1970), which never goes back in a partition. */
  send(item: SentItem, at?: number): Sent;
  /** Takes these out of `sent`: they are judged, and a long run must not keep them. They stay in their hub. */
  forget(items: ReadonlySet<Sent>): void;
  stop(): Promise<void>;
}

/** `bytesMax` is what each partition keeps, where that is to be little: only what was read long ago may pass out of it. */
export async function openHubsPlace(partitions: number, bytesMax?: number): Promise<HubsPlace> {
  const names = ['signins', 'audit'];
  let at: number | undefined;
  const endpoint = await startEventHubs({
    port: 0,
    hubs: names.map((name) => ({ name, partitions })),
    now: () => at ?? Date.now(),
    ...(bytesMax !== undefined && { retention: { bytes: bytesMax } }),
  });
  const sent: Sent[] = [];
  const gone = new Set<Sent>();
  const noteGone = (hub: string, partition?: string): void => {
    for (const one of sent)
      if (one.hub === hub && (partition === undefined || one.partition === partition)) gone.add(one);
  };
  return {
    ...{ names, port: endpoint.port, endpoint, sent, gone },
    isReadable: ({ hub, hubCreatedAt }) =>
      endpoint.state().hubs.some(({ name, created }) => name === hub && Date.parse(created) === hubCreatedAt),
    faults: hubFaults(endpoint, names, partitions, noteGone),
    send(item, time) {
      at = time;
      const [hub, partition] = [item.hub!, item.partition!];
      const one = { ...item, hub, partition, ...endpoint.enqueue(hub, partition, item.body) };
      sent.push(one);
      at = undefined;
      return one;
    },
    forget: (items) => void sent.splice(0, sent.length, ...sent.filter((one) => !items.has(one))),
    stop: () => endpoint.close(),
  };
}

function hubFaults(
  endpoint: LocalEventHubs,
  names: readonly string[],
  partitions: number,
  noteGone: (hub: string, partition?: string) => void,
): Fault[] {
  const { inject } = endpoint.faults;
  /** A hub, or one partition of it, or all. */
  const somewhere = (dice: Dice): Pick<FaultRequest, 'hub' | 'partition'> => {
    if (dice.chance(0.4)) return {};
    const hub = dice.pick(names);
    return dice.chance(0.5) ? { hub } : { hub, partition: String(dice.below(partitions)) };
  };
  const someHub = (dice: Dice): Pick<FaultRequest, 'hub'> => (dice.chance(0.5) ? {} : { hub: dice.pick(names) });
  /** One that lasts is ended by its time: the endpoint ends all or none, and others may be at work. */
  const lasting = (name: string, request: (dice: Dice) => FaultRequest): Fault => ({
    ...{ name: `hubs.${name}`, ...HARMLESS },
    async begin(dice) {
      const { ms = 3_000, ...rest } = request(dice);
      inject({ ...rest, ms });
      const over = new Promise((resolve) => setTimeout(resolve, ms));
      return async () => void (await over);
    },
  });
  const atOnce = (name: string, request: (dice: Dice) => FaultRequest): Fault => ({
    ...{ name: `hubs.${name}`, ...HARMLESS },
    async begin(dice) {
      inject(request(dice));
      return async () => {};
    },
  });
  return [
    atOnce('drop', (dice) => ({ kind: 'drop', ...somewhere(dice) })),
    atOnce('dropInTransfer', (dice) => ({ kind: 'drop', count: dice.below(5), ...somewhere(dice) })),
    atOnce('detachForced', (dice) => ({ kind: 'detachForced', ...somewhere(dice) })),
    atOnce('stolen', (dice) => ({ kind: 'stolen', ...somewhere(dice) })),
    lasting('serverBusy', (dice) => ({ kind: 'serverBusy', ms: 500 + dice.below(3_000), ...somewhere(dice) })),
    lasting('cbs401', (dice) => ({ kind: 'cbs401', ms: 500 + dice.below(3_000), ...someHub(dice) })),
    lasting('managementTimeout', (dice) => ({
      kind: 'managementTimeout',
      ms: 500 + dice.below(4_000),
      ...someHub(dice),
    })),
    lasting('freezeCredit', (dice) => ({ kind: 'freezeCredit', ms: 500 + dice.below(3_000), ...somewhere(dice) })),
    lasting('duplicate', (dice) => ({ kind: 'duplicate', ms: 1_000 + dice.below(3_000), ...somewhere(dice) })),
    // Until the connection counts as lost: each delivery is held back, and so takes its time. `delay` is ended by its count.
    atOnce('slow', (dice) => ({
      kind: 'delay',
      ms: 100 + dice.below(400),
      count: 1 + dice.below(8),
      ...somewhere(dice),
    })),
    {
      ...{ name: 'hubs.expire', losesState: false, losesEvents: true },
      /** Readers get nothing for a while, and what comes meanwhile passes out of the hub. */
      async begin(dice) {
        const place = { hub: dice.pick(names), partition: String(dice.below(partitions)) };
        const ms = 600 + dice.below(1_500);
        inject({ kind: 'freezeCredit', ms, ...place });
        const over = new Promise((resolve) => setTimeout(resolve, ms));
        const early = new Promise((resolve) => setTimeout(resolve, ms - 200));
        return async () => {
          await early;
          noteGone(place.hub, place.partition);
          inject({ kind: 'expire', ...place });
          await over;
        };
      },
    },
    {
      ...{ name: 'hubs.recreate', losesState: false, losesEvents: true },
      async begin(dice) {
        const hub = dice.pick(names);
        noteGone(hub);
        inject({ kind: 'recreateHub', hub });
        return async () => {};
      },
    },
  ];
}
