/** A client of server-sent events, small enough to be read at a glance: it keeps every block as it came. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface Sent {
  /** Null where the block has none. */
  readonly id: string | null;
  readonly event: string | null;
  readonly data: string | null;
  readonly retry: string | null;
  readonly isComment: boolean;
}

export interface SseStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly response: IncomingMessage;
  /** The next block; null once the stream has ended. */
  next(): Promise<Sent | null>;
  /** The next block with data; null once the stream has ended. */
  nextData(): Promise<Sent | null>;
  /** All that is left, until the stream ends. */
  rest(): Promise<string>;
  close(): void;
}

export async function openSse(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseStream> {
  const asked = request(url, { headers, agent: false });
  asked.on('error', () => {}); // Told by what is read, or by `once` below.
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  response.on('error', () => {}); // A stream that is cut has ended.
  const chunks = response[Symbol.asyncIterator]();
  let text = '';
  const next = async (): Promise<Sent | null> => {
    for (let end = text.indexOf('\n\n'); ; end = text.indexOf('\n\n')) {
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return sentOf(block);
      }
      const chunk = await chunks.next().catch(() => ({ done: true as const, value: '' }));
      if (chunk.done === true) return null;
      text += chunk.value;
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    response,
    next,
    async nextData() {
      for (;;) {
        const sent = await next();
        if (sent === null || sent.data !== null) return sent;
      }
    },
    async rest() {
      for (;;) {
        const chunk = await chunks.next().catch(() => ({ done: true as const, value: '' }));
        if (chunk.done === true) return text;
        text += chunk.value;
      }
    },
    close: () => asked.destroy(),
  };
}

function sentOf(block: string): Sent {
  const lines = block.split('\n');
  const field = (name: string): string | null =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  return {
    id: field('id'),
    event: field('event'),
    data: field('data'),
    retry: field('retry'),
    isComment: lines.some((line) => line.startsWith(':')),
  };
}
