/**
 * Sends what is due to one target: claims it, tries it, and writes down what came of it.
 *
 *     due -> claimed -> tried -> delivered | again at a later time | failed for good
 *
 * A claim is held for as long as its try takes, and the try is broken off once it may be another's. So of two processes one
 * sends, and who was asleep meanwhile can neither write over what came after nor go on with it.
 */
import type { Bounds, Claimed, FollowedTry, QueuePort, Receiver, Settlement, TracePort } from './ports.ts';
import { settlementOf } from './settle.ts';
import type { Answer, Sender, Target } from './target.ts';

export interface OutboxTuning {
  /** How long a claim holds by itself: so long a killed process's deliveries wait. */
  readonly claimMs: number;
  /** Due deliveries that nobody spoke of, such as those of a killed process or sent again by hand, are looked for so often. */
  readonly lookMs: number;
  /** A stop waits so long for tries under way. */
  readonly stopMs: number;
}

export const OUTBOX_TUNING: OutboxTuning = { claimMs: 6_000, lookMs: 1_000, stopMs: 3_000 };

export type Outcome = 'delivered' | 'again' | 'failed' | 'released';

export interface OutboxDeps {
  readonly queue: QueuePort;
  readonly bounds: Bounds;
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly dice: () => number;
  readonly tuning: OutboxTuning;
  readonly trace?: TracePort | undefined;
  /** `traceId`: of a try that is followed; null for others. */
  readonly onOutcome: (outcome: Outcome, answer: Answer, traceId: string | null) => void;
  readonly onDropped: (count: number) => void;
  readonly onError: (error: unknown) => void;
}

/** A sender that is closed when nobody uses it any more. */
class Shared {
  readonly sender: Sender;
  #uses = 1;

  constructor(target: Target) {
    this.sender = target.open();
  }

  take(): this {
    this.#uses += 1;
    return this;
  }

  async release(): Promise<void> {
    this.#uses -= 1;
    if (this.#uses === 0) await this.sender.close();
  }
}

interface InHand {
  readonly claimed: Claimed;
  readonly cut: AbortController;
  readonly done: Promise<void>;
}

export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #inHand = new Map<string, InHand>();
  readonly #ending = new AbortController();
  #target: Target;
  #shared: Shared;
  #heldAt = performance.now();
  #wake = (): void => {};
  #isWoken = false;
  readonly #running: Promise<void>;
  readonly #holding: NodeJS.Timeout;

  constructor(target: Target, deps: OutboxDeps) {
    this.#target = target;
    this.#deps = deps;
    this.#shared = new Shared(target);
    this.#holding = setInterval(() => void this.#hold(), deps.tuning.claimMs / 3);
    this.#running = this.#run();
  }

  /** Something may be due. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** From the next try on, the target is another. */
  replace(target: Target): void {
    const old = this.#shared;
    this.#target = target;
    this.#shared = new Shared(target);
    void old.release().catch(this.#deps.onError);
    this.wake();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.wake();
    await this.#running;
    const cut = setTimeout(() => this.#cutAll(), this.#deps.tuning.stopMs);
    await Promise.all([...this.#inHand.values()].map(({ done }) => done));
    clearTimeout(cut);
    clearInterval(this.#holding);
    await this.#shared.release();
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      let waitMs = this.#deps.tuning.lookMs;
      try {
        const nextDueAt = await this.#claim();
        if (nextDueAt !== null) waitMs = Math.max(0, Math.min(waitMs, nextDueAt - this.#deps.now()));
      } catch (error) {
        this.#deps.onError(error);
      }
      await this.#woken(waitMs);
    }
  }

  /** Claims as many as there is room for, and begins them. Gives when the next is due that could not be had; null for none. */
  async #claim(): Promise<number | null> {
    const { queue, now, tuning } = this.#deps;
    const { name, parallelMax, isEnabled } = this.#target;
    // Before anything is looked at: what wakes from here on is looked at again.
    this.#isWoken = false;
    const count = parallelMax - this.#inHand.size;
    if (count <= 0) return null; // The end of a try wakes.
    const begun = performance.now();
    const wanted = { claimMs: tuning.claimMs, parallelMax, count, isOpen: isEnabled };
    const claimed = await queue.claim(name, wanted, now());
    if (claimed.kind === 'unknown') return null; // Whoever follows the feed writes it down.
    if (this.#inHand.size === 0) this.#heldAt = begun;
    // An answer that took its time leaves too little of the claims; they run out by themselves.
    const isStale = performance.now() - begun > tuning.claimMs / 2;
    for (const delivery of claimed.deliveries) this.#begin(delivery, isStale);
    // Those that are due and were not had are claimed by others, or wait for room.
    return claimed.nextDueAt !== null && claimed.nextDueAt > now() ? claimed.nextDueAt : null;
  }

  #begin(claimed: Claimed, isStale: boolean): void {
    const cut = new AbortController();
    if (isStale || this.#ending.signal.aborted) cut.abort();
    const done = this.#deliver(claimed, cut.signal)
      .catch(this.#deps.onError)
      .finally(() => {
        this.#inHand.delete(claimed.id);
        this.wake();
      });
    this.#inHand.set(claimed.id, { claimed, cut, done });
  }

  async #deliver(claimed: Claimed, signal: AbortSignal): Promise<void> {
    const { now, dice, trace } = this.#deps;
    const { ladder } = this.#target;
    const { tries, isTest } = claimed;
    const begunAt = now();
    const begun = performance.now();
    // A test is about no finding, and has nothing to be followed from.
    const followed = isTest || signal.aborted ? undefined : trace?.beginTry(this.#target, claimed);
    const answer = await this.#send(claimed, signal, followed);
    followed?.end(answer);
    const tried = { answer, tries, isTest, begunAt, now: now(), ms: performance.now() - begun };
    const { settlement, receiver } = settlementOf(tried, ladder, dice);
    await this.#settle(claimed, settlement, receiver, (kind) => {
      this.#deps.onOutcome(kind, answer, followed?.traceId ?? null);
    });
  }

  async #send(claimed: Claimed, signal: AbortSignal, followed: FollowedTry | undefined): Promise<Answer> {
    if (signal.aborted) return { kind: 'cut' };
    const shared = this.#shared.take();
    const { eventId: id, findingId, reason, json, isTest } = claimed;
    try {
      const sent = { id, findingId, reason, json, isTest, ...(followed && { traceparent: followed.traceparent }) };
      return await shared.sender.send(sent, signal);
    } catch (error) {
      this.#deps.onError(error);
      const detail = 'A fault of the program; the log has it.';
      return { kind: 'failed', failure: 'fault', status: null, detail, retryAfterMs: null };
    } finally {
      await shared.release().catch(this.#deps.onError);
    }
  }

  /** Tries for as long as the claim may hold: what is not written down is delivered once more. */
  async #settle(
    claimed: Claimed,
    settlement: Settlement,
    receiver: Receiver,
    onSettled: (outcome: Outcome) => void,
  ): Promise<void> {
    const { queue, bounds, now, tuning } = this.#deps;
    const end = performance.now() + tuning.claimMs;
    for (;;) {
      try {
        const settled = await queue.settle(this.#target.name, claimed, settlement, receiver, bounds, now());
        if (settled.kind === 'refused') return;
        if (settled.dropped > 0) this.#deps.onDropped(settled.dropped);
        return onSettled(settlement.kind);
      } catch (error) {
        if (performance.now() > end || this.#ending.signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, tuning.lookMs / 2));
      }
    }
  }

  /** Keeps the claims of what is in hand; what may be another's by now is broken off. */
  async #hold(): Promise<void> {
    const { queue, tuning } = this.#deps;
    if (this.#inHand.size === 0) return;
    const asked = performance.now();
    try {
      const claims = [...this.#inHand.values()].map(({ claimed }) => claimed);
      for (const id of await queue.hold(this.#target.name, claims, tuning.claimMs)) this.#inHand.get(id)?.cut.abort();
      this.#heldAt = asked;
    } catch (error) {
      this.#deps.onError(error);
      if (performance.now() - this.#heldAt > tuning.claimMs) this.#cutAll();
    }
  }

  #cutAll(): void {
    for (const { cut } of this.#inHand.values()) cut.abort();
  }

  #woken(ms: number): Promise<void> {
    if (this.#isWoken || this.#ending.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
