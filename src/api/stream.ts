/** One stream of server-sent events: sends a reader what comes, at the reader's pace, until one of many things ends it. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { After, Caller, FeedFound, FeedPort } from './ports.ts';
import { problemText } from './problem.ts';
import { resyncProblem } from './resync.ts';
import type { FindingFormat, Texts } from './texts.ts';

/** Why a stream ended: its reader went, was too slow, or has to begin anew; the state was away; the service stopped. */
export const STREAM_ENDS = ['gone', 'slow', 'resync', 'unavailable', 'stopped'] as const;
export type StreamEnd = (typeof STREAM_ENDS)[number];

export interface StreamOptions {
  /** How many changes are read for a reader at once. */
  readonly pageMax: number;
  /** How long nothing is sent before a comment is. */
  readonly quietMs: number;
  /** How long a reader may take nothing while something waits for it. */
  readonly stallMs: number;
  /** How long to wait before the state is asked again, and how long at most until it answers. */
  readonly retryMs: number;
  readonly troubleMs: number;
}

export interface StreamRequest {
  readonly caller: Caller;
  readonly after: After;
  readonly format: FindingFormat;
}

/** When a client that was sent away comes back. */
const RETRY_LINE = 'retry: 2000\n';

export class Stream {
  readonly #response: ServerResponse;
  readonly #reply: FastifyReply;
  readonly #texts: Texts;
  readonly #options: StreamOptions;
  readonly #request: StreamRequest;
  /** Aborted once nothing more is to be read. */
  readonly #ending: AbortController;
  /** The first reason counts. */
  #why: StreamEnd | null = null;
  /** The place after all that was sent or passed over, and the last that the reader was told. */
  #cursor = '';
  #told = '';
  #quiet: NodeJS.Timeout | undefined;

  constructor(
    reply: FastifyReply,
    texts: Texts,
    options: StreamOptions,
    request: StreamRequest,
    ending: AbortController,
  ) {
    this.#reply = reply;
    this.#response = reply.raw;
    this.#texts = texts;
    this.#options = options;
    this.#request = request;
    this.#ending = ending;
    this.#response.once('close', () => this.#end('gone'));
    this.#response.on('error', () => this.#end('gone')); // Its close follows.
    if (this.#response.destroyed) this.#end('gone');
  }

  stop(): void {
    this.#end('stopped');
  }

  #end(why: StreamEnd): void {
    this.#why ??= why;
    this.#ending.abort();
  }

  /** Sends what comes until it ends, and says why it did. */
  async run(feed: FeedPort, first: FeedFound, following: AsyncIterator<FeedFound>): Promise<StreamEnd> {
    this.#response.writeHead(200, {
      ...(this.#reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      // A proxy that gathers answers before it passes them on would hold every event back.
      'x-accel-buffering': 'no',
    });
    try {
      await this.#send(feed, first);
      await this.#follow(feed, following);
    } finally {
      clearTimeout(this.#quiet);
      this.#ending.abort();
    }
    const why = this.#why ?? 'stopped';
    if (why === 'slow') this.#response.destroy();
    else if (!this.#response.destroyed) this.#response.end(why === 'resync' ? '' : `${RETRY_LINE}\n`);
    return why;
  }

  async #follow(feed: FeedPort, first: AsyncIterator<FeedFound>): Promise<void> {
    const { caller } = this.#request;
    let following = first;
    let troubleFrom: number | null = null;
    while (this.#why === null) {
      try {
        const { value, done } = await following.next();
        if (done === true) return;
        troubleFrom = null;
        await this.#send(feed, value);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'state_unavailable') throw error;
        troubleFrom ??= performance.now();
        if (performance.now() - troubleFrom >= this.#options.troubleMs) return this.#end('unavailable');
        await this.#write(': the state cannot be reached just now\n\n');
        await delay(this.#options.retryMs, undefined, { signal: this.#ending.signal }).catch(() => {}); // Ended.
        const after = { kind: 'cursor', cursor: this.#cursor } as const;
        following = feed.follow(caller, after, this.#options.pageMax, this.#ending.signal)[Symbol.asyncIterator]();
      }
    }
  }

  async #send(feed: FeedPort, found: FeedFound): Promise<void> {
    if (found.kind !== 'changes') return await this.#sendAway(feed, found);
    for (const change of found.items) {
      if (this.#why !== null) return;
      await this.#write(this.#texts.frame(change, this.#request.format));
      this.#cursor = change.cursor;
      this.#told = change.cursor;
    }
    this.#cursor = found.cursor;
    if (this.#told === '') await this.#write(this.#place());
  }

  /** The last event of a stream whose place is gone: a place to go on from, and what must be done before. */
  async #sendAway(feed: FeedPort, found: Exclude<FeedFound, { kind: 'changes' }>): Promise<void> {
    const why = found.kind === 'resync' ? found.why : 'lost';
    const now = await feed.read(this.#request.caller, { kind: 'now' }, 1);
    const cursor = now.kind === 'changes' ? now.cursor : '';
    const problem = resyncProblem(
      why,
      'List `/v1/findings` whole, then go on from the `cursor` of this event, which is its id too: a client that comes back by itself does so.',
    );
    const data = `{"cursor":${JSON.stringify(cursor)},"problem":${problemText(problem, this.#reply.request.id)}}`;
    await this.#write(`${RETRY_LINE}id: ${cursor}\nevent: resync\ndata: ${data}\n\n`);
    this.#end('resync');
  }

  /** An event of an id alone: clients keep it, and nobody is called. */
  #place(): string {
    this.#told = this.#cursor;
    return `id: ${this.#cursor}\n\n`;
  }

  #restartQuiet(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#keepOpen(), this.#options.quietMs);
  }

  #keepOpen(): void {
    this.#restartQuiet();
    // What a reader does not take is not added to.
    if (this.#why !== null || this.#response.writableNeedDrain) return;
    this.#response.write(this.#cursor === this.#told ? ':\n\n' : `:\n${this.#place()}`);
  }

  /** Resolves once the reader may be given more. */
  async #write(bytes: string | Buffer): Promise<void> {
    if (this.#response.destroyed) return;
    this.#restartQuiet();
    if (this.#response.write(bytes)) return;
    const stalled = setTimeout(() => this.#end('slow'), this.#options.stallMs);
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#response.off('drain', done);
        this.#ending.signal.removeEventListener('abort', done);
        resolve();
      };
      this.#response.once('drain', done);
      this.#ending.signal.addEventListener('abort', done);
      if (this.#ending.signal.aborted) done();
    });
    clearTimeout(stalled);
  }
}
