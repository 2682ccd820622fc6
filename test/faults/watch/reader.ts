/**
 * Someone who follows the feed through all that happens, by the document alone: moves to another process on every error, keeps
 * the cursor, and begins anew where the API says so. What is known between two such beginnings is a generation; within one
 * nothing may be missing.
 */
import { AssertionError } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { type Change, type Client, type components, createClient, type Finding } from '../../../client/index.js';
import { openSse, type Sent, type SseStream } from '../../api/sse.ts';
import { fetchRequest } from '../../document/fetch.ts';

export interface ReaderOptions {
  readonly name: string;
  /** Where the feed can be had now; asked again after every error. */
  readonly urls: () => readonly string[];
  readonly from: 'begin' | 'now';
  /** Seconds to hold a request, as a long poller does; 0 polls. */
  readonly waitSeconds: number;
  /** Revisions in one answer at most. */
  readonly limit?: number;
  /** Follows `/v1/stream` instead of asking again and again; what is left at the end is asked for all the same. */
  readonly streams?: boolean;
  /** Told each revision as it comes. */
  readonly onTold?: (finding: Finding, at: number) => void;
}

type Problem = components['schemas']['Problem'];
type Feed = components['schemas']['Changes'];
type Page = components['schemas']['FindingsPage'];

/** One call of the document, typed by it. */
type Call<Data> = (
  client: Client,
  signal: AbortSignal,
) => Promise<{ readonly data?: Data; readonly error?: Problem; readonly response: Response }>;
type Answer<Data> =
  | { readonly isResync: false; readonly data: Data }
  | { readonly isResync: true; readonly why: string };

/** What was told of a finding. */
export interface Told {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
  readonly reason: string;
  readonly isSuperseded: boolean;
  readonly cursor: string;
  readonly url: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface Generation {
  /** Why it began: where the reader began, or what the API said. */
  readonly why: string;
  readonly at: number;
  /** Null where the reader began at the beginning, where it needs no list: what is told is all there is. */
  readonly listed: ReadonlyMap<string, number> | null;
  readonly told: Told[];
}

export interface Reader {
  readonly name: string;
  readonly generations: readonly Generation[];
  /** Answers that no client can do anything with; there must be none. */
  readonly oddities: readonly string[];
  /** Requests that failed: the process was gone, held its answer back too long, or could not answer just now. */
  readonly failures: number;
  /** Reads what is left, ends, and resolves; rejects where nobody answers within the time. */
  close(ms?: number): Promise<void>;
  /** Lets go of what was told of some tenants. */
  forget(tenants: ReadonlySet<string>): void;
  /** Ends at once. */
  cut(): void;
}

const POLL_MS = 150;
const MOVE_MS = 100;
/** An answer may take so much longer than it was to be held. */
const ANSWER_MS_MAX = 5_000;
/** A stream has a comment every 15 s at least. */
const SILENCE_MS_MAX = 20_000;

const RESYNC = 'urn:guestwatch:problem:resync';

/** It could not be asked: elsewhere, or later. */
class Failed extends Error {}

export function startReader(options: ReaderOptions): Reader {
  return new FeedReader(options);
}

/** One of each kind. `onTold` is told what the stream brings. */
export const startReaders = (urls: ReaderOptions['urls'], onTold?: ReaderOptions['onTold']): Reader[] => [
  startReader({ name: 'a poller', urls, from: 'begin', waitSeconds: 0, limit: 7 }),
  startReader({ name: 'a long poller', urls, from: 'begin', waitSeconds: 5 }),
  startReader({ name: 'a long poller who came later', urls, from: 'now', waitSeconds: 2, limit: 3 }),
  startReader({
    name: 'a stream reader',
    urls,
    from: 'begin',
    waitSeconds: 0,
    streams: true,
    ...(onTold && { onTold }),
  }),
];

class FeedReader implements Reader {
  readonly name: string;
  readonly generations: Generation[] = [];
  readonly oddities: string[] = [];
  failures = 0;
  readonly #options: ReaderOptions;
  readonly #cut = new AbortController();
  readonly #running: Promise<void>;
  #turn = 0;
  #cursor: string | null = null;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.name = options.name;
    this.#running = this.#follow();
  }

  cut(): void {
    this.#cut.abort();
  }

  forget(tenants: ReadonlySet<string>): void {
    for (const { told } of this.generations)
      told.splice(0, told.length, ...told.filter(({ tenantId }) => !tenants.has(tenantId)));
  }

  async close(ms = 30_000): Promise<void> {
    this.cut();
    await this.#running;
    const end = performance.now() + ms;
    while (performance.now() < end) {
      try {
        if ((await this.#step(0)) === 0) return;
      } catch (error) {
        await this.#move(error);
      }
    }
    throw new Error(`${this.name} cannot read the feed to its end: ${this.oddities.at(-1) ?? 'nobody answers'}`);
  }

  async #follow(): Promise<void> {
    const { waitSeconds, streams = false } = this.#options;
    while (!this.#cut.signal.aborted) {
      try {
        if (streams && this.#cursor !== null) {
          await this.#stream(this.#url(), this.#cursor);
          continue;
        }
        const count = await this.#step(waitSeconds, this.#cut.signal);
        // A poller has no event to wait for: that is what it is here to try.
        if (waitSeconds === 0 && count === 0) await this.#pause(POLL_MS);
      } catch (error) {
        await this.#move(error);
      }
    }
  }

  /** One request, or all that a beginning takes; resolves with how many revisions came. */
  async #step(waitSeconds: number, signal?: AbortSignal): Promise<number> {
    const url = this.#url();
    if (this.#cursor === null) {
      await this.#begin(url, `from ${this.#options.from}`, this.#options.from);
      return 1;
    }
    const query = { after: this.#cursor, wait: waitSeconds, limit: this.#options.limit ?? 50 };
    const call: Call<Feed> = (client, own) => client.GET('/v1/changes', { params: { query }, signal: own });
    const answer = await this.#ask(url, call, waitSeconds, signal);
    if (answer.isResync) {
      await this.#begin(url, answer.why, 'now');
      return 1;
    }
    return this.#take(url, answer.data);
  }

  /** Follows one stream until it ends, which it does for no reader's sake but ours. */
  async #stream(url: string, cursor: string): Promise<void> {
    const late = delay(ANSWER_MS_MAX, null, { ref: false });
    const opening = openSse(`${url}/v1/stream`, { 'last-event-id': cursor }).catch((error) => {
      throw new Failed(String(error));
    });
    const stream = await Promise.race([opening, late]);
    if (stream === null) {
      void opening.then(
        (one) => one.close(),
        () => {},
      ); // It comes too late, or not at all.
      throw new Failed('no stream in time');
    }
    const close = () => stream.close();
    this.#cut.signal.addEventListener('abort', close, { once: true });
    try {
      if (stream.status !== 200) await this.#refused(stream);
      for (let sent = await this.#sent(stream); sent !== null; sent = await this.#sent(stream)) {
        if (sent.event === 'resync') {
          const { problem } = JSON.parse(sent.data!) as { problem: Problem };
          return await this.#begin(url, problem.detail, 'now');
        }
        if (sent.data !== null) this.#take(url, { items: [JSON.parse(sent.data) as Change], cursor: sent.id! });
        else if (sent.id !== null) this.#cursor = sent.id;
      }
    } finally {
      this.#cut.signal.removeEventListener('abort', close);
      close();
    }
    if (!this.#cut.signal.aborted) throw new Failed('the stream has ended');
  }

  /** The next of a stream; one that is silent for longer than its comments come is of no use. */
  async #sent(stream: SseStream): Promise<Sent | null> {
    const silent = new AbortController();
    const silence = delay(SILENCE_MS_MAX, null, { signal: silent.signal }).catch(() => null); // Something came.
    try {
      return await Promise.race([stream.next(), silence]);
    } finally {
      silent.abort();
    }
  }

  async #refused(stream: SseStream): Promise<never> {
    const body = await stream.rest();
    if (stream.status !== 503 && stream.status !== 429) this.oddities.push(`/v1/stream: ${stream.status} ${body}`);
    throw new Failed(`${stream.status}`);
  }

  #take(url: string, { items, cursor }: Feed): number {
    const at = Date.now();
    const { told } = this.generations.at(-1)!;
    for (const { finding, reason, cursor: own } of items) {
      const { id, tenantId, revision, supersededBy } = finding;
      this.#options.onTold?.(finding, at);
      told.push({ id, tenantId, revision, reason, isSuperseded: supersededBy !== null, cursor: own, url, at });
    }
    this.#cursor = cursor;
    return items.length;
  }

  /** As the API says it to whoever has no cursor (any more): `now`, then all findings, then on from there. */
  async #begin(url: string, why: string, from: 'begin' | 'now'): Promise<void> {
    const at = Date.now();
    const query = { after: from, limit: 50 };
    const call: Call<Feed> = (client, signal) => client.GET('/v1/changes', { params: { query }, signal });
    const answer = await this.#ask(url, call, 0);
    if (answer.isResync) throw new Failed('the feed was lost again');
    const listed = from === 'now' ? await this.#list(url) : null;
    this.generations.push({ why, at, listed, told: [] });
    this.#take(url, answer.data);
  }

  async #list(url: string): Promise<Map<string, number>> {
    const listed = new Map<string, number>();
    for (let cursor: string | null = null; ; ) {
      const query = { view: 'any', suppressed: 'include', limit: 200, ...(cursor !== null && { cursor }) } as const;
      const call: Call<Page> = (client, signal) => client.GET('/v1/findings', { params: { query }, signal });
      const page = await this.#ask(url, call, 0);
      if (page.isResync) throw new Failed('a list is in no feed');
      // One that moves while it is listed can stand on two pages; the second is the newer.
      for (const { id, revision } of page.data.items) listed.set(id, revision);
      if (page.data.nextCursor === null) return listed;
      cursor = page.data.nextCursor;
    }
  }

  /** What was asked for, or word that the cursor is in the feed no more; any other answer is none, and one that should never come is noted. */
  async #ask<Data>(url: string, call: Call<Data>, waitSeconds: number, signal?: AbortSignal): Promise<Answer<Data>> {
    const late = AbortSignal.timeout(waitSeconds * 1_000 + ANSWER_MS_MAX);
    const client = createClient({ baseUrl: url, fetch: fetchRequest });
    const { data, error, response } = await call(client, signal ? AbortSignal.any([late, signal]) : late).catch(
      (reason: unknown) => {
        // Not as the document says.
        if (reason instanceof AssertionError) this.oddities.push(reason.message);
        throw new Failed(String(reason));
      },
    );
    if (data !== undefined) return { isResync: false, data };
    if (error?.type === RESYNC) return { isResync: true, why: error.detail };
    if (response.status !== 503 && response.status !== 429)
      this.oddities.push(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
    throw new Failed(`${response.status}`);
  }

  #url(): string {
    const urls = this.#options.urls();
    if (urls.length === 0) throw new Failed('nobody serves the API');
    return urls[this.#turn % urls.length]!;
  }

  async #move(error: unknown): Promise<void> {
    if (!(error instanceof Failed)) throw error;
    this.failures++;
    this.#turn++;
    await this.#pause(MOVE_MS);
  }

  /** Cut short when the reader is to end. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, this.#cut.signal.aborted ? {} : { signal: this.#cut.signal }).catch(() => {}); // Ended.
  }
}
