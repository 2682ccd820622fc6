/** Holds requests until the feed has something for them, and lets go of them when time, the client or the service ends. */
import type { FastifyReply } from 'fastify';
import type { After, BadCursor, Caller, Changes, FeedPort, Resync } from './ports.ts';

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
  async read(poll: Poll, reply: FastifyReply): Promise<Changes | Resync | BadCursor | TooMany> {
    const first = await this.#feed.read(poll.caller, poll.after, poll.limit);
    if (!isEmpty(first) || poll.waitMs === 0 || this.#closed) return first;
    if (this.#waiting.size >= this.#waitingMax) return { kind: 'too_many' };
    return await this.#wait(first, poll, reply);
  }

  /** Answers all that wait, at once and with what there is; nothing waits from then on. */
  close(): void {
    this.#closed = true;
    for (const controller of this.#waiting) controller.abort();
  }

  async #wait(first: Changes, poll: Poll, reply: FastifyReply): Promise<Changes | Resync | BadCursor> {
    const controller = new AbortController();
    const end = () => controller.abort();
    const timer = setTimeout(end, poll.waitMs);
    reply.raw.once('close', end);
    this.#waiting.add(controller);
    try {
      if (reply.raw.destroyed) end();
      return await this.#readUntil(controller.signal, first, poll, reply);
    } finally {
      this.#waiting.delete(controller);
      reply.raw.off('close', end);
      clearTimeout(timer);
    }
  }

  async #readUntil(
    signal: AbortSignal,
    first: Changes,
    poll: Poll,
    reply: FastifyReply,
  ): Promise<Changes | Resync | BadCursor> {
    let last = first;
    while (!signal.aborted) {
      await this.#feed.wait(poll.caller, last.cursor, signal);
      // Nobody is left to read it: the store is spared the question.
      if (reply.raw.destroyed) break;
      // Asked once more at the end, too: what came between the last question and the abort belongs to this answer.
      const next = await this.#feed.read(poll.caller, { kind: 'cursor', cursor: last.cursor }, poll.limit);
      if (!isEmpty(next)) return next;
      last = next;
    }
    return last;
  }
}

const isEmpty = (read: Changes | Resync | BadCursor): read is Changes =>
  read.kind === 'changes' && read.items.length === 0;
