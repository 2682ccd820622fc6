/**
 * Reads single events again at their source, once they have been read and passed.
 *
 * Who reads a partition holds it against all who come without an owner's level, so a reader that is to get in has to have a
 * higher one. For the moment that this takes, the partition is taken from whoever reads it; that one begins again at its
 * position, as it does after any break. So an event is read here only where nothing else will do.
 */
import type { EventHubConsumerClient, ReceivedEventData } from '@azure/event-hubs';
import { endsWithin, systemClock } from './clock.ts';
import { closeClient, createClient } from './connect.ts';
import { codeOf, messageOf } from './errors.ts';
import { type EventHubsAccess, TUNING } from './options.ts';
import type { Place } from './ports.ts';

/** One above the level of those who read with a checkpoint store. */
const ownerLevel = 1;
/** Time for one event: to ask for it, to open a link, to have it and to close. */
const readMs = 6_000;
/** Time to close; what has not by then is left to itself. */
const closeMs = 2_000;

export type EventAgain =
  | { readonly kind: 'event'; readonly event: ReceivedEventData }
  /** The hub does not hold it any more, or is not the one that it was in. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreachable'; readonly code: string; readonly detail: string };

export interface EventSource {
  /** The event of this very number in this very hub. Never rejects. */
  read(place: Place, sequenceNumber: number): Promise<EventAgain>;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly eventHubs: EventHubsAccess;
  readonly consumerGroup: string;
}

/** Opens nothing before the first event is read. */
export function openSource(options: SourceOptions): EventSource {
  const clients = new Map<string, EventHubConsumerClient>();
  const clientOf = (hub: string): EventHubConsumerClient => {
    const client = clients.get(hub) ?? createClient(options, hub, { ...TUNING, attemptMs: readMs });
    clients.set(hub, client);
    return client;
  };
  return {
    async read(place, sequenceNumber) {
      try {
        const client = clientOf(place.hub);
        if (!(await holds(client, place, sequenceNumber))) return { kind: 'gone' };
        const event = await receive(client, place.partition, sequenceNumber);
        return event?.sequenceNumber === sequenceNumber ? { kind: 'event', event } : { kind: 'gone' };
      } catch (error) {
        return { kind: 'unreachable', code: codeOf(error), detail: messageOf(error) };
      }
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => closeClient(client, systemClock, closeMs)));
    },
  };
}

async function holds(client: EventHubConsumerClient, place: Place, sequenceNumber: number): Promise<boolean> {
  const abortSignal = AbortSignal.timeout(readMs);
  const { createdOn } = await client.getEventHubProperties({ abortSignal });
  if (createdOn.getTime() !== place.hubCreatedAt) return false;
  const ends = await client.getPartitionProperties(place.partition, { abortSignal });
  const isBefore = ends.isEmpty || sequenceNumber < ends.beginningSequenceNumber;
  return !isBefore && sequenceNumber <= ends.lastEnqueuedSequenceNumber;
}

/** The first event from this number on; null where none came in time. */
function receive(
  client: EventHubConsumerClient,
  partition: string,
  sequenceNumber: number,
): Promise<ReceivedEventData | null> {
  return new Promise((resolve, reject) => {
    let isDone = false;
    const end = (then: () => void): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      void endsWithin(systemClock, closeMs, subscription.close()).then(then);
    };
    const subscription = client.subscribe(
      partition,
      {
        async processEvents(events) {
          const [event] = events;
          if (event !== undefined) end(() => resolve(event));
        },
        async processError(error) {
          end(() => reject(error));
        },
      },
      {
        startPosition: { sequenceNumber, isInclusive: true },
        ownerLevel,
        maxBatchSize: 1,
        prefetchCount: 1,
        maxWaitTimeInSeconds: readMs / 1000,
        skipParsingBodyAsJson: true,
      },
    );
    const timer = setTimeout(() => end(() => resolve(null)), readMs);
  });
}
