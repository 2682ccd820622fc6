/** Everything that can be set about the consumer: what to read, where to keep what, and all limits with their reasons. */
import type { EventHubConsumerClientOptions, TokenCredential } from '@azure/event-hubs';
import type { LogSink } from '../log.ts';
import type { Clock } from './clock.ts';
import type { EventReader, Place, Position, StatePort, TracePort } from './ports.ts';

/** By which way: another address than the namespace's own, or within WebSockets. */
export type Way = Pick<EventHubConsumerClientOptions, 'customEndpointAddress' | 'webSocketOptions'>;

/** What a connection string holds, read whenever a token is made of it. */
export type SharedKey = { readonly name: string; readonly key: string } | { readonly signature: string };

/** How to reach Event Hubs. What is shown is read whenever it is shown: it may be another by then. */
export type EventHubsAccess = { readonly way?: Way } & (
  | { readonly connectionString: string }
  /** `namespace` is the host, `NAME.servicebus.windows.net`. */
  | { readonly namespace: string; readonly credential: TokenCredential | SharedKey }
);

/** How to reach the storage account of the checkpoints. */
export type StorageAccess =
  /** Read at each call: it may be another by then. */
  | { readonly connectionString: string }
  /** `url` is that of the account's blob service, `https://NAME.blob.core.windows.net`. */
  | { readonly url: string; readonly credential: TokenCredential };

/** Called between the steps; each is awaited. For tests, which stop the process there. */
export interface Hooks {
  afterApply?(place: Place, lastSequenceNumber: number): Promise<void>;
  afterPosition?(place: Place, position: Position | null): Promise<void>;
  beforeCheckpoint?(place: Place, position: Position): Promise<void>;
}

export interface ConsumerOptions {
  readonly eventHubs: EventHubsAccess;
  /** Names of the hubs, each once. */
  readonly hubs: readonly string[];
  readonly consumerGroup: string;
  readonly storage: StorageAccess;
  /** Made if it is missing. */
  readonly container: string;
  /** How far back a partition begins of which nothing is known, by enqueued time. */
  readonly startBackMs: number;
  readonly state: StatePort;
  readonly read: EventReader;
  readonly logger: LogSink;
  /** Told of rejections and exceptions that are faults of the program; what becomes of the process is the caller's decision. */
  readonly onFault?: (error: unknown) => void;
  readonly trace?: TracePort;
  readonly tuning?: Partial<Tuning>;
  readonly hooks?: Hooks;
  readonly clock?: Clock;
}

/** With nothing left open. */
export type ResolvedOptions = ConsumerOptions &
  Required<Pick<ConsumerOptions, 'onFault' | 'hooks' | 'clock'>> & { readonly tuning: Tuning };

export interface Tuning {
  /** Events in one call of the client library. Each call costs it 20 ms, so few make it slow. */
  readonly batchEventsMax: number;
  /** After so long without an event the client library calls with none, which is when a quiet partition is seen to. */
  readonly receiveWaitMs: number;
  /**
   * Bytes that a partition may have waiting in the client library; it bounds credit by the size of the events lately seen. Few,
   * so that an event dies young: one that waits for longer than two collections of V8's young generation, which come for every
   * 32 MB received, falls to the old one, and for every 64 MB there the whole heap is marked anew.
   */
  readonly prefetchBytesMax: number;
  /** Bytes of events that go to the state in one piece. */
  readonly sliceBytesMax: number;
  /** Bytes of events being read and applied in all partitions together. A larger event passes alone. */
  readonly inFlightBytesMax: number;
  /** Bytes kept of a dead letter. */
  readonly deadLetterBytesMax: number;
  /** Time between two looks at who owns what; a stopped partition starts again, and a lost one is noticed, at the next. */
  readonly balanceMs: number;
  /** Age at which our ownership is renewed: each renewal is a write to the storage account. */
  readonly renewMs: number;
  /** Age at which an ownership counts as given up. */
  readonly ownershipMs: number;
  /** Age above which what we know of a partition's owner must be asked anew before a checkpoint or the next receive. */
  readonly ownershipFreshMs: number;
  /** Time between two writes of a position while nothing is applied. */
  readonly positionMs: number;
  /** Time and events after which a checkpoint is written, whichever comes first. */
  readonly checkpointMs: number;
  readonly checkpointEventsMax: number;
  /** Time between two questions for a partition's end. Coverage of a quiet partition is that old at most. */
  readonly pollMs: number;
  /** First and longest pause before a failed call to the state is tried again. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** First and longest pause before a partition that stops without progress is started again. */
  readonly restartFirstMs: number;
  readonly restartMaxMs: number;
  /** A partition that is behind and gets no events for so long is started again, or all with a new client if that does not help. */
  readonly silentMs: number;
  /** New clients in a row that brought no progress before the consumer counts as dead. */
  readonly renewalsMax: number;
  /**
   * Longest time for one attempt of the client library, and for one question to storage. Nothing is tried again then: who asked
   * does, or the partition starts again.
   */
  readonly attemptMs: number;
  /** Within this a stop is done, whatever happens; of it `closeMs` are kept for closing. */
  readonly stopMs: number;
  readonly closeMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** What holds where nothing else is said. */
export const TUNING: Tuning = Object.freeze({
  batchEventsMax: 300,
  receiveWaitMs: 5_000,
  prefetchBytesMax: 3 * MIB,
  sliceBytesMax: 4 * MIB,
  inFlightBytesMax: 64 * MIB,
  deadLetterBytesMax: 64 * KIB,
  balanceMs: 2_000,
  renewMs: 10_000,
  ownershipMs: 30_000,
  ownershipFreshMs: 6_000,
  positionMs: 1_000,
  checkpointMs: 10_000,
  checkpointEventsMax: 10_000,
  pollMs: 15_000,
  retryFirstMs: 100,
  retryMaxMs: 10_000,
  restartFirstMs: 500,
  restartMaxMs: 30_000,
  silentMs: 90_000,
  renewalsMax: 5,
  attemptMs: 15_000,
  stopMs: 20_000,
  closeMs: 4_000,
});
