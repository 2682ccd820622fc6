/** Delivers findings: for each target it follows the feed and sends what is due, apart from all others. */
import { setTimeout as delay } from 'node:timers/promises';
import { Intake, LOOK_MS } from './intake.ts';
import { OUTBOX_TUNING, Outbox, type OutboxTuning, type Outcome } from './outbox.ts';
import type { Bounds, FeedPort, QueuePort, TargetState, TracePort } from './ports.ts';
import type { Answer, Target } from './target.ts';

export { type FileRead, readWebhooks } from './file.ts';
export { type HubAccess, hubTarget } from './hub.ts';
export type { OutboxTuning } from './outbox.ts';
export type { PostTuning, Resolve } from './post.ts';
export { rendering } from './rendering.ts';
export type { Target } from './target.ts';
export { watchFile } from './watch.ts';
export { type SendOptions, type Webhook, webhookTarget } from './webhook.ts';

/** What is kept of one target. Beyond what may wait the feed is not read on, and holds it for as long as it reaches back. */
export const BOUNDS: Bounds = {
  ...{ waitingMax: 10_000, waitingBytesMax: 64 * 1024 * 1024 },
  ...{ deliveredMax: 1_000, failedMax: 10_000, failedBytesMax: 64 * 1024 * 1024 },
};

/** How long a target that no process has any more is kept: a name that is left out by mistake comes back with its place. */
const UNSEEN_MS = 7 * 86_400_000;
const SEEN_EVERY_MS = 60_000;
/** After a failure, such as Redis being away. */
const AGAIN_MS = 1_000;

export interface DeliveryEvents {
  /** `traceId`: of a try that is followed; null for others. */
  readonly onOutcome: (target: string, outcome: Outcome, answer: Answer, traceId: string | null) => void;
  /** The place in the feed was gone, and was found anew. */
  readonly onResync: (target: string, why: 'trimmed' | 'ahead' | 'lost') => void;
  /** There is no room for more: the feed is not read on for this target. */
  readonly onFull: (target: string) => void;
  /** Failed deliveries that gave way to newer ones. */
  readonly onDropped: (target: string, count: number) => void;
  readonly onError: (target: string, error: unknown) => void;
}

export interface DeliveryOptions {
  readonly queue: QueuePort;
  readonly feed: FeedPort;
  readonly now: () => number;
  readonly dice: () => number;
  readonly events: DeliveryEvents;
  readonly trace?: TracePort;
  readonly bounds?: Partial<Bounds>;
  readonly tuning?: Partial<OutboxTuning>;
  /** How often places and deliveries are looked at while nothing comes. */
  readonly lookMs?: number;
}

export interface Delivery {
  /** From now on these are the targets: those that are new begin, those that are gone end, those that differ change. */
  replace(targets: readonly Target[]): Promise<void>;
  /** How each target stands; null for one of which nothing is known yet. */
  states(): Promise<ReadonlyMap<string, TargetState | null>>;
  stop(): Promise<void>;
}

export async function startDelivery(targets: readonly Target[], options: DeliveryOptions): Promise<Delivery> {
  const runs = new Map<string, Run>();
  const replace: Delivery['replace'] = async (wanted) => {
    const names = new Set(wanted.map(({ name }) => name));
    const gone = [...runs].filter(([name]) => !names.has(name));
    for (const [name] of gone) runs.delete(name);
    for (const target of wanted) {
      const run = runs.get(target.name);
      if (run === undefined) runs.set(target.name, new Run(target, options));
      else run.replace(target);
    }
    await Promise.all(gone.map(([, run]) => run.stop()));
  };
  await replace(targets);
  return {
    replace,
    async states() {
      const names = [...runs.keys()];
      const states = await Promise.all(names.map((name) => options.queue.state(name)));
      return new Map(names.map((name, i) => [name, states[i]!]));
    },
    async stop() {
      await Promise.all([...runs.values()].map((run) => run.stop()));
    },
  };
}

/** One target under way. */
class Run {
  readonly #options: DeliveryOptions;
  readonly #intake: Intake;
  readonly #outbox: Outbox;
  readonly #ending = new AbortController();
  readonly #loops: readonly Promise<void>[];
  #target: Target;

  constructor(target: Target, options: DeliveryOptions) {
    const { queue, feed, now, dice, events, trace } = options;
    const { name } = target;
    const bounds = { ...BOUNDS, ...options.bounds };
    const tuning = { ...OUTBOX_TUNING, ...options.tuning };
    const onError = (error: unknown): void => events.onError(name, error);
    this.#target = target;
    this.#options = options;
    this.#outbox = new Outbox(target, {
      ...{ queue, bounds, now, dice, tuning, trace, onError },
      onOutcome: (outcome, answer, traceId) => events.onOutcome(name, outcome, answer, traceId),
      onDropped: (count) => events.onDropped(name, count),
    });
    const intake = {
      ...{ queue, feed, bounds, now, lookMs: options.lookMs ?? LOOK_MS },
      onTaken: () => this.#outbox.wake(),
      onResync: (why: 'trimmed' | 'ahead' | 'lost') => events.onResync(name, why),
      onFull: () => events.onFull(name),
      pause: () => this.#pause(tuning.lookMs),
    };
    this.#intake = new Intake(target, intake, this.#ending.signal);
    this.#loops = [this.#again(() => this.#intake.follow()), this.#again(() => this.#see())];
  }

  replace(target: Target): void {
    if (target.version === this.#target.version) return;
    this.#target = target;
    this.#outbox.replace(target);
    void this.#intake.set(target).catch((error: unknown) => this.#options.events.onError(target.name, error));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#loops, this.#outbox.stop()]);
  }

  /** Says that somebody has the target, and lets go of those that nobody has. */
  async #see(): Promise<void> {
    const { queue, now } = this.#options;
    await this.#pause(SEEN_EVERY_MS);
    if (this.#ending.signal.aborted) return;
    await this.#intake.set(this.#target);
    await queue.forgetUnseen(now() - UNSEEN_MS);
  }

  async #again(round: () => Promise<void>): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        await round();
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        this.#options.events.onError(this.#target.name, error);
        await this.#pause(AGAIN_MS);
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#ending.signal }).catch(() => {}); // Aborted: the loop ends.
  }
}
