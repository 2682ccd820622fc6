/** What must hold of what a webhook was sent: what the feed has, less what is suppressed, in order per finding. */
import { isDeepStrictEqual } from 'node:util';
import type { components, Finding } from '../../../client/index.js';
import { fetch } from '../../document/fetch.ts';
import type { Hook } from './webhook.ts';

/** As the feed gives it: with the place behind it. */
export type FeedEvent = Omit<components['schemas']['CloudEvent'], 'data'> & { readonly data: Finding };

export interface HookTruth {
  /** All that the feed holds at the end, oldest first. */
  readonly feed: readonly FeedEvent[];
  /** Whether state may have been lost: what was sent before may stand in the feed no more. */
  readonly mayHaveLost: boolean;
}

type Received = Pick<Hook, 'came' | 'oddities'>;

/** The first revision of the feed that should have come and has not, in words; it may still be on its way. */
export function stillMissing({ came }: Received, feed: readonly FeedEvent[]): string | null {
  const known = new Set(came.map(({ id }) => id));
  const missing = feed.filter(({ id, data }) => data.suppressed === null && !known.has(id));
  const [first] = missing;
  return first === undefined ? null : `${textOf(first)} never came, nor did ${missing.length - 1} others`;
}

/** The first violation in words, null where there is none. */
export function hookViolation(received: Received, { feed, mayHaveLost }: HookTruth): string | null {
  const found = received.oddities[0] ?? stillMissing(received, feed);
  if (found !== null) return found;
  const places = new Map(feed.map((event, place) => [event.id, { event, place }]));
  const last = new Map<string, { event: FeedEvent; place: number }>();
  for (const { id, body, at } of received.came) {
    const own = places.get(id);
    if (own === undefined) {
      if (mayHaveLost) continue;
      return `what came at ${iso(at)} as ${id} is not in the feed: ${body}`;
    }
    const { event, place } = own;
    if (event.data.suppressed !== null) return `${textOf(event)} is suppressed, and came at ${iso(at)}`;
    const { cursor: _, ...wanted } = event;
    if (!isDeepStrictEqual(JSON.parse(body), wanted))
      return `${textOf(event)} came as ${body}, the feed has ${JSON.stringify(wanted)}`;
    const before = last.get(event.subject);
    if (before !== undefined && before.place > place)
      return `${textOf(event)} came after ${textOf(before.event)}, at ${iso(at)}`;
    last.set(event.subject, own);
  }
  return null;
}

/** The feed from its beginning, or from behind a cursor, to its end, as CloudEvents. */
export async function feedAt(url: string, from = 'begin'): Promise<FeedEvent[]> {
  const feed: FeedEvent[] = [];
  const headers = { accept: 'application/cloudevents-batch+json' };
  for (let after = from; ; ) {
    const response = await fetch(`${url}/v1/changes?${new URLSearchParams({ after, limit: '200' })}`, { headers });
    if (response.status !== 200) throw new Error(`/v1/changes: ${response.status} ${await response.text()}`);
    const events = (await response.json()) as FeedEvent[];
    if (events.length === 0) return feed;
    feed.push(...events);
    after = response.headers.get('next-cursor')!;
  }
}

/** Whether the service has written the webhook down: it is sent what comes from then on. */
export async function isKnownAt(url: string, { name }: Pick<Hook, 'name'>): Promise<boolean> {
  const response = await fetch(`${url}/v1/webhooks`);
  const { items } = (await response.json()) as components['schemas']['WebhooksPage'];
  return items.some((webhook) => webhook.name === name);
}

const textOf = ({ subject, data, reason, id }: FeedEvent): string =>
  `revision ${data.revision} (${reason}) of ${subject}, ${id},`;

const iso = (ms: number): string => new Date(ms).toISOString();
