/** Asks the API as its users do: pages to their end, and the feed by long polls that outlive the server they go to. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { fetch } from '../document/fetch.ts';
import { contentsOfAnswer } from '../oracle/naive.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface FindingAnswer {
  readonly id: string;
  readonly revision: number;
  readonly supersededBy: string | null;
  readonly [field: string]: unknown;
}

export interface Change {
  readonly cursor: string;
  readonly reason: string;
  readonly finding: FindingAnswer;
}

export type Parameters = Readonly<Record<string, string | number>>;

export async function ask(
  url: string,
  path: string,
  parameters: Parameters = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  const response = await fetch(`${url}${path}?${query}`, signal ? { signal } : {});
  return { status: response.status, body: await response.json() };
}

/** The body of an answer that must be good. */
export async function askFor<Body>(url: string, path: string, parameters: Parameters = {}): Promise<Body> {
  const { status, body } = await ask(url, path, parameters);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  return body as Body;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** All items of a list, over as many pages as there are. */
export async function askForAll<Item>(url: string, path: string, parameters: Parameters = {}): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await askFor(url, path, { ...parameters, ...(cursor !== null && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

/** Whole tenants whose answers are looked at, and nobody else's; left out, everyone's are. */
export type Tenants = readonly string[] | undefined;

export async function findingsIn(url: string, view: string, tenants?: Tenants): Promise<FindingAnswer[]> {
  const parameters = { view, limit: 1_000 };
  if (tenants === undefined) return askForAll(url, '/v1/findings', parameters);
  const found: FindingAnswer[] = [];
  for (const tenantId of tenants)
    found.push(...(await askForAll<FindingAnswer>(url, '/v1/findings', { ...parameters, tenantId })));
  return found;
}

export interface EvidenceAnswer {
  readonly operation: FactAnswer;
  readonly variants: readonly FactAnswer[];
  readonly signIns: readonly FactAnswer[];
  readonly latency: Readonly<Record<string, string | null>>;
}

export interface FactAnswer {
  readonly source: {
    readonly hub: string;
    readonly partition: string;
    readonly sequenceNumber: number;
    readonly recordIndex: number;
    readonly enqueuedAt: string | null;
    readonly sha256: string;
  };
}

/** Pages so small that most findings have several. */
export const evidenceOf = (url: string, id: string): Promise<EvidenceAnswer[]> =>
  askForAll(url, `/v1/findings/${id}/evidence`, { limit: 2 });

/** Every finding of a view with all its evidence, in the shape of the naive reading. */
export async function contentsIn(url: string, view: string, tenants?: Tenants): Promise<object[]> {
  const contents: object[] = [];
  for (const finding of await findingsIn(url, view, tenants))
    contents.push(contentsOfAnswer(finding, await evidenceOf(url, finding.id)));
  return contents;
}

/** Reads the feed from its beginning, and goes on where it was when its server is gone and another is named. */
export class Follower {
  readonly changes: Change[] = [];
  #url: string;
  #cursor = 'begin';
  #ended = false;
  readonly #cut = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #running: Promise<void>;

  constructor(url: string) {
    this.#url = url;
    this.#running = this.#follow();
    this.#running.catch(() => this.#look()); // Whoever waits is told why.
  }

  /** From now on another server is asked, from the last revision that was had. */
  moveTo(url: string): void {
    this.#url = url;
    this.#cursor = this.changes.at(-1)?.cursor ?? 'begin';
  }

  /** Resolves once so many revisions came. */
  async until(count: number): Promise<void> {
    await Promise.race([
      this.#running,
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (this.changes.length < count) return;
          this.#waiting.delete(check);
          resolve();
        };
        this.#waiting.add(check);
        check();
      }),
    ]);
    assert.ok(this.changes.length >= count, 'the follower was closed');
  }

  /** Ends it at once, wherever it is. */
  cut(): void {
    this.#ended = true;
    this.#cut.abort();
  }

  /** Reads what is left, ends, and resolves with everything; rejects with what the follower met on its way. */
  async close(): Promise<readonly Change[]> {
    this.cut();
    await this.#running;
    for (;;) {
      const page = await this.#read(0);
      if (page === null || page.length === 0) return this.changes;
    }
  }

  async #follow(): Promise<void> {
    while (!this.#ended) {
      // Its server is gone: another may be named soon.
      if ((await this.#read(10)) === null && !this.#ended) await delay(50);
    }
  }

  #look(): void {
    for (const check of [...this.#waiting]) check();
  }

  async #read(wait: number): Promise<readonly Change[] | null> {
    const parameters = new URLSearchParams({ after: this.#cursor, wait: String(wait), limit: '50' });
    const url = this.#url;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/v1/changes?${parameters}`, wait > 0 ? { signal: this.#cut.signal } : {});
      text = await response.text();
    } catch {
      return null;
    }
    // An answer of the server before: the cursor stands where it stood.
    if (url !== this.#url) return [];
    // The state is gone for a while: to be asked again.
    if (response.status === 503) return null;
    assert.equal(response.status, 200, text);
    const { items, cursor } = JSON.parse(text) as { items: Change[]; cursor: string };
    this.changes.push(...items);
    this.#cursor = cursor;
    this.#look();
    return items;
  }
}
