/** One hub: its partitions, and the client that reads them, replaced when it falls silent. */

import { randomUUID } from 'node:crypto';
import { log } from '../log.ts';
import { endsWithin } from './clock.ts';
import { closeClient, createClient } from './connect.ts';
import type { HubContext } from './context.ts';
import { forgetLinks } from './link.ts';
import type { ResolvedOptions } from './options.ts';
import { Partition } from './partition.ts';
import type { Probed } from './probe.ts';
import { Session } from './session.ts';
import { describePartition, type HubStatus } from './status.ts';
import { examine, pollEnds, standIn } from './watch.ts';

/** Time for a silent client to close before it is left to itself. */
const renewalMs = 5_000;

export class HubConsumer {
  readonly #context: HubContext;
  readonly #partitions = new Map<string, Partition>();
  readonly #life = new AbortController();
  /** Ends when nothing runs any more. */
  readonly #watching: Promise<void>;
  #session: Session;
  #pollers: Promise<unknown>;
  #renewals = 0;
  /** The same, whether the hub answers or not. */
  #fruitless = 0;
  /** When the client was made, by the elapsed clock, and by the wall clock. */
  #renewedAt: number;
  #renewedWall: number;

  constructor(options: ResolvedOptions, hub: Probed, shared: Pick<HubContext, 'store' | 'checkpoints' | 'budget'>) {
    for (const id of hub.partitionIds) this.#partitions.set(id, new Partition(id, hub.createdAt));
    this.#context = {
      ...{ options, hub: hub.name, ownerId: randomUUID(), partitions: this.#partitions, ...shared },
      partition: (id) => this.#partition(id),
    };
    this.#session = new Session(this.#context);
    this.#pollers = this.#startPollers();
    this.#renewedAt = options.clock.elapsed();
    this.#renewedWall = options.clock.now();
    this.#watching = this.#watch();
  }

  status(): HubStatus {
    const { hub, ownerId, options } = this.#context;
    const partitions = [...this.#partitions.values()].sort((a, b) => Number(a.id) - Number(b.id));
    return {
      ...{ hub, ownerId, renewals: this.#renewals, trouble: this.#session.trouble },
      isDead: this.#renewals >= options.tuning.renewalsMax,
      partitions: partitions.map((partition) => describePartition(this.#context, this.#session, partition)),
    };
  }

  /** Awaits work in flight, writes what is safe, and leaves the partitions to the next owner, all within so many milliseconds. */
  async stop(ms: number): Promise<void> {
    const { clock } = this.#context.options;
    const end = clock.elapsed() + ms;
    this.#life.abort();
    await this.#watching;
    await this.#session.close(Math.max(end - clock.elapsed(), ms / 4), true);
    // What they ask a store that is silent takes longer than there is time.
    await endsWithin(clock, end - clock.elapsed(), this.#pollers);
    forgetLinks(this.#context.ownerId);
  }

  #partition(id: string): Partition {
    let partition = this.#partitions.get(id);
    if (!partition) {
      partition = new Partition(id);
      this.#partitions.set(id, partition);
    }
    return partition;
  }

  #startPollers(): Promise<unknown> {
    return Promise.all([
      pollEnds(this.#context, this.#session),
      standIn(this.#context, this.#session, this.#fruitless),
    ]);
  }

  async #watch(): Promise<void> {
    const { clock, tuning } = this.#context.options;
    const { signal } = this.#life;
    for (;;) {
      await clock.sleep(tuning.balanceMs, signal);
      if (signal.aborted) return;
      const verdict = examine(this.#partitions.values(), clock.elapsed(), tuning);
      const isTried = clock.elapsed() - this.#renewedAt > tuning.silentMs;
      // A claim that is behind and has not been silent for long enough yet is no good sign.
      const isQuiet = ![...this.#partitions.values()].some(({ isBehind }) => isBehind);
      if (this.#hasProgress() || (isTried && isQuiet && verdict === 'well')) this.#renewals = 0;
      if (this.#session.isForsaken || (isTried && verdict === 'renew')) await this.#renew();
    }
  }

  #hasProgress(): boolean {
    return [...this.#partitions.values()].some(
      ({ progressAt }) => progressAt !== null && progressAt > this.#renewedWall,
    );
  }

  /** Asked by a client of its own, as the one at hand may be what hangs; whatever hangs here is left to itself as well. */
  async #answers(): Promise<boolean> {
    const { options, hub } = this.#context;
    const client = createClient(options, hub, options.tuning);
    let answered = false;
    const asking = client.getEventHubProperties({ abortSignal: this.#life.signal }).then(() => {
      answered = true;
    });
    await endsWithin(options.clock, options.tuning.attemptMs, asking);
    await closeClient(client, options.clock, renewalMs);
    return answered;
  }

  async #renew(): Promise<void> {
    const { options, hub } = this.#context;
    // While the hub does not answer, no new client helps, and no new process would.
    if (await this.#answers()) this.#renewals += 1;
    this.#fruitless = this.#hasProgress() ? 0 : this.#fruitless + 1;
    log(options.logger, 'client_replaced', { hub, renewals: this.#renewals });
    await this.#session.close(renewalMs, false);
    await endsWithin(options.clock, renewalMs, this.#pollers);
    this.#renewedAt = options.clock.elapsed();
    this.#renewedWall = options.clock.now();
    this.#session = new Session(this.#context);
    this.#pollers = this.#startPollers();
  }
}
