/**
 * Streams of server-sent events: each follows the feed at its reader's pace, one event in hand, until its reader, the feed or
 * the service ends it.
 *
 * A stream that is opened is told its place at once, as an event of an id alone, so that also who has seen nothing yet comes
 * back to it. While nothing comes a comment keeps the connection open. What a reader does not take is not read for it; one that
 * takes nothing for a while is cut off.
 */

import type { FastifyReply } from 'fastify';
import { log } from '../log.ts';
import { errorLine } from './log.ts';
import type { BadCursor, FeedPort } from './ports.ts';
import { Stream, type StreamEnd, type StreamOptions, type StreamRequest } from './stream.ts';
import type { Texts } from './texts.ts';

export interface StreamsOptions extends StreamOptions {
  /** How many may be open at once. */
  readonly streamsMax: number;
}

export class Streams {
  readonly #feed: FeedPort;
  readonly #texts: Texts;
  readonly #options: StreamsOptions;
  readonly #open = new Set<Stream>();
  readonly #replies = new WeakSet<FastifyReply>();
  #opening = 0;
  #closed = false;
  onEnd: (why: StreamEnd) => void = () => {};

  constructor(feed: FeedPort, texts: Texts, options: StreamsOptions) {
    this.#feed = feed;
    this.#texts = texts;
    this.#options = options;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Whether no more may be opened just now. */
  get full(): boolean {
    return this.#closed || this.#open.size + this.#opening >= this.#options.streamsMax;
  }

  /** Whether an answer was a stream, whose duration is its reader's choice. */
  had(reply: FastifyReply): boolean {
    return this.#replies.has(reply);
  }

  /**
   * Opens a stream, unless the first look at the feed says that there is none: then that is returned. Rejects where the state
   * cannot be asked; nothing was sent then.
   */
  async serve(request: StreamRequest, reply: FastifyReply): Promise<BadCursor | null> {
    const ending = new AbortController();
    const { caller, after } = request;
    const following = this.#feed.follow(caller, after, this.#options.pageMax, ending.signal)[Symbol.asyncIterator]();
    this.#opening++;
    const { value: first, done } = await following.next().finally(() => this.#opening--);
    if (done === true || first.kind === 'bad_cursor') {
      ending.abort();
      return { kind: 'bad_cursor' };
    }
    reply.hijack();
    this.#replies.add(reply);
    const stream = new Stream(reply, this.#texts, this.#options, request, ending);
    this.#open.add(stream);
    if (this.#closed) stream.stop();
    void stream
      .run(this.#feed, first, following)
      .catch((error) => {
        log(reply.log, 'stream_failed', { err: errorLine(error) });
        reply.raw.destroy();
        return 'unavailable' as const;
      })
      .then((why) => {
        this.#open.delete(stream);
        this.onEnd(why);
      });
    return null;
  }

  /** Ends all, at once; none is opened from then on. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#open) stream.stop();
  }
}
