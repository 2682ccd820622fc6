/** One client on one hub, from its opening to its closing, with the store and the handlers that it is given. */

import type { EventHubConsumerClient, EventPosition, Subscription } from '@azure/event-hubs';
import { log } from '../log.ts';
import type { Claim } from './claim.ts';
import { prepareClaim } from './claiming.ts';
import { endsWithin } from './clock.ts';
import { createClient, cutForGood } from './connect.ts';
import { type HubContext, runningOf } from './context.ts';
import { ClaimEnded, codeOf, isOfStorage, messageOf, troubleOf } from './errors.ts';
import { createHandlers, type Handlers } from './handlers.ts';
import type { IntakeDeps } from './intake.ts';
import { type Link, linkOf } from './link.ts';
import { Ownerships } from './ownership.ts';
import type { Partition, Trouble } from './partition.ts';
import { keepProgress } from './progress.ts';
import { firstAvailable } from './start.ts';
import { createStore, type OwnershipStore, type StoreNames } from './store.ts';

export class Session {
  readonly client: EventHubConsumerClient;
  readonly ownerships: Ownerships;
  readonly store: OwnershipStore;
  /** Whether partitions wait for the client library, whose loop hangs though the hub answers: only another client helps. */
  isForsaken = false;
  readonly #hub: HubContext;
  readonly #intake: IntakeDeps;
  readonly #handlers: Handlers;
  readonly #subscription: Subscription;
  /** The first answer of the hub, or that there is none. */
  readonly #opening: Promise<unknown>;
  readonly #life = new AbortController();
  /** What keeps the client library from looking after its partitions: each goes once that part has answered. */
  #storageTrouble: Trouble | null = null;
  #hubTrouble: Trouble | null = null;
  #balancedAt: number;
  #preparing = 0;
  #letGo: () => void = () => {};
  #looking: Promise<unknown> | null = null;

  constructor(hub: HubContext) {
    this.#hub = hub;
    const { tuning, clock } = hub.options;
    this.#balancedAt = clock.elapsed();
    this.ownerships = new Ownerships(hub.ownerId);
    // The client library refuses an empty map; what it reads is always written just before.
    const startPositions: Record<string, EventPosition> = { '0': { offset: '-1' } };
    this.store = createStore(
      {
        ...{ inner: hub.store, ownerships: this.ownerships, clock, tuning, startPositions },
        isRunning: (id) => hub.partition(id).running !== undefined,
        mayStart: (id) => clock.elapsed() >= hub.partition(id).restartAt,
        onRound: () => {
          this.#balancedAt = clock.elapsed();
          // Each round begins with a question to the hub.
          this.#hubTrouble = null;
        },
        onLook: () => this.#endLost(),
        onFailure: (error) => this.note(error, true),
        prepare: (id) => this.#handlers.prepare(id),
      },
      () => this.#names,
    );
    this.client = createClient(hub.options, hub.hub, tuning, { store: this.store, ownerId: hub.ownerId });
    this.#intake = this.#createIntake();
    this.#handlers = createHandlers({
      ...{ hub: hub.hub, intake: this.#intake },
      closed: new Promise((resolve) => {
        this.#letGo = resolve;
      }),
      partition: (id) => hub.partition(id),
      claim: (partition) => this.#claim(partition),
      onTrouble: (error) => this.note(error),
      isStopping: () => this.signal.aborted,
    });
    this.#opening = this.client.getEventHubProperties().catch(() => {});
    this.#subscription = this.client.subscribe(this.#handlers, {
      maxBatchSize: tuning.batchEventsMax,
      prefetchCount: tuning.batchEventsMax,
      maxWaitTimeInSeconds: tuning.receiveWaitMs / 1000,
      startPosition: startPositions,
      trackLastEnqueuedEventProperties: true,
      skipParsingBodyAsJson: true,
    });
  }

  /** Aborted when the session begins to close. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  /** What keeps the client library from looking after its partitions. */
  get trouble(): Trouble | null {
    return this.#storageTrouble ?? this.#hubTrouble;
  }

  /** For how long the client library has not looked after its partitions, in milliseconds. */
  get idleMs(): number {
    return this.#preparing > 0 ? 0 : this.#hub.options.clock.elapsed() - this.#balancedAt;
  }

  /** Asks when the hub was made, and ends the claims of another life of it. */
  async confirmHub(): Promise<void> {
    const { createdOn } = await this.client.getEventHubProperties({ abortSignal: this.signal });
    this.#hubTrouble = null;
    for (const [, claim] of this.#running()) {
      if (claim.place.hubCreatedAt === createdOn.getTime()) continue;
      claim.end('hub_renewed', 'The hub was made anew.', this.#hub.options.clock.elapsed());
    }
  }

  /**
   * Closes within so many milliseconds. With `givesUp`, work in flight is awaited, what is safe is written, and the
   * partitions are left to the next owner; else work is cut short and they stay ours, for the next session. Never rejects.
   */
  async close(ms: number, givesUp: boolean): Promise<void> {
    const { tuning, clock, logger } = this.#hub.options;
    const end = clock.elapsed() + ms;
    const leftMs = () => end - clock.elapsed();
    // A connection that is cut off while it opens leaves the AMQP library with a timer that outlives it by minutes.
    await endsWithin(clock, tuning.closeMs / 4, this.#opening);
    this.#life.abort(new ClaimEnded('stopped', 'The consumer stops.'));
    if (givesUp) {
      await endsWithin(clock, leftMs() - tuning.closeMs, Promise.all(this.#handlers.inFlight));
      await endsWithin(clock, leftMs() - tuning.closeMs / 2, this.#writeProgress());
    }
    this.store.close(givesUp);
    for (const [, claim] of this.#running()) claim.end('stopped', 'The consumer stops.', clock.elapsed());
    const complain = (error: unknown) => {
      log(logger, 'client_not_closed', { err: error, hub: this.#hub.hub }, messageOf(error));
    };
    const closing = this.#subscription
      .close()
      .catch(complain)
      .then(() => this.client.close())
      .catch(complain);
    const isClosed = await endsWithin(clock, leftMs() / 2, closing);
    if (givesUp && !isClosed) await endsWithin(clock, leftMs(), this.#giveUp());
    cutForGood(this.client);
    // Whatever the library came to say of them: a receiver of a client that is gone is no reason to replace the next one.
    for (const { claim } of this.#hub.partitions.values()) if (claim) claim.isClosed = true;
    this.#letGo();
  }

  get #names(): StoreNames {
    return [this.client.fullyQualifiedNamespace, this.#hub.hub, this.#hub.options.consumerGroup];
  }

  #createIntake(): IntakeDeps {
    const { options, checkpoints, budget } = this.#hub;
    const { tuning, state } = options;
    return {
      ...{ ...options, checkpoints, budget, positions: state.positions, ownerships: this.ownerships },
      deadLetterBytesMax: tuning.deadLetterBytesMax,
      names: () => this.#names,
      link: (id) => this.#link(id),
      confirmHub: () => this.confirmHub(),
      beginningOf: async (id) =>
        firstAvailable(await this.client.getPartitionProperties(id, { abortSignal: this.signal })),
      confirmOwner: (since) => this.#confirmOwner(since),
      // Also while the session closes: the last checkpoint is written then.
      endOf: async (id) => (await this.client.getPartitionProperties(id)).lastEnqueuedSequenceNumber,
    };
  }

  #link(id: string): Link {
    const { hub, options, ownerId } = this.#hub;
    const address = `${hub}/ConsumerGroups/${options.consumerGroup}/Partitions/${id}`;
    return linkOf(address, ownerId, options.tuning.prefetchBytesMax);
  }

  async #claim(partition: Partition): Promise<Claim> {
    const { options, hub, checkpoints } = this.#hub;
    // Known before the first credit is granted.
    this.#link(partition.id);
    const { client, ownerships, signal } = this;
    const deps = { ...options, hub, checkpoints, client, ownerships, signal, names: this.#names };
    this.#preparing += 1;
    try {
      return await prepareClaim(deps, partition);
    } finally {
      this.#preparing -= 1;
      this.#balancedAt = options.clock.elapsed();
    }
  }

  #running(): [Partition, Claim][] {
    return runningOf(this.#hub);
  }

  /** After a look at the store: it was there, and may have shown others as owners of what we read. */
  #endLost(): void {
    this.#storageTrouble = null;
    for (const [{ id }, claim] of this.#running()) {
      if (!this.ownerships.isLost(id)) continue;
      claim.end(
        'owner_lost',
        `Another consumer owns it: ${this.ownerships.ownerOf(id)}.`,
        this.#hub.options.clock.elapsed(),
      );
    }
  }

  /** Takes down what keeps partitions from being looked after. */
  note(error: unknown, isStorage = isOfStorage(error)): void {
    if (this.signal.aborted) return;
    const { logger, clock } = this.#hub.options;
    const fields = { err: error, hub: this.#hub.hub, code: codeOf(error) };
    if (!this.trouble) log(logger, 'partitions_unattended', fields, messageOf(error));
    const trouble = { ...troubleOf(error, isStorage), since: this.trouble?.since ?? clock.now() };
    if (isStorage) this.#storageTrouble = trouble;
    else this.#hubTrouble = trouble;
  }

  async #confirmOwner(asked?: number): Promise<void> {
    const { clock, tuning } = this.#hub.options;
    const since = asked ?? clock.elapsed() - tuning.ownershipFreshMs;
    // A look that is under way may have been begun too early.
    while (this.ownerships.seenAt < since) {
      // Who looks after the partitions asks all the time: turns that waited for an account that is silent would take as long as that.
      if (asked === undefined && this.#storageTrouble !== null) throw new Error(this.#storageTrouble.detail);
      this.#looking ??= this.store.look().finally(() => {
        this.#looking = null;
      });
      await this.#looking;
    }
  }

  async #writeProgress(): Promise<void> {
    const idle = this.#running().filter(([, claim]) => claim.inFlight === 0);
    await Promise.allSettled(idle.map(([partition, claim]) => keepProgress(this.#intake, partition, claim, 'finally')));
  }

  /** The client library could not do it in time. */
  async #giveUp(): Promise<void> {
    const ours = (await this.store.look()).filter(({ ownerId }) => ownerId === this.ownerships.ownerId);
    await this.#hub.store.claimOwnership(ours.map((ownership) => ({ ...ownership, ownerId: '' })));
  }
}
