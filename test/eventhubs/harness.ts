/** What the tests of the local endpoint share: an endpoint of their own, and clients of the real SDK that are closed at the end. */
import type { TestContext } from 'node:test';
import {
  EventHubBufferedProducerClient,
  EventHubConsumerClient,
  EventHubProducerClient,
  earliestEventPosition,
  type LastEnqueuedEventProperties,
  type MessagingError,
  type ReceivedEventData,
  RetryMode,
  type SubscribeOptions,
} from '@azure/event-hubs';
import { type EventHubsOptions, type LocalEventHubs, startEventHubs } from '../../local/eventhubs/endpoint.ts';

/** The SDK renews tokens after 45 minutes, later than anything that a test waits for. */
const renewalMsMin = 10 * 60 * 1000;

// It forgets the renewal timer of a receiver that it opens again after a fault, and such a timer would hold the test process up.
globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
  apply(target, self, args: Parameters<typeof setTimeout>) {
    const timer = Reflect.apply(target, self, args) as NodeJS.Timeout;
    return (args[1] ?? 0) >= renewalMsMin ? timer.unref() : timer;
  },
});

/** What has not come by then never will: a test fails instead of hanging. */
const waitMsMax = 20_000;

/** Short enough for tests; a real client waits half a minute between attempts. */
export const retryOptions = {
  maxRetries: 3,
  retryDelayInMs: 20,
  maxRetryDelayInMs: 100,
  timeoutInMs: 5000,
  mode: RetryMode.Exponential,
};
export const noRetries = { ...retryOptions, maxRetries: 0 };

const closers = new WeakMap<TestContext, (() => Promise<unknown>)[]>();

/** Closes at the end of the test, the last opened first. */
export function closeAfter(t: TestContext, close: () => Promise<unknown>): void {
  let list = closers.get(t);
  if (!list) {
    const opened: (() => Promise<unknown>)[] = [];
    list = opened;
    closers.set(t, list);
    t.after(async () => {
      for (const closer of opened.reverse()) await closer();
    });
  }
  list.push(close);
}

/** An endpoint with one hub `h` of two partitions unless told otherwise. */
export async function openEndpoint(t: TestContext, options: Partial<EventHubsOptions> = {}): Promise<LocalEventHubs> {
  const endpoint = await startEventHubs({ port: 0, hubs: [{ name: 'h', partitions: 2 }], ...options });
  closeAfter(t, () => endpoint.close());
  return endpoint;
}

interface Connectable {
  readonly connectionString: string;
}

export function openProducer(
  t: TestContext,
  endpoint: Connectable,
  { hub = 'h', retries = retryOptions } = {},
): EventHubProducerClient {
  const client = new EventHubProducerClient(endpoint.connectionString, hub, { retryOptions: retries });
  closeAfter(t, () => client.close());
  return client;
}

export function openBufferedProducer(t: TestContext, endpoint: Connectable): EventHubBufferedProducerClient {
  const client = new EventHubBufferedProducerClient(endpoint.connectionString, 'h', {
    retryOptions,
    onSendEventsErrorHandler: async ({ error }) => {
      throw error;
    },
  });
  // By default a timer of ten seconds outlives `close`, and holds the test process up.
  Object.assign(client, { _backgroundManagementInterval: 100 });
  closeAfter(t, () => client.close());
  return client;
}

export interface ReadOptions extends SubscribeOptions {
  readonly hub?: string;
  readonly group?: string;
  readonly partition?: string;
  readonly retries?: typeof retryOptions;
}

/** What one subscription has got so far, and promises of what it will get. */
export interface Reading {
  readonly events: ReceivedEventData[];
  readonly bodies: unknown[];
  readonly errors: MessagingError[];
  /** What the latest batch told of the partition's end. */
  readonly lastEnqueued: LastEnqueuedEventProperties | undefined;
  /** Resolves once so many events arrived. */
  until(count: number): Promise<ReceivedEventData[]>;
  /** Resolves with the first error. */
  failed(): Promise<MessagingError>;
  close(): Promise<void>;
}

/** Reads one partition from the start unless told otherwise. */
export function read(t: TestContext, endpoint: Connectable, options: ReadOptions = {}): Reading {
  const { hub = 'h', group = '$Default', partition = '0', retries = retryOptions, ...subscribeOptions } = options;
  const client = new EventHubConsumerClient(group, endpoint.connectionString, hub, { retryOptions: retries });
  const reading = { events: [], bodies: [], errors: [], lastEnqueued: undefined } as unknown as Reading;
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of waiting) check();
  };
  const when = (isSo: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`Waited in vain. Events: ${reading.events.length}. Errors: ${reading.errors.join(', ')}.`));
      }, waitMsMax);
      const check = () => {
        if (!isSo()) return;
        clearTimeout(late);
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const subscription = client.subscribe(
    partition,
    {
      processEvents: async (events, context) => {
        reading.events.push(...events);
        reading.bodies.push(...events.map(({ body }) => body));
        Object.assign(reading, { lastEnqueued: context.lastEnqueuedEventProperties });
        look();
      },
      processError: async (error) => {
        reading.errors.push(error as MessagingError);
        look();
      },
    },
    { startPosition: earliestEventPosition, maxBatchSize: 50, ...subscribeOptions },
  );
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await subscription.close();
    await client.close();
  };
  closeAfter(t, close);
  return Object.assign(reading, {
    until: async (count: number) => {
      await when(() => reading.events.length >= count);
      return reading.events;
    },
    failed: async () => {
      await when(() => reading.errors.length > 0);
      return reading.errors[0]!;
    },
    close,
  });
}

/** Sends each body as one event, in order, to one partition. */
export async function sendAll(
  producer: EventHubProducerClient,
  bodies: readonly unknown[],
  partitionId = '0',
): Promise<void> {
  await producer.sendBatch(
    bodies.map((body) => ({ body })),
    { partitionId },
  );
}

/** The state of a partition of the first hub. */
export function partitionState(endpoint: LocalEventHubs, partition = '0') {
  return endpoint.state().hubs[0]!.partitions.find(({ id }) => id === partition)!;
}

/** Waits for a state of the endpoint that no event tells of, such as a link's coming or going. */
export async function eventually(isSo: () => boolean): Promise<void> {
  const late = Date.now() + waitMsMax;
  while (!isSo()) {
    if (Date.now() > late) throw new Error(`Waited in vain for: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Numbers from 0. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
