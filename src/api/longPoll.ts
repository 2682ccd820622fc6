/** Holds requests until the feed has something for them, and lets go of them when time, the client or the service ends. */
import type { FastifyReply } from 'fastify';
import type { After, Caller, FeedFound, FeedPort } from './ports.ts';

export interface Poll {
  readonly caller: Caller;
  readonly after: After;
  readonly limit: number;
  readonly waitMs: number;
}

export interface TooMany {
  readonly kind: 'too_many';
}

/** The requests that wait: at most so many, and none any more once it is closed. */
export class LongPolls {
  readonly #feed: FeedPort;
  readonly #waitingMax: number;
  readonly #waiting = new Set<AbortController>();
  #closed = false;

  constructor(feed: FeedPort, waitingMax: number) {
    this.#feed = feed;
    this.#waitingMax = waitingMax;
  }

  /** How many requests wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** What the feed has after a place: at once if there is something, else when something comes or the wait ends. */
  async read({ caller, after, limit, waitMs }: Poll, reply: FastifyReply): Promise<FeedFound | TooMany> {
    if (waitMs === 0 || this.#closed) return await this.#feed.read(caller, after, limit);
    const controller = new AbortController();
    const end = () => controller.abort();
    let timer: NodeJS.Timeout | undefined;
    reply.raw.once('close', end);
    try {
      let last: FeedFound | undefined;
      for await (const found of this.#feed.follow(caller, after, limit, controller.signal)) {
        last = found;
        if (found.kind !== 'changes' || found.items.length > 0) break;
        // The first that is empty begins the wait.
        timer ??= setTimeout(end, waitMs);
        if (this.#waiting.size >= this.#waitingMax && !this.#waiting.has(controller)) return { kind: 'too_many' };
        this.#waiting.add(controller);
        if (reply.raw.destroyed || this.#closed) end();
      }
      return last ?? (await this.#feed.read(caller, after, limit));
    } finally {
      this.#waiting.delete(controller);
      reply.raw.off('close', end);
      clearTimeout(timer);
    }
  }

  /** Answers all that wait, at once and with what there is; nothing waits from then on. */
  close(): void {
    this.#closed = true;
    for (const controller of this.#waiting) controller.abort();
  }
}
