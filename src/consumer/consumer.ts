/** Reads hubs into the state: the way in. */
import { ByteBudget } from './budget.ts';
import { Checkpoints } from './checkpoints.ts';
import { systemClock } from './clock.ts';
import { containerNow, storeOn } from './connect.ts';
import { HubConsumer } from './hub.ts';
import { watchLinks } from './link.ts';
import { type ConsumerOptions, type ResolvedOptions, TUNING } from './options.ts';
import { openContainer, probeHub } from './probe.ts';
import type { ConsumerStatus } from './status.ts';

export { type EventSource, openSource } from './again.ts';
export { ConsumerStartError, type StartProblem } from './errors.ts';
export { type ConsumerOptions, type Hooks, TUNING, type Tuning } from './options.ts';
export type { EventReader } from './ports.ts';
export { type EventRead, readOne } from './slice.ts';
export type { ConsumerStatus, HubStatus, PartitionState, PartitionStatus } from './status.ts';

export interface Consumer {
  status(): ConsumerStatus;
  /**
   * Takes in nothing more, awaits what is in flight, writes positions and checkpoints, gives up ownership and closes, all
   * within `stopMs` of the tuning. Never rejects. Again: the same stop.
   */
  stop(): Promise<void>;
}

/** Starts to read. Rejects with `ConsumerStartError` if hub, group or storage cannot be used, and leaves nothing open then. */
export async function startConsumer(given: ConsumerOptions): Promise<Consumer> {
  const options = resolve(given);
  watchLinks();
  const container = await openContainer(options);
  const probed = await Promise.all(options.hubs.map((name) => probeHub(options, name)));
  const reached = containerNow(options.storage, container, options.container);
  const { attemptMs } = options.tuning;
  const store = storeOn(reached, attemptMs);
  const checkpoints = new Checkpoints(reached, attemptMs);
  const budget = new ByteBudget(options.tuning.inFlightBytesMax);
  const hubs = probed.map((hub) => new HubConsumer(options, hub, { store, checkpoints, budget }));
  let stopping: Promise<void> | undefined;
  return {
    status: () => ({ hubs: hubs.map((hub) => hub.status()), inFlightBytes: budget.used }),
    stop() {
      stopping ??= Promise.all(hubs.map((hub) => hub.stop(options.tuning.stopMs))).then(() => {});
      return stopping;
    },
  };
}

function resolve(options: ConsumerOptions): ResolvedOptions {
  return {
    ...options,
    onFault: options.onFault ?? (() => {}),
    hooks: options.hooks ?? {},
    clock: options.clock ?? systemClock,
    tuning: Object.freeze({ ...TUNING, ...options.tuning }),
  };
}
